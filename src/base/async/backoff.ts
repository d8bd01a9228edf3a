/**
 * How long to wait before trying again: a second, then twice as long each time, up to a minute; a little more or less, so
 * that many who lost the same server do not come back at the same instant. Pure but for `random`.
 */

/** Waits, in ms. */
const first = 1_000;
const longest = 60_000;
/** Where a token is refused, only a person can help: asked again now and then. */
const refused = 300_000;

/** The wait after `failures` failures in a row (1, 2, …), in ms. `random` gives 0 to 1. */
export function waitAfter(failures: number, code: string, random: () => number): number {
  const usual = code === 'unauthorized' ? refused : Math.min(longest, first * 2 ** Math.min(failures - 1, 16));
  return Math.round(usual * (0.75 + random() / 2));
}
