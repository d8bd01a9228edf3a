/**
 * The migrations from each older library format to the next. A migration runs inside the transaction of `openSchema`:
 * completely or not at all. A released one is never changed.
 */
import type { Sqlite } from '../base/sqlite.js';
import { nameKey } from './local-tables.js';

/** Migrations by the format they start from. */
export const migrations: Record<number, (db: Sqlite) => void> = { 0: addLeavesAndKeys };

/** Format 0 computed leaves in every query, had no epochs, and compared archive names byte by byte. */
function addLeavesAndKeys(db: Sqlite): void {
  db.exec(`
    ALTER TABLE library ADD COLUMN stamp TEXT;
    CREATE TABLE epoch (id INTEGER PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, first INTEGER NOT NULL);

    ALTER TABLE revision RENAME TO revision_0;
    CREATE TABLE revision (
      doc TEXT NOT NULL, generation INTEGER NOT NULL, rev TEXT NOT NULL, parent TEXT,
      deleted INTEGER NOT NULL, leaf INTEGER NOT NULL, body TEXT, UNIQUE (doc, generation, rev)
    );
    INSERT INTO revision (doc, generation, rev, parent, deleted, leaf, body)
      SELECT doc, CAST(substr(rev, 1, instr(rev, '-') - 1) AS INTEGER), rev, parent, deleted,
        NOT EXISTS (SELECT 1 FROM revision_0 AS child WHERE child.doc = r.doc AND child.parent = r.rev), body
      FROM revision_0 AS r;
    DROP TABLE revision_0;
    CREATE INDEX revision_leaf ON revision (doc, deleted, generation DESC, rev DESC) WHERE leaf = 1;

    ALTER TABLE original RENAME TO original_0;
    CREATE TABLE original (
      sha256 TEXT PRIMARY KEY, path TEXT NOT NULL, key TEXT NOT NULL UNIQUE, claim TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('reserved', 'here')), bytes INTEGER NOT NULL, modified REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX original_reserved ON original (sha256) WHERE state = 'reserved';
    CREATE TABLE seen (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  `);
  const insert = db.prepare(
    'INSERT INTO original (sha256, path, key, claim, state, bytes, modified) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const rows = db.prepare<{
    sha256: string;
    path: string;
    claim: string;
    state: string;
    bytes: number;
    modified: number;
  }>('SELECT sha256, path, claim, state, bytes, modified FROM original_0');
  for (const { sha256, path, claim, state, bytes, modified } of rows.all()) {
    insert.run(sha256, path, nameKey(path), claim, state, bytes, modified);
  }
  db.exec('DROP TABLE original_0');
}
