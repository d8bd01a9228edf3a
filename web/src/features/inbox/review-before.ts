/** Unreviewed photos from before a day, which can be marked as reviewed at once. */
import type { Month } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';
import { idsFound } from '../albums/all-matches.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { inboxSearch } from './inbox-count.svelte.js';
import { m } from '../../lib/messages.js';

/**
 * The search for unreviewed photos that arrived before a day (`2026-11-25`, UTC, like `added:`); all of them if
 * undefined.
 */
export const searchBefore = (day: string | undefined): string =>
  day === undefined ? inboxSearch : `${inboxSearch} added:<${day}`;

/** Today (UTC). */
export const dayNow = (now = Date.now()): string => new Date(now).toISOString().slice(0, 10);

/** Tomorrow (UTC): everything that arrived so far is before it. */
export const dayNext = (now = Date.now()): string => dayNow(now + 86_400_000);

/** Marks all photos from before a day as reviewed, as one undoable edit. @throws ApiError */
export async function lookedAtBefore(day: string | undefined): Promise<boolean> {
  const ids = await idsFound(searchBefore(day));
  return ids.length > 0 && edits.do(ids, { reviewed: true }, m.inbox.lookedAt(ids.length));
}

/** From this number on, reviewing photos one by one takes too long. */
const crowd = 50;

/** Whether no photo was ever reviewed and many are unreviewed; never rejects. */
export async function isFirst(): Promise<boolean> {
  const countOf = async (q: string): Promise<number> =>
    (await ask<Month[]>(addressed('/api/timeline', { q }))).reduce((sum, { count }) => sum + count, 0);
  try {
    return (await countOf('is:reviewed')) === 0 && (await countOf(inboxSearch)) >= crowd;
  } catch {
    return false;
  }
}
