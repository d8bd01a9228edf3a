/** The most frequent places of a month or a day, for its heading. Pure. */
import type { Columns } from './columns.js';
import { monthText, dayText } from './date-numbers.js';
import { derivedOf } from './derived-values.js';
import { eachSpan } from './search-counts.js';
import type { MatchingSlots } from './search-filter.js';

/** The places of a month or a day, the most frequent first. */
export interface SpanPlaces {
  /** `2024-07` or `2024-07-03` */
  span: string;
  places: string[];
}

/** The maximum number of places per span, and the minimum share of its photos for each. */
const mostPlaces = 2;
const leastShare = 0.2;

/** The most frequent places of each month or day, newest first, without spans of unknown places. */
export function countPlaces(columns: Columns, found: MatchingSlots, by: 'month' | 'day'): SpanPlaces[] {
  const { taken, place } = columns;
  const label = derivedOf(columns).label.place;
  const [size, name] = by === 'month' ? ([100, monthText] as const) : ([1, dayText] as const);
  const spans: SpanPlaces[] = [];
  let at = found.length;
  eachSpan(taken, found, size, (span, all) => {
    const counts = new Map<number, number>();
    for (const end = at - all; at > end;) {
      const number = place[found[--at]!]!;
      if (number !== 0) counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    const most = [...counts]
      .filter(([, count]) => count >= all * leastShare)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    if (most.length > 0)
      spans.push({ span: name(span), places: most.slice(0, mostPlaces).map(([number]) => label(number)) });
  });
  return spans;
}
