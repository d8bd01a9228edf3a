/** The cover photo of a month or a year in the overview of the timeline. Pure. */
import type { Columns } from './columns.js';
import { monthText } from './date-numbers.js';
import { bit } from './photo-flags.js';
import type { MatchingSlots } from './search-filter.js';

/** A month or a year, and its cover photo. */
export interface CoveredSpan {
  /** `2024-07` or `2024` */
  span: string;
  count: number;
  /** Row number of the photo. */
  n: number;
}

/**
 * Photos per month or year, newest first, each with its cover: a favourite of the holder where
 * `favourites` has 1 for the number of its class (others don't learn the holder's), then the one with most stars, pictures before videos; of equal
 * ones the newest.
 */
export function pickCovers(
  { taken, state, rating, n, class: numbers }: Columns,
  found: MatchingSlots,
  by: 'month' | 'year',
  favourites: Uint8Array,
): CoveredSpan[] {
  const size = by === 'month' ? 100 : 10_000;
  const worth = (slot: number): number =>
    rating[slot]! +
    (favourites[numbers[slot]!] === 1 && state[slot]! & bit.favourite ? 10 : 0) -
    (state[slot]! & bit.video ? 100 : 0);
  const spans: CoveredSpan[] = [];
  for (let end = found.length; end > 0;) {
    const date = taken[found[end - 1]!]!;
    const first = date - (date % size);
    let best = found[end - 1]!;
    let most = worth(best);
    let at = end;
    while (at > 0 && taken[found[at - 1]!]! >= first) {
      const slot = found[--at]!;
      const value = worth(slot);
      if (value > most) [best, most] = [slot, value];
    }
    const text = by === 'month' ? monthText(first / 100) : String(first / 10_000).padStart(4, '0');
    spans.push({ span: text, count: end - at, n: n[best]! });
    end = at;
  }
  return spans;
}
