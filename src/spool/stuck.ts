/** What can be said of a claim that waits: when it is due, and why it waits. Pure. */
import { dirname } from 'node:path';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Claim } from './claims.js';
import { longestDelay } from './item.js';
import type { StuckItem } from './port.js';

/**
 * When a stuck claim is due, in ms; Infinity where only a person can help. One due later than any delay can be was written by a
 * clock that went wrong: it is due at once.
 */
export function dueAt({ item }: Claim, now: number): number {
  if (!item.error) return 0;
  if (item.next === undefined) return Infinity;
  const due = Date.parse(item.next);
  return due > now + longestDelay ? 0 : due;
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
