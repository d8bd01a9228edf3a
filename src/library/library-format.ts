/**
 * The library's tables and their format number. A file without tables gets them; an older format is migrated, in one
 * transaction and after a backup; a newer format is rejected and not changed. A crash leaves the old format or the new
 * one, never a mixture.
 */
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { migrations } from './migrations.js';
import { tables } from './library-tables.js';

/** The format of library files that this version writes. */
export const libraryFormat = 1;

/** Options of opening the tables. */
export interface SchemaOptions {
  /** The id for a new library. */
  server: () => string;
  readOnly?: boolean;
  /** Called before a migration with the old format, outside any transaction. */
  backup?: (from: number) => void;
}

/**
 * Creates or migrates the tables. @throws PhotospoolError `newer-version`; `unusable` if the file is opened read-only
 * and has no library, or one of an older format.
 */
export function openSchema(db: Sqlite, { server, readOnly, backup }: SchemaOptions): void {
  const found = formatOf(db);
  if (found === libraryFormat) return;
  if (found !== undefined && found > libraryFormat) throw newer(db, found);
  if (readOnly) throw unready(db, found);
  if (found !== undefined) backup?.(found);
  db.transaction(() => {
    // Another process may have created or migrated it meanwhile.
    const now = formatOf(db);
    if (now === undefined) create(db, server());
    else migrate(db, now);
  });
}

/** The format of the library in a file; undefined if there is none. */
export function formatOf(db: Sqlite): number | undefined {
  const there = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'library'").get();
  const row = there && db.prepare<{ format: number }>('SELECT format FROM library').get();
  return row?.format;
}

function create(db: Sqlite, server: string): void {
  db.exec(tables);
  db.prepare('INSERT INTO library (format, server) VALUES (?, ?)').run(libraryFormat, server);
}

function migrate(db: Sqlite, from: number): void {
  if (from > libraryFormat) throw newer(db, from);
  for (let format = from; format < libraryFormat; format++) {
    const step = migrations[format];
    if (!step) throw new PhotospoolError('unusable', `Library format ${format} can't be upgraded.`, { path: db.path });
    step(db);
  }
  db.prepare('UPDATE library SET format = ?').run(libraryFormat);
}

function newer(db: Sqlite, found: number): PhotospoolError {
  const message = `The library was written by a newer version of Photospool (format ${found}; this version supports ${libraryFormat}).`;
  const hint = 'Install that version or a newer one, or restore the backup from before the upgrade.';
  return new PhotospoolError('newer-version', message, { op: 'open', path: db.path, hint });
}

function unready(db: Sqlite, found: number | undefined): PhotospoolError {
  const message = found === undefined ? 'There is no library.' : `The library has an older format (${found}).`;
  return new PhotospoolError('unusable', message, {
    op: 'open',
    path: db.path,
    hint: 'Run `photospool serve` once.',
  });
}
