/** A listener set, and waiting for the next event. In memory. */
import type { Clock } from '../clock.js';

/** Subscribes `listener`; returns the function that unsubscribes it. */
export type Subscribe<A extends unknown[] = []> = (listener: (...args: A) => void) => () => void;

/** The listeners of one event; `A` are the arguments of a call. */
export interface Listeners<A extends unknown[] = []> {
  on: Subscribe<A>;
  /** Calls the current listeners in the order of subscription. Rethrows the error of a listener. */
  call(...args: A): void;
  /** The number of listeners. */
  size(): number;
}

/** Opens an empty set. The same function may subscribe more than once. */
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

/**
 * Resolves at the next call of any of `events`, after `ms` milliseconds, or when the signal aborts, whichever is first.
 * Never rejects.
 */
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
