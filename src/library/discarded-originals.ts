/**
 * Where originals were laid aside when their photos were purged: local, so that one comes back where its photo does (an edit
 * that the purge had not seen brings it back). The table is made with its first row; losing it loses no file.
 */
import type { Sqlite, Statement } from '../base/sqlite.js';

/** Originals that were laid aside, by hash; paths are relative to the archive, with forward slashes. */
export interface Discarded {
  /** Notes one. Joins the transaction of the caller. */
  put(sha256: string, path: string): void;
  find(sha256: string): string | undefined;
  /** Forgets one: it is in its place again, or is not where it was laid. */
  remove(sha256: string): void;
  all(): string[];
}

interface Statements {
  put: Statement;
  find: Statement<{ path: string }>;
  remove: Statement;
  all: Statement<{ sha256: string }>;
}

/** Opens what is known of them. Makes nothing. */
export function openDiscarded(db: Sqlite): Discarded {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'discarded'");
  let prepared: Statements | undefined;

  /** Undefined while nothing was ever noted, by whichever process. */
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
