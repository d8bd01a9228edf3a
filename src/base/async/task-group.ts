/** Structured concurrency: tasks start together, and a failure of one ends the others. */
import { setMaxListeners } from 'node:events';

/**
 * Runs all tasks until they end. If one fails, the signal passed to all of them aborts, and the first error is thrown
 * after every task has ended. `signal` aborts them from outside.
 */
export async function runTaskGroup(
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<unknown>[],
): Promise<void> {
  const broken = new AbortController();
  const ended = AbortSignal.any([signal, broken.signal]);
  // Every request of the tasks listens to this signal: Node would report more than ten listeners as a leak.
  setMaxListeners(0, ended);
  const all = begin(ended);
  try {
    await Promise.all(all);
  } finally {
    broken.abort();
    await Promise.allSettled(all);
  }
}
