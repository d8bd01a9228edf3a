/**
 * `_local` documents: what replications note on this server and no other, by the name of a database. Durable when written;
 * part of a backup, so that a restored server knows how far it had come then.
 */
import type { Sqlite } from '../base/sqlite.js';

/** The notes of one database. */
export interface Notes {
  get(id: string): unknown;
  put(id: string, body: object): void;
  remove(id: string): void;
}

/** Opens the notes of the database `name`, making their table where it is missing. */
export function openNotes(db: Sqlite, name: string): Notes {
  db.exec(`CREATE TABLE IF NOT EXISTS replication_note
    (database TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (database, id)) WITHOUT ROWID`);
  const get = db.prepare<{ body: string }>('SELECT body FROM replication_note WHERE database = ? AND id = ?');
  const put = db.prepare('INSERT OR REPLACE INTO replication_note (database, id, body) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM replication_note WHERE database = ? AND id = ?');
  return {
    get(id) {
      const row = get.get(name, id);
      return row && (JSON.parse(row.body) as unknown);
    },
    put: (id, body) => void put.run(name, id, JSON.stringify(body)),
    remove: (id) => void remove.run(name, id),
  };
}
