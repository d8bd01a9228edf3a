/** A server with a large library for the page bench, in this process; its pictures are a handful, repeated. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAccess } from '../src/access/access.js';
import { openArchive } from '../src/archive/archive.js';
import { openBlobs } from '../src/archive/blob-store.js';
import { systemClock } from '../src/base/clock.js';
import { openFiles } from '../src/base/files.js';
import { silent } from '../src/base/log.js';
import { openSqlite } from '../src/base/sqlite.js';
import { openCatalog } from '../src/catalog/catalog.js';
import { openLibrary } from '../src/library/library.js';
import { openExchange } from '../src/sync/blobs/blob-exchange.js';
import { openServer, type Server } from '../src/server/app.js';
import { makeChanges } from '../src/library/change-signal.js';
import { idleStatus as nothing, type SpoolPort } from '../src/spool/spool-interface.js';
import { makePictures } from '../test/browser/pictures.js';
import { type SyntheticPhoto, syntheticPhotos } from './synthetic.js';

/** The folder of the built page. */
export const webRoot = fileURLToPath(new URL('../dist/web', import.meta.url));

const seed = 11;
/** Documents per transaction. */
const batch = 2_000;
/** The time taken of photos that arrive while the page is open. */
const newest = Date.UTC(2026, 11, 1);

/** A server with many photos. */
export interface Large {
  server: Server;
  /** Adds so many more photos, newer than all others. */
  add(count: number): void;
}

/** Opens a server on a library of synthetic photos in `folder`. Their pictures are a handful of real ones, repeated. */
export async function openLarge(folder: string, count: number): Promise<Large> {
  const pictures = await makePictures();
  for (const [i, { thumb, preview }] of pictures.entries()) {
    await writeFile(join(folder, `${i}.webp`), thumb);
    await writeFile(join(folder, `${i}.jpg`), preview);
  }
  const db = openSqlite(join(folder, 'library.db'));
  const catalog = openCatalog(db);
  const changes = makeChanges();
  const library = openLibrary(db, {
    index(id, body, n) {
      catalog.index(id, body, n);
      changes.notify();
    },
  });
  catalog.clear();
  const put = (photos: readonly SyntheticPhoto[], more: object = {}): void =>
    library.transaction(() => {
      for (const [k, { id, document }] of photos.entries()) {
        const { width, height, thumbhash } = pictures[k % pictures.length]!;
        const facts = { ...document.facts, width, height, ...more };
        const renditions = { ...document.renditions, thumbhash };
        library.update(id, () => ({ ...document, facts, renditions }));
      }
    });
  const photos = [...syntheticPhotos(count, seed)];
  for (let done = 0; done < count; done += batch) put(photos.slice(done, done + batch));
  catalog.finish();
  const onChange = (listener: () => void): (() => void) => changes.on(listener);
  const files = openFiles();
  const archive = await openArchive(join(folder, 'archive'), files);
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  const rendition = (sha256: string): string =>
    join(folder, `${parseInt(sha256.slice(8, 14), 16) % pictures.length}.webp`);
  const server = await openServer({
    library,
    catalog,
    access: openAccess(db, library),
    spool: stillSpool,
    blobs: {
      rendition,
      original: (path) => join(folder, path),
      temporary: blobs.temporary,
      discard: archive.discard,
      retrieve: archive.retrieve,
    },
    files,
    changes,
    databases: [],
    exchange: openExchange({ db, library, archive, blobs, files, clock: systemClock, onChange }),
    mesh: { status: () => [], on: () => () => undefined },
    samples: () => Promise.resolve(0),
    config: { host: '127.0.0.1', port: 0, role: 'home', webRoot, incoming: folder, version: 'bench' },
    log: silent,
    clock: systemClock,
  });
  let added = 0;
  return {
    server,
    add(more) {
      const fresh = [...syntheticPhotos(more, seed + ++added)];
      put(fresh, { taken: new Date(newest + added * 1000).toISOString().slice(0, -1) });
    },
  };
}

const refuse = (): Promise<never> => Promise.reject(new Error('the bench has no spool'));
const stillSpool: SpoolPort = {
  status: () => Promise.resolve(nothing),
  pass: refuse,
  retry: refuse,
  choices: { ignore: refuse, discard: refuse, restore: refuse, filesOf: refuse },
  steps: () => [],
  processed: () => ({ stored: 0, duplicates: 0 }),
  place: refuse,
  uploads: { begin: refuse, find: refuse, append: refuse, finish: refuse, remove: refuse, put: refuse, locate: refuse },
  on: () => () => undefined,
};
