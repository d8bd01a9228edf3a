/**
 * Gives a library that was restored from a backup a new identity towards its peers, so that it is not mistaken for the
 * one that continued after the backup. One transaction; calling it again renews it once more.
 */
import type { Sqlite } from '../base/sqlite.js';
import { followedMark } from './blobs/blob-index.js';

/** The setting with a value that changes at each restore. */
export const restoredMark = 'replication.restored';

/** Renews a library's identity; `drawn` is a text unique to this restore. */
export function renew(db: Sqlite, drawn: string): void {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  const set = db.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)');
  db.transaction(() => {
    set.run(restoredMark, drawn);
    // The files here may differ from those at the time of the backup.
    set.run(followedMark, '0');
    if (!isThere.get('replication_note')) return;
    // CouchDB trusts a note of its current session, and would resume after documents that are missing here now.
    // Photospool's notes are compared instead.
    db.exec("DELETE FROM replication_note WHERE json_extract(body, '$.session_id') IS NOT NULL");
  });
}
