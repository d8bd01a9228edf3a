/** Work that belongs together: it begins together, and when one part ends badly the others end, too. */
import { setMaxListeners } from 'node:events';

/**
 * Runs all parts until they have ended, or one of them has failed: then the signal that they were given is aborted, and what
 * failed first is thrown when all have ended. `signal` ends them from outside.
 */
export async function runTaskGroup(
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<unknown>[],
): Promise<void> {
  const broken = new AbortController();
  const ended = AbortSignal.any([signal, broken.signal]);
  // Everything that is asked meanwhile listens to it: Node would take more than ten for a leak.
  setMaxListeners(0, ended);
  const all = begin(ended);
  try {
    await Promise.all(all);
  } finally {
    broken.abort();
    await Promise.allSettled(all);
  }
}
