/**
 * How long a helper process may take over one question: by the clock, unless it works on a machine so busy that it did not get the CPU time
 * that it may use. One that waits instead of working hangs.
 */
import { cpuOf } from './spawn.js';

/** What a question may take. */
export interface TimeLimits {
  /** Seconds, the start of the program included. */
  seconds: number;
  /**
   * Seconds where the machine is so busy that the process, though it works, got less than `seconds` of CPU time by then. Only
   * Linux tells that; absent: no longer than `seconds`.
   */
  longest?: number;
}

/** Of the time by the clock, so much CPU time shows that a process works and does not just wait, however busy the machine. */
const leastShare = 0.03;

/** When a question began, and how much CPU time (seconds) its process had used by then. */
export interface Beginning {
  /** As `performance.now()`. */
  at: number;
  cpu: number | undefined;
}

/** A question begins now. */
export const beginNow = (pid: number | undefined): Beginning => ({ at: performance.now(), cpu: cpuOf(pid) });

/**
 * Looks at a process whose time seems to be over: in how many milliseconds to look again, or that it is over. `worked`: it used all the
 * CPU time that it may, and would do so again.
 */
export function checkTime(
  pid: number | undefined,
  began: Beginning,
  { seconds, longest = seconds }: TimeLimits,
): { again: number } | { worked: boolean } {
  const took = (performance.now() - began.at) / 1000;
  const cpu = cpuOf(pid);
  const used = cpu === undefined || began.cpu === undefined ? seconds : cpu - began.cpu;
  const left = Math.min(seconds - used, longest - took);
  if (left <= 0 || used < leastShare * took) return { worked: cpu !== undefined && used >= seconds };
  return { again: Math.max(left, 0.1) * 1000 };
}
