/**
 * Which blobs the documents name, and which of them are here: a local table, filled from the change feed. It answers
 * whether a hash may be given out or taken in, and what is missing, most wanted first. A crash leaves it a little behind
 * the feed; it can be dropped, and is filled again.
 */
import type { Sqlite } from '../../base/sqlite.js';
import { clipsShown, factsShown, renditionsShown } from '../../document/facts.js';
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

/** The blobs that the documents of a library name. */
export interface BlobIndex extends Amounts {
  /** Takes in what changed in the library since the last call; true where something did. Yields to other work. */
  follow(): Promise<boolean>;
  /** A blob that a document names; undefined for any other hash. */
  find(sha256: string): NamedBlob | undefined;
  /** Those that are not here: thumbs of the newest photos first, then previews, then originals that are wanted. */
  missing: Missing;
  /** The blob is here now, or is not any more. */
  set(sha256: string, here: boolean): void;
  /** All these blobs are here now; durable. */
  arrived(all: readonly string[]): void;
  /** Somebody wants to see an original now: it comes first. */
  ask(sha256: string): void;
  /** Those that are here, in the order in which they are wanted, after `place`; where to go on, undefined at the end. */
  present(place: BlobPosition, limit: number): { blobs: NamedBlob[]; next?: BlobPosition };
  /** Those that are here and were noted after `mark`: named anew, come, or to be looked at again. */
  noted(mark: number, limit: number): { blobs: NamedBlob[]; mark: number };
  /** The newest mark, of this process only. */
  mark(): number;
  /** Those of purged photos that a database of blobs (its number, remote-blob-index.ts) holds and no document names. */
  purged(at: number, limit: number): string[];
  /** Whoever follows the marks is to look at a blob again. */
  note(sha256: string): void;
}

/** Where one is among the blobs that are here. */
export interface BlobPosition {
  kind: number;
  taken: string;
  sha256: Uint8Array;
}

/** Before all blobs that are here. */
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

/** The setting that keeps how far the feed was followed: the number of a change. Without it, all is looked at again. */
export const followedMark = 'replication.blobs';

/** The setting that says that the items of people were looked at, too. */
const itemsMark = 'replication.blobs-of-people';

/** Opens the table, making it where it is missing. */
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

  // Counted here and not in the table, where the newest row may go.
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

/** Makes the table; one of an older version is dropped, and filled again. */
function makeTables(db: Sqlite, library: Library): void {
  const columns = db.prepare<{ name: string }>("SELECT name FROM pragma_table_info('blob')").all();
  if (columns.length > 0 && !columns.some(({ name }) => name === 'noted')) {
    db.exec('DROP TABLE blob');
    library.local.setSetting(followedMark, '0');
  }
  // A version that did not look at the items of people passed them over.
  if (library.local.setting(itemsMark) === undefined) {
    if (library.scan(ownPrefix).next().done !== true) library.local.setSetting(followedMark, '0');
    library.local.setSetting(itemsMark, '1');
  }
  db.exec(tables + thereTables);
}

/** What an item’s document names; nothing where it is no photo. Of the same bytes under two names, one. */
function blobsOf(sha256: string, body: Body | undefined): (Omit<NamedBlob, 'photo'> & { taken: string })[] {
  const photo = photoOf(body);
  if (!photo) return [];
  const { taken } = viewPhoto(sha256, photo, { here: false });
  const { thumb, preview } = renditionsShown(photo.renditions);
  const { hover, video } = clipsShown(photo);
  const { bytes } = factsShown(photo.facts);
  return [
    ...(thumb ? [{ kind: 'thumb' as const, sha256: thumb.sha256, bytes: thumb.bytes, taken }] : []),
    ...(preview ? [{ kind: 'preview' as const, sha256: preview.sha256, bytes: preview.bytes, taken }] : []),
    { kind: 'original' as const, sha256, bytes, taken },
    ...(hover ? [{ kind: 'hover' as const, sha256: hover.sha256, bytes: hover.bytes, taken }] : []),
    ...(video ? [{ kind: 'video' as const, sha256: video.sha256, bytes: video.bytes, taken }] : []),
  ];
}
