/** Back-off: how long to wait before something is tried again, longer each time. Pure. */

/** How waits grow; all times in ms. */
export interface BackOff {
  /** The wait after the first failure. */
  first: number;
  /** No wait is longer. */
  longest: number;
  /** How many times as long each next wait is; 2 where nothing is said. */
  factor?: number;
}

/** The wait after `failures` failures in a row (1, 2, …), in ms. */
export const backOff = (failures: number, { first, longest, factor = 2 }: BackOff): number =>
  Math.min(longest, first * factor ** (failures - 1));
