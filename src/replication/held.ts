/**
 * Pictures that wait while documents go on: a disk without room for them, or that may not be written, here or at the peer, is
 * no reason to end a link. They are tried again by themselves, less and less often, until they go.
 */
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError, type ErrorCode } from '../base/errors.js';
import { waitAfter } from './backoff.js';

/** Which way pictures go. */
export type Way = 'fetched' | 'brought';

/** What is done again where disks hold it up. */
export interface HeldParts {
  way: Way;
  clock: Clock;
  signal: AbortSignal;
  /** Told why pictures wait, as a sentence; and with nothing when they go again. */
  held(way: Way, why?: string): void;
  /** Moves pictures until the signal, and tells when it got on. Rejects with what holds it up. */
  work(gotOn: () => void): Promise<void>;
}

/** The troubles of disks; `permission` of files here, for what a server does not permit is `unauthorized`. */
export const ofDisks: ReadonlySet<ErrorCode> = new Set(['disk-full', 'read-only', 'permission']);

/** Works until the signal, with rests while a disk is in trouble. Rejects with everything else. */
export async function whileDisksAllow({ way, clock, signal, held, work }: HeldParts): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      await work(() => {
        failures = 0;
        held(way);
      });
    } catch (error) {
      const ours = toPhotospoolError(error, 'store', 'pictures');
      if (!ofDisks.has(ours.code)) throw error;
      held(way, sentence(ours));
      await clock.sleep(
        waitAfter(++failures, ours.code, () => 0.5),
        signal,
      );
    }
  }
}
