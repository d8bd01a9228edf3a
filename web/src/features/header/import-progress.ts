/**
 * The progress of a running import, from the counts that the server gives: how many files were processed since it was
 * started, and how many are left. Files are counted as processed if their library is known to the viewer; the others
 * only leave the queue, and then count as done. Pure.
 */

/** The counts at one moment. `processed` starts over when the server restarts. */
export interface ImportCounts {
  processed: number;
  left: number;
}

/** A running import: files that are done, and all. */
export interface ImportState {
  done: number;
  all: number;
  /** Done since the last counts. */
  just: number;
}

/** One import, from its first file until nothing is left. */
export class ImportProgress {
  #done = 0;
  #last: ImportCounts | undefined;

  /** Records the present counts. */
  update(now: ImportCounts): ImportState {
    const before = this.#last ?? now;
    const just = Math.max(0, now.processed - before.processed, before.left - now.left);
    this.#last = now;
    this.#done += just;
    return { done: this.#done, all: this.#done + now.left, just };
  }
}
