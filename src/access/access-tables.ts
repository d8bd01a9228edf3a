/**
 * The tables of access in the library's file. They are local to this server: never replicated, never dropped. They hold
 * secrets as hashes only. After a crash while they are created, the next opening completes them.
 */
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';

/** The format of these tables that this version writes. */
export const accessFormat = 1;

const tables = `
-- One row.
CREATE TABLE IF NOT EXISTS access (format INTEGER NOT NULL);

-- \`hash\`: in the format of password-hash.ts. \`changed\` and all times below: ms since 1970.
CREATE TABLE IF NOT EXISTS access_password (person TEXT PRIMARY KEY, hash TEXT NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;

-- The standing of each person in force here (access/people.ts). \`edition\`: of the last evaluated document. \`refused\`: the
-- edition that an owner here rejected. \`source\`, \`since\`: the origin and time of the pending changes.
CREATE TABLE IF NOT EXISTS access_person (
  person TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, edits INTEGER NOT NULL, removed INTEGER NOT NULL,
  edition TEXT NOT NULL, refused TEXT, source TEXT, since INTEGER
) WITHOUT ROWID;

-- Passkeys by their credential id (base64url). \`rp\`: the host name that they were created for, the only one at which they work.
CREATE TABLE IF NOT EXISTS access_passkey (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, rp TEXT NOT NULL, key BLOB NOT NULL, counter INTEGER NOT NULL,
  transports TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER
) WITHOUT ROWID;

-- \`secret\`, \`hash\` of sessions, links and tokens: the SHA-256 of the secret of the browser, link or program.
CREATE TABLE IF NOT EXISTS access_session (
  secret TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, person TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL,
  address TEXT NOT NULL, browser TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS access_session_person ON access_session (person, used);

-- The second factor of a password (second-factor.ts): in force from \`since\` on. \`step\`: that of the last used code.
CREATE TABLE IF NOT EXISTS access_totp (
  person TEXT PRIMARY KEY, secret BLOB NOT NULL, since INTEGER, step INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS access_recovery (person TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (person, hash)) WITHOUT ROWID;

-- The PIN of a person’s locked photos (pins.ts), in the format of password-hash.ts. \`edition\`: grows with each change. \`doubted\`: whether
-- somebody else may know the person’s password.
CREATE TABLE IF NOT EXISTS access_pin (
  person TEXT PRIMARY KEY, pin TEXT, edition INTEGER NOT NULL, doubted INTEGER NOT NULL
) WITHOUT ROWID;

-- What others did to a person’s means to sign in (account-notices.ts). \`author\`: a name to display.
CREATE TABLE IF NOT EXISTS access_notice (
  person TEXT NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL, PRIMARY KEY (person, what)
) WITHOUT ROWID;

-- What guests sent through share links (guest-uploads.ts). \`album\`: the one that it was meant for.
CREATE TABLE IF NOT EXISTS access_guest (
  upload TEXT PRIMARY KEY, link TEXT NOT NULL, album TEXT, at INTEGER NOT NULL, bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS access_guest_link ON access_guest (link, at);

-- Photos that guests sent for an album and that its holder had already (known-from-guests.ts). \`photo\`: the public id.
CREATE TABLE IF NOT EXISTS access_guest_known (
  photo TEXT NOT NULL, link TEXT NOT NULL, album TEXT NOT NULL, sender TEXT NOT NULL, at INTEGER NOT NULL,
  declined INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (photo, link)
) WITHOUT ROWID;

-- Browsers in which somebody has signed in before.
CREATE TABLE IF NOT EXISTS access_device (secret TEXT PRIMARY KEY, person TEXT NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;

-- One-time links. \`person\`: the person of an invitation; empty for the set-up.
CREATE TABLE IF NOT EXISTS access_code (secret TEXT PRIMARY KEY, person TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;

-- \`may\`: a comma-separated list. \`key\`: from person and name, so that names are unique regardless of case.
CREATE TABLE IF NOT EXISTS access_token (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, may TEXT NOT NULL, author TEXT NOT NULL,
  created INTEGER NOT NULL, used INTEGER
) WITHOUT ROWID;

-- Share links. \`secret\`: the SHA-256 of the secret in the address. \`scope\`: JSON. \`password\`: in the format of password-hash.ts.
CREATE TABLE IF NOT EXISTS access_share (
  secret TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, title TEXT NOT NULL, password TEXT,
  originals INTEGER NOT NULL, details INTEGER NOT NULL, author TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER, used INTEGER
) WITHOUT ROWID;

-- Links that were deleted and can be restored for an hour (deleted-links.ts): the columns of access_share, including those below.
CREATE TABLE IF NOT EXISTS access_share_deleted (
  secret TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, title TEXT NOT NULL, password TEXT,
  originals INTEGER NOT NULL, details INTEGER NOT NULL, author TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER, used INTEGER,
  unclaimed INTEGER NOT NULL, holder TEXT, locks TEXT, uploads TEXT, named INTEGER NOT NULL, unedited INTEGER NOT NULL,
  deleted INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS access_audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, what TEXT NOT NULL, who TEXT, address TEXT, detail TEXT
);
CREATE INDEX IF NOT EXISTS access_audit_what ON access_audit (what, id);
`;

/**
 * Columns added later. An older version writes rows without them. `confirmed` and `noticed` of a session: when it last
 * confirmed the identity, and when its person acknowledged what was added before it began; ms since 1970, 0 for never.
 * `client`: 1 if it is one of a client of the Immich-compatible API (docs/immich.md), which the page does not accept.
 * Of a passkey: whether it was created while another person may have known the password. Of a token: whether it was
 * created anonymously before there was an owner account, and the person it acts for (null for the house), and when the
 * last photo that it sent was imported (null for none). Of a link: the holder of its photos (null for the house), as
 * JSON the locks of its photo at the time of creation, and the limits within which it accepts photos of guests (null
 * for none), whether it shows its author, and whether its originals are unedited. Of a one-time link: the name of its
 * creator. Of an audit entry: the server whose documents caused it, by its token or peer.
 */
const added = [
  { table: 'access_session', column: 'confirmed', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'access_session', column: 'noticed', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'access_session', column: 'client', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'access_passkey', column: 'doubted', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'access_token', column: 'unclaimed', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'access_token', column: 'person', type: 'TEXT' },
  { table: 'access_token', column: 'photo', type: 'INTEGER' },
  { table: 'access_share', column: 'unclaimed', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'access_share', column: 'holder', type: 'TEXT' },
  { table: 'access_share', column: 'locks', type: 'TEXT' },
  { table: 'access_share', column: 'uploads', type: 'TEXT' },
  { table: 'access_share', column: 'named', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'access_share', column: 'unedited', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'access_code', column: 'author', type: 'TEXT' },
  { table: 'access_audit', column: 'source', type: 'TEXT' },
] as const;

const later = 'CREATE INDEX IF NOT EXISTS access_audit_source ON access_audit (source, id) WHERE source IS NOT NULL';

/** Creates missing tables. @throws PhotospoolError `newer-version`. */
export function openTables(db: Sqlite): void {
  db.transaction(() => {
    const there = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'access'").get();
    const found = there && db.prepare<{ format: number }>('SELECT format FROM access').get()?.format;
    if (found !== undefined && found > accessFormat) {
      throw new PhotospoolError('newer-version', 'The accounts were written by a newer version of Photospool.', {
        op: 'open',
        path: db.path,
        hint: 'Install that version or a newer one.',
      });
    }
    db.exec(tables);
    for (const { table, column, type } of added) {
      const has = db.prepare(`SELECT 1 FROM pragma_table_info('${table}') WHERE name = '${column}'`).get();
      if (has === undefined) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
    }
    db.exec(later);
    if (found === undefined) db.prepare('INSERT INTO access (format) VALUES (?)').run(accessFormat);
  });
}
