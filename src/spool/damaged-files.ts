/** Damaged files: how long to wait for a repair, and when a file is archived despite its damage. Pure. */
import { damage, type ClaimRecord } from './claim-record.js';

/** Whether damage is the only reason why a file is stuck. */
export const isDamaged = ({ error }: ClaimRecord): boolean => error !== undefined && damage.has(error.code);

/** How long to wait before a damaged file is archived, ms: the rest of the file, or a better copy, may arrive. */
export const patience = 24 * 3_600_000;

/** When a damaged file is archived, in ms, unless it changes before. */
export function patienceEnds({ still, error, claimed }: ClaimRecord): number {
  return Date.parse(still ?? error?.at ?? claimed) + patience;
}

/**
 * Whether a file in the state `look` is archived despite its damage now: an owner requested it, or it did not change
 * for a day.
 */
export function isTakenAsIs(item: ClaimRecord, look: string | undefined, now: number): boolean {
  if (look === undefined || look !== item.tried) return false;
  return item.asIs === look || (isDamaged(item) && patienceEnds(item) <= now);
}
