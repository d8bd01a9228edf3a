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

/** To another server or its disk. */
const connecting: BackOff = { first: 1_000, longest: 60_000 };
/** Where a token is refused, only a person can help: asked again now and then, in ms. */
const refused = 300_000;

/**
 * The wait after `failures` failures in a row (1, 2, …) to reach a server, or to read or write what a link brings, in ms: a
 * second, then twice as long each time, up to a minute; a little more or less, so that many who lost the same server do not
 * come back at the same instant. `code`: of the error. `random` gives 0 to 1.
 */
export function waitAfter(failures: number, code: string, random: () => number): number {
  const usual = code === 'unauthorized' ? refused : backOff(failures, connecting);
  return Math.round(usual * (0.75 + random() / 2));
}
