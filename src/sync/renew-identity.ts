/**
 * What a library that is put back from a backup must not take over from it, so that nobody takes it for the one that went on
 * after the backup. One transaction; the same again makes it new once more.
 */
import type { Sqlite } from '../base/sqlite.js';
import { followedMark } from './blobs/blob-index.js';

/** The setting that is another one after each restore. */
export const restoredMark = 'replication.restored';

/** Makes a library new for its peers; `drawn` is a text that no other restore has. */
export function renew(db: Sqlite, drawn: string): void {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  const set = db.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)');
  db.transaction(() => {
    set.run(restoredMark, drawn);
    // Which files are here is another matter than when the backup was made.
    set.run(followedMark, '0');
    if (!isThere.get('replication_note')) return;
    // CouchDB believes a note of the session that it is in, and goes on behind what is missing here now. Our own are compared.
    db.exec("DELETE FROM replication_note WHERE json_extract(body, '$.session_id') IS NOT NULL");
  });
}
