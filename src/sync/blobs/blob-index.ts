/**
 * The index of blobs that documents name, and which of them are here: a local table built from the change feed. It
 * decides whether a hash may be sent or accepted, and lists missing blobs by priority. A crash leaves it slightly
 * behind the feed; it can be dropped and is then rebuilt.
 */
import type { Sqlite } from '../../base/sqlite.js';
import { picturesNeeded } from '../../document/develop.js';
import { clipsShown, factsShown } from '../../document/facts.js';
import { itemId, itemOf, ownPrefix, publicIdOf, type Item } from '../../document/item-id.js';
import { photoOf, type Body } from '../../document/photo-document.js';
import { isPurge } from '../../document/purge.js';
import { viewPhoto } from '../../document/photo-view.js';
import { numberCheckpoint, openChangeFollower } from '../../library/follow.js';
import type { Library } from '../../library/library.js';
import { openAmounts, type Amounts } from './blob-counts.js';
import { blobKinds, type BlobKind } from './blob-kinds.js';
import { openMissing, type Missing } from './missing-blobs.js';
import { openPurged } from './purged-hashes.js';
import { blobOf, hex, rowColumns, type NamedBlob, type BlobRow } from './blob-row.js';
import { thereTables } from './remote-blob-index.js';

export { blobKinds, type BlobKind } from './blob-kinds.js';
export type { MissingOptions, MissingPlace } from './missing-blobs.js';
export type { NamedBlob } from './blob-row.js';

/** The blobs named by the documents of a library. */
export interface BlobIndex extends Amounts {
  /** Processes changes of the library since the last call; true if there were any. Yields to other work. */
  follow(): Promise<boolean>;
  /** A blob that a document names; undefined for any other hash. */
  find(sha256: string): NamedBlob | undefined;
  /** Missing blobs: thumbs of the newest photos first, then previews, then wanted originals. */
  missing: Missing;
  /** Sets whether the blob is here. */
  set(sha256: string, here: boolean): void;
  /** Marks all these blobs as here; durable. */
  arrived(all: readonly string[]): void;
  /** Requests that an original be fetched now, because a person wants to see it: it gets the highest priority. */
  ask(sha256: string): void;
  /** Blobs that are here, by priority, after `place`; `next` is where to continue, undefined at the end. */
  present(place: BlobPosition, limit: number): { blobs: NamedBlob[]; next?: BlobPosition };
  /** Blobs that are here with a greater mark: newly named, arrived, or to be checked again. */
  noted(mark: number, limit: number): { blobs: NamedBlob[]; mark: number };
  /** The newest mark, valid in this process only. */
  mark(): number;
  /** Blobs of purged photos in a remote database of blobs (its number, remote-blob-index.ts) that no document names. */
  purged(at: number, limit: number): string[];
  /** Makes followers of the marks check a blob again. */
  note(sha256: string): void;
}

/** A position in the list of blobs that are here. */
export interface BlobPosition {
  kind: number;
  taken: string;
  sha256: Uint8Array;
}

/** The position before all blobs. */
export const beginning: BlobPosition = { kind: 0, taken: '\uffff', sha256: new Uint8Array() };

/** Whether the bytes of a blob are on this server. Called inside a transaction. */
export type IsHere = (kind: BlobKind, sha256: string) => boolean;

const tables = `
  CREATE TABLE IF NOT EXISTS blob (sha256 BLOB NOT NULL, photo BLOB NOT NULL, kind INTEGER NOT NULL, bytes INTEGER NOT NULL,
    taken TEXT NOT NULL, here INTEGER NOT NULL, asked INTEGER NOT NULL DEFAULT 0, noted INTEGER NOT NULL,
    PRIMARY KEY (sha256, photo, kind)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS blob_of_photo ON blob (photo);
  CREATE INDEX IF NOT EXISTS blob_noted ON blob (noted);
  CREATE INDEX IF NOT EXISTS blob_present ON blob (kind, taken DESC, sha256 DESC) WHERE here = 1;
  CREATE INDEX IF NOT EXISTS blob_missing ON blob (asked DESC, kind, taken DESC) WHERE here = 0;`;

/**
 * The setting that stores the position in the feed: the number of a change. Without it, the whole feed is read again.
 */
export const followedMark = 'replication.blobs';

/** The setting that records that items of people are in the index, too. */
const itemsMark = 'replication.blobs-of-people';

/** The setting that records that the pictures of edited photos are in the index, too. */
const editedMark = 'replication.blobs-of-edits';

/** Opens the index, creating its table if it is missing. */
// Longer than a screen: statements of one table, each used in one or two lines.
export function openNamed(db: Sqlite, library: Library, isHere: IsHere): BlobIndex {
  makeTables(db, library);
  const forget = db.prepare('DELETE FROM blob WHERE photo = ?');
  const put = db.prepare(
    'INSERT OR REPLACE INTO blob (sha256, photo, kind, bytes, taken, here, noted) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const ofPhoto = db.prepare<Pick<BlobRow, 'sha256' | 'kind'> & { here: number }>(
    'SELECT sha256, kind, here FROM blob WHERE photo = ?',
  );
  const columns = `SELECT ${rowColumns} FROM blob`;
  const find = db.prepare<BlobRow>(`${columns} WHERE sha256 = ? ORDER BY kind LIMIT 1`);
  const set = db.prepare('UPDATE blob SET here = ?, noted = ? WHERE sha256 = ?');
  const note = db.prepare('UPDATE blob SET noted = ? WHERE sha256 = ?');
  const ask = db.prepare('UPDATE blob SET asked = 1 WHERE sha256 = ?');
  const present = db.prepare<BlobRow>(`${columns} WHERE here = 1 AND kind = ? AND (taken, sha256) < (?, ?)
    ORDER BY taken DESC, sha256 DESC LIMIT ?`);
  const noted = db.prepare<BlobRow>(`${columns} WHERE noted > ? AND here = 1 ORDER BY noted LIMIT ?`);
  const purged = openPurged(db);

  // Counted here, because the table may lose its newest row.
  let mark = db.prepare<{ n: number | null }>('SELECT max(noted) AS n FROM blob').get()?.n ?? 0;

  function write(item: Item, body: Body | undefined): void {
    const photo = Buffer.from(publicIdOf(item), 'hex');
    if (!body && library.leaves(itemId(item)).some((leaf) => isPurge(leaf.body)))
      purged.note(
        ofPhoto
          .all(photo)
          .filter(({ kind, here }) => blobKinds[kind] !== 'original' || here === 1)
          .map((row) => hex(row.sha256)),
      );
    forget.run(photo);
    for (const { kind, sha256: hash, bytes, taken } of blobsOf(item.sha256, body)) {
      put.run(
        Buffer.from(hash, 'hex'),
        photo,
        blobKinds.indexOf(kind),
        bytes,
        taken,
        Number(isHere(kind, hash)),
        ++mark,
      );
    }
  }

  const setHere = (sha256: string, here: boolean): void =>
    void set.run(Number(here), ++mark, Buffer.from(sha256, 'hex'));

  const follower = openChangeFollower({
    library,
    checkpoint: numberCheckpoint(library.local, followedMark),
    transaction: (work) => db.transaction(work),
    take(changes) {
      for (const { id } of changes) {
        const item = itemOf(id);
        if (item) write(item, library.get(id)?.body);
      }
    },
  });

  return {
    follow: follower.catchUp,
    find(sha256) {
      const row = find.get(Buffer.from(sha256, 'hex'));
      return row && blobOf(row);
    },
    missing: openMissing(db),
    ...openAmounts(db),
    purged: purged.at,
    set: setHere,
    arrived(all) {
      db.transaction(() => {
        for (const sha256 of all) setHere(sha256, true);
      });
    },
    ask: (sha256) => void ask.run(Buffer.from(sha256, 'hex')),
    present({ kind, taken, sha256 }, limit) {
      const rows = present.all(kind, taken, sha256, limit);
      const last = rows.length === limit ? rows.at(-1) : undefined;
      const next = last ?? (kind + 1 < blobKinds.length ? { ...beginning, kind: kind + 1 } : undefined);
      return { blobs: rows.map(blobOf), ...(next && { next }) };
    },
    noted(after, limit) {
      const rows = noted.all(after, limit);
      return { blobs: rows.map(blobOf), mark: rows.length === limit ? rows.at(-1)!.noted : mark };
    },
    mark: () => mark,
    note: (sha256) => void note.run(++mark, Buffer.from(sha256, 'hex')),
  };
}

/** Creates the table; one of an older version is dropped and rebuilt. */
function makeTables(db: Sqlite, library: Library): void {
  const columns = db.prepare<{ name: string }>("SELECT name FROM pragma_table_info('blob')").all();
  if (columns.length > 0 && !columns.some(({ name }) => name === 'noted')) {
    db.exec('DROP TABLE blob');
    library.local.setSetting(followedMark, '0');
  }
  // Earlier versions skipped the items of people.
  if (library.local.setting(itemsMark) === undefined) {
    if (library.scan(ownPrefix).next().done !== true) library.local.setSetting(followedMark, '0');
    library.local.setSetting(itemsMark, '1');
  }
  // Earlier versions skipped the pictures of edited photos.
  if (library.local.setting(editedMark) === undefined) {
    library.local.setSetting(followedMark, '0');
    library.local.setSetting(editedMark, '1');
  }
  db.exec(tables + thereTables);
}

/** The blobs named by an item’s document; none if it is not a photo. Identical bytes under two names give one. */
function blobsOf(sha256: string, body: Body | undefined): (Omit<NamedBlob, 'photo'> & { taken: string })[] {
  const photo = photoOf(body);
  if (!photo) return [];
  const { taken } = viewPhoto(sha256, photo, { here: false });
  const { hover, video } = clipsShown(photo);
  const { bytes } = factsShown(photo.facts);
  return [
    ...picturesNeeded(photo).map(([kind, picture]) => ({ kind, sha256: picture.sha256, bytes: picture.bytes, taken })),
    { kind: 'original' as const, sha256, bytes, taken },
    ...(hover ? [{ kind: 'hover' as const, sha256: hover.sha256, bytes: hover.bytes, taken }] : []),
    ...(video ? [{ kind: 'video' as const, sha256: video.sha256, bytes: video.bytes, taken }] : []),
  ];
}
