/** Albums suggested by the folders of photos (document/album-document.ts), with their photos. Read from the tables. */
import type { Sqlite } from '../base/sqlite.js';
import { house, type Holder } from '../document/item-id.js';
import { bit } from './photo-flags.js';

/** A suggested album. */
export interface Suggestion {
  name: string;
  count: number;
  /** The public id of its newest photo. */
  newest: string;
}

/**
 * The catalog's queries about suggestions. They cover all photos of one holder (by default the house) outside the
 * trash.
 */
export interface Suggested {
  /** At most `most` suggestions with at least `least` photos, those with the newest photo first. */
  suggestions(least: number, most: number, holder?: Holder): Suggestion[];
  /** The public ids of the photos in a suggestion. */
  suggestedPhotos(name: string, holder?: Holder): string[];
}

const there = `folder IS NOT NULL AND beside = 0 AND state & ${bit.trashed} = 0
  AND CASE WHEN ?1 IS NULL THEN bytes IS NULL ELSE bytes IS NOT NULL AND side = ?1 END`;
const bound = (holder: Holder): string | null => (holder === house ? null : holder);

/** Opens the suggestions. */
export function openSuggested(db: Sqlite): Suggested {
  return {
    suggestions(least, most, holder = house) {
      const rows = db.prepare<{ folder: string; count: number; id: Uint8Array }>(
        // SQLite takes the columns besides max() from the row with the maximum.
        `SELECT folder, count(*) AS count, max(n), id FROM catalog_photo INDEXED BY catalog_photo_folder
           WHERE ${there} GROUP BY folder HAVING count(*) >= ?2 ORDER BY max(n) DESC LIMIT ?3`,
      );
      return rows
        .all(bound(holder), least, most)
        .map(({ folder, count, id }) => ({ name: folder, count, newest: hex(id) }));
    },
    suggestedPhotos: (name, holder = house) =>
      db
        .prepare<{ id: Uint8Array }>(`SELECT id FROM catalog_photo WHERE folder = ?2 AND ${there} ORDER BY n DESC`)
        .all(bound(holder), name)
        .map(({ id }) => hex(id)),
  };
}

const hex = (id: Uint8Array): string => Buffer.from(id).toString('hex');
