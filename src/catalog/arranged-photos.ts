/**
 * The matches of a search in another order than newest first, as tiles and as segments of a timeline. A cursor is the
 * number of photos before a page, so it is only valid while the order stays the same. In memory only, so a crash loses
 * nothing.
 */
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import type { DatedPhoto } from '../document/album-order.js';
import type { Segment, Tile } from './catalog-answers.js';
import type { Columns } from './columns.js';
import { monthText } from './date-numbers.js';
import type { MatchingSlots } from './search-filter.js';

/**
 * Oldest first; by the day of arrival, the last day first, and within a day newest first; or by a function that gets
 * all photos, oldest first.
 */
export type Arrangement = 'oldest' | 'added' | (<P extends DatedPhoto>(photos: readonly P[]) => P[]);

/** The matches of a search in an order. */
export interface ArrangedPhotos {
  count: number;
  /** The photos from a position on; reads only their rows. */
  tiles(from: number, limit: number): Tile[];
  /** Segments of at most `size` photos: of one month each if they are ordered by date, otherwise without a month. */
  segments(size: number): Segment[];
}

/** The slots of some matches in an order. */
export function arrange(db: Sqlite, columns: Columns, found: MatchingSlots, how: Arrangement): MatchingSlots {
  if (how === 'oldest') return found;
  if (how === 'added') return byArrival(columns, found);
  const rows = datedPhotos(db, columns, found).map((photo, k) => ({ ...photo, slot: found[k]! }));
  return Uint32Array.from(how(rows), ({ slot }) => slot);
}

/** A counting sort: a library may have millions of photos that arrived on few days. */
function byArrival({ added }: Columns, found: MatchingSlots): MatchingSlots {
  const counts = new Map<number, number>();
  for (const slot of found) counts.set(added[slot]!, (counts.get(added[slot]!) ?? 0) + 1);
  const free = new Map<number, number>();
  let before = 0;
  for (const [day, count] of [...counts].sort(([a], [b]) => b - a)) {
    free.set(day, before);
    before += count;
  }
  const arranged = new Uint32Array(found.length);
  for (let k = found.length - 1; k >= 0; k--) {
    const day = added[found[k]!]!;
    const at = free.get(day)!;
    arranged[at] = found[k]!;
    free.set(day, at + 1);
  }
  return arranged;
}

/** The sort keys of some matches, in their order. */
export function datedPhotos(db: Sqlite, { n }: Columns, found: MatchingSlots): DatedPhoto[] {
  const rows = db.prepare<{ id: string; taken: string }>(
    'SELECT lower(hex(p.id)) AS id, p.taken FROM json_each(?) AS j JOIN catalog_photo AS p ON p.n = j.value ORDER BY j.key',
  );
  return rows.all(JSON.stringify(Array.from(found, (slot) => n[slot]!)));
}

/** Reads such a cursor. @throws PhotospoolError `invalid`. */
export function readPosition(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new PhotospoolError('invalid', 'The cursor is not valid.', {
    op: 'page',
    hint: 'Start again without a cursor.',
  });
}

/** Cuts photos in an order into segments; with `dated`, at the ends of months, too. */
export function cutArranged(
  { taken, ratio, n }: Columns,
  arranged: MatchingSlots,
  size: number,
  dated: boolean,
): Segment[] {
  const monthAt = (at: number): string => (dated ? monthText(Math.floor(taken[arranged[at]!]! / 100)) : '');
  const segments: Segment[] = [];
  for (let at = 0; at < arranged.length;) {
    const [from, month] = [at, monthAt(at)];
    let sum = 0;
    let hash = 0;
    for (; at < arranged.length && at - from < size && monthAt(at) === month; at++) {
      const slot = arranged[at]!;
      sum += ratio[slot]!;
      hash = Math.imul(hash ^ n[slot]!, 0x9e3779b1);
    }
    segments.push({ month, count: at - from, ratio: sum, cursor: String(from), hash });
  }
  return segments;
}
