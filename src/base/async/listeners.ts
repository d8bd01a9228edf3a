/** Listeners: who wants to hear of something, and how to wait until it happens. In memory. */
import type { Clock } from '../clock.js';

/** Where to listen: calls `listener` from now on; returns the function that ends it. */
export type Subscribe<A extends unknown[] = []> = (listener: (...args: A) => void) => () => void;

/** The listeners of one event; `A` is what each is called with. */
export interface Listeners<A extends unknown[] = []> {
  on: Subscribe<A>;
  /** Calls those that listen at this moment, in the order in which they came. What one throws is thrown on. */
  call(...args: A): void;
  /** How many listen. */
  size(): number;
}

/** Begins without listeners. The same function may listen more than once. */
export function openListeners<A extends unknown[] = []>(): Listeners<A> {
  const listening = new Set<{ listener: (...args: A) => void }>();
  return {
    on(listener) {
      const entry = { listener };
      listening.add(entry);
      return () => void listening.delete(entry);
    },
    call(...args) {
      for (const { listener } of [...listening]) listener(...args);
    },
    size: () => listening.size,
  };
}

/** Resolves at the next call of any of `events`, after `ms` milliseconds, or at the signal, whichever is first. Never rejects. */
export async function untilCalled(
  events: readonly Subscribe[],
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  const called = new AbortController();
  const ends = events.map((on) => on(() => called.abort()));
  await clock.sleep(ms, signal ? AbortSignal.any([called.signal, signal]) : called.signal);
  for (const end of ends) end();
}
