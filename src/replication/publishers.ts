/**
 * The homes that publish here: a database of each one's projection, in a file of its own, and which token may write which.
 * A token belongs to the first home that brings it; it reaches that home's database and no other. Only what is on the list
 * (public.ts) is ever stored. A crash leaves whole batches.
 */
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import { openSqlite, type Sqlite } from '../base/sqlite.js';
import { isNewer } from '../document/merge.js';
import { openLibrary, type Incoming, type Library } from '../library/library.js';
import type { Database, Refused } from './database.js';
import { openLibraryDatabase } from './library.js';
import { openNotes } from './notes.js';
import { opaqueOf, readPublic } from './public.js';
import type { Served } from './serve.js';

/** What publishers are kept in. */
export interface PublishersParts {
  /** The server's own database file: which token is whose. */
  db: Sqlite;
  /** The folder of the projections, absolute; it is there. */
  folder: string;
  clock: Clock;
  /** When a token was made, ms since 1970; undefined where it was revoked. */
  madeAt(token: string): number | undefined;
}

/** A home that publishes here. */
export interface Publisher {
  /** The id of its library. */
  id: string;
  db: Sqlite;
  projection: Library;
}

/** The homes that publish here. */
export interface Publishers {
  all(): readonly Publisher[];
  /** Their databases, as they are served: a list that grows. */
  databases: readonly Served[];
  /**
   * Lets a token into a database `public-<library id>`, making it where it is the token's first.
   * @throws PhotospoolError `forbidden` where it is another home's, `not-found` for any other name.
   */
  admit(database: string, token: string): void;
  /** Calls `listener` after documents changed; returns what ends it. */
  on(listener: () => void): () => void;
  close(): void;
}

interface Row {
  token: string;
  made: number;
  publisher: string;
}

/** Opens the publishers that are there. */
export function openPublishers({ db, folder, clock, madeAt }: PublishersParts): Publishers {
  db.exec(`CREATE TABLE IF NOT EXISTS publisher
    (token TEXT PRIMARY KEY, made INTEGER NOT NULL, publisher TEXT NOT NULL) WITHOUT ROWID`);
  const byToken = db.prepare<Row>('SELECT token, made, publisher FROM publisher WHERE token = ?');
  const byPublisher = db.prepare<Row>('SELECT token, made, publisher FROM publisher WHERE publisher = ?');
  const bind = db.prepare('INSERT OR REPLACE INTO publisher (token, made, publisher) VALUES (?, ?, ?)');
  const known = db.prepare<{ publisher: string }>('SELECT DISTINCT publisher FROM publisher ORDER BY publisher');
  const listeners = new Set<() => void>();
  const on = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const publishers = new Map<string, Publisher>();
  const databases: Served[] = [];

  function open(id: string): void {
    if (publishers.has(id)) return;
    const file = openSqlite(join(folder, `${id}.sqlite`), { secureDelete: true });
    const tell = (): void => [...listeners].forEach((listener) => listener());
    const projection = openLibrary(file, { clock, index: () => void setImmediate(tell) });
    const database = openLibraryDatabase({ library: projection, db: file, clock, onChange: on });
    databases.push({
      database: guarded(database),
      name: `public-${id}`,
      notes: openNotes(file, 'photos'),
      count: () => projection.count(''),
      last: () => projection.changes(projection.lastChange()).last,
    });
    publishers.set(id, { id, db: file, projection });
  }

  function mayBind(token: string, id: string): boolean {
    const own = byToken.get(token);
    // A token that was revoked and made again under its name is another one.
    if (own && own.made === madeAt(token)) return own.publisher === id;
    return byPublisher.all(id).every((other) => other.token === token || madeAt(other.token) !== other.made);
  }

  for (const { publisher } of known.all()) open(publisher);
  return {
    all: () => [...publishers.values()],
    databases,
    admit(name, token) {
      const id = /^public-([0-9a-f]{8,64})$/.exec(name)?.[1];
      const made = madeAt(token);
      if (id === undefined || made === undefined) throw new PhotospoolError('not-found', 'There is no such database.');
      db.transaction(() => {
        if (!mayBind(token, id)) {
          throw new PhotospoolError('forbidden', 'This token belongs to another home.', {
            hint: 'Make one for each home with `photospool tokens add NAME --may publish`.',
          });
        }
        bind.run(token, made, id);
      });
      open(id);
    },
    on,
    close() {
      for (const { db: file, projection } of publishers.values()) {
        projection.close();
        file.close();
      }
    },
  };
}

/** A projection's database as its home reaches it: of what is written, only what is on the list is stored. */
function guarded(database: Database): Database {
  return {
    ...database,
    async write(incoming) {
      const refused: Refused[] = [];
      const taken = incoming.flatMap((one): Incoming[] => {
        const reason = whyNot(one);
        if (reason === undefined) return [stripped(one)];
        refused.push({ id: one.id, rev: one.revisions[0] ?? '', reason });
        return [];
      });
      return [...refused, ...(await database.write(taken))];
    },
  };
}

const stripped = ({ id, revisions, deleted, body }: Incoming): Incoming =>
  ({ id, revisions, deleted, body: deleted ? {} : readPublic(body) }) as Incoming;

function whyNot({ id, deleted, body }: Incoming): string | undefined {
  if (opaqueOf(id) === undefined) return 'Only a projection is taken here.';
  if (deleted || readPublic(body)) return undefined;
  return isNewer(body) ? 'It was written by a newer version of Photospool.' : 'It is no document of a projection.';
}
