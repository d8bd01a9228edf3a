/**
 * A random order in which each position occurs once. Stores only the positions that were drawn, so any library fits.
 * Pure.
 */

/** How often a random position is drawn before the rest is searched in order. */
const draws = 40;

/** Positions from 1 to a number that may change, in random order. */
export class RandomOrder {
  readonly #seen = new Set<number>();
  readonly #random: () => number;

  /** @param random Draws a number from 0 up to 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Counts a position as seen. */
  see(position: number): void {
    this.#seen.add(position);
  }

  /** A position of `count` that has not come yet; undefined when all have. */
  next(count: number): number | undefined {
    for (let n = 0; n < draws; n++) {
      const position = 1 + Math.floor(this.#random() * count);
      if (!this.#seen.has(position)) return this.#take(position);
    }
    for (let position = 1; position <= count; position++) if (!this.#seen.has(position)) return this.#take(position);
    return undefined;
  }

  #take(position: number): number {
    this.#seen.add(position);
    return position;
  }
}
