/**
 * The number of imported photos (`countDone`). Counting takes about 100 ms in a library of a million, so it happens on
 * request and only after changes.
 */
import type { Clock } from '../base/clock.js';
import { countDone } from '../library/items-of-bytes.js';
import type { Library } from '../library/library.js';
import type { SpoolStatus } from '../spool/spool-interface.js';

/**
 * Another process announces a photo before its original is in place; after this time, ms, a count is no longer trusted.
 */
const fresh = 10_000;

/** Creates the counter. It counts again when the library or the spool's totals in `status` have changed. */
export function makeDone(library: Library, clock: Clock): (status: SpoolStatus) => number {
  let last: { state: string; at: number; done: number } | undefined;
  return ({ stored, duplicates }) => {
    const state = `${library.lastChange()} ${stored} ${duplicates}`;
    const at = clock.now();
    if (last?.state !== state || at - last.at >= fresh) {
      last = { state, at, done: countDone(library) };
    }
    return last.done;
  };
}
