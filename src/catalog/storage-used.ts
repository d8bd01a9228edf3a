/**
 * The storage used by each holder: the sizes of the originals of their items, each counted in full even if others have
 * the same bytes, so that it does not depend on them. Triggers keep the sums, per access class, place in the trash, kind
 * and year, in the transaction of each row; an answer reads these sums and never the photos. Pictures made of originals
 * are not counted.
 */
import type { Sqlite } from '../base/sqlite.js';
import type { Holder } from '../document/item-id.js';
import { bit } from './photo-flags.js';

const trashed = (row: string): string => `(${row}.state & ${bit.trashed} <> 0)`;
const kind = (row: string): string =>
  `CASE WHEN ${row}.type LIKE 'video/%' THEN 'video' WHEN ${row}.type LIKE 'image/x-%' THEN 'raw' ELSE 'photo' END`;
const year = (row: string): string => `substr(${row}.taken, 1, 4)`;
const key = (row: string): string => `${row}.class, ${trashed(row)}, ${kind(row)}, ${year(row)}`;
const add = `INSERT INTO catalog_storage (class, trashed, kind, year, photos, bytes) VALUES (${key('new')}, 1, new.size)
  ON CONFLICT (class, trashed, kind, year) DO UPDATE SET photos = photos + 1, bytes = bytes + excluded.bytes;`;
const take = `UPDATE catalog_storage SET photos = photos - 1, bytes = bytes - old.size
  WHERE (class, trashed, kind, year) = (${key('old')});`;
const added = `CREATE TRIGGER IF NOT EXISTS catalog_storage_added AFTER INSERT ON catalog_photo BEGIN ${add} END;`;

/** SQL that creates the table and its triggers; `catalog_photo` must exist. */
export const storageSchema = `
  CREATE TABLE IF NOT EXISTS catalog_storage (
    class INTEGER, trashed INTEGER, kind TEXT, year TEXT, photos INTEGER NOT NULL, bytes REAL NOT NULL,
    PRIMARY KEY (class, trashed, kind, year)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS catalog_photo_size ON catalog_photo (class, size);
  ${added}
  CREATE TRIGGER IF NOT EXISTS catalog_storage_taken AFTER DELETE ON catalog_photo BEGIN ${take} END;
  CREATE TRIGGER IF NOT EXISTS catalog_storage_changed AFTER UPDATE OF class, state, size, type, taken ON catalog_photo
    WHEN (${key('old')}, old.size) <> (${key('new')}, new.size) BEGIN ${take} ${add} END;`;

/** SQL around filling the whole table at once: one pass instead of a trigger per row. */
export const storageInBulk = {
  before: 'DROP TRIGGER IF EXISTS catalog_storage_added;',
  after: `DELETE FROM catalog_storage;
    INSERT INTO catalog_storage SELECT ${key('catalog_photo')}, count(*), sum(size) FROM catalog_photo GROUP BY 1, 2, 3, 4;
    ${added}`,
};

/** A number of photos, and the bytes of their originals. */
export interface Amount {
  photos: number;
  bytes: number;
}

/**
 * The storage used by a holder: by items neither in the trash nor locked, by items in the trash, and by locked items.
 */
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

/** The kinds of originals. */
export const kinds = ['photo', 'video', 'raw'] as const;

/** The storage used by some holders together, without locked items: by kind, and by the year taken. */
export interface StorageUse {
  kinds: (Amount & { kind: (typeof kinds)[number] })[];
  /** Newest first. */
  years: (Amount & { year: string })[];
  trash: Amount;
}

/** The classes of some holders that are not locked. */
const classesOf = `SELECT id FROM catalog_class WHERE json_extract(claims, '$.locked') IS NOT 1
  AND json_extract(claims, '$.holder') IN (SELECT value FROM json_each(?))`;

/** Reads the storage used by some holders together. */
export function readStorageUse(db: Sqlite, holders: readonly Holder[]): StorageUse {
  const sums = <T>(group: string, trash: 0 | 1): (Amount & T)[] =>
    db
      .prepare<Amount & T>(
        `SELECT ${group}, sum(photos) AS photos, sum(bytes) AS bytes FROM catalog_storage
         WHERE trashed = ${trash} AND class IN (${classesOf}) GROUP BY 1 HAVING sum(photos) > 0 ORDER BY 1 DESC`,
      )
      .all(JSON.stringify(holders));
  const found = new Map(sums<{ kind: string }>('kind', 0).map((one) => [one.kind, one]));
  const [trash = { photos: 0, bytes: 0 }] = sums<object>('trashed', 1).map(({ photos, bytes }) => ({ photos, bytes }));
  return {
    kinds: kinds.flatMap((one) => found.get(one) ?? []).map((sum) => ({ ...sum, kind: sum.kind as 'photo' })),
    years: sums<{ year: string }>('year', 0),
    trash,
  };
}

/** Reads the largest originals of some holders outside the trash, without locked ones: public ids with their bytes. */
export function readLargest(db: Sqlite, holders: readonly Holder[], limit: number): { id: string; bytes: number }[] {
  const classes = db.prepare<{ id: number }>(classesOf).all(JSON.stringify(holders));
  const largest = db.prepare<{ id: Uint8Array; bytes: number }>(
    `SELECT id, size AS bytes FROM catalog_photo WHERE class = ? AND NOT ${trashed('catalog_photo')}
     ORDER BY size DESC LIMIT ?`,
  );
  return classes
    .flatMap(({ id }) => largest.all(id, limit))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, limit)
    .map(({ id, bytes }) => ({ id: Buffer.from(id).toString('hex'), bytes }));
}

/**
 * Reads the photos of a holder in the trash, without locked ones: their public ids. The first call creates the index
 * that it needs; only servers with automatic deletion call it (album/automatic-deletion.ts).
 */
export function readTrashed(db: Sqlite, holder: Holder): string[] {
  db.exec(
    `CREATE INDEX IF NOT EXISTS catalog_photo_trashed ON catalog_photo (class) WHERE ${trashed('catalog_photo')}`,
  );
  return db
    .prepare<{ id: Uint8Array }>(
      `SELECT id FROM catalog_photo WHERE ${trashed('catalog_photo')} AND class IN (${classesOf})`,
    )
    .all(JSON.stringify([holder]))
    .map(({ id }) => Buffer.from(id).toString('hex'));
}
