/**
 * One home that publishes here: the database of its projection, in a separate file. Only the public fields
 * (public-fields.ts) of its documents are ever stored. A table of the pictures that it names is written in the same
 * transaction.
 */
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { openSqlite, type Sqlite } from '../base/sqlite.js';
import { isNewer } from '../document/merge.js';
import type { Body } from '../document/photo-document.js';
import type { ChangeSource } from '../library/change-signal.js';
import { openLibrary, type Incoming, type Library } from '../library/library.js';
import type { Database, RejectedRevision } from '../sync/couch/database.js';
import { openLibraryDatabase } from '../sync/couch/library-database.js';
import { openNotes } from '../sync/couch/local-documents.js';
import { hashesOf, opaqueOf, readPublic } from './public-fields.js';
import { serveLibrary, type Served } from '../sync/couch/serve-database.js';

/** A home that publishes here. */
export interface Publisher {
  /** The id of its library. */
  id: string;
  db: Sqlite;
  projection: Library;
  /** Its database, as it is served. */
  served: Served;
  /** Whether a document of its projection names a picture or video. */
  names(sha256: string): boolean;
  close(): void;
}

/** The files of a home's projection, in `folder`. */
export const filesOf = (folder: string, id: string): string[] =>
  ['', '-wal', '-shm'].map((part) => join(folder, `${id}.sqlite${part}`));

/** The dependencies of a publisher. */
export interface PublisherParts {
  folder: string;
  clock: Clock;
  /** Notified when documents of any projection changed. */
  changes: ChangeSource;
}

/** Opens the projection of the home `id`, creating its file if it is missing. */
export function openPublisher(id: string, { folder, clock, changes }: PublisherParts): Publisher {
  const db = openSqlite(join(folder, `${id}.sqlite`), { secureDelete: true });
  const pictures = openPictures(db);
  const projection = openLibrary(db, {
    clock,
    index(document, body) {
      pictures.write(document, body);
      changes.notify();
    },
  });
  if (pictures.isNew) for (const { id, body } of projection.scan('public:')) pictures.write(id, body);
  return {
    id,
    db,
    projection,
    served: serveLibrary(projection, {
      database: guarded(openLibraryDatabase({ library: projection, db, clock, onChange: changes.on })),
      name: `public-${id}`,
      notes: openNotes(db, 'photos'),
    }),
    names: pictures.has,
    close: () => (projection.close(), db.close()),
  };
}

interface Pictures {
  /** The table has just been created. */
  isNew: boolean;
  write(document: string, body: Body | undefined): void;
  has(sha256: string): boolean;
}

function openPictures(db: Sqlite): Pictures {
  const isNew = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'picture'").get() === undefined;
  db.exec(`CREATE TABLE IF NOT EXISTS picture
    (sha256 TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (document, sha256)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS picture_by_hash ON picture (sha256)`);
  const forget = db.prepare('DELETE FROM picture WHERE document = ?');
  const name = db.prepare('INSERT OR IGNORE INTO picture (sha256, document) VALUES (?, ?)');
  const named = db.prepare('SELECT 1 FROM picture WHERE sha256 = ? LIMIT 1');
  return {
    isNew,
    write(document, body) {
      forget.run(document);
      for (const one of hashesOf(readPublic(body)?.photo.value)) name.run(one, document);
    },
    has: (sha256) => named.get(sha256) !== undefined,
  };
}

/** The database as its home accesses it: only public fields are stored. */
function guarded(database: Database): Database {
  return {
    ...database,
    async write(incoming, from) {
      const refused: RejectedRevision[] = [];
      const taken = incoming.flatMap((one): Incoming[] => {
        const reason = whyNot(one);
        if (reason === undefined) return [stripped(one)];
        refused.push({ id: one.id, rev: one.revisions[0] ?? '', reason });
        return [];
      });
      return [...refused, ...(await database.write(taken, from))];
    },
  };
}

const stripped = ({ id, revisions, deleted, body }: Incoming): Incoming =>
  ({ id, revisions, deleted, body: deleted ? {} : readPublic(body) }) as Incoming;

function whyNot({ id, deleted, body }: Incoming): string | undefined {
  if (opaqueOf(id) === undefined) return 'Only documents of a projection are accepted.';
  if (deleted || readPublic(body)) return undefined;
  return isNewer(body) ? 'It was written by a newer version of Photospool.' : 'It isn’t a published photo.';
}
