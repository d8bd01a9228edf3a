/** Time as a parameter: code that reads the time or waits takes a Clock, so that a test controls it. */

/** The current time and a way to wait. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` is aborted (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The difference in ms from which two machines' clocks count as different; smaller ones are not reported. */
export const toleratedDrift = 2 * 60_000;

/** The system clock. Its timers do not keep the process alive by themselves where `unref` timers suffice. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
