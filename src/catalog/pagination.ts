/**
 * Pages of photos, newest first. A cursor is the row number below which the next page begins: it stays good whatever is
 * written meanwhile.
 */
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { audiences, type Unshown } from '../document/photo-document.js';
import type { Tile } from './catalog-answers.js';
import { positionOf, type Columns } from './columns.js';
import type { MatchingSlots, Sight } from './search-filter.js';
import { seesAudience } from './item-visibility.js';
import { audienceIn } from './live-photos.js';
import { bit } from './photo-flags.js';

const most = 5_000;

/** The row numbers of a page, and the cursor of the next. */
export interface Numbers {
  numbers: number[];
  next?: string;
}

/** A cursor as a row number. @throws PhotospoolError `invalid` where it is none of ours. */
export function readCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  const n = /^-?\d{1,16}$/.test(cursor) ? Number(cursor) : NaN;
  if (Number.isSafeInteger(n)) return n;
  throw new PhotospoolError('invalid', 'That cursor is not one that was given out.', {
    op: 'page',
    hint: 'Begin again without a cursor.',
  });
}

/** A limit within what is sensible. */
export const readLimit = (limit = 100): number => Math.min(most, Math.max(1, Math.floor(limit) || 1));

/** A page of what was found, from the columns. */
export function pageOfFound(columns: Columns, found: MatchingSlots, limit: number, before: number): Numbers {
  const end = positionOf(columns.n, found, before);
  const page = found.subarray(Math.max(0, end - limit), end);
  const numbers = Array.from(page, (slot) => columns.n[slot]!).reverse();
  return end > limit ? { numbers, next: String(numbers[limit - 1]) } : { numbers };
}

/** A page of all that a viewer may see, from the table: for a library whose columns are not loaded. */
export function pageOfAll(db: Sqlite, limit: number, before: number, { viewer, access }: Sight): Numbers {
  const shown = audiences.map((audience) => Number(seesAudience(access, viewer.onlooker, audience)));
  const rows = db
    .prepare<{ n: number }>(
      `SELECT n FROM catalog_photo
       WHERE n < ? AND beside = 0 AND (state & ${bit.trashed}) = 0 AND CASE state & ${bit.audience} WHEN 0 THEN ? WHEN 32 THEN ? WHEN 64 THEN ? END
       ORDER BY n DESC LIMIT ?`,
    )
    .all(before, ...shown, limit + 1);
  const numbers = rows.slice(0, limit).map(({ n }) => n);
  return rows.length > limit ? { numbers, next: String(numbers[limit - 1]) } : { numbers };
}

const hex = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');

/** The row number of a photo by its SHA-256; undefined where the catalog has none. */
export function numberOf(db: Sqlite, id: string): number | undefined {
  return db.prepare<{ n: number }>('SELECT n FROM catalog_photo WHERE id = ?').get(Buffer.from(id, 'hex'))?.n;
}

/** The SHA-256 of the photos in these rows, in that order. */
export function idsOf(db: Sqlite, numbers: readonly number[]): string[] {
  const rows = db.prepare<{ id: Uint8Array }>(
    'SELECT p.id FROM json_each(?) AS j JOIN catalog_photo AS p ON p.n = j.value ORDER BY j.key',
  );
  return rows.all(JSON.stringify(numbers)).map(({ id }) => hex(id));
}

interface TileRow {
  id: Uint8Array;
  width: number;
  height: number;
  taken: string;
  thumbhash: string | null;
  v: string | null;
  unshown: Unshown | null;
  type: string;
  state: number;
  favourites: string | null;
  seconds: number | null;
  motion: number;
  stacked: number;
}

/** The tiles of the photos in these rows, in that order. */
export function tilesOf(db: Sqlite, numbers: readonly number[], { viewer, access }: Sight): Tile[] {
  const { self, onlooker } = viewer;
  const sees = (widest: number): boolean => seesAudience(access, onlooker, audienceIn(widest));
  const plays = ({ motion }: TileRow): boolean => motion > 0 && sees(motion);
  const rows = db.prepare<TileRow>(
    `SELECT p.id, width, height, taken, thumbhash, p.version AS v, unshown, p.type, state, favourites, seconds, stacked,
       iif(state & ${bit.video}, 0, coalesce(clip_motion, motion)) AS motion
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
    ...(isFavourite(row, self) && { favourite: true as const }),
    ...((row.state & bit.animated) !== 0 && { animated: true as const }),
    ...((row.state & bit.damaged) !== 0 && { damaged: true as const }),
    ...(row.seconds !== null && { seconds: row.seconds }),
    ...(plays(row) && { motion: true as const }),
    ...(row.stacked > 0 && sees(row.stacked) && { raw: true as const }),
  }));
}

const isFavourite = ({ state, favourites }: TileRow, self: string | undefined): boolean =>
  self === undefined
    ? (state & bit.favourite) !== 0
    : favourites !== null && (JSON.parse(favourites) as string[]).includes(self);
