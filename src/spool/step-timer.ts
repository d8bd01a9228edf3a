/** Measures the processing time of one file, step by step. Nothing on disk. */
import type { Clock } from '../base/clock.js';

/** The timer of one file. */
export interface Stopwatch {
  /** Starts the next step, and ends the previous one. */
  step(name: string): void;
  /** Seconds so far: in total, and in each step, including the current one. */
  read(): { seconds: number; steps: Record<string, number> };
}

const seconds = (ms: number): number => Math.round(ms) / 1000;

/** Opens the timer; it starts now. */
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
