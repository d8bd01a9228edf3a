/**
 * Damaged files: how long one is waited for, and when it is archived as it is. Pure.
 */
import { damage, type ClaimRecord } from './claim-record.js';

/** Whether a file waits for nothing but its own damage. */
export const isDamaged = ({ error }: ClaimRecord): boolean => error !== undefined && damage.has(error.code);

/** How long damage may go away before the file is archived with it, ms: the rest of the file, or a better copy, may come. */
export const patience = 24 * 3_600_000;

/** When a damaged file is archived as it is, in ms, unless it changes before. */
export function patienceEnds({ still, error, claimed }: ClaimRecord): number {
  return Date.parse(still ?? error?.at ?? claimed) + patience;
}

/** Whether a file in the state `look` is archived with its damage now: an owner said so, or it did not change for a day. */
export function isTakenAsIs(item: ClaimRecord, look: string | undefined, now: number): boolean {
  if (look === undefined || look !== item.tried) return false;
  return item.asIs === look || (isDamaged(item) && patienceEnds(item) <= now);
}
