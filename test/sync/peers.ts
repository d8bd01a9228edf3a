/**
 * The other sides in tests of replication: a Photospool server over HTTP, PouchDB Server in this process, and the
 * CouchDB in `$COUCHDB_URL` (`http://user:password@host:5984`), if it is set.
 */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { systemClock as clock } from '../../src/base/clock.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import type { Address } from '../../src/sync/couch/json-client.js';
import type { Database } from '../../src/sync/couch/database.js';
import { openHttpDatabase } from '../../src/sync/couch/remote-database.js';
import { openLibraryDatabase } from '../../src/sync/couch/library-database.js';
import { openNotes } from '../../src/sync/couch/local-documents.js';
import { serveLibrary, type Served } from '../../src/sync/couch/serve-database.js';
import { makeChanges } from '../../src/library/change-signal.js';

/** An empty database somewhere. */
export interface Side {
  database: Database;
  /** Its address, for other programs; absent for a library without a server. */
  address?: Address;
  /** Its library, if it is ours. */
  library?: Library;
  served?: Served;
  close(): Promise<void>;
}

/** A library, in memory by default, and its server side. */
export function openLibrarySide(path = ':memory:'): Side & { library: Library; served: Served; db: Sqlite } {
  const db = openSqlite(path);
  const changes = makeChanges();
  const library = openLibrary(db, { index: () => changes.notify() });
  const database = openLibraryDatabase({ library, db, clock, onChange: (listener) => changes.on(listener) });
  return {
    database,
    library,
    db,
    served: serveLibrary(library, { database, name: 'photos', notes: openNotes(db, 'photos') }),
    close() {
      library.close();
      db.close();
      return Promise.resolve();
    },
  };
}

/**
 * PouchDB Server, in memory by default, or with LevelDB in a folder. Those in memory share their databases: a test uses
 * random names.
 */
export async function openPouchServer(folder?: string): Promise<{ url: string; close(): Promise<void> }> {
  const app =
    folder === undefined ? (inMemory ??= makePouchApp({ adapter: 'memory' })) : makePouchApp({ prefix: `${folder}/` });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

interface App {
  use(path: string, handler: unknown): void;
  listen(port: number, host: string): Server;
}

/**
 * Only one per process: each of two would keep the other's list of databases, and the second would no longer find its
 * own.
 */
let inMemory: App | undefined;

function makePouchApp(kept: object): App {
  const require = createRequire(import.meta.url);
  interface Pouch {
    plugin(plugin: unknown): Pouch;
    defaults(options: object): Pouch;
  }
  const makeHandler = require('express-pouchdb') as (pouch: Pouch, options: object) => unknown;
  const Pouch = (require('pouchdb') as Pouch).plugin(require('pouchdb-adapter-memory')).defaults(kept);
  const app = (require('express') as () => App)();
  const logPath = join(tmpdir(), `photospool-pouch-${randomBytes(6).toString('hex')}.txt`);
  app.use('/', makeHandler(Pouch, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath }));
  return app;
}

/** A new database on a server with CouchDB's protocol; `server` may contain a user and a password. */
export async function openCouchSide(server: string): Promise<Side> {
  const { username, password, origin } = new URL(server);
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const authorization = username === '' ? undefined : `Basic ${basic}`;
  const url = `${origin}/photospool-${randomBytes(8).toString('hex')}`;
  const headers = authorization === undefined ? {} : { authorization };
  await fetch(url, { method: 'PUT', headers });
  const address = { url, ...(authorization !== undefined && { authorization }) };
  return {
    database: openHttpDatabase(address),
    address,
    async close() {
      await fetch(url, { method: 'DELETE', headers });
    },
  };
}
