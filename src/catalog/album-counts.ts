/**
 * Counts the photos of albums with members for a viewer, and finds the newest of each: one pass over what the viewer
 * sees, however many albums there are. Keeps nothing that a crash could lose.
 */
import type { Columns } from './columns.js';
import { markSlots } from './multi-value-column.js';
import type { Sight } from './item-visibility.js';
import { bestOfTwins, seesSeveral } from './same-bytes.js';
import type { MatchingSlots } from './search-filter.js';

/** An album to count: `<holder>:<ulid>`, and the row number of its cover, if it has one. */
export interface CountedAlbum {
  album: string;
  cover?: number;
}

/** The number of photos of an album, and the row number of its cover, or else of its newest photo. */
export interface AlbumCount {
  count: number;
  shown?: number;
}

/** Counts albums. `found`: everything that the viewer sees outside the trash, with all items of the same bytes. */
export function countAlbums(
  columns: Columns,
  sight: Sight,
  found: MatchingSlots,
  albums: readonly CountedAlbum[],
): AlbumCount[] {
  const counts = new Uint32Array(albums.length);
  const newest = new Float64Array(albums.length).fill(-1);
  const hasCover = new Uint8Array(albums.length);
  const twinsOf = albums.map((): Twins => new Map<string, number[]>());
  const { of: albumOf, apart } = entriesOf(columns, sight, albums);
  const several = seesSeveral(sight.viewer.onlooker) || sight.offered.length > 0;
  const { start, length, items } = columns.entry;

  function add(k: number, slot: number): void {
    const n = columns.n[slot]!;
    counts[k]!++;
    if (n > newest[k]!) newest[k] = n;
    if (n === albums[k]!.cover) hasCover[k] = 1;
  }
  function addTwin(k: number, slot: number): void {
    const twin = columns.twins.of.get(slot)!;
    twinsOf[k]!.set(twin, [...(twinsOf[k]!.get(twin) ?? []), slot]);
  }

  // Few photos are in albums: only those are looked at, without an object for each.
  const isIn = markedEntries(columns, sight, albums, apart.keys());
  const isFound = marked(found, columns.size);
  const inEntries: number[] = [];
  for (let slot = 0; slot < columns.size; slot++) {
    if ((isIn[slot]! & isFound[slot]!) === 0 || length[slot] === 0) continue;
    inEntries.length = 0;
    for (let at = start[slot]!, end = at + length[slot]!; at < end; at++) {
      const k = albumOf[items[at]!]! - 1;
      if (k >= 0 && !inEntries.includes(k)) inEntries.push(k);
    }
    const among = apart.size === 0 ? inEntries : (apart.get(slot) ?? inEntries);
    for (const k of among) {
      if (several && columns.twins.of.has(slot)) addTwin(k, slot);
      else add(k, slot);
    }
  }
  return albums.map(({ cover }, k) => {
    for (const [key, slots] of twinsOf[k]!) {
      const inOrder = columns.twins.groups.get(key)!.filter((slot) => slots.includes(slot));
      add(k, bestOfTwins(columns, sight.viewer.onlooker, inOrder));
    }
    const shown = hasCover[k] === 1 ? cover! : newest[k]!;
    return { count: counts[k]!, ...(counts[k]! > 0 && { shown }) };
  });
}

/** A byte per slot, 1 for those in `slots`. */
function marked(slots: MatchingSlots, size: number): Uint8Array {
  const marks = new Uint8Array(size);
  for (let k = 0; k < slots.length; k++) marks[slots[k]!] = 1;
  return marks;
}

/** A byte per slot, 1 for those with an entry of one of the albums, and for those in `apart`. */
function markedEntries(
  columns: Columns,
  sight: Sight,
  albums: readonly CountedAlbum[],
  apart: Iterable<number>,
): Uint8Array {
  const marks = new Uint8Array(columns.size);
  const terms = albums.flatMap(({ album }) => sight.album(album)?.terms ?? []);
  markSlots(columns.entry, terms, columns.access.terms.length, marks);
  // A column with values for few photos does not extend to the others.
  for (const slot of apart) if (slot < columns.entry.length.length) marks[slot] = 1;
  return marks;
}

/** The slots of each group of items with the same bytes. */
type Twins = Map<string, number[]>;

/** The albums of each entry, as 1 + an index of `albums`; and of the items that were once taken out of an album. */
function entriesOf(columns: Columns, sight: Sight, albums: readonly CountedAlbum[]) {
  const of = new Uint32Array(columns.access.terms.length);
  const apart = new Map<number, number[]>();
  albums.forEach(({ album }, k) => {
    const items = sight.album(album);
    for (const number of items?.terms ?? []) of[number] = k + 1;
    for (const { slot, shown } of items?.apart ?? []) {
      const known = apart.get(slot) ?? [];
      apart.set(slot, shown ? [...known, k] : known);
    }
  });
  return { of, apart };
}
