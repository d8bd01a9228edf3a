/** Counts matches: per month, per segment of the timeline, per value. From the columns. */
import type { FoundParts } from './block-parts.js';
import type { Segment } from './catalog-answers.js';
import type { Columns } from './columns.js';
import { monthText } from './date-numbers.js';
import { derivedOf } from './derived-values.js';
import { mostFrequent, tally, tallyParts, type ExploredValue, type Tally, type TallyMatches } from './explore.js';
import { bit } from './photo-flags.js';
import type { MatchingSlots } from './search-filter.js';

/** The kinds of values to count. */
export type FacetKind = 'tag' | 'camera' | 'lens' | 'place' | 'album';

/** The number of videos among the matches. */
export function countVideos({ state }: Columns, found: MatchingSlots): number {
  let videos = 0;
  for (let at = 0; at < found.length; at++) videos += Number((state[found[at]!]! & bit.video) !== 0);
  return videos;
}

/** Photos per month, newest first. */
export function countMonths({ taken }: Columns, found: MatchingSlots): { month: string; count: number }[] {
  const months: { month: string; count: number }[] = [];
  eachMonth(taken, found, (month, count) => months.push({ month, count }));
  return months;
}

/** Calls `tell` with each month and its count, newest first: consecutive photos of one month are one span. */
const eachMonth = (taken: Int32Array, found: MatchingSlots, tell: (month: string, count: number) => void): void =>
  eachSpan(taken, found, 100, (month, count) => tell(monthText(month), count));

/**
 * Calls `tell` with each span of time and its count, newest first; a date is `yyyymmdd`, of which a span omits the last
 * digits.
 */
export function eachSpan(
  taken: Int32Array,
  found: MatchingSlots,
  size: number,
  tell: (span: number, count: number) => void,
): void {
  for (let end = found.length; end > 0;) {
    const date = taken[found[end - 1]!]!;
    const first = date - (date % size);
    let at = end - 1;
    while (at > 0 && taken[found[at - 1]!]! >= first) at--;
    tell(first / size, end - at);
    end = at;
  }
}

/** Segments of at most `size` photos of one month, newest first. */
export function cutSegments({ taken, ratio, n }: Columns, found: MatchingSlots, size: number): Segment[] {
  const segments: Segment[] = [];
  let at = found.length;
  eachMonth(taken, found, (month, all) => {
    for (let left = all; left > 0;) {
      const count = Math.min(size, left);
      const cursor = String(n[found[at - 1]!]! + 1);
      let sum = 0;
      let hash = 0;
      for (const end = at - count; at > end;) {
        const slot = found[--at]!;
        sum += ratio[slot]!;
        hash = Math.imul(hash ^ n[slot]!, 0x9e3779b1);
      }
      segments.push({ month, count, ratio: sum, cursor, hash });
      left -= count;
    }
  });
  return segments;
}

/**
 * Values with counts and covers, the most frequent first, then by name. `names`: by the number of a class, whether the names of
 * albums are visible in its items.
 */
export function countFacet(
  columns: Columns,
  found: FoundParts,
  kind: FacetKind,
  names: (number: number) => boolean,
): ExploredValue[] {
  const { length } = columns.values[kind].list;
  const count: TallyMatches = (slots, into) => {
    if (kind === 'tag') return tallyTags(columns, slots, into);
    if (kind === 'album') return tallyAlbums(columns, names, slots, into);
    return tally(columns[kind], slots, into);
  };
  const tallied = tallyParts(columns, found, kind, { length, hasVideos: kind === 'album' }, count);
  return mostFrequent(tallied, derivedOf(columns).label[kind], columns.n);
}

/** Tallies the tags of matches. */
function tallyTags({ tag: { start, length, items } }: Columns, found: MatchingSlots, { counts, covers }: Tally): void {
  for (let k = 0; k < found.length; k++) {
    const slot = found[k]!;
    const from = start[slot]!;
    for (let at = from, end = from + length[slot]!; at < end; at++) {
      const number = items[at]!;
      counts[number]!++;
      covers[number] = slot;
    }
  }
}

/** Tallies the albums of matches whose names are visible, and the videos in each. */
function tallyAlbums(
  { album: { start, length, items }, class: classes, state }: Columns,
  names: (number: number) => boolean,
  found: MatchingSlots,
  { counts, covers, videos }: Required<Tally>,
): void {
  for (let k = 0; k < found.length; k++) {
    const slot = found[k]!;
    // Few photos are in an album: the class of others need not be read. A slot beyond the column has no length.
    if (!length[slot] || !names(classes[slot]!)) continue;
    for (let at = start[slot]!, end = at + length[slot]; at < end; at++) {
      const number = items[at]!;
      counts[number]!++;
      covers[number] = slot;
      if ((state[slot]! & bit.video) !== 0) videos[number]!++;
    }
  }
}
