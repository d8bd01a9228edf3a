/** Unreviewed photos from before a day, which can be marked as reviewed at once. */
import type { Month } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';
import { idsFound } from '../albums/all-matches.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { inboxSearch } from './inbox-count.svelte.js';
import { inboxTexts as texts } from './inbox-texts.js';

/** What waits from before a day (`2026-11-25`, UTC, as `added:` is); of every day where it is undefined. */
export const searchBefore = (day: string | undefined): string =>
  day === undefined ? inboxSearch : `${inboxSearch} added:<${day}`;

/** Today (UTC). */
export const dayNow = (now = Date.now()): string => new Date(now).toISOString().slice(0, 10);

/** Tomorrow (UTC): all that came in until now is from before it. */
export const dayNext = (now = Date.now()): string => dayNow(now + 86_400_000);

/** Says of all photos from before a day that they were looked at, as one edit that can be undone. @throws ApiError */
export async function lookedAtBefore(day: string | undefined): Promise<boolean> {
  const ids = await idsFound(searchBefore(day));
  return ids.length > 0 && edits.do(ids, { reviewed: true }, texts.lookedAt(ids.length));
}

/** So many that nobody wants to go through them one by one. */
const crowd = 50;

/** Whether nobody ever looked at a photo here, and many wait: never rejects. */
export async function isFirst(): Promise<boolean> {
  const countOf = async (q: string): Promise<number> =>
    (await ask<Month[]>(addressed('/api/timeline', { q }))).reduce((sum, { count }) => sum + count, 0);
  try {
    return (await countOf('is:reviewed')) === 0 && (await countOf(inboxSearch)) >= crowd;
  } catch {
    return false;
  }
}
