/** Exponential back-off. Pure. */

/** How the delay grows; all times in ms. */
export interface BackOff {
  /** The delay after the first failure. */
  first: number;
  /** The maximum delay. */
  longest: number;
  /** The factor between consecutive delays; default 2. */
  factor?: number;
}

/** The delay after `failures` consecutive failures (1, 2, …), in ms. */
export const backOff = (failures: number, { first, longest, factor = 2 }: BackOff): number =>
  Math.min(longest, first * factor ** (failures - 1));
