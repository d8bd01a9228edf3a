/**
 * The storage used by each holder: the sizes of the originals of their items, each counted in full even if others have
 * the same bytes, so that it does not depend on them. Triggers keep the sums, per access class and place in the trash,
 * in the transaction of each row; an answer reads a row per class and never the photos. Pictures made of originals are
 * not counted.
 */
import type { Sqlite } from '../base/sqlite.js';
import type { Holder } from '../document/item-id.js';
import { bit } from './photo-flags.js';

const trashed = (row: string): string => `(${row}.state & ${bit.trashed} <> 0)`;
const add = `INSERT INTO catalog_storage (class, trashed, photos, bytes) VALUES (new.class, ${trashed('new')}, 1, new.size)
  ON CONFLICT (class, trashed) DO UPDATE SET photos = photos + 1, bytes = bytes + excluded.bytes;`;
const take = `UPDATE catalog_storage SET photos = photos - 1, bytes = bytes - old.size
  WHERE class = old.class AND trashed = ${trashed('old')};`;
const added = `CREATE TRIGGER IF NOT EXISTS catalog_storage_added AFTER INSERT ON catalog_photo BEGIN ${add} END;`;

/** SQL that creates the table and its triggers; `catalog_photo` must exist. */
export const storageSchema = `
  CREATE TABLE IF NOT EXISTS catalog_storage (
    class INTEGER, trashed INTEGER, photos INTEGER NOT NULL, bytes REAL NOT NULL, PRIMARY KEY (class, trashed)) WITHOUT ROWID;
  ${added}
  CREATE TRIGGER IF NOT EXISTS catalog_storage_taken AFTER DELETE ON catalog_photo BEGIN ${take} END;
  CREATE TRIGGER IF NOT EXISTS catalog_storage_changed AFTER UPDATE OF class, state, size ON catalog_photo
    WHEN old.class <> new.class OR old.state <> new.state OR old.size <> new.size BEGIN ${take} ${add} END;`;

/** SQL around filling the whole table at once: one pass instead of a trigger per row. */
export const storageInBulk = {
  before: 'DROP TRIGGER IF EXISTS catalog_storage_added;',
  after: `DELETE FROM catalog_storage;
    INSERT INTO catalog_storage SELECT class, ${trashed('catalog_photo')} AS trashed, count(*), sum(size) FROM catalog_photo GROUP BY 1, 2;
    ${added}`,
};

/** A number of photos, and the bytes of their originals. */
export interface Amount {
  photos: number;
  bytes: number;
}

/** The storage used by a holder: what is neither in the trash nor locked, what is in the trash, and what is locked. */
export interface StorageUsed {
  holder: Holder;
  shown: Amount;
  trashed: Amount;
  locked: Amount;
}

/** Reads the storage used by each holder of at least one item, by holder. */
export function readStorage(db: Sqlite): StorageUsed[] {
  const rows = db
    .prepare<Amount & { holder: Holder; kind: 'shown' | 'trashed' | 'locked' }>(
      `SELECT json_extract(claims, '$.holder') AS holder,
         CASE WHEN json_extract(claims, '$.locked') THEN 'locked' WHEN trashed THEN 'trashed' ELSE 'shown' END AS kind,
         sum(photos) AS photos, sum(bytes) AS bytes
       FROM catalog_storage JOIN catalog_class ON catalog_class.id = class GROUP BY 1, 2 HAVING sum(photos) > 0 ORDER BY 1`,
    )
    .all();
  const none = { photos: 0, bytes: 0 };
  const found = new Map<Holder, StorageUsed>();
  for (const { holder, kind, photos, bytes } of rows) {
    const before = found.get(holder) ?? { holder, shown: none, trashed: none, locked: none };
    found.set(holder, { ...before, [kind]: { photos, bytes } });
  }
  return [...found.values()];
}
