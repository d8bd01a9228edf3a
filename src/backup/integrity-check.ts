/**
 * The integrity check of a library file by SQLite (https://sqlite.org/pragma.html#pragma_integrity_check). Reads the
 * whole file.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';

/** The remedy for a damaged library, as a sentence. */
export const cure = 'Stop the server and restore a backup: `photospool restore DIR`. Photos in the archive are kept.';

/** The damage in a database, one line each; empty if it is intact. */
function findDamage(db: Sqlite): string[] {
  const rows = db.prepare<{ integrity_check: string }>('PRAGMA integrity_check(10)').all();
  return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
}

/** @throws PhotospoolError `corrupt` with the first damage and the remedy. */
export function checkSound(db: Sqlite): void {
  const [first] = findDamage(db);
  if (first === undefined) return;
  throw new PhotospoolError('corrupt', `${db.path} is damaged: ${printable(first.split('\n')[0] ?? '')}.`, {
    op: 'verify',
    path: db.path,
    hint: cure,
  });
}
