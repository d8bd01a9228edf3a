/**
 * The hashes named by purged photos: a local table, filled from the change feed as purges arrive, because the purges do
 * not contain them. Originals are listed only if their bytes are in this server's archive or its trash. Blobs in it
 * that no document names may be removed elsewhere (purge-couch-blobs.ts): never the only copy of an original.
 */
import type { Sqlite } from '../../base/sqlite.js';

/** The hashes of purged photos. */
export interface Purged {
  note(hashes: Iterable<string>): void;
  /** Those in a database of blobs (its number, remote-blob-index.ts) that no document names. */
  at(place: number, limit: number): string[];
}

/** Opens the table, creating it if it is missing; those of blob-index.ts and remote-blob-index.ts exist. */
export function openPurged(db: Sqlite): Purged {
  db.exec('CREATE TABLE IF NOT EXISTS blob_purged (sha256 BLOB PRIMARY KEY) WITHOUT ROWID');
  const note = db.prepare('INSERT OR IGNORE INTO blob_purged (sha256) VALUES (?)');
  const at = db.prepare<{ sha256: Uint8Array }>(`SELECT sha256 FROM blob_purged AS purged
    WHERE EXISTS (SELECT 1 FROM blob_there AS there WHERE there.place = ? AND there.sha256 = purged.sha256)
    AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.sha256 = purged.sha256) LIMIT ?`);
  return {
    note(hashes) {
      for (const hash of hashes) note.run(Buffer.from(hash, 'hex'));
    },
    at: (place, limit) => at.all(place, limit).map(({ sha256 }) => Buffer.from(sha256).toString('hex')),
  };
}
