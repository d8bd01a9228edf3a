/**
 * The queue of a processor: so many pieces of work at once, each under a key that is never queued twice while it is in
 * flight. Nothing on disk.
 */
import { openPool } from './concurrency-limit.js';

/** A queue of keyed work. */
export interface KeyedQueue {
  /** Queues `task`, unless its key is queued or the queue was stopped. What it throws goes to `failed`. */
  add(key: string, task: () => Promise<unknown>): void;
  /** Whether a key is queued or running. */
  has(key: string): boolean;
  /** Resolves when a key is not queued and does not run. */
  done(key: string): Promise<void>;
  /** How many keys are queued or running. */
  size(): number;
  /** Resolves when nothing is queued or running. */
  idle(): Promise<void>;
  /** What waits is dropped, what runs goes on. */
  stop(): void;
}

/** Opens a queue with `size` places. */
export function openKeyedQueue(size: number, failed: (error: unknown) => void): KeyedQueue {
  const pool = openPool(size);
  const queued = new Map<string, Promise<void>>();
  let stopped = false;
  return {
    add(key, task) {
      if (stopped || queued.has(key)) return;
      const run = pool(async () => {
        if (!stopped) await task();
      });
      queued.set(
        key,
        run.catch(failed).finally(() => queued.delete(key)),
      );
    },
    has: (key) => queued.has(key),
    async done(key) {
      await queued.get(key);
    },
    size: () => queued.size,
    async idle() {
      while (queued.size > 0) await Promise.all(queued.values());
    },
    stop() {
      stopped = true;
    },
  };
}
