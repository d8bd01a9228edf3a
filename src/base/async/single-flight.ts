/** Shared runs: concurrent callers of the same work get one run. A crash leaves nothing. */
import { inLaterTurn, yieldToEventLoop } from './yield.js';

/**
 * Callers with the same `key` share one run. Callers that arrive during a run share the next one, which begins after
 * their call: it therefore covers everything they did before, and every caller learns whether its run failed.
 */
export function shareNext<A>(
  key: (about: A) => string,
  work: (about: A) => Promise<void>,
): (about: A) => Promise<void> {
  const running = new Map<string, { now: Promise<void>; next?: Promise<void> }>();

  function begin(name: string, about: A): Promise<void> {
    const now = work(about).finally(() => {
      // Later callers are not covered by this run; a waiting next run takes its place.
      if (running.get(name)?.now === now) running.delete(name);
    });
    running.set(name, { now });
    return now;
  }

  return (about) => {
    const name = key(about);
    const current = running.get(name);
    if (!current) return begin(name, about);
    current.next ??= current.now.catch(() => undefined).then(() => begin(name, about));
    return current.next;
  };
}

/**
 * Batches all calls of one turn of the event loop, or all that arrive while a batch runs, into one call of `work`,
 * which returns the outcome of each. Each caller resolves or rejects accordingly; all reject if `work` rejects.
 */
export function gather<T>(
  work: (all: readonly T[]) => Promise<readonly PromiseSettledResult<unknown>[]>,
): (one: T) => Promise<void> {
  interface Waiting {
    one: T;
    resolve: () => void;
    reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let running = false;

  async function together(all: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await work(all.map(({ one }) => one));
      for (const [n, { resolve, reject }] of all.entries()) {
        const outcome = outcomes[n];
        if (outcome?.status === 'rejected') reject(outcome.reason);
        else resolve();
      }
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const all = waiting;
      waiting = [];
      await together(all);
      // Callers of the finished batch may add to the next one in this turn.
      await yieldToEventLoop();
    }
    running = false;
  }

  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject });
      if (running) return;
      running = true;
      inLaterTurn(() => void run());
    });
}
