/**
 * The local tables: the state of this server only, never replicated, never dropped. This file has the locations of
 * originals. Every function is synchronous, and joins the library's transaction if called inside one; a crash leaves
 * each change complete or not made.
 */

import { systemClock, type Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { openAwaitedPhotos, type AwaitedPhotos } from './awaited-photos.js';
import { openDiscarded, type Discarded } from './discarded-originals.js';
import { openPersonFolders, type PersonFolders } from './person-folders.js';
import { openOriginalSha1s, type OriginalSha1s } from './original-sha1.js';
import { openSentFiles, type SentFiles } from './sent-files.js';
import { openTrashDays, type TrashDays } from './trash-days.js';
import { openEmptyAlbums, type EmptyAlbums } from './empty-albums.js';
import { openMerges, type Merges } from './merge-log.js';
import { openEditKeys, type EditKeys } from './edit-keys.js';
import { openSyncedEntities, type SyncedEntities } from './synced-entities.js';
import { openTurnedAlbums, type TurnedAlbums } from './turned-albums.js';
import { openToday, type Today } from './daily-count.js';

/**
 * The location of a photo's original. `reserved`: the name is taken for the claim; `here`: the file is in the archive.
 */
export interface OriginalRow {
  sha256: string;
  /** Relative to the archive, with forward slashes. */
  path: string;
  /** The claim that reserved or delivered it. */
  claim: string;
  state: 'reserved' | 'here';
  /** The size in bytes and mtime (ms since 1970) of the file when it was archived; for `verify`. */
  bytes: number;
  modified: number;
}

/** The result of a reservation. */
export type Reservation =
  /** The name belongs to this claim now, or already did. */
  | { kind: 'reserved'; path: string }
  /** The archive already has these bytes. */
  | { kind: 'here'; path: string }
  /** Another claim is delivering these bytes. */
  | { kind: 'other'; claim: string };

/** The table `original`. Paths are unique regardless of case and normalisation: by the key of `nameKey`. */
export interface Originals {
  find(sha256: string): OriginalRow | undefined;
  findByPath(path: string): OriginalRow | undefined;
  /**
   * Reserves a name for a claim, in one IMMEDIATE transaction. `names(n)` gives the n-th candidate (0, 1, 2, …); the
   * first one wins that is free in the table and for which `occupied` (a check of the disk for unknown files) is false.
   */
  reserve(
    original: Omit<OriginalRow, 'path' | 'state'>,
    names: (n: number) => string,
    occupied?: (path: string) => boolean,
  ): Reservation;
  /** Transfers a reservation to another claim, if it still belongs to `from`. */
  takeOver(sha256: string, from: string, to: string): boolean;
  /** Marks the original as `here`. */
  arrived(sha256: string): void;
  /** Records an original that was found, possibly at another place in the archive. */
  put(row: OriginalRow): void;
  /** Removes a claim's reservation; a row that is `here` stays. */
  release(sha256: string, claim: string): void;
  /** Removes the row of an original whose file is gone. */
  remove(sha256: string): void;
  all(): IterableIterator<OriginalRow>;
  /** Reservations whose files have not arrived: few, of claims in work or interrupted by a crash. */
  reserved(): OriginalRow[];
  /**
   * `here` excludes sidecars, which are recognised by name: a photo with such a name is missing only from the count.
   */
  counts(): { reserved: number; here: number; sidecars: number };
}

/** Files that `mode = "copy"` left in place: path, size and mtime (ns as text) to SHA-256. */
export interface CopiedFiles {
  find(path: string, bytes: number, modified: string): string | undefined;
  put(path: string, bytes: number, modified: string, sha256: string): void;
}

/** The local state of this server. */
export interface Local {
  originals: Originals;
  /** The SHA-1 of originals. */
  sha1s: OriginalSha1s;
  seen: CopiedFiles;
  /** Originals of purged photos. */
  discarded: Discarded;
  /** Folders of `incoming` that belong to people. */
  personFolders: PersonFolders;
  /** The files that programs sent over WebDAV. */
  sentFiles: SentFiles;
  /** Photos that clients sent and that are not imported yet. */
  awaited: AwaitedPhotos;
  /** What each client that keeps a copy of the library has of it. */
  synced: SyncedEntities;
  /** Albums that clients created and that have no photo yet. */
  emptyAlbums: EmptyAlbums;
  /** What albums with members were before, if they existed by name. */
  turnedAlbums: TurnedAlbums;
  /**
   * Today's imports for the house. Arriving originals are counted here, duplicates by the code that sets them aside.
   */
  today: Today;
  /** The merges of the last days. */
  merges: Merges;
  /** Edits that devices sent after a time offline. */
  editKeys: EditKeys;
  /** The days after which photos are deleted from the trash. */
  trashDays: TrashDays;
  /** Small named values, as text. */
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): void;
}

/** The unique key of an archive name: NFC, case-folded. */
export const nameKey = (path: string): string => path.normalize('NFC').toLowerCase().toUpperCase().toLowerCase();

/** The maximum number of candidate names per original; each is longer than the one before. */
const mostNames = 200;

type Columns = OriginalRow & { key: string };

/** Opens the local tables of a library. */
export function openLocal(db: Sqlite, clock: Clock = systemClock): Local {
  const get = db.prepare<{ value: string }>('SELECT value FROM setting WHERE name = ?');
  const set = db.prepare(
    'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const setting = (name: string): string | undefined => get.get(name)?.value;
  const setSetting = (name: string, value: string): void => void set.run(name, value);
  const today = openToday({ setting, setSetting }, clock);
  const merges = openMerges(db, { setting, setSetting }, clock);
  const discarded = openDiscarded(db);
  const personFolders = openPersonFolders(db);
  const sha1s = openOriginalSha1s(db);
  const originals = openOriginals(db, today, sha1s);
  const editKeys = openEditKeys(db, clock);
  return {
    ...{ originals, sha1s, seen: openSeen(db), discarded, personFolders, sentFiles: openSentFiles(db), today },
    ...{
      awaited: openAwaitedPhotos(db, clock),
      emptyAlbums: openEmptyAlbums(db, clock),
      turnedAlbums: openTurnedAlbums(db, clock),
      synced: openSyncedEntities(db, clock),
    },
    ...{ merges, editKeys, trashDays: openTrashDays(db, { setting, setSetting }), setting, setSetting },
  };
}

function openOriginals(db: Sqlite, today: Today, sha1s: OriginalSha1s): Originals {
  const columns = 'sha256, path, claim, state, bytes, modified';
  const isSidecar = "key LIKE '%.xmp'";
  const find = db.prepare<OriginalRow>(`SELECT ${columns} FROM original WHERE sha256 = ?`);
  const findByKey = db.prepare<OriginalRow>(`SELECT ${columns} FROM original WHERE key = ?`);
  const reserved = db.prepare<OriginalRow>(`SELECT ${columns} FROM original WHERE state = 'reserved'`);
  const some = db.prepare<OriginalRow>(`SELECT ${columns} FROM original WHERE sha256 > ? ORDER BY sha256 LIMIT 1000`);
  const put = db.prepare(`INSERT INTO original (${columns}, key) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (sha256) DO UPDATE SET path = excluded.path, key = excluded.key, claim = excluded.claim, state = excluded.state,
      bytes = excluded.bytes, modified = excluded.modified`);
  const takeOver = db.prepare("UPDATE original SET claim = ? WHERE sha256 = ? AND claim = ? AND state = 'reserved'");
  // Claims of people have names with this ending (docs/spool.md); their files are not counted.
  const arrived = db.prepare<{ counts: number }>(
    `UPDATE original SET state = 'here' WHERE sha256 = ? AND state = 'reserved'
      RETURNING NOT (${isSidecar}) AND claim NOT LIKE '%-own' AS counts`,
  );
  const release = db.prepare("DELETE FROM original WHERE sha256 = ? AND claim = ? AND state = 'reserved'");
  const remove = db.prepare('DELETE FROM original WHERE sha256 = ?');
  const count = db.prepare<{ kind: string; n: number }>(
    `SELECT iif(state = 'here' AND ${isSidecar}, 'sidecar', state) AS kind, count(*) AS n FROM original GROUP BY kind`,
  );

  function write(row: Columns): void {
    put.run(row.sha256, row.path, row.claim, row.state, row.bytes, row.modified, row.key);
  }

  function free(names: (n: number) => string, occupied: (path: string) => boolean): string {
    for (let n = 0; n < mostNames; n++) {
      const path = names(n);
      if (!findByKey.get(nameKey(path)) && !occupied(path)) return path;
    }
    throw new PhotospoolError('conflict', 'No unused name was found in the archive.', {
      op: 'reserve',
      path: names(0),
    });
  }

  const originals: Originals = {
    find: (sha256) => find.get(sha256),
    findByPath: (path) => findByKey.get(nameKey(path)),
    reserve: (original, names, occupied = () => false) =>
      db.transaction((): Reservation => {
        const known = find.get(original.sha256);
        if (known?.state === 'here') return { kind: 'here', path: known.path };
        if (known && known.claim !== original.claim) return { kind: 'other', claim: known.claim };
        if (known) return { kind: 'reserved', path: known.path };
        const path = free(names, occupied);
        write({ ...original, path, key: nameKey(path), state: 'reserved' });
        return { kind: 'reserved', path };
      }),
    takeOver: (sha256, from, to) => takeOver.run(to, sha256, from).changes > 0,
    arrived: (sha256) =>
      db.transaction(() => {
        if (arrived.get(sha256)?.counts === 1) today.add('stored');
      }),
    put(row) {
      write({ ...row, key: nameKey(row.path) });
    },
    release: (sha256, claim) => void release.run(sha256, claim),
    remove(sha256) {
      sha1s.remove(sha256);
      remove.run(sha256);
    },
    reserved: () => reserved.all(),
    *all() {
      for (let last = ''; ;) {
        const rows = some.all(last);
        yield* rows;
        if (rows.length === 0) return;
        last = rows.at(-1)!.sha256;
      }
    },
    counts() {
      const rows = count.all();
      const of = (kind: string): number => rows.find((row) => row.kind === kind)?.n ?? 0;
      return { reserved: of('reserved'), here: of('here'), sidecars: of('sidecar') };
    },
  };
  return originals;
}

function openSeen(db: Sqlite): CopiedFiles {
  const find = db.prepare<{ sha256: string }>('SELECT sha256 FROM seen WHERE path = ? AND bytes = ? AND modified = ?');
  const put = db.prepare(`INSERT INTO seen (path, bytes, modified, sha256) VALUES (?, ?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, modified = excluded.modified, sha256 = excluded.sha256`);
  return {
    find: (path, bytes, modified) => find.get(path, bytes, modified)?.sha256,
    put: (path, bytes, modified, sha256) => void put.run(path, bytes, modified, sha256),
  };
}
