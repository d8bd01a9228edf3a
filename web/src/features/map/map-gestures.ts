/**
 * Gestures on the map by fingers, mouse and wheel: one pointer moves it, two pinch it, and in box mode one draws a box.
 * Points are px from the centre of the element. A press without movement is left to the element below.
 */

/** A point, px from the centre. */
export interface Point {
  x: number;
  y: number;
}

/** The effects of gestures. */
export interface Acts {
  pan(dx: number, dy: number): void;
  zoom(by: number, at: Point): void;
  /** The box being drawn; undefined when it is released. */
  drawing(corners: [Point, Point] | undefined): void;
  drawn(corners: [Point, Point]): void;
  /** Whether a press starts a box. */
  draws(event: PointerEvent): boolean;
}

/** The movement from which a press is no longer a click, px. */
const slack = 5;
/** Smaller boxes are ignored, px. */
const leastBox = 8;

/** The gestures on one element. */
export class Gestures {
  readonly #acts: Acts;
  readonly #fingers = new Map<number, Point>();
  #moved = false;
  #from: Point | undefined;

  constructor(acts: Acts) {
    this.#acts = acts;
  }

  down(event: PointerEvent): void {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    const at = pointOf(event);
    if (this.#fingers.size === 0) {
      this.#moved = false;
      this.#from = this.#acts.draws(event) ? at : undefined;
    } else if (this.#from) this.#stopBox();
    this.#fingers.set(event.pointerId, at);
  }

  move(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const at = pointOf(event);
    if (!this.#moved && this.#fingers.size === 1 && Math.hypot(at.x - before.x, at.y - before.y) < slack) return;
    if (!this.#moved) {
      this.#moved = true;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    }
    this.#fingers.set(event.pointerId, at);
    if (this.#from) return this.#acts.drawing([this.#from, at]);
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) return this.#acts.pan(at.x - before.x, at.y - before.y);
    const spread = Math.hypot(at.x - other.x, at.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
    this.#acts.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (Number.isFinite(spread) && spread > 0)
      this.#acts.zoom(Math.log2(spread), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  up(event: PointerEvent): void {
    if (!this.#fingers.delete(event.pointerId) || !this.#from) return;
    const [from, to] = [this.#from, pointOf(event)];
    this.#stopBox();
    const large = Math.abs(to.x - from.x) >= leastBox && Math.abs(to.y - from.y) >= leastBox;
    if (event.type === 'pointerup' && large) this.#acts.drawn([from, to]);
  }

  /** Suppresses the click at the end of a drag. */
  click(event: MouseEvent): void {
    if (!this.#moved) return;
    this.#moved = false;
    event.preventDefault();
    event.stopPropagation();
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    // Some mice report lines or pages (deltaMode), which are about this many px; a pinch on a touchpad arrives as small
    // steps with Ctrl.
    const pixels = event.deltaY * [1, 30, 300][event.deltaMode]!;
    this.#acts.zoom(-pixels / (event.ctrlKey ? 100 : 300), pointOf(event));
  }

  #stopBox(): void {
    this.#from = undefined;
    this.#acts.drawing(undefined);
  }
}

/** The position of an event in the element that handles it. */
export function pointOf(event: MouseEvent): Point {
  const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
}
