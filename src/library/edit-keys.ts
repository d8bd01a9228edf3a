/**
 * The keys of edits that people's devices sent after a time offline (docs/offline.md): an edit whose response was lost
 * is sent again under the same key, and is not made twice. Local to this server. The table is created with its first
 * row. A crash between an edit and its key leaves the edit without one; sending it again completes it.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** How long keys are kept, in ms. */
const longest = 30 * 86_400_000;

/** The keys of edits. */
export interface EditKeys {
  /** Whether an edit of this person was made under this key in the last 30 days. */
  knows(person: string, key: string): boolean;
  /** Records that it was made. */
  add(person: string, key: string): void;
}

/** Opens the keys of edits. */
export function openEditKeys(db: Sqlite, clock: Clock): EditKeys {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'edit_key'");
  return {
    knows: (person, key) =>
      isMade.get() !== undefined &&
      db.prepare('SELECT 1 FROM edit_key WHERE person = ? AND key = ?').get(person, key) !== undefined,
    add(person, key) {
      db.exec(
        'CREATE TABLE IF NOT EXISTS edit_key (person TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (person, key)) WITHOUT ROWID',
      );
      db.prepare('DELETE FROM edit_key WHERE at < ?').run(clock.now() - longest);
      db.prepare('INSERT OR IGNORE INTO edit_key (person, key, at) VALUES (?, ?, ?)').run(person, key, clock.now());
    },
  };
}
