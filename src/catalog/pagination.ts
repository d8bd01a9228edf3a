/**
 * Pages of photos, newest first. A cursor is the row number below which the next page starts, so it stays valid across
 * writes.
 */
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { house } from '../document/item-id.js';
import { audiences, type Unshown } from '../document/photo-document.js';
import type { Tile } from './catalog-answers.js';
import { positionOf, type Columns } from './columns.js';
import type { MatchingSlots } from './search-filter.js';
import { accessColumns, sees, type AccessRow, type RowSight } from './item-visibility.js';
import { firstOfTwins, seesSeveral } from './same-bytes.js';
import { burstSeen, framesSeen } from './bursts-seen.js';
import { openCompanions, type Accompanied } from './companions.js';
import { bit, kindBit } from './photo-flags.js';
import { placeName, type PlaceKey } from './place-names.js';

const most = 5_000;

/** The row numbers of a page, and the cursor of the next page. */
export interface Numbers {
  numbers: number[];
  next?: string;
}

/** The row number of a cursor. @throws PhotospoolError `invalid` for an invalid one. */
export function readCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  const n = /^-?\d{1,16}$/.test(cursor) ? Number(cursor) : NaN;
  if (Number.isSafeInteger(n)) return n;
  throw new PhotospoolError('invalid', 'The cursor is not valid.', {
    op: 'page',
    hint: 'Start again without a cursor.',
  });
}

/** The limit, forced into its permitted range. */
export const readLimit = (limit = 100): number => Math.min(most, Math.max(1, Math.floor(limit) || 1));

/** A page of the matches, from the columns. */
export function pageOfFound(columns: Columns, found: MatchingSlots, limit: number, before: number): Numbers {
  const end = positionOf(columns.n, found, before);
  const page = found.subarray(Math.max(0, end - limit), end);
  const numbers = Array.from(page, (slot) => columns.n[slot]!).reverse();
  return end > limit ? { numbers, next: String(numbers[limit - 1]) } : { numbers };
}

const columns = accessColumns.join(', ');
/** Flags that exclude a photo from the timeline. */
const leftOut = bit.trashed | bit.archived | bit.guest;

/**
 * A page of everything visible to a viewer, read from the table while the columns are not loaded. With `stacked`, one
 * photo stands for each burst.
 */
export function pageOfAll(db: Sqlite, limit: number, before: number, sight: RowSight, stacked = false): Numbers {
  const classesWith = (wanted: number): string =>
    JSON.stringify([...sight.classes.keys()].filter((number) => (sight.classes[number]! & wanted) !== 0));
  const [seen, inAlbums] = [classesWith(sees.living), classesWith(sees.inAlbums)];
  // With `+` no index is used for the classes: it would find all photos, to be sorted for one page.
  const next = db.prepare<AccessRow & { n: number; series: number | null }>(
    `SELECT n, series, ${columns} FROM catalog_photo
     WHERE n < ? AND beside = 0 AND (state & ${leftOut}) = 0 AND (+class IN (SELECT value FROM json_each(?))
       OR (entries IS NOT NULL AND +class IN (SELECT value FROM json_each(?)))
       OR +n IN (SELECT value FROM json_each(?)))
     ORDER BY n DESC LIMIT ?`,
  );
  const offered = sight.offered();
  const isSeveral = seesSeveral(sight.viewer.onlooker) || offered.length > 0;
  const numbers: number[] = [];
  for (let from = before; numbers.length <= limit;) {
    const rows = next.all(from, seen, inAlbums, JSON.stringify(offered), limit + 1);
    const isShown = (row: AccessRow & { n: number }): boolean =>
      sight.seesRow(row) && (!isSeveral || isFirstOfTwins(db, row, sight));
    const shown = rows.filter((row) => isShown(row) && (!stacked || isFirstOfBurst(db, row, sight, isShown)));
    numbers.push(...shown.map(({ n }) => n));
    if (rows.length <= limit) break;
    from = rows[limit]!.n;
  }
  const page = numbers.slice(0, limit);
  return numbers.length > limit ? { numbers: page, next: String(page[limit - 1]) } : { numbers: page };
}

/** Whether a row is the one shown among those with its bytes in the timeline. */
function isFirstOfTwins(db: Sqlite, row: AccessRow & { n: number }, sight: RowSight): boolean {
  const { onlooker } = sight.viewer;
  const twins = db
    .prepare<AccessRow & { n: number }>(
      `SELECT n, ${columns} FROM catalog_photo WHERE (bytes = ?1 OR id = ?1) AND beside = 0 AND (state & ${leftOut}) = 0 ORDER BY id`,
    )
    .all(row.bytes ?? row.id)
    .filter((twin) => sight.seesRow(twin));
  return (
    twins.length < 2 ||
    twins[
      firstOfTwins(
        onlooker,
        twins.map((twin) => sight.classOf(twin)?.holder),
      )
    ]?.n === row.n
  );
}

/** Whether a row is the one that stands for its burst in the timeline, of those that are shown there. */
function isFirstOfBurst(
  db: Sqlite,
  row: AccessRow & { n: number; series: number | null },
  sight: RowSight,
  isShown: (row: AccessRow & { n: number }) => boolean,
): boolean {
  const frames = framesSeen(db, row, sight);
  return !frames || frames.find((frame) => (frame.state & leftOut) === 0 && isShown(frame))?.n === row.n;
}

const hex = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');

/** The row number of a photo by its public id; undefined if it has no row. */
export function numberOf(db: Sqlite, id: string): number | undefined {
  return db.prepare<{ n: number }>('SELECT n FROM catalog_photo WHERE id = ?').get(Buffer.from(id, 'hex'))?.n;
}

/** The row numbers of photos by their public ids, each once, in no order; without those that have no row. */
export function numbersOf(db: Sqlite, ids: readonly string[]): number[] {
  const rows = db.prepare<{ n: number }>(
    'SELECT DISTINCT p.n FROM json_each(?) AS j JOIN catalog_photo AS p ON p.id = unhex(j.value)',
  );
  return rows.all(JSON.stringify(ids)).map(({ n }) => n);
}

/** The public ids with a row that begin with these hexadecimal digits, in their order; at most `limit`. */
export function idsBeginning(db: Sqlite, digits: string, limit: number): string[] {
  const rows = db.prepare<{ id: Uint8Array }>(
    'SELECT id FROM catalog_photo WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?',
  );
  const [first, last] = ['0', 'f'].map((digit) => Buffer.from(digits.padEnd(64, digit), 'hex'));
  return rows.all(first!, last!, limit).map(({ id }) => hex(id));
}

/** The public ids of the photos in these rows, in that order. */
export function idsOf(db: Sqlite, numbers: readonly number[]): string[] {
  const rows = db.prepare<{ id: Uint8Array }>(
    'SELECT p.id FROM json_each(?) AS j JOIN catalog_photo AS p ON p.n = j.value ORDER BY j.key',
  );
  return rows.all(JSON.stringify(numbers)).map(({ id }) => hex(id));
}

interface TileRow extends Accompanied {
  id: Uint8Array;
  class: number;
  width: number;
  height: number;
  taken: string;
  thumbhash: string | null;
  v: string | null;
  unshown: Unshown | null;
  type: string;
  state: number;
  kinds: number;
  favourites: string | null;
  seconds: number | null;
  place: string | null;
  series: number | null;
}

/** The tiles of the photos in these rows, in that order; with `stacked` each with its burst. */
export function tilesOf(db: Sqlite, numbers: readonly number[], sight: RowSight, stacked = false): Tile[] {
  const { plays, hasRaw } = openCompanions(db, sight);
  const rows = db.prepare<TileRow>(
    `SELECT p.id, p.class, width, height, taken, thumbhash, p.version AS v, unshown, p.type, state, kinds, favourites, seconds, place, series, stacked,
       bytes, shot, side, clip, iif(state & ${bit.video}, 0, iif(motion < 0, motion, coalesce(clip_motion, motion))) AS motion
     FROM json_each(?) AS j JOIN catalog_photo AS p ON p.n = j.value ORDER BY j.key`,
  );
  return rows.all(JSON.stringify(numbers)).map((row) => ({
    id: hex(row.id),
    width: row.width,
    height: row.height,
    taken: row.taken,
    ...(row.thumbhash !== null && { thumbhash: row.thumbhash }),
    ...(row.v !== null && { v: row.v }),
    ...(row.unshown !== null && { unshown: row.unshown }),
    type: row.type,
    ...(isFavourite(row, sight) && { favourite: true as const }),
    ...((row.state & bit.animated) !== 0 && { animated: true as const }),
    ...((row.state & bit.damaged) !== 0 && { damaged: true as const }),
    ...((row.state & bit.edited) !== 0 && { edited: true as const }),
    ...((row.state & bit.edited) === 0 && (row.kinds & kindBit['360']) !== 0 && { sphere: true as const }),
    ...(row.seconds !== null && { seconds: row.seconds }),
    ...(plays(row) && { motion: true as const }),
    ...(hasRaw(row) && { raw: true as const }),
    ...(stacked && burstOf(db, row, sight)),
    ...sharingOf(row, sight),
    ...(sight.viewer.places === true && placeOf(row)),
  }));
}

function burstOf(db: Sqlite, row: TileRow, sight: RowSight): Pick<Tile, 'burst'> {
  const burst = burstSeen(db, row, sight);
  return burst ? { burst } : {};
}

/** The holder of a photo and its other viewers, as far as the viewer may know. */
function sharingOf(
  { state, class: number }: TileRow,
  { viewer, holderOf }: RowSight,
): Pick<Tile, 'audience' | 'holder'> {
  const holder = holderOf(number);
  if (holder === undefined) return {};
  const audience = audiences[(state & bit.audience) >> 5];
  const isTold = viewer.shares?.includes(holder) === true && audience !== undefined && audience !== 'private';
  return {
    ...(isTold && { audience }),
    ...(viewer.holders === true && holder !== house && { holder }),
  };
}

/** Where it was taken, as a single name: there are many tiles. */
function placeOf({ place }: TileRow): Pick<Tile, 'place'> {
  if (place === null) return {};
  const name = placeName(JSON.parse(place) as PlaceKey);
  return name === '' ? {} : { place: name };
}

function isFavourite(
  { state, favourites, class: number }: TileRow,
  { viewer: { self, actsFor = [] }, holderOf }: RowSight,
): boolean {
  const holder = holderOf(number);
  if (self === undefined || (holder !== undefined && actsFor.includes(holder))) return (state & bit.favourite) !== 0;
  return favourites !== null && (JSON.parse(favourites) as string[]).includes(self);
}
