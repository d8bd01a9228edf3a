/**
 * The pause after an error that affects every file, such as a full disk: nothing is tried while it lasts, and
 * consecutive pauses double from 5 s to 5 min. The error is logged at its start, not at every retry. Nothing on disk.
 */
import { backOff, type BackOff } from '../base/async/backoff.js';
import type { Clock } from '../base/clock.js';
import type { ErrorCode } from '../base/errors.js';
import type { SpoolPause } from './spool-interface.js';

/** A pause after a disk error. */
export interface DiskPause {
  /** The end of the pause, in ms; 0 without one. */
  until(): number;
  /** The same for display, with the reason. */
  read(): SpoolPause | undefined;
  /** Starts the pause, or continues the current one. True if this error is new: it should be logged. */
  failed(code: ErrorCode, reason: string): boolean;
  /** A file succeeded. True if that ends a pause. */
  passed(): boolean;
  /** Ends the pause without knowing whether the error is over: everything may be retried at once. */
  reset(): void;
}

const pauses: BackOff = { first: 5_000, longest: 300_000 };

/** Opens the pause. */
export function openHold(clock: Clock): DiskPause {
  let [until, failures] = [0, 0];
  let met: ErrorCode | undefined;
  let reason = '';

  const isHeld = (): boolean => until > clock.now() && until <= clock.now() + pauses.longest;

  function reset(): void {
    [until, failures] = [0, 0];
  }

  return {
    until: () => (isHeld() ? until : 0),
    read: () => (isHeld() ? { until: new Date(until).toISOString(), reason } : undefined),
    failed(code, because) {
      reason = because;
      // Concurrent files fail with the same error: one pause for all of them.
      if (!isHeld()) until = clock.now() + backOff(++failures, pauses);
      const news = met !== code;
      met = code;
      return news;
    },
    passed() {
      const news = met !== undefined;
      met = undefined;
      reset();
      return news;
    },
    reset,
  };
}

/** The minimum of many times, in ms; undefined for none. */
export const earliest = (times: readonly number[]): number | undefined =>
  times.reduce<number | undefined>((least, time) => (least === undefined || time < least ? time : least), undefined);
