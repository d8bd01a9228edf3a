/** The cover photo of a month or a year in the overview of the timeline. Pure. */
import { positionOf, type Columns } from './columns.js';
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
 * Photos per month or year, newest first, each with its cover: a favourite of the holder where `favourites` has 1 for
 * the number of its class (the holder's favourites are not revealed to others), then the one with the most stars,
 * pictures before videos; of equal ones the newest.
 */
export function pickCovers(
  { taken, state, rating, n, class: numbers }: Columns,
  found: MatchingSlots,
  by: 'month' | 'year',
  favourites: Uint8Array,
): CoveredSpan[] {
  const size = by === 'month' ? 100 : 10_000;
  // Arithmetic instead of branches, and a search for the first photo of each span instead of a comparison of all dates.
  const worth = (slot: number): number =>
    rating[slot]! +
    10 * (favourites[numbers[slot]!]! & (state[slot]! >> favouriteShift)) -
    100 * ((state[slot]! >> videoShift) & 1);
  // No rank is higher: the search for a span's cover can end.
  const highest = 5 + (favourites.includes(1) ? 10 : 0);
  const spans: CoveredSpan[] = [];
  for (let end = found.length; end > 0;) {
    const date = taken[found[end - 1]!]!;
    const first = date - (date % size);
    const start = positionOf(taken, found.subarray(0, end), first);
    let best = found[end - 1]!;
    let most = worth(best);
    for (let at = end - 1; at-- > start && most < highest;) {
      const slot = found[at]!;
      const value = worth(slot);
      if (value > most) [best, most] = [slot, value];
    }
    const text = by === 'month' ? monthText(first / 100) : String(first / 10_000).padStart(4, '0');
    spans.push({ span: text, count: end - start, n: n[best]! });
    end = start;
  }
  return spans;
}

const favouriteShift = Math.log2(bit.favourite);
const videoShift = Math.log2(bit.video);
