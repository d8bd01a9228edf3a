/**
 * Counts the photos of albums with members for a viewer, and finds the newest of each: one pass over what the viewer
 * sees, however many albums there are. Keeps nothing that a crash could lose.
 */
import type { Columns } from './columns.js';
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
  const counts = albums.map(({ cover }) => ({
    count: 0,
    newest: -1,
    cover,
    hasCover: false,
    twins: new Map() as Twins,
  }));
  const { of: albumOf, apart } = entriesOf(columns, sight, albums);
  const several = seesSeveral(sight.viewer.onlooker) || sight.offered.length > 0;
  const isTwin = several ? columns.twins.of : undefined;
  const { start, length, items } = columns.entry;

  function add(k: number, slot: number): void {
    const into = counts[k]!;
    into.count++;
    into.newest = Math.max(into.newest, columns.n[slot]!);
    if (columns.n[slot] === into.cover) into.hasCover = true;
  }

  // Without objects for each photo: there are a million.
  const inEntries: number[] = [];
  for (const slot of found) {
    const [from, size] = [start[slot] ?? 0, length[slot] ?? 0];
    if (size === 0) continue;
    inEntries.length = 0;
    for (let at = from; at < from + size; at++) {
      const k = albumOf[items[at]!]! - 1;
      if (k >= 0 && !inEntries.includes(k)) inEntries.push(k);
    }
    const among = apart.get(slot) ?? inEntries;
    const twin = isTwin?.get(slot);
    for (const k of among) {
      if (twin === undefined) add(k, slot);
      else counts[k]!.twins.set(twin, [...(counts[k]!.twins.get(twin) ?? []), slot]);
    }
  }
  return counts.map(({ twins }, k) => {
    for (const [key, slots] of twins) {
      const inOrder = columns.twins.groups.get(key)!.filter((slot) => slots.includes(slot));
      add(k, bestOfTwins(columns, sight.viewer.onlooker, inOrder));
    }
    const { count, newest, cover, hasCover } = counts[k]!;
    return { count, ...(count > 0 && { shown: hasCover ? cover! : newest }) };
  });
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
