/** The swipe gesture: a picture follows the finger, and is thrown up, down or to a side, or springs back. */

/** The direction of a swipe. */
export type Throw = 'up' | 'down' | 'left' | 'right';

/** The minimum distance, px, or speed, px/ms, of a swipe. */
const far = 110;
const fast = 0.6;

/** The gesture on one picture. */
export class Swipe {
  x = $state(0);
  y = $state(0);
  /** True while the picture springs back. */
  gliding = $state(false);

  #start: { x: number; y: number; time: number } | undefined;
  #axis: 'x' | 'y' | undefined;
  readonly #thrown: (where: Throw) => void;

  constructor(thrown: (where: Throw) => void) {
    this.#thrown = thrown;
  }

  /** The direction if it were released now. */
  get where(): Throw | undefined {
    return directionOf(this.x, this.y, far);
  }

  down(event: PointerEvent): void {
    if (event.pointerType === 'mouse' || !event.isPrimary) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#start = { x: event.clientX, y: event.clientY, time: event.timeStamp };
    this.#axis = undefined;
    this.gliding = false;
  }

  move(event: PointerEvent): void {
    if (!this.#start) return;
    const [x, y] = [event.clientX - this.#start.x, event.clientY - this.#start.y];
    this.#axis ??= Math.hypot(x, y) < 8 ? undefined : Math.abs(x) > Math.abs(y) ? 'x' : 'y';
    this.x = this.#axis === 'x' ? x : 0;
    this.y = this.#axis === 'y' ? y : 0;
  }

  up(event: PointerEvent): void {
    if (!this.#start) return;
    const time = Math.max(1, event.timeStamp - this.#start.time);
    const quick = Math.hypot(this.x, this.y) / time > fast;
    const where = event.type === 'pointerup' ? directionOf(this.x, this.y, quick ? 30 : far) : undefined;
    this.#start = undefined;
    this.gliding = where === undefined;
    this.x = this.y = 0;
    if (where) this.#thrown(where);
  }
}

function directionOf(x: number, y: number, enough: number): Throw | undefined {
  if (Math.abs(x) >= enough) return x < 0 ? 'left' : 'right';
  if (Math.abs(y) >= enough) return y < 0 ? 'up' : 'down';
  return undefined;
}
