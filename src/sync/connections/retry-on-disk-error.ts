/**
 * Retries after disk errors: a full disk, or missing write permission, here or at the peer, does not end a connection.
 * Only the affected blobs, or the documents of one direction, wait and are retried with back-off.
 */
import type { Clock } from '../../base/clock.js';
import { toPhotospoolError, type ErrorCode, type PhotospoolError } from '../../base/errors.js';
import { waitAfter } from './reconnect-backoff.js';

/** The direction of blobs. */
export type Way = 'fetched' | 'brought';

/** Why something waits, and until when (ms since 1970). */
export interface DiskErrorHold {
  error: PhotospoolError;
  until: number;
}

/** Work that is retried after disk errors. */
export interface HeldParts<W extends string = Way> {
  way: W;
  clock: Clock;
  signal: AbortSignal;
  /** 0 to 1; absent for no jitter. */
  random?(): number;
  /** Called with the reason when it waits; without one when it continues. */
  held(way: W, why?: DiskErrorHold): void;
  /** Works until the signal aborts, and reports progress. Rejects with a disk error. */
  work(gotOn: () => void): Promise<void>;
}

/** The codes of disk errors; `permission` means local files, since a server that denies access gives `unauthorized`. */
export const ofDisks: ReadonlySet<ErrorCode> = new Set(['disk-full', 'read-only', 'permission']);

/** Works until the signal aborts, backing off after disk errors. Rejects with all other errors. */
export async function whileDisksAllow<W extends string>({
  way,
  clock,
  signal,
  random = () => 0.5,
  held,
  work,
}: HeldParts<W>): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      await work(() => {
        failures = 0;
        held(way);
      });
    } catch (error) {
      const ours = toPhotospoolError(error, 'store', 'what comes');
      if (!ofDisks.has(ours.code)) throw error;
      const wait = waitAfter(++failures, ours.code, random);
      held(way, { error: ours, until: clock.now() + wait });
      await clock.sleep(wait, signal);
    }
  }
}
