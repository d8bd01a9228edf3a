/**
 * The rhythm of a watching processor: one look at `incoming` at a time, again when something happened, and never so often
 * that looking at a full folder becomes the work itself. Its timers do not keep the process alive.
 */
import type { Clock } from '../base/clock.js';

/** The looks of one processor. */
export interface ScanScheduler {
  /** Something may have changed: looks soon, or again after the look that is under way. */
  wake(): void;
  /** Ends them; resolves when none is under way. */
  close(): Promise<void>;
}

/** What a rhythm is made of. */
export interface LooksParts {
  clock: Clock;
  /** Looks once. Answers when to look next: in how many ms (Infinity: only when woken). */
  look: () => Promise<number>;
  /** Told of what `look` throws; it is tried again after `patience` ms. */
  failed: (error: unknown) => void;
  patience: number;
}

/** A pause after a look is this many times as long as the look, and so many ms at least and at most. */
const rest = 10;
const leastRest = 50;
const longestRest = 5_000;
/** A timer can't wait longer than this, in ms. */
const longestTimer = 2 ** 31 - 1;

/** Opens the rhythm. Nothing is looked at before the first `wake`. */
export function openScanScheduler({ clock, look, failed, patience }: LooksParts): ScanScheduler {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;

  const wakeIn = (ms: number): void => {
    clearTimeout(timer);
    if (Number.isFinite(ms) && !ending.signal.aborted)
      timer = setTimeout(wake, Math.min(Math.max(ms, 10), longestTimer)).unref();
  };

  async function run(): Promise<void> {
    while (again && !ending.signal.aborted) {
      again = false;
      const began = clock.now();
      const next = await look().catch((error: unknown) => {
        failed(error);
        return patience;
      });
      wakeIn(next);
      const ms = Math.max((clock.now() - began) * rest, leastRest);
      await clock.sleep(Math.min(ms, longestRest), ending.signal);
    }
    running = undefined;
  }

  function wake(): void {
    again = true;
    running ??= run();
  }

  return {
    wake,
    async close() {
      ending.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
