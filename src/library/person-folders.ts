/**
 * Which folders of `incoming` belong to a person: what comes in there is theirs. Local, for folders are. The table is made with its
 * first row; without it all of `incoming` is the house’s.
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

/** The folders of people. All join the transaction of the caller. */
export interface PersonFolders {
  /** All of them, by name. */
  list(): PersonFolder[];
  /** Gives a folder to a person, also one that is not there yet. @throws PhotospoolError `invalid`. */
  set(folder: string, person: string): void;
  /** Gives a folder back to whom the one above it belongs; false where it was nobody’s. */
  remove(folder: string): boolean;
  /** The person that a folder itself was given to; those above it are not looked at. */
  find(folder: string): string | undefined;
}

/** Opens the table. */
export function openPersonFolders(db: Sqlite): PersonFolders {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'person_folder'");
  const isThere = (): boolean => isMade.get() !== undefined;
  const all = 'SELECT folder, person FROM person_folder';

  return {
    list: () => (isThere() ? db.prepare<PersonFolder>(`${all} ORDER BY folder`).all() : []),
    set(folder, person) {
      if (!isPerson(person)) throw new PhotospoolError('invalid', `${printable(person)} is no person.`);
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

/** A path below `incoming` that the spool looks into. @throws PhotospoolError `invalid`. */
function checked(folder: string): string {
  const isBelow = folder !== '' && folder.split('/').every((name) => name !== '' && !name.startsWith('.'));
  if (isBelow && !folder.includes('\0')) return folder.normalize('NFC');
  throw new PhotospoolError('invalid', `“${printable(folder)}” is no folder below incoming.`, {
    hint: 'Name it as a path in incoming, without a slash before or behind it.',
  });
}
