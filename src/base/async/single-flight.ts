/** Work that several ask for at the same time, done once for all of them. Nothing is left behind by a crash. */
import { inLaterTurn, yieldToEventLoop } from './yield.js';

/**
 * Lets those who ask for the same `key` while its work is under way share the next run, which begins after they asked. So
 * what they did before they asked is covered, and each learns whether its run failed.
 */
export function shareNext<A>(
  key: (about: A) => string,
  work: (about: A) => Promise<void>,
): (about: A) => Promise<void> {
  const running = new Map<string, { now: Promise<void>; next?: Promise<void> }>();

  function begin(name: string, about: A): Promise<void> {
    const now = work(about).finally(() => {
      // Who comes from here on is not covered by it; where a next one waits, it takes the place.
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
 * Lets all that come in one turn of the event loop, or while such work is under way, be done together by one call of `work`,
 * which answers how each went. Resolves or rejects for each accordingly; for all of them where `work` rejects.
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
      // Who was waiting for it may bring the next ones in this turn.
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
