/**
 * The files that programs sent over WebDAV in the last 30 days, as folders for each sender: names, sizes, hashes and
 * the properties that clients set, without the bytes. Local; the table is created with its first row. A crash leaves
 * each change complete or not made.
 */
import type { Sqlite } from '../base/sqlite.js';

/** A file or folder in a listing. Times in ms since 1970. */
export interface SentFile {
  /** Its sender, as the author of an edit: only the sender can list it. */
  sender: string;
  /** The path of its folder, with forward slashes; empty at the top. */
  parent: string;
  name: string;
  /** The time in the listing: when it was sent, or the one that the client set. */
  modified: number;
  /** When it was sent: it is removed after 30 days. */
  at: number;
  /** Of a file; absent for a folder. */
  file?: SentBytes;
  /** Properties that clients set, as XML elements by name. */
  properties?: Readonly<Record<string, string>>;
}

/** The bytes of a file in a listing. */
export interface SentBytes {
  bytes: number;
  sha256: string;
  /** The upload with its bytes; absent for an empty file, which never enters the spool. */
  upload?: string;
  /** The person (a ULID) who gets the photo; absent for the house. */
  holder?: string;
  /** The folder and the name of the file in the spool. */
  sentAs?: { folder: string; name: string };
}

/** The listings. Paths have forward slashes; all functions join the caller's transaction. */
export interface SentFiles {
  /** The file or folder of a sender at a path. */
  find(sender: string, path: string): SentFile | undefined;
  /** The direct content of a folder, by name. */
  list(sender: string, folder: string): IterableIterator<SentFile>;
  /** The uploads of an entry, and of everything in it. */
  uploadsIn(sender: string, path: string): string[];
  /** The size of an entry with everything in it; of the whole listing for the empty path. */
  sizeOf(sender: string, path: string): SentSize;
  /** The number of entries of a sender. */
  count(sender: string): number;
  /** Adds an entry, or replaces the one with its name. */
  put(entry: SentFile): void;
  /** Copies an entry to another path, and with `deep` everything in it. Neither path contains the other. */
  copy(sender: string, from: string, to: string, deep: boolean): void;
  /** Removes an entry, and everything in it. */
  remove(sender: string, path: string): void;
  /** Removes exactly these entries in one transaction; with `before` only those sent earlier and not replaced since. */
  drop(entries: readonly SentFile[], before?: number): void;
  /** Makes several changes in one transaction. */
  together<T>(work: () => T): T;
  /** The entries with the bytes of an upload. */
  ofUpload(upload: string): SentFile[];
  /**
   * The entries sent before a time, by page: files, then empty folders, which the caller removes before it asks for
   * more.
   */
  before(at: number): IterableIterator<SentFile[]>;
}

/** The number of entries, and the characters of their properties. */
export interface SentSize {
  entries: number;
  properties: number;
}

/** The path of an entry. */
export const pathOfSent = ({ parent, name }: Pick<SentFile, 'parent' | 'name'>): string =>
  parent === '' ? name : `${parent}/${name}`;

/** The folder and the name in a path. */
export function splitPath(path: string): { parent: string; name: string } {
  const at = path.lastIndexOf('/');
  return { parent: path.slice(0, Math.max(0, at)), name: path.slice(at + 1) };
}

interface Columns {
  sender: string;
  parent: string;
  name: string;
  modified: number;
  at: number;
  upload: string | null;
  file: string | null;
  properties: string | null;
}

const columns = 'sender, parent, name, modified, at, upload, file, properties';
const table = `
CREATE TABLE IF NOT EXISTS sent_file (
  sender TEXT NOT NULL, parent TEXT NOT NULL, name TEXT NOT NULL, modified INTEGER NOT NULL, at INTEGER NOT NULL,
  upload TEXT, file TEXT, properties TEXT, PRIMARY KEY (sender, parent, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sent_file_upload ON sent_file (upload) WHERE upload IS NOT NULL;
CREATE INDEX IF NOT EXISTS sent_file_at ON sent_file (at)`;

/** The number of rows read at once. */
const page = 500;

/** Opens the listings. */
export function openSentFiles(db: Sqlite): SentFiles {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sent_file'");
  const isThere = (): boolean => isMade.get() !== undefined;
  const all = (where: string, ...values: (string | number)[]): SentFile[] =>
    isThere()
      ? db
          .prepare<Columns>(`SELECT ${columns} FROM sent_file WHERE ${where}`)
          .all(...values)
          .map(entryOf)
      : [];

  return {
    find(sender, path) {
      const { parent, name } = splitPath(path);
      return all('sender = ? AND parent = ? AND name = ?', sender, parent, name)[0];
    },
    *list(sender, folder) {
      for (let last = ''; ;) {
        const rows = all(`sender = ? AND parent = ? AND name > ? ORDER BY name LIMIT ${page}`, sender, folder, last);
        yield* rows;
        if (rows.length < page) return;
        last = rows.at(-1)!.name;
      }
    },
    ...openTrees(db, isThere),
    count: (sender) =>
      isThere() ? db.prepare<{ n: number }>('SELECT count(*) AS n FROM sent_file WHERE sender = ?').get(sender)!.n : 0,
    put({ sender, parent, name, modified, at, file, properties }) {
      if (!isThere()) db.exec(table);
      db.prepare(`INSERT OR REPLACE INTO sent_file (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`).run(
        ...[sender, parent, name, modified, at, file?.upload ?? null],
        ...[file ? JSON.stringify(file) : null, properties ? JSON.stringify(properties) : null],
      );
    },
    drop(entries, before = Number.MAX_SAFE_INTEGER) {
      if (entries.length === 0) return;
      db.transaction(() => {
        const one = db.prepare('DELETE FROM sent_file WHERE sender = ? AND parent = ? AND name = ? AND at < ?');
        for (const { sender, parent, name } of entries) one.run(sender, parent, name, before);
      });
    },
    together: (work) => db.transaction(work),
    ofUpload: (upload) => all('upload = ?', upload),
    *before(at) {
      const key = '(at, sender, parent, name)';
      const oldFile = `at < ? AND file IS NOT NULL AND ${key} > (?, ?, ?, ?) ORDER BY at, sender, parent, name`;
      for (let last: SentFile | undefined; ;) {
        const after = last ? [last.at, last.sender, last.parent, last.name] : [-1, '', '', ''];
        const rows = all(`${oldFile} LIMIT ${page}`, at, ...after);
        if (rows.length === 0) break;
        yield rows;
        last = rows.at(-1);
      }
      const oldFolder = `at < ? AND file IS NULL AND NOT EXISTS (SELECT 1 FROM sent_file AS inner WHERE inner.sender = sent_file.sender
        AND inner.parent = CASE sent_file.parent WHEN '' THEN sent_file.name ELSE sent_file.parent || '/' || sent_file.name END)`;
      // A folder is empty once those in it are removed.
      for (
        let rows = all(`${oldFolder} LIMIT ${page}`, at);
        rows.length > 0;
        rows = all(`${oldFolder} LIMIT ${page}`, at)
      )
        yield rows;
    },
  };
}

/** The condition for an entry with everything in it. */
function openTrees(db: Sqlite, isThere: () => boolean): Pick<SentFiles, 'uploadsIn' | 'sizeOf' | 'copy' | 'remove'> {
  const inFolder = '(parent = ?2 OR (parent >= ?2 || ?3 AND parent < ?2 || ?4))';
  /** The bounds of the paths below a folder: "/" and the character after it. The top contains everything. */
  const bounds = (folder: string): [string, string, string] =>
    folder === '' ? ['', '', '\u{10ffff}'] : [folder, '/', '0'];

  return {
    uploadsIn(sender, path) {
      const { parent, name } = splitPath(path);
      return isThere()
        ? db
            .prepare<{ upload: string }>(
              `SELECT upload FROM sent_file WHERE upload IS NOT NULL AND sender = ?1 AND (${inFolder} OR (parent = ?5 AND name = ?6))`,
            )
            .all(sender, ...bounds(path), parent, name)
            .map(({ upload }) => upload)
        : [];
    },
    sizeOf(sender, path) {
      const { parent, name } = splitPath(path);
      return isThere()
        ? db
            .prepare<SentSize>(
              `SELECT count(*) AS entries, coalesce(sum(length(properties)), 0) AS properties FROM sent_file
               WHERE sender = ?1 AND (${inFolder} OR (parent = ?5 AND name = ?6))`,
            )
            .get(sender, ...bounds(path), parent, name)!
        : { entries: 0, properties: 0 };
    },
    copy(sender, from, to, deep) {
      if (!isThere()) return;
      const [old, next] = [splitPath(from), splitPath(to)];
      const rest = 'modified, at, upload, file, properties FROM sent_file WHERE sender = ?1';
      db.transaction(() => {
        db.prepare(
          `INSERT OR REPLACE INTO sent_file (${columns}) SELECT sender, ?4, ?5, ${rest} AND parent = ?2 AND name = ?3`,
        ).run(sender, old.parent, old.name, next.parent, next.name);
        if (deep)
          db.prepare(
            `INSERT OR REPLACE INTO sent_file (${columns})
             SELECT sender, ?5 || substr(parent, length(?2) + 1), name, ${rest} AND ${inFolder}`,
          ).run(sender, ...bounds(from), to);
      });
    },
    remove(sender, path) {
      if (!isThere()) return;
      const { parent, name } = splitPath(path);
      db.transaction(() => {
        db.prepare('DELETE FROM sent_file WHERE sender = ? AND parent = ? AND name = ?').run(sender, parent, name);
        db.prepare(`DELETE FROM sent_file WHERE sender = ?1 AND ${inFolder}`).run(sender, ...bounds(path));
      });
    },
  };
}

function entryOf({ sender, parent, name, modified, at, file, properties }: Columns): SentFile {
  return {
    ...{ sender, parent, name, modified, at },
    ...(file !== null && { file: JSON.parse(file) as SentBytes }),
    ...(properties !== null && { properties: JSON.parse(properties) as Record<string, string> }),
  };
}
