/**
 * Trouble that every file would meet, such as a full disk: while it lasts nothing is tried, and the pauses between the
 * tries double, 5 s to 5 min. It is said when it begins, not at each try. Nothing on disk.
 */
import { backOff, type BackOff } from '../base/async/backoff.js';
import type { Clock } from '../base/clock.js';
import type { ErrorCode } from '../base/errors.js';
import type { SpoolPause } from './spool-interface.js';

/** A pause that some trouble causes. */
export interface DiskPause {
  /** Until when nothing is tried, in ms; 0 where nothing is in the way. */
  until(): number;
  /** The same to be shown, with the reason. */
  read(): SpoolPause | undefined;
  /** Begins the pause, or goes on with the one that runs. True where this trouble was not met before: it is to be said. */
  failed(code: ErrorCode, reason: string): boolean;
  /** Something went through. True where that is news. */
  passed(): boolean;
  /** Ends the pause without knowing whether the trouble is over: everything may be tried at once. */
  reset(): void;
}

const pauses: BackOff = { first: 5_000, longest: 300_000 };

/** Opens a hold. */
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
      // Several that were under way fail of the same trouble: one pause for all of them.
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

/** The earliest of many times, in ms; undefined of none. */
export const earliest = (times: readonly number[]): number | undefined =>
  times.reduce<number | undefined>((least, time) => (least === undefined || time < least ? time : least), undefined);
