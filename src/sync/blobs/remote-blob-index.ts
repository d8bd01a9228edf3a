/**
 * The index of a database of blobs on another server, built from its change feed: a local table. It can be dropped and
 * is then rebuilt. A crash leaves it slightly behind the feed.
 */
import type { Sqlite } from '../../base/sqlite.js';

/** SQL that creates missing tables. */
export const thereTables = `
  CREATE TABLE IF NOT EXISTS blob_place (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, made TEXT NOT NULL,
    since TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS blob_there (place INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (place, sha256)) WITHOUT ROWID;`;

/** The content of one database. */
export interface There {
  /** The number of the database, for `MissingOptions.at`. */
  id: number;
  has(sha256: string): boolean;
  add(sha256: string): void;
  remove(sha256: string): void;
  count(): number;
  /** The position in its change feed. */
  since(): string;
  /** Processes a batch of its feed that ends at `since`. */
  take(rows: Iterable<{ sha256: string; deleted: boolean }>, since: string): void;
  /** The creation time that its server reports. */
  made(): string;
  /** Forgets everything, so that its feed is read from the beginning. */
  clear(made: string): void;
}

/** Opens the index of the database at `url`. */
export function openThere(db: Sqlite, url: string): There {
  db.exec(thereTables);
  db.prepare("INSERT OR IGNORE INTO blob_place (url, made, since) VALUES (?, '', '0')").run(url);
  const { id } = db.prepare<{ id: number }>('SELECT id FROM blob_place WHERE url = ?').get(url)!;
  const has = db.prepare('SELECT 1 FROM blob_there WHERE place = ? AND sha256 = ?');
  const add = db.prepare('INSERT OR IGNORE INTO blob_there (place, sha256) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM blob_there WHERE place = ? AND sha256 = ?');
  const clear = db.prepare('DELETE FROM blob_there WHERE place = ?');
  const count = db.prepare<{ n: number }>('SELECT count(*) AS n FROM blob_there WHERE place = ?');
  const row = db.prepare<{ made: string; since: string }>('SELECT made, since FROM blob_place WHERE id = ?');
  const setSince = db.prepare('UPDATE blob_place SET since = ? WHERE id = ?');
  const begin = db.prepare("UPDATE blob_place SET since = '0', made = ? WHERE id = ?");
  const bytes = (sha256: string): Buffer => Buffer.from(sha256, 'hex');
  return {
    id,
    has: (sha256) => has.get(id, bytes(sha256)) !== undefined,
    add: (sha256) => void add.run(id, bytes(sha256)),
    remove: (sha256) => void remove.run(id, bytes(sha256)),
    count: () => count.get(id)?.n ?? 0,
    since: () => row.get(id)?.since ?? '0',
    made: () => row.get(id)?.made ?? '',
    take(rows, last) {
      db.transaction(() => {
        for (const { sha256, deleted } of rows) (deleted ? remove : add).run(id, bytes(sha256));
        setSince.run(last, id);
      });
    },
    clear(made) {
      db.transaction(() => {
        clear.run(id);
        begin.run(made, id);
      });
    },
  };
}

/** Removes the index of the database at `url`. */
export function forgetThere(db: Sqlite, url: string): void {
  db.exec(thereTables);
  db.transaction(() => {
    db.prepare('DELETE FROM blob_there WHERE place IN (SELECT id FROM blob_place WHERE url = ?)').run(url);
    db.prepare('DELETE FROM blob_place WHERE url = ?').run(url);
  });
}
