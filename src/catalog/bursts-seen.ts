/** Bursts (bursts.ts) as a viewer sees them: with the photos that they see, and none of which they see only one. */
import type { Sqlite } from '../base/sqlite.js';
import { burstRows } from './bursts.js';
import type { CatalogViewer } from './catalog-answers.js';
import { accessColumns, type AccessRow, type RowSight } from './item-visibility.js';

/** A burst as a viewer sees it: its number, as in `burst:`, and how many of its photos they see. */
export interface BurstSeen {
  id: string;
  count: number;
}

/** The burst of a row; undefined if the viewer sees fewer than two photos of it, and in share links. */
export function burstSeen(db: Sqlite, series: number | null, sight: RowSight): BurstSeen | undefined {
  if (series === null || sight.viewer.scope) return undefined;
  const count = burstRows<AccessRow>(db, accessColumns.join(', '), series).filter((row) => sight.seesRow(row)).length;
  return count < 2 ? undefined : { id: String(series), count };
}

/** The bursts of photos. */
export interface BurstsOfPhotos {
  /** The burst of a photo (its public id), as a viewer of the photo sees it. */
  burstOf(id: string, viewer: CatalogViewer): BurstSeen | undefined;
}

/** Opens the bursts of photos; the tables need not exist before the first call. */
export const openBurstsOfPhotos = (db: Sqlite, sightOf: (viewer: CatalogViewer) => RowSight): BurstsOfPhotos => ({
  burstOf(id, viewer) {
    const find = db.prepare<{ series: number | null }>('SELECT series FROM catalog_photo WHERE id = ?');
    return burstSeen(db, find.get(Buffer.from(id, 'hex'))?.series ?? null, sightOf(viewer));
  },
});
