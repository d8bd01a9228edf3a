/**
 * The folders of `incoming` that belong to people: new files in them are theirs. Local, since folders are. The table is
 * created with its first row; without it all of `incoming` belongs to the house. A crash leaves each change complete or
 * not made.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { isPerson } from '../document/item-id.js';

/** A folder of a person. */
export interface PersonFolder {
  /** Relative to `incoming`, with forward slashes, in NFC: `@anna`, `scans/anna`. */
  folder: string;
  /** A ULID. */
  person: string;
}

/** The folders of people. All functions join the caller's transaction. */
export interface PersonFolders {
  /** All folders, by name. */
  list(): PersonFolder[];
  /** Assigns a folder, which need not exist yet, to a person. @throws PhotospoolError `invalid`. */
  set(folder: string, person: string): void;
  /** Unassigns a folder, so that it belongs to the owner of its parent; false if it was not assigned. */
  remove(folder: string): boolean;
  /** The person that a folder itself is assigned to; parents are ignored. */
  find(folder: string): string | undefined;
}

/** Opens the folders of people. */
export function openPersonFolders(db: Sqlite): PersonFolders {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'person_folder'");
  const isThere = (): boolean => isMade.get() !== undefined;
  const all = 'SELECT folder, person FROM person_folder';

  return {
    list: () => (isThere() ? db.prepare<PersonFolder>(`${all} ORDER BY folder`).all() : []),
    set(folder, person) {
      if (!isPerson(person)) throw new PhotospoolError('invalid', `${printable(person)} is not a person.`);
      const key = checked(folder);
      db.exec('CREATE TABLE IF NOT EXISTS person_folder (folder TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID');
      db.prepare('INSERT OR REPLACE INTO person_folder (folder, person) VALUES (?, ?)').run(key, person);
    },
    remove: (folder) =>
      isThere() && db.prepare('DELETE FROM person_folder WHERE folder = ?').run(folder.normalize('NFC')).changes > 0,
    find: (folder) =>
      isThere() ? db.prepare<PersonFolder>(`${all} WHERE folder = ?`).get(folder.normalize('NFC'))?.person : undefined,
  };
}

/** A path below `incoming` that the spool scans. @throws PhotospoolError `invalid`. */
function checked(folder: string): string {
  const isBelow = folder !== '' && folder.split('/').every((name) => name !== '' && !name.startsWith('.'));
  if (isBelow && !folder.includes('\0')) return folder.normalize('NFC');
  throw new PhotospoolError('invalid', `“${printable(folder)}” is not a folder in incoming.`, {
    hint: 'Use a path relative to incoming, without a leading or trailing slash.',
  });
}
