/** Animates the map from one view to another; immediately with reduced motion. */
import type { View } from './mercator.js';

/** The duration, ms. */
const lasts = 280;

/** Runs one animation at a time. */
export class Flight {
  #frame = 0;
  readonly #show: (view: View) => void;

  constructor(show: (view: View) => void) {
    this.#show = show;
  }

  /** Starts an animation; a running one ends at its present view. */
  start(from: View, to: View): void {
    this.stop();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return this.#show(to);
    const begin = performance.now();
    const across = to.x - from.x - Math.round(to.x - from.x);
    const step = (now: number): void => {
      const part = Math.max(0, Math.min(1, (now - begin) / lasts));
      const eased = 1 - (1 - part) ** 3;
      const zoom = from.zoom + (to.zoom - from.zoom) * eased;
      // Distances that shrink by zooming must also be covered by it, otherwise the path would be curved.
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
