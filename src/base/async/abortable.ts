/**
 * Rejects at an abort signal even if the awaited operation ignores it: connections were seen to hang after their signal
 * was aborted. The cause is not proven; the suspect is a `fetch` that lost its reference to the signal, but with Node
 * 20.20 it ended in every attempt to reproduce it, before the response and within its body, also after garbage
 * collection. A result that arrives later is discarded.
 */

function reasonOf(signals: readonly AbortSignal[]): Error {
  const reason: unknown = signals.find((signal) => signal.aborted)?.reason;
  return reason instanceof Error ? reason : new Error('The operation was aborted.');
}

/** The result of `work`, or a rejection with the reason of the first of `signals` that aborts before it. */
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

/** The chunks of a stream, until one of `signals` aborts. */
export async function* partsUntil<T>(signals: readonly AbortSignal[], source: AsyncIterable<T>): AsyncGenerator<T> {
  const parts = source[Symbol.asyncIterator]();
  let ended = false;
  // One listener for all chunks: there are many of them.
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
    // Not awaited: this call may be what hangs.
    if (!ended) parts.return?.().catch(() => undefined);
  }
}
