/**
 * A queue with a concurrency limit, in which a key is never queued again while it is queued or running. Nothing on
 * disk.
 */
import { openPool } from './concurrency-limit.js';

/** A queue of tasks with keys. */
export interface KeyedQueue {
  /**
   * Queues `task`, unless its key is queued or running or the queue was stopped. Its error goes to `failed`. A task
   * that calls `free` continues without occupying a slot.
   */
  add(key: string, task: (free: () => void) => Promise<unknown>): void;
  /** Whether a key is queued or running. */
  has(key: string): boolean;
  /** Resolves when the key is neither queued nor running. */
  done(key: string): Promise<void>;
  /** How many keys are queued or running. */
  size(): number;
  /** Resolves when nothing is queued or running. */
  idle(): Promise<void>;
  /** Drops queued tasks; running ones continue. */
  stop(): void;
}

/** Opens a queue that runs `size` tasks at a time, and at most `beside` more that called `free`. */
export function openKeyedQueue(size: number, beside: number, failed: (error: unknown) => void): KeyedQueue {
  const [all, pool] = [openPool(size + beside), openPool(size)];
  const queued = new Map<string, Promise<void>>();
  let stopped = false;
  return {
    add(key, task) {
      if (stopped || queued.has(key)) return;
      const run = all(() =>
        pool(async (free) => {
          if (!stopped) await task(free);
        }),
      );
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
