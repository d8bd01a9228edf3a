/**
 * Turns for long work, so that no request holds up the others: after a bounded amount of work the event loop runs once. Work
 * is counted and not timed, so that a test can tell how much lies between two turns. Holds nothing.
 */

/** The work between two turns: bytes that are read, written or parsed. Some 20 ms on a slow machine. */
export const shareOfWork = 1024 * 1024;

/** What reading one row counts as, beside its bytes. */
export const rowWork = 2_000;

/** Counts the work of one request. */
export interface Pace {
  /** Counts work that was done; where it was a share, a promise of the next turn, to be awaited. */
  spend(amount: number): Promise<void> | undefined;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Makes a pace. `turn` is for tests. */
export function makePace(turn: () => Promise<void> = nextTurn): Pace {
  let done = 0;
  return {
    spend(amount) {
      done += amount;
      if (done < shareOfWork) return undefined;
      done = 0;
      return turn();
    },
  };
}
