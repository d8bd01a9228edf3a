/** How long one file takes, step by step. Nothing on disk. */
import type { Clock } from '../base/clock.js';

/** The watch over one file. */
export interface Stopwatch {
  /** The next step begins, and the one before ends. */
  step(name: string): void;
  /** Seconds until now: in all, and in each step, the present one included. */
  read(): { seconds: number; steps: Record<string, number> };
}

const seconds = (ms: number): number => Math.round(ms) / 1000;

/** Opens the watch; it runs from now. */
export function openStopwatch(clock: Clock): Stopwatch {
  const began = clock.now();
  const spent = new Map<string, number>();
  let present: { name: string; since: number } | undefined;

  function stop(): void {
    if (!present) return;
    const { name, since } = present;
    spent.set(name, (spent.get(name) ?? 0) + Math.max(0, clock.now() - since));
    present = { name, since: clock.now() };
  }

  return {
    step(name) {
      stop();
      present = { name, since: clock.now() };
    },
    read() {
      stop();
      const steps = Object.fromEntries([...spent].map(([name, ms]) => [name, seconds(ms)]));
      return { seconds: seconds(Math.max(0, clock.now() - began)), steps };
    },
  };
}
