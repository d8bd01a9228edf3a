/**
 * The catalog's tables, and how rows are written: `catalog_photo`, one row per photo, clustered by time taken
 * (row-numbers.ts); `catalog_change`, the numbers of written rows, for the columns in memory of this and other
 * processes; `catalog_state`. All writes join the caller's transaction: a crash leaves the state of the last commit.
 * The tables can be dropped, and are rebuilt identically.
 */
import type { Sqlite } from '../base/sqlite.js';
import { itemId } from '../document/item-id.js';
import { accessSchema, openAccessNumbers } from './access-classes.js';
import { openBursts } from './bursts.js';
import { chunkSchema } from './column-chunks.js';
import { openPairs } from './live-photos.js';
import { compareKeys, homeOf, type SortKey } from './row-numbers.js';
import { rowColumns, type NewRow, type PhotoRow } from './catalog-row.js';
import { openStacks } from './raw-jpeg-stacks.js';
import { bit } from './photo-flags.js';
import { storageSchema } from './storage-used.js';

/**
 * The version of the tables, and of the columns computed from their rows (columns.ts), which `catalog_chunk` stores.
 * Tables of another version are dropped and rebuilt.
 */
export const version = 17;

/** The number of changes kept for other processes; one that is further behind reloads everything. */
const journal = 100_000;

const columns = `
  id BLOB NOT NULL, bytes BLOB, taken TEXT NOT NULL, added INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
  type TEXT NOT NULL, thumbhash TEXT, version TEXT, unshown TEXT, state INTEGER NOT NULL, kinds INTEGER NOT NULL, rating INTEGER NOT NULL, iso INTEGER, lat REAL, lon REAL,
  camera TEXT, lens TEXT, place TEXT, tags TEXT, albums TEXT, favourites TEXT, words TEXT NOT NULL,
  size REAL NOT NULL, seconds REAL, pair TEXT, motion INTEGER NOT NULL, shot INTEGER, burst INTEGER, cover INTEGER NOT NULL, path TEXT, folder TEXT, apart TEXT, side TEXT, class INTEGER NOT NULL,
  entries TEXT, shared TEXT, people TEXT`;

/**
 * Columns set by live-photos.ts, raw-jpeg-stacks.ts and bursts.ts. `beside`: 1 for a video that plays with a photo, and for a RAW
 * behind its JPEG. `stacked`, for that JPEG: 1 plus the index in `audiences` of the widest audience of its RAWs.
 * `clip`, `clip_motion`, for that photo: the clip's id and `motion`. `series`, set by bursts.ts: the number of its burst.
 */
const paired =
  'beside INTEGER NOT NULL DEFAULT 0, stacked INTEGER NOT NULL DEFAULT 0, clip BLOB, clip_motion INTEGER, series INTEGER';

/** Creates missing tables, empty; `complete` stays 0 until `finish`. */
export const schema =
  `
  CREATE TABLE IF NOT EXISTS catalog_photo (n INTEGER PRIMARY KEY, ${columns}, ${paired});
  CREATE INDEX IF NOT EXISTS catalog_photo_pair ON catalog_photo (pair) WHERE pair IS NOT NULL;
  CREATE INDEX IF NOT EXISTS catalog_photo_shot ON catalog_photo (shot) WHERE shot IS NOT NULL;
  CREATE INDEX IF NOT EXISTS catalog_photo_burst ON catalog_photo (burst) WHERE burst IS NOT NULL;
  CREATE INDEX IF NOT EXISTS catalog_photo_series ON catalog_photo (series) WHERE series IS NOT NULL;
  CREATE INDEX IF NOT EXISTS catalog_photo_folder ON catalog_photo (folder, n) WHERE folder IS NOT NULL;
  CREATE INDEX IF NOT EXISTS catalog_photo_clip ON catalog_photo (clip) WHERE clip IS NOT NULL;
  CREATE INDEX IF NOT EXISTS catalog_photo_bytes ON catalog_photo (bytes) WHERE bytes IS NOT NULL;
  CREATE UNIQUE INDEX IF NOT EXISTS catalog_photo_id ON catalog_photo (id);
  CREATE TABLE IF NOT EXISTS catalog_change (seq INTEGER PRIMARY KEY, n INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS catalog_state (
    version INTEGER NOT NULL, generation INTEGER NOT NULL, building INTEGER NOT NULL, complete INTEGER NOT NULL,
    behind INTEGER);` +
  accessSchema +
  storageSchema +
  chunkSchema;

/** Creates the table that `index` fills between `clear` and `finish`, in arrival order. */
export const bulkSchema = `CREATE TABLE catalog_bulk (arrival INTEGER PRIMARY KEY, ${columns}, UNIQUE (id));`;

/** Drops all tables of the catalog. */
export const dropAll = `
  DROP TABLE IF EXISTS catalog_bulk; DROP TABLE IF EXISTS catalog_photo;
  DROP TABLE IF EXISTS catalog_change; DROP TABLE IF EXISTS catalog_state; DROP TABLE IF EXISTS catalog_chunk;
  DROP TABLE IF EXISTS catalog_storage; DROP TABLE IF EXISTS catalog_class; DROP TABLE IF EXISTS catalog_term;`;

/**
 * The row of `catalog_state`. `generation` changes when rows were written without `catalog_change`. `behind`:
 * indexed-mark.ts.
 */
export interface State {
  version: number;
  generation: number;
  building: 0 | 1;
  complete: 0 | 1;
}

/** The state of the tables; undefined if there are none, of any version. */
export function readState(db: Sqlite): State | undefined {
  const found = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'catalog_state'").get();
  if (!found) return undefined;
  return db.prepare<State>('SELECT version, generation, building, complete FROM catalog_state').get();
}

/** A stored row. */
export type StoredRow = PhotoRow & { n: number };

const names = rowColumns.join(', ');
const marks = rowColumns.map(() => '?').join(', ');
const set = rowColumns.map((name) => `${name} = ?`).join(', ');
const values = (row: PhotoRow): (string | number | null | Uint8Array)[] => rowColumns.map((name) => row[name]);

/** Reads and writes single rows. */
export interface Tables {
  /** Writes a photo's row, unless it exists and is equal. */
  put(row: NewRow): void;
  /** The ids of photo documents with edits or files by a person. */
  naming(person: string): string[];
  /** Removes a photo's row, if it exists. */
  remove(id: Uint8Array): void;
  /** Adds a row to `catalog_bulk`. */
  append(row: NewRow): void;
  /** Removes a row from `catalog_bulk`. */
  omit(id: Uint8Array): void;
  /** Call it when the tables are recreated. */
  forget(): void;
}

/** Opens the writer of rows. */
// Longer than a screen: statements of one table, each used in one or two lines.
export function openTables(db: Sqlite): Tables {
  const byId = db.prepare<StoredRow>(`SELECT n, ${names} FROM catalog_photo WHERE id = ?`);
  const keyAt = db.prepare<SortKey & { id: Uint8Array }>('SELECT taken, id FROM catalog_photo WHERE n = ?');
  const insert = db.prepare(`INSERT INTO catalog_photo (n, ${names}) VALUES (?, ${marks})`);
  const update = db.prepare(`UPDATE catalog_photo SET ${set} WHERE n = ?`);
  const renumber = db.prepare('UPDATE catalog_photo SET n = ? WHERE n = ?');
  const erase = db.prepare('DELETE FROM catalog_photo WHERE n = ?');
  const note = db.prepare<{ seq: number }>('INSERT INTO catalog_change (n) VALUES (?)');
  const forget = db.prepare('DELETE FROM catalog_change WHERE seq <= ?');

  const pairs = openPairs(db, changed);
  const stacks = openStacks(db, changed);
  const bursts = openBursts(db, changed);
  const numbers = openAccessNumbers(db);
  const asRow = ({ claims, ...row }: NewRow): PhotoRow => ({ ...row, ...numbers.numbersOf(claims) });

  function changed(n: number): void {
    const seq = Number(note.run(n).lastInsertRowid);
    if (seq % 1024 === 0) forget.run(seq - journal);
  }

  function settle({ pair, shot }: Pick<PhotoRow, 'pair' | 'shot'>): void {
    pairs.settle(pair);
    stacks.settle(shot);
  }

  function move(from: number, to: number): void {
    renumber.run(to, from);
    changed(from);
    changed(to);
  }

  /** Frees the number of a photo, moving up the photos after it that are in the way. */
  function freeNumber(key: SortKey): number {
    let n = homeOf(key.taken, key.id);
    let other = keyAt.get(n);
    while (other && compareKeys(other, key) < 0) other = keyAt.get(++n);
    if (!other) return n;
    let end = n + 1;
    while (keyAt.get(end)) end++;
    for (let at = end; at > n; at--) move(at - 1, at);
    return n;
  }

  /** Removes a row, and moves down the rows that it had displaced. */
  function take(n: number): void {
    erase.run(n);
    changed(n);
    for (let at = n + 1; ; at++) {
      const key = keyAt.get(at);
      if (!key || homeOf(key.taken, key.id) === at) return;
      move(at, at - 1);
    }
  }

  return {
    put(made) {
      const row = asRow(made);
      const old = byId.get(row.id);
      if (old && rowColumns.every((name) => name === 'id' || name === 'bytes' || old[name] === row[name])) return;
      if (old?.taken === row.taken) {
        update.run(...values(row), old.n);
        const turned = ((old.state ^ row.state) & bit.video) !== 0;
        if (old.pair !== row.pair || turned) pairs.part(old.n);
        changed(old.n);
      } else {
        if (old) take(old.n);
        const n = freeNumber(row);
        insert.run(n, ...values(row));
        changed(n);
      }
      settle(row);
      const n = byId.get(row.id)!.n;
      bursts.settle({ ...row, n });
      if (old && (old.n !== n || old.burst !== row.burst || old.camera !== row.camera || old.side !== row.side))
        bursts.settle(old);
      if (old && (old.pair !== row.pair || old.shot !== row.shot)) settle(old);
    },
    naming(person) {
      const all = db.prepare<Pick<PhotoRow, 'id' | 'bytes'> & { holder: string }>(
        `SELECT p.id, bytes, json_extract(claims, '$.holder') AS holder
         FROM catalog_photo AS p JOIN catalog_class AS c ON c.id = p.class WHERE instr(people, ?) > 0`,
      );
      return all
        .all(JSON.stringify(person))
        .map(({ id, bytes, holder }) => itemId({ holder, sha256: Buffer.from(bytes ?? id).toString('hex') }));
    },
    remove(id) {
      const old = byId.get(id);
      if (old) take(old.n);
      if (old) settle(old);
      if (old) bursts.settle(old);
    },
    forget: () => numbers.forget(),
    append(row) {
      db.prepare(`INSERT OR REPLACE INTO catalog_bulk (${names}) VALUES (${marks})`).run(...values(asRow(row)));
    },
    omit(id) {
      db.prepare('DELETE FROM catalog_bulk WHERE id = ?').run(id);
    },
  };
}
