/**
 * The time limit for one question to a helper process: elapsed time, extended while a busy machine denies the process
 * the CPU time it may use. A process that waits instead of working counts as hanging.
 */
import { cpuOf } from './spawn.js';

/** The time limits of a question. */
export interface TimeLimits {
  /** Seconds, including the start of the program. */
  seconds: number;
  /**
   * Maximum seconds if the machine is so busy that the process, although it works, got less than `seconds` of CPU time.
   * Only Linux provides that; if absent, `seconds` is the maximum.
   */
  longest?: number;
}

/**
 * The share of CPU time in elapsed time that shows that a process works rather than waits, however busy the machine is.
 */
const leastShare = 0.03;

/** The start of a question, and the CPU time (seconds) of its process at that moment. */
export interface Beginning {
  /** In the units of `performance.now()`. */
  at: number;
  cpu: number | undefined;
}

/** Marks the start of a question. */
export const beginNow = (pid: number | undefined): Beginning => ({ at: performance.now(), cpu: cpuOf(pid) });

/**
 * Checks a process whose time may be over: returns the milliseconds until the next check, or that the time is over.
 * `worked`: it used up its CPU time, so a retry would end the same way.
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
