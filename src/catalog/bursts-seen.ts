/**
 * Bursts (bursts.ts) as a viewer sees them: formed by the photos visible to the viewer, so that neither the number nor
 * the members of a burst reveal other photos.
 */
import type { Sqlite } from '../base/sqlite.js';
import { burstRows, burstsAmong, type Frame } from './bursts.js';
import type { CatalogViewer } from './catalog-answers.js';
import { accessColumns, type AccessRow, type RowSight } from './item-visibility.js';

/** A burst as a viewer sees it: its number, as in `burst:`, and the number of its visible photos. */
export interface BurstSeen {
  id: string;
  count: number;
}

/** A photo of a burst. */
export type FrameRow = Frame & AccessRow;

const columns = ['n', 'taken', 'burst', ...accessColumns].join(', ');

/** The visible bursts among the photos with a `series`; each with the photo chosen last first, then by time. */
function burstsIn(db: Sqlite, series: number, sight: RowSight): FrameRow[][] {
  return burstsAmong(burstRows<FrameRow>(db, columns, series).filter((row) => sight.seesRow(row)));
}

/** The photos of the burst of a row as the viewer sees it; undefined if none is visible, and in share links. */
export function framesSeen(
  db: Sqlite,
  { id, series }: { id: Uint8Array; series: number | null },
  sight: RowSight,
): FrameRow[] | undefined {
  if (series === null || sight.viewer.scope) return undefined;
  return burstsIn(db, series, sight).find((frames) => frames.some((frame) => Buffer.compare(frame.id, id) === 0));
}

/** The burst of a row; undefined if none is visible, and in share links. */
export function burstSeen(
  db: Sqlite,
  row: { id: Uint8Array; series: number | null },
  sight: RowSight,
): BurstSeen | undefined {
  const frames = framesSeen(db, row, sight);
  return frames && { id: numberOf(frames), count: frames.length };
}

/**
 * The row numbers of a visible burst, by its number; empty if the viewer sees no such burst. With `inLink` also for
 * viewers with a scope, computed as if without it: for the search of a share link.
 */
export function framesNumbered(db: Sqlite, number: string, sight: RowSight, inLink = false): number[] {
  if (sight.viewer.scope && !inLink) return [];
  const start = Number(number).toString(16).padStart(startDigits, '0');
  if (start.length > startDigits) return [];
  const beginning = db
    .prepare<{ series: number }>(
      'SELECT DISTINCT series FROM catalog_photo WHERE id >= ? AND id <= ? AND series IS NOT NULL',
    )
    .all(Buffer.from(start.padEnd(64, '0'), 'hex'), Buffer.from(start.padEnd(64, 'f'), 'hex'));
  return [Number(number), ...beginning.map(({ series }) => series)]
    .flatMap((series) => burstsIn(db, series, sight))
    .filter((frames) => numberOf(frames) === number)
    .flatMap((frames) => frames.map(({ n }) => n));
}

/** A number has 48 bits. */
const startDigits = 12;

/**
 * The number of a burst: if it is named, that of its name; otherwise the beginning of the public id of its first
 * visible photo.
 */
function numberOf(frames: readonly FrameRow[]): string {
  const first = frames.reduce((a, b) => (b.n < a.n ? b : a));
  return String(first.burst ?? parseInt(Buffer.from(first.id).toString('hex').slice(0, startDigits), 16));
}

/** The bursts of photos. */
export interface BurstsOfPhotos {
  /** The burst of a photo (its public id), as a viewer of the photo sees it. */
  burstOf(id: string, viewer: CatalogViewer): BurstSeen | undefined;
}

/** Opens the bursts of photos; the tables need not exist before the first call. */
export const openBurstsOfPhotos = (db: Sqlite, sightOf: (viewer: CatalogViewer) => RowSight): BurstsOfPhotos => ({
  burstOf(id, viewer) {
    const key = Buffer.from(id, 'hex');
    const row = db.prepare<{ series: number | null }>('SELECT series FROM catalog_photo WHERE id = ?').get(key);
    return row && burstSeen(db, { id: key, ...row }, sightOf(viewer));
  },
});
