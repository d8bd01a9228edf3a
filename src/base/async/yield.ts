/**
 * Yields to the event loop, so that no long work holds up the others: after a bounded amount of work the loop runs once. Work
 * is counted and not timed, so that a test can tell how much lies between two turns. Holds nothing. Only this file calls
 * `setImmediate` (test/architecture.test.ts).
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

/** Calls `work` in a later turn of the event loop, when whatever runs now has ended, a transaction too. */
export const inLaterTurn = (work: () => void): void => void setImmediate(work);

/** Lets everything else that waits run first: between two pieces of long work. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => inLaterTurn(resolve));

/** Makes a pace. `turn` is for tests. */
export function makePace(turn: () => Promise<void> = yieldToEventLoop): Pace {
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
