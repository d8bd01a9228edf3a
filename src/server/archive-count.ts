/**
 * How many originals are in the archive. Counting them takes some 100 ms in a library of a million, so it is done when
 * somebody asks and something may have changed since.
 */
import type { Clock } from '../base/clock.js';
import type { Library } from '../library/library.js';
import type { SpoolStatus } from '../spool/spool-interface.js';

/** Another process tells of a photo before its original is in its place; after so long, ms, nothing is taken as counted. */
const fresh = 10_000;

/** Makes the count. It is taken again when the library or the spool's totals in `status` are others than at the last one. */
export function makeDone(library: Library, clock: Clock): (status: SpoolStatus) => number {
  let last: { state: string; at: number; done: number } | undefined;
  return ({ stored, duplicates }) => {
    const state = `${library.lastChange()} ${stored} ${duplicates}`;
    const at = clock.now();
    if (last?.state !== state || at - last.at >= fresh) {
      last = { state, at, done: library.local.originals.counts().here };
    }
    return last.done;
  };
}
