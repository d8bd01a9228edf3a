/**
 * What waits while the rest of a link goes on: a disk without room for pictures, or for documents one way, or that may not be
 * written, here or at the peer, is no reason to end a link. It is tried again by itself, less and less often, until it goes.
 */
import type { Clock } from '../../base/clock.js';
import { toPhotospoolError, type ErrorCode, type PhotospoolError } from '../../base/errors.js';
import { waitAfter } from './reconnect-backoff.js';

/** Which way pictures go. */
export type Way = 'fetched' | 'brought';

/** Why something waits, and until when (ms since 1970). */
export interface DiskErrorHold {
  error: PhotospoolError;
  until: number;
}

/** What is done again where disks hold it up. */
export interface HeldParts<W extends string = Way> {
  way: W;
  clock: Clock;
  signal: AbortSignal;
  /** 0 to 1; absent where waits need not differ. */
  random?(): number;
  /** Told why it waits; and with nothing when it goes again. */
  held(way: W, why?: DiskErrorHold): void;
  /** Works until the signal, and tells when it got on. Rejects with what holds it up. */
  work(gotOn: () => void): Promise<void>;
}

/** The troubles of disks; `permission` of files here, for what a server does not permit is `unauthorized`. */
export const ofDisks: ReadonlySet<ErrorCode> = new Set(['disk-full', 'read-only', 'permission']);

/** Works until the signal, with rests while a disk is in trouble. Rejects with everything else. */
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
