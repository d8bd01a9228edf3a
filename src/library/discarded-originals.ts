/**
 * Where originals of purged photos were moved: local, so that an original comes back with its photo (after an edit that
 * the purge had not seen). The table is created with its first row; losing it loses no file.
 */
import type { Sqlite, Statement } from '../base/sqlite.js';

/** Discarded originals, by hash; paths are relative to the archive, with forward slashes. */
export interface Discarded {
  /** Adds one. Joins the caller's transaction. */
  put(sha256: string, path: string): void;
  find(sha256: string): string | undefined;
  /** Removes one: it is in its place again, or no longer where it was moved to. */
  remove(sha256: string): void;
  all(): string[];
}

interface Statements {
  put: Statement;
  find: Statement<{ path: string }>;
  remove: Statement;
  all: Statement<{ sha256: string }>;
}

/** Opens the list. Creates nothing. */
export function openDiscarded(db: Sqlite): Discarded {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'discarded'");
  let prepared: Statements | undefined;

  /** Undefined until any process has added one. */
  function known(): Statements | undefined {
    if (!prepared && isThere.get())
      prepared = {
        put: db.prepare('INSERT OR REPLACE INTO discarded (sha256, path) VALUES (?, ?)'),
        find: db.prepare<{ path: string }>('SELECT path FROM discarded WHERE sha256 = ?'),
        remove: db.prepare('DELETE FROM discarded WHERE sha256 = ?'),
        all: db.prepare<{ sha256: string }>('SELECT sha256 FROM discarded'),
      };
    return prepared;
  }

  return {
    put(sha256, path) {
      db.exec('CREATE TABLE IF NOT EXISTS discarded (sha256 TEXT PRIMARY KEY, path TEXT NOT NULL) WITHOUT ROWID');
      known()?.put.run(sha256, path);
    },
    find: (sha256) => known()?.find.get(sha256)?.path,
    remove: (sha256) => void known()?.remove.run(sha256),
    all: () =>
      known()
        ?.all.all()
        .map(({ sha256 }) => sha256) ?? [],
  };
}
