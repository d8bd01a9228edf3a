/**
 * `_local` documents: the notes of replications on this server only, by the name of a database. Durable when written;
 * included in backups, so that a restored server knows its progress at that time. The number per token is limited, so
 * that peers can't fill the disk with data that no document names.
 */
import type { Sqlite } from '../../base/sqlite.js';

/** The maximum number of notes of one owner in one database, and of their characters of JSON. */
export const noteBounds = { count: 500, size: 8 * 1024 * 1024 } as const;

/** The message if an owner exceeds the limit. */
export const noRoom =
  `This token has reached the limit of ${noteBounds.count} replication checkpoints, or ${noteBounds.size / 2 ** 20} MiB in total. ` +
  'Delete those that are no longer needed, or use another token.';

/** The notes of one database. */
export interface Notes {
  get(id: string): unknown;
  /**
   * Stores a note; `owner` is the token that writes it, empty for this server itself. False if the owner exceeds the
   * limit.
   */
  put(id: string, body: object, owner?: string): boolean;
  remove(id: string): void;
}

/** Opens the notes of the database `name`, creating their table if it is missing. */
export function openNotes(db: Sqlite, name: string): Notes {
  db.exec(`CREATE TABLE IF NOT EXISTS replication_note
    (database TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (database, id)) WITHOUT ROWID`);
  const columns = db.prepare<{ name: string }>("SELECT name FROM pragma_table_info('replication_note')").all();
  if (!columns.some(({ name }) => name === 'owner'))
    db.exec("ALTER TABLE replication_note ADD COLUMN owner TEXT NOT NULL DEFAULT ''");
  const get = db.prepare<{ body: string }>('SELECT body FROM replication_note WHERE database = ? AND id = ?');
  const put = db.prepare('INSERT OR REPLACE INTO replication_note (database, id, body, owner) VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM replication_note WHERE database = ? AND id = ?');
  const others = db.prepare<{ n: number; size: number }>(`SELECT count(*) AS n, coalesce(sum(length(body)), 0) AS size
    FROM replication_note WHERE database = ? AND owner = ? AND id <> ?`);

  function hasRoom(owner: string, id: string, text: string): boolean {
    if (owner === '') return true;
    const { n, size } = others.get(name, owner, id)!;
    return n < noteBounds.count && size + text.length <= noteBounds.size;
  }

  return {
    get(id) {
      const row = get.get(name, id);
      return row && (JSON.parse(row.body) as unknown);
    },
    put: (id, body, owner = '') =>
      db.transaction(() => {
        const text = JSON.stringify(body);
        if (!hasRoom(owner, id, text)) return false;
        put.run(name, id, text, owner);
        return true;
      }),
    remove: (id) => void remove.run(name, id),
  };
}
