/**
 * One side of a replication for benches: a library file with its catalog, filled or empty, here or served by a separate
 * process (this file, run with arguments); and PouchDB Server.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock as clock } from '../src/base/clock.js';
import { silent } from '../src/base/log.js';
import { openSqlite } from '../src/base/sqlite.js';
import { openCatalog } from '../src/catalog/catalog.js';
import { openFollower } from '../src/home/catalog-indexer.js';
import type { Body } from '../src/document/photo-document.js';
import { openLibrary } from '../src/library/library.js';
import type { Address } from '../src/sync/couch/json-client.js';
import type { Database } from '../src/sync/couch/database.js';
import { openLibraryDatabase } from '../src/sync/couch/library-database.js';
import { openNotes } from '../src/sync/couch/local-documents.js';
import { serveLibrary, type Served } from '../src/sync/couch/serve-database.js';
import { makeChanges } from '../src/library/change-signal.js';
import { openPouchServer } from '../test/sync/peers.js';
import { serveSide } from '../test/sync/serving.js';
import { syntheticPhotos } from './synthetic.js';

/** A library with its catalog, in a temporary folder. */
export interface Filled {
  database: Database;
  served: Served;
  library: ReturnType<typeof openLibrary>;
  count(): number;
  /** Resolves when everything that arrived is in the catalog. */
  followed(): Promise<void>;
  close(): void;
}

/** Opens a new library with `count` synthetic photos of 2 KB of JSON; with `bare`, without a catalog. */
export function openFilled(count: number, { bare = false } = {}): Filled {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-bench-'));
  const db = openSqlite(join(folder, 'library.sqlite'));
  const catalog = openCatalog(db);
  const changes = makeChanges();
  const library = openLibrary(db, {
    index(id, body, n) {
      if (!bare) catalog.index(id, body, n);
      changes.notify();
    },
    defer(n) {
      const isLeft = !bare && catalog.leave(n);
      if (isLeft) follower.ask();
      if (isLeft) changes.notify();
      return isLeft;
    },
  });
  const follower = openFollower({ library, catalog, clock, log: silent, followed: () => changes.notify() });
  library.transaction(() => {
    for (const { id, document } of syntheticPhotos(count, 1)) library.update(id, () => padded(document));
  });
  const database = openLibraryDatabase({ library, db, clock, onChange: (listener) => changes.on(listener) });
  const tally = (): number => library.count('');
  return {
    database,
    library,
    served: serveLibrary(library, { database, name: 'photos', notes: openNotes(db, 'photos') }),
    count: tally,
    async followed() {
      while (catalog.behind() !== undefined) await clock.sleep(10);
    },
    close() {
      void follower.close();
      library.close();
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A document of 2,000 bytes, padded with its description. */
function padded(document: { facts: object }): Body {
  const size = JSON.stringify(document).length;
  const description = 'The harbour in the evening light. '.repeat(60).slice(0, Math.max(1, 1_980 - size));
  return { ...document, facts: { ...document.facts, description } };
}

/** A server in a separate process. */
export interface Peer {
  address: Address;
  /** Resolves when everything that arrived is in its catalog. */
  followed(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server in a separate process, with so many documents. */
export function startPeer(kind: 'ours' | 'bare' | 'pouch' | 'pouch on disk', count: number): Promise<Peer> {
  const child = fork(import.meta.filename, [kind, String(count)]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    void ended.then(() => reject(new Error('The peer ended by itself.')));
    child.once('message', (url) =>
      resolve({
        address: { url: url as string },
        async followed() {
          child.send('followed');
          await once(child, 'message');
        },
        async close() {
          child.disconnect();
          await ended;
        },
      }),
    );
  });
}

async function serve(kind: string, count: number): Promise<void> {
  const side = kind.startsWith('pouch') ? undefined : openFilled(count, { bare: kind === 'bare' });
  const server = side ? await serveSide(side) : undefined;
  const folder = kind === 'pouch on disk' ? mkdtempSync(join(tmpdir(), 'photospool-bench-')) : undefined;
  const pouch = side ? undefined : await openPouchServer(folder);
  if (pouch) await fetch(`${pouch.url}/photos`, { method: 'PUT' });
  process.once('disconnect', () => {
    void Promise.all([server?.close(), pouch?.close()]).then(() => {
      side?.close();
      if (folder !== undefined) rmSync(folder, { recursive: true });
      process.exit();
    });
  });
  process.on('message', () => void Promise.resolve(side?.followed()).then(() => process.send!('followed')));
  process.send!(server ? server.address.url : `${pouch!.url}/photos`);
}

if (process.send && process.argv[1] === import.meta.filename) await serve(process.argv[2]!, Number(process.argv[3]));
