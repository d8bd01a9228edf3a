/**
 * The SHA-1 of originals: some clients identify photos by it alone (docs/immich.md). Local and derived from the bytes
 * alone; the table is created with its first row, and a missing row is computed again in the background
 * (ingest/sha1-backlog.ts). It does not depend on who has the bytes: callers look for the items of one holder.
 */
import type { Sqlite } from '../base/sqlite.js';

/** An original without a stored SHA-1. `path` is relative to the archive. */
export interface UnhashedOriginal {
  sha256: string;
  path: string;
}

/** The hashes of originals, as hexadecimal digits. */
export interface OriginalSha1s {
  /** Stores one. Joins the caller's transaction. */
  put(sha256: string, sha1: string): void;
  /** The SHA-1 of an original; undefined if it is not known here. */
  find(sha256: string): string | undefined;
  /** The originals with this SHA-1: usually one, several only if files were made to collide. */
  having(sha1: string): string[];
  /** Removes the SHA-1 of an original that was purged. */
  remove(sha256: string): void;
  /** Up to 500 originals in the archive without one, in the order of their SHA-256, after that of `after`. */
  missing(after: string): UnhashedOriginal[];
}

/** The number of originals read at once. */
const page = 500;

/** Opens the table. Creates nothing. */
export function openOriginalSha1s(db: Sqlite): OriginalSha1s {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'original_sha1'");
  let made = false;
  function isThere(): boolean {
    if (made) return true;
    const found = isMade.get() !== undefined;
    // A transaction that created it may yet be rolled back.
    if (db.turn === 0) made = found;
    return found;
  }
  const bytesOf = (hash: string): Uint8Array => Buffer.from(hash, 'hex');
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  // A photo may be named like a sidecar; it is then read again only if a client sends it.
  const isPhoto = "state = 'here' AND key NOT LIKE '%.xmp'";

  return {
    put(sha256, sha1) {
      if (!isThere())
        db.exec(`CREATE TABLE IF NOT EXISTS original_sha1 (sha256 BLOB PRIMARY KEY, sha1 BLOB NOT NULL) WITHOUT ROWID;
          CREATE INDEX IF NOT EXISTS original_by_sha1 ON original_sha1 (sha1)`);
      db.prepare('INSERT OR REPLACE INTO original_sha1 (sha256, sha1) VALUES (?, ?)').run(
        bytesOf(sha256),
        bytesOf(sha1),
      );
    },
    find(sha256) {
      const find = 'SELECT sha1 FROM original_sha1 WHERE sha256 = ?';
      const row = isThere() ? db.prepare<{ sha1: Uint8Array }>(find).get(bytesOf(sha256)) : undefined;
      return row && hexOf(row.sha1);
    },
    having(sha1) {
      const find = 'SELECT sha256 FROM original_sha1 WHERE sha1 = ? ORDER BY sha256';
      const rows = isThere() ? db.prepare<{ sha256: Uint8Array }>(find).all(bytesOf(sha1)) : [];
      return rows.map(({ sha256 }) => hexOf(sha256));
    },
    remove(sha256) {
      if (isThere()) db.prepare('DELETE FROM original_sha1 WHERE sha256 = ?').run(bytesOf(sha256));
    },
    missing(after) {
      const known = 'SELECT 1 FROM original_sha1 AS known WHERE known.sha256 = unhex(original.sha256)';
      return db
        .prepare<UnhashedOriginal & Record<string, string>>(
          `SELECT sha256, path FROM original WHERE sha256 > ? AND ${isPhoto}
           ${isThere() ? `AND NOT EXISTS (${known})` : ''} ORDER BY sha256 LIMIT ${page}`,
        )
        .all(after)
        .map(({ sha256, path }) => ({ sha256, path }));
    },
  };
}
