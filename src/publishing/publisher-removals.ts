/**
 * Which homes publish on a public server, and which of them are to be removed: two tables of the server's own database.
 * The command line reads and writes them, and the running server notices within seconds. Every change is durable when
 * the call returns.
 */
import type { Sqlite } from '../base/sqlite.js';

/** A publishing home, and a token that belongs to it. */
export interface Bound {
  publisher: string;
  token: string;
  /** When that token was created, ms since 1970. */
  made: number;
}

/** The publishing homes, and those to be removed. */
export interface Removals {
  bound(): Bound[];
  /** Whether a home is to be removed. */
  has(publisher: string): boolean;
  all(): string[];
  /** Marks a home for removal, and unbinds its tokens. */
  mark(publisher: string): void;
  /** Records that it was removed. */
  done(publisher: string): void;
}

/** Opens the tables, creating them if they are missing. */
export function openRemovals(db: Sqlite): Removals {
  db.exec(`CREATE TABLE IF NOT EXISTS publisher
    (token TEXT PRIMARY KEY, made INTEGER NOT NULL, publisher TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS publisher_removed (publisher TEXT PRIMARY KEY) WITHOUT ROWID`);
  const bound = db.prepare<Bound>('SELECT publisher, token, made FROM publisher ORDER BY publisher, token');
  const forget = db.prepare('DELETE FROM publisher WHERE publisher = ?');
  const add = db.prepare('INSERT OR IGNORE INTO publisher_removed (publisher) VALUES (?)');
  const remove = db.prepare('DELETE FROM publisher_removed WHERE publisher = ?');
  const has = db.prepare('SELECT 1 FROM publisher_removed WHERE publisher = ?');
  const all = db.prepare<{ publisher: string }>('SELECT publisher FROM publisher_removed ORDER BY publisher');
  return {
    bound: () => bound.all(),
    has: (publisher) => has.get(publisher) !== undefined,
    all: () => all.all().map(({ publisher }) => publisher),
    mark(publisher) {
      db.transaction(() => {
        forget.run(publisher);
        add.run(publisher);
      });
    },
    done: (publisher) => void remove.run(publisher),
  };
}
