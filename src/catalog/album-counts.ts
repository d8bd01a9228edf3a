/**
 * Counts the photos of albums with members for a viewer, and finds the newest of each: one pass over the photos visible
 * to the viewer, however many albums there are. In memory only, so a crash loses nothing.
 */
import { placeOf, type Columns } from './columns.js';
import { grown } from './growable-array.js';
import { markSlots } from './multi-value-column.js';
import { bit } from './photo-flags.js';
import type { Sight } from './item-visibility.js';
import { bestOfTwins, seesSeveral } from './same-bytes.js';
import type { MatchingSlots } from './search-filter.js';

/** An album to count: `<holder>:<ulid>`, and the row number of its cover, if it has one. */
export interface CountedAlbum {
  album: string;
  cover?: number;
}

/**
 * The number of photos of an album, videos included, and the number of videos; the row numbers of its newest photo, and
 * of its picture: the cover, otherwise the newest.
 */
export interface AlbumCount {
  count: number;
  videos: number;
  newest?: number;
  shown?: number;
}

/** Counts albums. `found`: everything that the viewer sees outside the trash, with all items of the same bytes. */
export type CountAlbums = (
  columns: Columns,
  sight: Sight,
  found: MatchingSlots,
  albums: readonly CountedAlbum[],
) => AlbumCount[];

/** Marks of a slot: in an album; and, rarely, in an album in a way that its entries alone do not determine. */
const [plain, special] = [1, 2];

/** Opens the counting. Its memory, a byte per photo, is reused, to spare the garbage collector. */
export function openAlbumCounts(): CountAlbums {
  let memory = new Uint8Array(0);
  return (columns, sight, found, albums) => {
    memory = grown(memory, columns.size);
    const marks = memory.subarray(0, columns.size).fill(0);
    const entries = entriesOf(columns, sight, albums);
    const several = seesSeveral(sight.viewer.onlooker) || sight.offered.length > 0;
    markSlots(columns.entry, entries.terms, columns.access.terms.length, marks);
    if (several) for (const slot of columns.twins.of.keys()) if (marks[slot] === plain) marks[slot] = special;
    // A column with values for few photos does not extend to the others.
    for (const slot of entries.apart.keys()) if (slot < columns.entry.length.length) marks[slot] = special;

    const tally = countPlain(columns, entries, found, marks, albums.length);
    for (const slots of specialSlots(columns, found, marks, several)) {
      for (const [k, own] of byAlbum(columns, entries, slots)) {
        const slot = own.length === 1 ? own[0]! : bestOfTwins(columns, sight.viewer.onlooker, own);
        tally.counts[k]!++;
        tally.videos[k]! += videoIn(columns, slot);
        const before = tally.newest[k]!;
        if (before === 0 || columns.n[slot]! > columns.n[before - 1]!) tally.newest[k] = slot + 1;
      }
    }
    return albums.map(({ cover }, index) => {
      const k = index + 1;
      const [count, videos] = [tally.counts[k]!, tally.videos[k]!];
      if (count === 0) return { count, videos };
      const isShown = cover !== undefined && isInAlbum(columns, entries, found, cover, k);
      const newest = columns.n[tally.newest[k]! - 1]!;
      return { count, videos, newest, shown: isShown ? cover : newest };
    });
  };
}

/** By 1 + the index of an album: its number of photos, and of videos among them; and 1 + the slot of its newest. */
interface Tally {
  counts: Uint32Array;
  videos: Uint32Array;
  newest: Uint32Array;
}

/** 1 for a video, otherwise 0. */
const videoIn = ({ state }: Columns, slot: number): number => Number((state[slot]! & bit.video) !== 0);

/** Counts the slots marked as plain. One with two entries of an album counts once. */
function countPlain(columns: Columns, { of }: Entries, found: MatchingSlots, marks: Uint8Array, albums: number): Tally {
  const { start, length, items } = columns.entry;
  const counts = new Uint32Array(albums + 1);
  const videos = new Uint32Array(albums + 1);
  const newest = new Uint32Array(albums + 1);
  // Few photos are in albums: reads only those, the newest last, without an object for each.
  for (let position = 0; position < found.length; position++) {
    const slot = found[position]!;
    if (marks[slot] !== plain) continue;
    for (let at = start[slot]!, end = at + length[slot]!; at < end; at++) {
      const k = of[items[at]!]!;
      if (newest[k] === slot + 1) continue;
      newest[k] = slot + 1;
      counts[k]!++;
      videos[k]! += videoIn(columns, slot);
    }
  }
  return { counts, videos, newest };
}

/** The slots marked as special: those with the same bytes together, of which only one counts in each album. */
function specialSlots(columns: Columns, found: MatchingSlots, marks: Uint8Array, several: boolean): Iterable<number[]> {
  const groups = new Map<string | number, number[]>();
  for (let position = 0; position < found.length; position++) {
    const slot = found[position]!;
    if (marks[slot] !== special) continue;
    const key = (several ? columns.twins.of.get(slot) : undefined) ?? slot;
    const known = groups.get(key);
    if (known) known.push(slot);
    else groups.set(key, [slot]);
  }
  for (const [key, slots] of groups)
    if (typeof key === 'string' && slots.length > 1)
      groups.set(
        key,
        columns.twins.groups.get(key)!.filter((slot) => slots.includes(slot)),
      );
  return groups.values();
}

/** The slots of each album, by 1 + its index, in the given order. */
function byAlbum(columns: Columns, entries: Entries, slots: readonly number[]): Map<number, number[]> {
  const albums = new Map<number, number[]>();
  for (const slot of slots)
    for (const k of albumsOf(columns, entries, slot)) albums.set(k, [...(albums.get(k) ?? []), slot]);
  return albums;
}

/** Whether a row is among those found and in an album, by 1 + its index. */
function isInAlbum(columns: Columns, entries: Entries, found: MatchingSlots, n: number, k: number): boolean {
  const place = placeOf(columns.n, found, n);
  return place !== undefined && albumsOf(columns, entries, found[place]!).has(k);
}

/** The albums of a slot, by 1 + their index. */
function albumsOf({ entry: { start, length, items } }: Columns, { of, apart }: Entries, slot: number): Set<number> {
  const among = apart.get(slot);
  if (among) return new Set(among);
  const own = items.subarray(start[slot] ?? 0, (start[slot] ?? 0) + (length[slot] ?? 0));
  return new Set(Array.from(own, (number) => of[number]!).filter((k) => k !== 0));
}

/** The entries of albums. */
interface Entries {
  /** The numbers of all of them. */
  terms: number[];
  /** The album of each entry, as 1 + its index; 0 if it belongs to none of these. */
  of: Uint32Array;
  /** The albums of the items that were individually removed from an album, as 1 + their index. */
  apart: Map<number, number[]>;
}

function entriesOf(columns: Columns, sight: Sight, albums: readonly CountedAlbum[]): Entries {
  const entries: Entries = { terms: [], of: new Uint32Array(columns.access.terms.length), apart: new Map() };
  albums.forEach(({ album }, index) => {
    const items = sight.album(album);
    for (const number of items?.terms ?? []) {
      entries.terms.push(number);
      entries.of[number] = index + 1;
    }
    for (const { slot, shown } of items?.apart ?? []) {
      const known = entries.apart.get(slot) ?? [];
      entries.apart.set(slot, shown ? [...known, index + 1] : known);
    }
  });
  return entries;
}
