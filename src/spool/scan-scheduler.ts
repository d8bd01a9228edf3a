/**
 * Schedules the scans of a watching processor: one scan of `incoming` at a time, another one after events, and rarely
 * enough that scanning a full folder does not dominate. Its timers do not keep the process alive.
 */
import type { Clock } from '../base/clock.js';

/** The scans of one processor. */
export interface ScanScheduler {
  /** Something may have changed: scans soon, or again after the current scan. */
  wake(): void;
  /** Stops scanning; resolves when none is in progress. */
  close(): Promise<void>;
}

/** The dependencies of a scan scheduler. */
export interface LooksParts {
  clock: Clock;
  /** Scans once. Returns when to scan next: in how many ms (Infinity: only when woken). */
  look: () => Promise<number>;
  /** Called with an error of `look`, which is retried after `patience` ms. */
  failed: (error: unknown) => void;
  patience: number;
}

/** The pause after a scan as a multiple of its duration, with a minimum and a maximum in ms. */
const rest = 10;
const leastRest = 50;
const longestRest = 5_000;
/** The maximum delay of a timer, in ms. */
const longestTimer = 2 ** 31 - 1;

/** Opens the scheduler. Nothing is scanned before the first `wake`. */
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
