/**
 * The homes that publish here, and which token may write which projection. A token belongs to the first home that uses
 * it; it gives access only to that home's database and the pictures that it names. A crash leaves whole batches.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Sqlite } from '../base/sqlite.js';
import { makeChanges, type Changes } from '../library/change-signal.js';
import { filesOf, openPublisher, type Publisher } from './publisher-database.js';
import { openRemovals } from './publisher-removals.js';
import type { Served } from '../sync/couch/serve-database.js';

/** The dependencies of the registry. */
export interface PublishersParts {
  /** The server's own database file, with the home of each token. */
  db: Sqlite;
  /** The folder of the projections, absolute; it exists. */
  folder: string;
  files: Files;
  clock: Clock;
  /** When a token was created, ms since 1970; undefined if it was revoked. */
  madeAt(token: string): number | undefined;
}

/** The homes that publish here. */
export interface Publishers {
  all(): readonly Publisher[];
  /** Their databases, as they are served; the list changes. */
  databases: readonly Served[];
  /**
   * Gives a token access to a database `public-<library id>`, creating it if it is the token's first.
   * @throws PhotospoolError `forbidden` if the token or database belongs to another home, `not-found` for any other
   * name.
   */
  admit(database: string, token: string): void;
  /** Whether the home of a token names a picture in its projection. */
  names(token: string, sha256: string): boolean;
  /** Whether homes are to be removed. */
  leaving(): boolean;
  /**
   * Deletes the files of the homes to be removed. Resolves to their ids; their photos must still be combined again, and
   * then each is `removed`.
   */
  drop(): Promise<string[]>;
  /** The removal is complete. */
  removed(id: string): void;
  /** Calls `listener` after documents of any projection changed. */
  on: Changes['on'];
  close(): void;
}

interface Row {
  token: string;
  made: number;
  publisher: string;
}

/** Opens the existing publishers. */
export function openPublishers({ db, folder, files, clock, madeAt }: PublishersParts): Publishers {
  const removals = openRemovals(db);
  const byToken = db.prepare<Row>('SELECT token, made, publisher FROM publisher WHERE token = ?');
  const byPublisher = db.prepare<Row>('SELECT token, made, publisher FROM publisher WHERE publisher = ?');
  const bind = db.prepare('INSERT OR REPLACE INTO publisher (token, made, publisher) VALUES (?, ?, ?)');
  const known = db.prepare<{ publisher: string }>('SELECT DISTINCT publisher FROM publisher ORDER BY publisher');
  const changes = makeChanges();
  const publishers = new Map<string, Publisher>();
  const databases: Served[] = [];

  function open(id: string): void {
    if (publishers.has(id)) return;
    const publisher = openPublisher(id, { folder, clock, changes });
    databases.push(publisher.served);
    publishers.set(id, publisher);
  }

  async function drop(id: string): Promise<void> {
    const publisher = publishers.get(id);
    if (publisher) {
      publishers.delete(id);
      databases.splice(databases.indexOf(publisher.served), 1);
      publisher.close();
    }
    for (const path of filesOf(folder, id)) if (await files.stat(path)) await files.remove(path);
  }

  function mayBind(token: string, id: string): boolean {
    const own = byToken.get(token);
    // A token that was revoked and created again under the same name is a different one.
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
      if (id === undefined || made === undefined)
        throw new PhotospoolError('not-found', 'This database doesn’t exist.');
      if (removals.has(id))
        throw new PhotospoolError('forbidden', 'The published photos of this home are being removed.');
      db.transaction(() => {
        if (!mayBind(token, id)) {
          throw new PhotospoolError('forbidden', 'This token is already used by another server.', {
            hint: 'Create one for each server with `photospool tokens add NAME --may publish`.',
          });
        }
        bind.run(token, made, id);
      });
      open(id);
    },
    names(token, sha256) {
      const own = byToken.get(token);
      if (!own || own.made !== madeAt(token)) return false;
      return publishers.get(own.publisher)?.names(sha256) === true;
    },
    leaving: () => removals.all().length > 0,
    async drop() {
      const ids = removals.all();
      for (const id of ids) await drop(id);
      return ids;
    },
    removed: (id) => removals.done(id),
    on: changes.on,
    close() {
      for (const publisher of publishers.values()) publisher.close();
    },
  };
}
