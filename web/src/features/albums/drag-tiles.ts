/**
 * Drags tiles of a grid: at once with a mouse or pen, after a long press with a finger, so that the grid still scrolls.
 * A tile has its id in `data-tile`.
 */

/** The effects of dragging. A position is the number of tiles before it. */
export interface DragDeeds {
  begin: (id: string) => void;
  over: (at: number) => void;
  drop: () => void;
  cancel: () => void;
}

/** How far the mouse moves before a click becomes a drag, px; how long a finger rests, ms. */
const [slack, rest] = [5, 350];
/** The distance from the edges of the grid at which dragging scrolls it, px, and the speed, px per frame. */
const [edge, speed] = [56, 14];

/** Watches a grid; returns a function that stops it. */
export function watchDrag(grid: HTMLElement, deeds: DragDeeds): () => void {
  const drag = new Drag(grid, deeds);
  const events = new AbortController();
  const { signal } = events;
  grid.addEventListener('pointerdown', (event) => drag.press(event), { signal });
  addEventListener('pointermove', (event) => drag.move(event), { signal });
  addEventListener('pointerup', () => drag.release(), { signal });
  addEventListener('pointercancel', () => drag.end(deeds.cancel), { signal });
  // Once a photo is dragged the grid does not scroll under the finger, and a long press opens no menu.
  grid.addEventListener('touchmove', (event) => drag.dragging && event.preventDefault(), { signal, passive: false });
  grid.addEventListener('contextmenu', (event) => drag.touched && event.preventDefault(), { signal });
  return () => {
    drag.end(deeds.cancel);
    events.abort();
  };
}

class Drag {
  dragging = false;
  #held: { id: string; x: number; y: number; touch: boolean } | undefined;
  #last = { x: 0, y: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  readonly #grid: HTMLElement;
  readonly #deeds: DragDeeds;

  constructor(grid: HTMLElement, deeds: DragDeeds) {
    this.#grid = grid;
    this.#deeds = deeds;
  }

  get touched(): boolean {
    return this.#held?.touch === true;
  }

  press(event: PointerEvent): void {
    const id = tileOf(event.target)?.dataset['tile'];
    if (event.button !== 0 || id === undefined) return;
    this.#last = { x: event.clientX, y: event.clientY };
    this.#held = { id, ...this.#last, touch: event.pointerType === 'touch' };
    if (this.#held.touch) this.#timer = setTimeout(() => this.#start(), rest);
  }

  move(event: PointerEvent): void {
    if (!this.#held) return;
    this.#last = { x: event.clientX, y: event.clientY };
    const far = Math.hypot(this.#last.x - this.#held.x, this.#last.y - this.#held.y) > slack;
    if (!this.dragging && far && this.#held.touch) return this.end(() => undefined);
    if (far) this.#start();
    if (this.dragging) this.#aim();
  }

  release(): void {
    if (!this.dragging) return this.end(() => undefined);
    // A click that may follow selects nothing.
    const swallow = (event: Event): void => (event.stopPropagation(), event.preventDefault());
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => {
      removeEventListener('click', swallow, { capture: true });
      this.end(this.#deeds.drop);
    });
  }

  end(deed: () => void): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    const was = this.dragging;
    this.#held = undefined;
    this.dragging = false;
    if (was) deed();
  }

  #start(): void {
    if (!this.#held || this.dragging) return;
    this.dragging = true;
    if (this.#held.touch && 'vibrate' in navigator) navigator.vibrate(12);
    this.#deeds.begin(this.#held.id);
    this.#scroll();
  }

  #aim(): void {
    const tile = tileOf(document.elementFromPoint(this.#last.x, this.#last.y));
    if (!tile || !this.#grid.contains(tile)) return;
    const { left, width } = tile.getBoundingClientRect();
    const at = [...this.#grid.querySelectorAll('[data-tile]')].indexOf(tile);
    this.#deeds.over(this.#last.x > left + width / 2 ? at + 1 : at);
  }

  #scroll(): void {
    if (!this.dragging) return;
    const { top, bottom } = this.#grid.getBoundingClientRect();
    if (this.#last.y < top + edge) this.#grid.scrollTop -= speed;
    else if (this.#last.y > bottom - edge) this.#grid.scrollTop += speed;
    this.#frame = requestAnimationFrame(() => this.#scroll());
  }
}

const tileOf = (target: EventTarget | null): HTMLElement | undefined =>
  (target instanceof Element && target.closest<HTMLElement>('[data-tile]')) || undefined;
