/** Work that belongs together: it begins together, and when one part ends badly the others end, too. */

/**
 * Runs all parts until they have ended, or one of them has failed: then the signal that they were given is aborted, and what
 * failed first is thrown when all have ended. `signal` ends them from outside.
 */
export async function runTogether(
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Promise<unknown>[],
): Promise<void> {
  const broken = new AbortController();
  const all = begin(AbortSignal.any([signal, broken.signal]));
  try {
    await Promise.all(all);
  } finally {
    broken.abort();
    await Promise.allSettled(all);
  }
}
