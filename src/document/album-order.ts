/**
 * The order of an album's photos: by date, or by hand. The document of the album holds one register for the kind of
 * order, and one for each photo that was moved: its position, a text between the positions of its neighbours
 * (fractional indexing). A photo that was never moved is positioned by its time, so a new photo needs no position, and
 * two people who move different photos never write to the same register. Pure.
 */
import { compareText, entriesOf, own } from './json-values.js';
import { registerIn } from './overruled-registers.js';
import type { Stamp } from './photo-document.js';

/** The orders: by date, or by hand. */
export const albumSorts = ['newest', 'oldest', 'manual'] as const;

/** How the photos of an album are ordered. */
export type AlbumSort = (typeof albumSorts)[number];

/** What orders a photo: its public id, and its time taken (`2024-07-01T12:00:00.000`). */
export interface DatedPhoto {
  id: string;
  taken: string;
}

/** Positions of photos by public id; null for a photo that is positioned by its time again. */
export type Positions = Readonly<Record<string, string | null>>;

/** The maximum number of photos that were moved in an album: their positions take about 200 bytes each. */
export const mostMoved = 1_000;

/** Half of a public id: enough to tell the photos of an album apart, and half the size. */
const short = (id: string): string => id.slice(0, 16);
const prefix = 'position ';
const fieldOf = (id: string): string => `${prefix}${short(id)}`;

/** The maximum length of a position. */
const longest = 160;
/** A position that this version can compare: printable ASCII. */
const isPosition = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= longest && /^[ -~]*[!-~]$/.test(value);

/** The order of an album according to its document; newest first if it has none. */
export function sortIn(body: unknown): AlbumSort {
  const found = registerIn(body, 'sort');
  return (found !== 'circle' && albumSorts.find((sort) => sort === found?.value)) || 'newest';
}

/** The position of a photo that was moved; undefined for all others. */
export function positionIn(body: unknown, id: string): string | undefined {
  if (own(body, fieldOf(id)) === undefined) return undefined;
  const found = registerIn(body, fieldOf(id));
  return found !== 'circle' && isPosition(found?.value) ? found.value : undefined;
}

/** The order by date of the photos that were never moved. */
function datedIn(body: unknown): 'newest' | 'oldest' {
  const sort = sortIn(body);
  return sort === 'manual' ? datedBy(body) : sort;
}

/** The order by date that an order by hand started from. */
function datedBy(body: unknown): 'newest' | 'oldest' {
  const found = registerIn(body, 'manualFrom');
  return found !== 'circle' && found?.value === 'oldest' ? 'oldest' : 'newest';
}

/** The start of an order by hand: the order by date that is shown, unless photos were moved before. */
export const startManual = (body: unknown): Pick<OrderChange, 'sort' | 'manualFrom'> => ({
  sort: 'manual',
  ...(sortIn(body) !== 'manual' && movedIn(body) === 0 && { manualFrom: datedIn(body) }),
});

/** The number of photos of an album that have a position. */
export const movedIn = (body: unknown): number =>
  entriesOf(body).filter(([name, register]) => name.startsWith(prefix) && typeof own(register, 'value') === 'string')
    .length;

/** A change of an order. */
export interface OrderChange {
  sort?: AlbumSort;
  /** The order by date that one by hand starts from. */
  manualFrom?: 'newest' | 'oldest';
  positions?: Positions;
}

/** The whole order of an album, as the change that makes it. */
export function orderIn(body: unknown): OrderChange {
  const ids = entriesOf(body).flatMap(([name]) => (name.startsWith(prefix) ? name.slice(prefix.length) : []));
  const positions = ids.map((id) => [id, positionIn(body, id) ?? null] as const);
  const manualFrom = registerIn(body, 'manualFrom') !== undefined && { manualFrom: datedBy(body) };
  return { sort: sortIn(body), ...manualFrom, positions: Object.fromEntries(positions) };
}

/** The registers that set an order and positions. */
export function orderRegisters(
  { sort, manualFrom, positions = {} }: OrderChange,
  at: Stamp,
  by: string,
): Record<string, { value: string | null; at: Stamp; by: string }> {
  const moved = Object.entries(positions).map(([id, value]) => [fieldOf(id), { value, at, by }] as const);
  return {
    ...(sort !== undefined && { sort: { value: sort, at, by } }),
    ...(manualFrom !== undefined && { manualFrom: { value: manualFrom, at, by } }),
    ...Object.fromEntries(moved),
  };
}

/** The photos of an album in this order. */
export function sortPhotos<P extends DatedPhoto>(photos: readonly P[], body: unknown): P[] {
  const byHand = sortIn(body) === 'manual';
  const keyed = photos.map((photo) => ({ photo, key: keyOf(body, byHand, photo) }));
  keyed.sort((a, b) => compareText(a.key, b.key));
  const sorted = keyed.map(({ photo }) => photo);
  return datedIn(body) === 'newest' ? sorted.reverse() : sorted;
}

/** The sort key of a photo. Its id makes it unique, also between two photos that were moved to one place at once. */
const keyOf = (body: unknown, byHand: boolean, { id, taken }: DatedPhoto): string =>
  `${(byHand ? positionIn(body, id) : undefined) ?? taken} ${short(id)}`;

/**
 * The positions that move photos, in the order of `ids`, before another one (null: to the end) of an album that is
 * ordered by hand. `photos`: all of the album. Undefined if there is no room between two photos, which takes thousands
 * of moves to one place.
 */
export function positionsFor(
  photos: readonly DatedPhoto[],
  body: unknown,
  ids: readonly string[],
  before: string | null,
): Positions | undefined {
  const moving = new Set(ids);
  const rest = sortPhotos(photos, body).filter(({ id }) => !moving.has(id));
  const at = before === null ? rest.length : rest.findIndex(({ id }) => id === before);
  if (at < 0) return undefined;
  const edge = (photo: DatedPhoto | undefined): string | undefined => photo && keyOf(body, true, photo);
  const [above, below] = [edge(rest[at - 1]), edge(rest[at])];
  const isDown = datedIn(body) === 'newest';
  const found = spread(isDown ? below : above, isDown ? above : below, isDown ? [...ids].reverse() : ids);
  return Object.values(found).every(isPosition) ? found : undefined;
}

/** Positions for photos between two keys, the middle one first, so that they stay short. */
function spread(low: string | undefined, high: string | undefined, ids: readonly string[]): Record<string, string> {
  if (ids.length === 0) return {};
  const middle = ids.length >> 1;
  const id = ids[middle]!;
  // Two servers may move different photos to one place at once: the id keeps their positions apart.
  const key = `${between(low, high)}${id.slice(0, 4)}`;
  return { ...spread(low, key, ids.slice(0, middle)), [id]: key, ...spread(key, high, ids.slice(middle + 1)) };
}

/** The lowest and the highest character of a position. */
const [first, last] = [0x20, 0x7e];

/**
 * A short text above `low` and below `high`; not the beginning of `high`, so that it can be extended. Without one of
 * the two it stays near the other: photos are often moved to an end one after the other.
 */
function between(low: string | undefined, high: string | undefined): string {
  for (let at = 0; ; at++) {
    const from = low !== undefined && at < low.length ? low.charCodeAt(at) : first;
    const to = high === undefined ? last + 1 : at < high.length ? high.charCodeAt(at) : first;
    if (from === to && at < longest) continue;
    const same = (low ?? '').slice(0, at).padEnd(at, ' ');
    if (to - from > 1)
      return same + String.fromCharCode(high === undefined ? from + 1 : low === undefined ? to - 1 : (from + to) >> 1);
    const rest = low === undefined ? String.fromCharCode(last) : between(low.slice(at + 1), undefined);
    return same + String.fromCharCode(from) + rest;
  }
}
