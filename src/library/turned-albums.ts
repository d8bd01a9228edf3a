/**
 * Albums that existed by name and became albums with members (album/share-named.ts): the data to undo that. Local; the
 * table is created with its first row; losing it loses only the undo.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** The former state of an album with members. */
export interface TurnedAlbum {
  /** `<holder>:<ulid>`. */
  album: string;
  name: string;
  /** The changes, as JSON, that give its photos their name back. */
  undo: string;
  /** As JSON, the revisions of its documents, by id, when it became one with members. */
  documents: string;
  /** When that happened, in ms since 1970. */
  at: number;
}

/** The albums of the last 30 days. All methods join the caller's transaction. */
export interface TurnedAlbums {
  put(turned: TurnedAlbum): void;
  find(album: string): TurnedAlbum | undefined;
  remove(album: string): void;
}

/** How long a page can offer the undo, in ms. */
const longest = 30 * 86_400_000;

/** Opens the table. Creates nothing. */
export function openTurnedAlbums(db: Sqlite, clock: Pick<Clock, 'now'>): TurnedAlbums {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'turned_album'");
  return {
    put({ album, name, undo, documents, at }) {
      db.exec(`CREATE TABLE IF NOT EXISTS turned_album (album TEXT PRIMARY KEY, name TEXT NOT NULL, undo TEXT NOT NULL,
        documents TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID`);
      db.prepare('DELETE FROM turned_album WHERE at < ?').run(clock.now() - longest);
      db.prepare('INSERT INTO turned_album (album, name, undo, documents, at) VALUES (?, ?, ?, ?, ?)').run(
        ...[album, name, undo, documents, at],
      );
    },
    find: (album) =>
      isMade.get() === undefined
        ? undefined
        : db
            .prepare<TurnedAlbum>('SELECT album, name, undo, documents, at FROM turned_album WHERE album = ?')
            .get(album),
    remove: (album) => void db.prepare('DELETE FROM turned_album WHERE album = ?').run(album),
  };
}
