/** What can be said of a claim that waits: when it is due, and why it waits. Pure. */
import { dirname } from 'node:path';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Claim } from './claims.js';
import { isIgnored, isoTime, isOwn, longestDelay, type ClaimRecord } from './claim-record.js';
import { patienceEnds, patience, isDamaged } from './damaged-files.js';
import type { StuckItem } from './spool-interface.js';

/**
 * When a stuck claim is due, in ms; Infinity where only a person can help. Damage is not waited for longer than a day. One due later than any delay can be was written by a
 * clock that went wrong: it is due at once.
 */
export function dueAt({ item }: Claim, now: number): number {
  if (!item.error) return 0;
  if (isIgnored(item)) return Infinity;
  const ends = isDamaged(item) ? patienceEnds(item) : Infinity;
  const [due, longest] =
    item.next === undefined ? [ends, patience] : [Math.min(Date.parse(item.next), ends), longestDelay];
  return due !== Infinity && due > now + longest ? 0 : due;
}

/** A stuck claim as it is told of. Its name is the file's own: hostile text. */
export function toStuckItem({ id, item }: Claim): StuckItem {
  return {
    name: item.name,
    claim: id,
    reason: item.error ? [item.error.message, item.error.hint].filter(Boolean).join(' ') : 'It is taken up again.',
    code: item.error?.code ?? 'changing',
    attempts: item.attempts,
    ...(item.next !== undefined && { next: item.next }),
    claimed: item.claimed,
    ...(item.error && { failed: item.error.at }),
    ...aboutOf(item),
  };
}

/** What can be done with a stuck file, and what was chosen, as it is told of. */
export function aboutOf(item: ClaimRecord): Pick<StuckItem, 'asIs' | 'since' | 'own' | 'ignored'> {
  return {
    ...(isDamaged(item) && { asIs: isoTime(patienceEnds(item)) }),
    ...(item.still !== undefined && { since: item.still }),
    ...(isOwn(item) && { own: true }),
    ...(isIgnored(item) && { ignored: true }),
  };
}

/** The failure of a claim whose `work` folder is not there. */
export function away({ folder }: Claim): PhotospoolError {
  return new PhotospoolError('io', `${printable(dirname(folder))} is not there any more.`, {
    op: 'read',
    path: folder,
    hint: 'Is its disk mounted? It is tried again by itself.',
  });
}
