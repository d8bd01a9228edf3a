/** A way from one view of the map to another, in a moment; at once for those to whom motion is unwelcome. */
import type { View } from './mercator.js';

/** How long it takes, ms. */
const lasts = 280;

/** One flight at a time. */
export class Flight {
  #frame = 0;
  readonly #show: (view: View) => void;

  constructor(show: (view: View) => void) {
    this.#show = show;
  }

  /** Flies; a flight that is under way ends where it is. */
  start(from: View, to: View): void {
    this.stop();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return this.#show(to);
    const begin = performance.now();
    const across = to.x - from.x - Math.round(to.x - from.x);
    const step = (now: number): void => {
      const part = Math.max(0, Math.min(1, (now - begin) / lasts));
      const eased = 1 - (1 - part) ** 3;
      const zoom = from.zoom + (to.zoom - from.zoom) * eased;
      // What shrinks by zooming must also come nearer by it, or the way would be a bend.
      const moved = to.zoom === from.zoom ? eased : (2 ** -from.zoom - 2 ** -zoom) / (2 ** -from.zoom - 2 ** -to.zoom);
      this.#show({ x: from.x + across * moved, y: from.y + (to.y - from.y) * moved, zoom });
      if (part < 1) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }
}
