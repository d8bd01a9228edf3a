/**
 * A box drawn with the mouse adds the photos that it touches to the selection. It begins once the movement is too long
 * for a click; the page scrolls near the window's edges.
 */
import type { Tile } from '../../lib/api.js';
import type { Album } from '../timeline/timeline-state.svelte.js';
import { blocksBetween } from '../timeline/layout-blocks.js';
import { edgeSpeed } from './auto-scroll.js';
import type { Selection } from './selection.svelte.js';

/** A rectangle in the timeline or in the window, px. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The loaded photos that a box touches. */
export function tilesIn({ blocks, measure }: Pick<Album, 'blocks' | 'measure'>, area: Area): Tile[] {
  return blocksBetween(blocks, area.top, area.bottom).flatMap((block) =>
    (block.lines ?? []).flatMap((line) => {
      const top = block.top + line.top + (line.labels.length > 0 ? measure.label : 0);
      if (top >= area.bottom || top + line.height <= area.top) return [];
      return line.cells
        .filter(({ left, width }) => left < area.right && left + width > area.left)
        .map(({ tile }) => tile);
    }),
  );
}

/** The maximum movement of a click, px. */
const slack = 6;

/** The box of a timeline. */
export class Box {
  /** Its position in the window, while it is drawn. */
  area: Area | undefined = $state.raw();

  #start: { x: number; y: number } | undefined;
  #pointer = { x: 0, y: 0 };
  /** The left edge of the timeline in the window, px. */
  #edge = 0;
  #before: Tile[] = [];
  #ended = -Infinity;
  readonly #album: () => Album;
  readonly #selection: () => Selection;

  constructor(album: () => Album, selection: () => Selection) {
    this.#album = album;
    this.#selection = selection;
  }

  /** True right after a box: suppresses the click that ends it. */
  get swallows(): boolean {
    return performance.now() - this.#ended < 60;
  }

  /** Handles a press of the mouse button. */
  begin(event: PointerEvent): void {
    if (event.pointerType !== 'mouse' || event.button !== 0) return;
    this.#edge = event.currentTarget instanceof Element ? event.currentTarget.getBoundingClientRect().left : 0;
    this.#start = { x: event.clientX, y: event.clientY + this.#album().scroll.at };
    this.#pointer = { x: event.clientX, y: event.clientY };
    const move = (moved: PointerEvent): void => this.#move(moved);
    const end = (): void => {
      removeEventListener('pointermove', move);
      if (this.area) this.#ended = performance.now();
      this.area = this.#start = undefined;
    };
    addEventListener('pointermove', move);
    for (const kind of ['pointerup', 'pointercancel']) addEventListener(kind, end, { once: true });
  }

  #move(event: PointerEvent): void {
    const start = this.#start;
    if (!start) return;
    this.#pointer = { x: event.clientX, y: event.clientY };
    if (this.area) return this.#draw();
    if (Math.hypot(event.clientX - start.x, event.clientY + this.#album().scroll.at - start.y) < slack) return;
    this.#before = this.#selection().tiles;
    this.#draw();
    this.#scroll();
  }

  #draw(): void {
    const start = this.#start;
    if (!start) return;
    const { at } = this.#album().scroll;
    const [x, y] = [this.#pointer.x, this.#pointer.y + at];
    const area = {
      left: Math.min(start.x, x),
      right: Math.max(start.x, x),
      top: Math.min(start.y, y),
      bottom: Math.max(start.y, y),
    };
    this.area = { ...area, top: area.top - at, bottom: area.bottom - at };
    this.#selection().set([
      ...this.#before,
      ...tilesIn(this.#album(), { ...area, left: area.left - this.#edge, right: area.right - this.#edge }),
    ]);
  }

  #scroll(): void {
    if (!this.area) return;
    const speed = edgeSpeed(this.#pointer.y);
    if (speed !== 0) {
      scrollBy(0, speed);
      requestAnimationFrame(() => this.#draw());
    }
    requestAnimationFrame(() => this.#scroll());
  }
}
