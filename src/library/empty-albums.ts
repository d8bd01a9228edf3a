/**
 * Albums of the house that a client created and that have no photo yet (docs/immich.md): an album of the house
 * otherwise exists only by its photos. Local; the table is created with its first row; losing it loses only empty
 * albums.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';

/** The empty albums of each sender. */
export interface EmptyAlbums {
  /** Adds one. @throws PhotospoolError `conflict` if the sender has too many. */
  add(sender: string, name: string): void;
  /** The names of those created in the last 30 days. */
  list(sender: string): string[];
  remove(sender: string, name: string): void;
}

/** How long an album without photos is kept, in ms, and the maximum number per sender. */
const [longest, most] = [30 * 86_400_000, 2_000];

/** Opens the table. Creates nothing. */
export function openEmptyAlbums(db: Sqlite, clock: Clock): EmptyAlbums {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'empty_album'");
  const list = (sender: string): string[] =>
    isMade.get() === undefined
      ? []
      : db
          .prepare<{ name: string }>('SELECT name FROM empty_album WHERE sender = ? AND at >= ? ORDER BY name')
          .all(sender, clock.now() - longest)
          .map(({ name }) => name);

  return {
    add(sender, name) {
      db.exec(`CREATE TABLE IF NOT EXISTS empty_album (sender TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (sender, name)) WITHOUT ROWID`);
      db.prepare('DELETE FROM empty_album WHERE at < ?').run(clock.now() - longest);
      if (list(sender).length >= most)
        throw new PhotospoolError('conflict', `You can have at most ${most} albums without photos.`, {
          hint: 'Add photos to some of them first.',
        });
      db.prepare('INSERT OR REPLACE INTO empty_album (sender, name, at) VALUES (?, ?, ?)').run(
        ...[sender, name, clock.now()],
      );
    },
    list,
    remove(sender, name) {
      if (isMade.get() === undefined) return;
      db.prepare('DELETE FROM empty_album WHERE sender = ? AND name = ?').run(sender, name);
    },
  };
}
