/**
 * The homes that publish here, and which token may write which. A token belongs to the first home that brings it; it reaches
 * that home's database and the pictures that it names, and nothing else. A crash leaves whole batches.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Sqlite } from '../base/sqlite.js';
import { makeChanges, type Changes } from '../library/change-signal.js';
import { filesOf, openPublisher, type Publisher } from './publisher-database.js';
import { openRemovals } from './publisher-removals.js';
import type { Served } from '../sync/couch/serve-database.js';

/** What publishers are kept in. */
export interface PublishersParts {
  /** The server's own database file: which token is whose. */
  db: Sqlite;
  /** The folder of the projections, absolute; it is there. */
  folder: string;
  files: Files;
  clock: Clock;
  /** When a token was made, ms since 1970; undefined where it was revoked. */
  madeAt(token: string): number | undefined;
}

/** The homes that publish here. */
export interface Publishers {
  all(): readonly Publisher[];
  /** Their databases, as they are served: a list that grows and shrinks. */
  databases: readonly Served[];
  /**
   * Lets a token into a database `public-<library id>`, making it where it is the token's first.
   * @throws PhotospoolError `forbidden` where it is another home's, `not-found` for any other name.
   */
  admit(database: string, token: string): void;
  /** Whether the home that a token belongs to names a picture in its projection. */
  names(token: string, sha256: string): boolean;
  /** Whether homes are to be removed. */
  leaving(): boolean;
  /**
   * Drops what the homes brought that are to be removed: their files go. Resolves to their ids; what they showed is still to
   * be combined anew, and then each is `removed`.
   */
  drop(): Promise<string[]>;
  /** It is done with. */
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

/** Opens the publishers that are there. */
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
      if (removals.has(id)) throw new PhotospoolError('forbidden', 'What this home brought is being removed.');
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
