/** When a waiting claim is due, and why it waits. Pure. */
import { dirname } from 'node:path';
import { PhotospoolError, printable } from '../base/errors.js';
import { unknownHolder, type Holder } from '../document/item-id.js';
import { isOwnClaim } from './claim-name.js';
import type { Claim } from './claims.js';
import { isIgnored, isoTime, isOwn, longestDelay, type ClaimRecord } from './claim-record.js';
import { patienceEnds, patience, isDamaged } from './damaged-files.js';
import type { StuckItem } from './spool-interface.js';

/**
 * When a stuck claim is due, in ms; Infinity if only a person can help. Damage waits at most a day. A time beyond the
 * maximum delay was written by a wrong clock: then it is due at once.
 */
export function dueAt({ item }: Claim, now: number): number {
  if (!item.error) return 0;
  if (isIgnored(item)) return Infinity;
  const ends = isDamaged(item) ? patienceEnds(item) : Infinity;
  const [due, longest] =
    item.next === undefined ? [ends, patience] : [Math.min(Date.parse(item.next), ends), longestDelay];
  return due !== Infinity && due > now + longest ? 0 : due;
}

/** A stuck claim in the form of the API. Its name is that of the file: hostile text. */
export function toStuckItem({ id, item }: Claim): StuckItem {
  return {
    name: item.name,
    claim: id,
    reason: item.error ? [item.error.message, item.error.hint].filter(Boolean).join(' ') : 'It is being retried.',
    code: item.error?.code ?? 'changing',
    attempts: item.attempts,
    ...(item.next !== undefined && { next: item.next }),
    claimed: item.claimed,
    ...(item.error && { failed: item.error.at }),
    ...aboutOf(item),
    ...holderIn(id, item),
  };
}

/** The holder of a claim for the status; `unknown` for a person's claim whose record is lost. */
export function holderIn(id: string, { holder }: Pick<ClaimRecord, 'holder'>): { holder?: Holder } {
  const whose = holder ?? (isOwnClaim(id) ? unknownHolder : undefined);
  return whose === undefined ? {} : { holder: whose };
}

/** The possible and chosen actions for a stuck file, in the form of the API. */
export function aboutOf(item: ClaimRecord): Pick<StuckItem, 'asIs' | 'since' | 'own' | 'ignored'> {
  return {
    ...(isDamaged(item) && { asIs: isoTime(patienceEnds(item)) }),
    ...(item.still !== undefined && { since: item.still }),
    ...(isOwn(item) && { own: true }),
    ...(isIgnored(item) && { ignored: true }),
  };
}

/** The error of a claim whose `work` folder does not exist. */
export function away({ folder }: Claim): PhotospoolError {
  return new PhotospoolError('io', `${printable(dirname(folder))} no longer exists.`, {
    op: 'read',
    path: folder,
    hint: 'Check that its disk is mounted. Photospool retries automatically.',
  });
}
