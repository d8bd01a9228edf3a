/**
 * Yields to the event loop after a bounded amount of work, so that long work does not block other requests. Work is
 * counted rather than timed, so that a test can state how much is done between two turns. Only this file calls
 * `setImmediate` (test/architecture.test.ts).
 */

/** The work between two turns, in bytes read, written or parsed. About 20 ms on a slow machine. */
export const shareOfWork = 1024 * 1024;

/** The cost of reading one row, in addition to its bytes. */
export const rowWork = 2_000;

/** Counts the work of one request. */
export interface Pace {
  /** Adds work; when a share is used up, returns a promise of the next turn to await. */
  spend(amount: number): Promise<void> | undefined;
}

/** Calls `work` in a later turn of the event loop, after everything that runs now, including an open transaction. */
export const inLaterTurn = (work: () => void): void => void setImmediate(work);

/** Lets pending events run between two pieces of long work. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => inLaterTurn(resolve));

/** Starts counting for one request. `turn` is for tests. */
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
