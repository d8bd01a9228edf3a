/**
 * The library's tables in this version (format 1). To change one: raise `libraryFormat`, add a migration, and keep the
 * old tables as a snapshot in the tests.
 */

/** SQL that creates all tables of an empty library. */
export const tables = `
-- One row. \`stamp\`: the last one issued by any process, so that a clock set back does not repeat a time.
CREATE TABLE library (format INTEGER NOT NULL, server TEXT NOT NULL, stamp TEXT);

-- The epochs of sequences: each owns the changes from \`first\` up to that of the next epoch.
CREATE TABLE epoch (id INTEGER PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, first INTEGER NOT NULL);

-- The revision trees. \`leaf\`: no other revision has it as parent. \`body\`: canonical JSON; other revisions than leaves
-- keep it only while it contains something that no live leaf does. Ancestors known by name only have none.
CREATE TABLE revision (
  doc TEXT NOT NULL,
  generation INTEGER NOT NULL,
  rev TEXT NOT NULL,
  parent TEXT,
  deleted INTEGER NOT NULL,
  leaf INTEGER NOT NULL,
  body TEXT,
  UNIQUE (doc, generation, rev)
);
-- The leaves of a document in the order of CouchDB's winner rule.
CREATE INDEX revision_leaf ON revision (doc, deleted, generation DESC, rev DESC) WHERE leaf = 1;

-- The change feed: the newest change of each document.
CREATE TABLE change (seq INTEGER PRIMARY KEY, doc TEXT NOT NULL UNIQUE);

-- Local: the paths of originals in this server's archive. \`key\`: unique on filesystems that ignore case, too.
CREATE TABLE original (
  sha256 TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  claim TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reserved', 'here')),
  bytes INTEGER NOT NULL,
  modified REAL NOT NULL
) WITHOUT ROWID;

CREATE INDEX original_reserved ON original (sha256) WHERE state = 'reserved';

-- Local: files that were imported in copy mode and left in place.
CREATE TABLE seen (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;

-- Local: small named values.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;
