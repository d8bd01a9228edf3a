/**
 * Ends what is waited for when a signal says so, whatever that itself does about the signal: links were seen to wait without
 * end after theirs. Why is not proven; a `fetch` that lost its tie to the signal is the guess, but with Node 20.20 it ended each
 * time that this was tried, before the answer and in its body, after garbage was collected. What comes later is let go.
 */

function reasonOf(signals: readonly AbortSignal[]): Error {
  const reason: unknown = signals.find((signal) => signal.aborted)?.reason;
  return reason instanceof Error ? reason : new Error('It was ended.');
}

/** What `work` gives, or a rejection with the reason of the first of `signals` that is aborted before. */
export async function untilAborted<T>(signals: readonly AbortSignal[], work: Promise<T>): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(reasonOf(signals));
  });
  for (const signal of signals) signal.addEventListener('abort', stop, { once: true });
  if (signals.some((signal) => signal.aborted)) stop();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', stop);
  }
}

/** The parts of a stream, until one of `signals` is aborted. */
export async function* partsUntil<T>(signals: readonly AbortSignal[], source: AsyncIterable<T>): AsyncGenerator<T> {
  const parts = source[Symbol.asyncIterator]();
  let ended = false;
  // Listened to once for all parts: there are many of them.
  let stop = (): void => undefined;
  const end = (): void => stop();
  for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        stop = () => reject(reasonOf(signals));
        if (signals.some((signal) => signal.aborted)) stop();
        else parts.next().then(resolve, reject);
      });
      if (next.done) break;
      yield next.value;
    }
    ended = true;
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', end);
    // Not waited for: it may be what hangs.
    if (!ended) parts.return?.().catch(() => undefined);
  }
}
