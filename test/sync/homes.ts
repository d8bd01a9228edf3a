/** Homes with pictures: a library with its blobs and archive in a temporary folder, served like a server's. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Fastify from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Access } from '../../src/access/access.js';
import type { Viewer } from '../../src/access/permissions.js';
import { openArchive, type Archive } from '../../src/archive/archive.js';
import { openBlobs, type Blobs } from '../../src/archive/blob-store.js';
import { systemClock as clock } from '../../src/base/clock.js';
import { openFiles, type Files } from '../../src/base/files.js';
import type { Room } from '../../src/base/disk-space.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { format, photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import type { Database } from '../../src/sync/couch/database.js';
import { openExchange, type Exchange } from '../../src/sync/blobs/blob-exchange.js';
import { openLibraryDatabase } from '../../src/sync/couch/library-database.js';
import { openNotes } from '../../src/sync/couch/local-documents.js';
import { makeChanges } from '../../src/library/change-signal.js';
import { answerErrors } from '../../src/server/http/error-responses.js';
import type { App, Context } from '../../src/server/context.js';
import { blobs as blobRoutes } from '../../src/server/routes/blobs.js';
import { replication } from '../../src/server/routes/couchdb.js';

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const nothing = (): void => undefined;
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The viewer of all requests to these homes. */
const peer: Viewer = { role: 'program', audiences: [], may: ['replicate'], canEdit: false };

/** A home with pictures. */
export interface Home {
  folder: string;
  db: Sqlite;
  library: Library;
  archive: Archive;
  blobs: Blobs;
  database: Database;
  exchange: Exchange;
  /** Adds a photo with its files; returns its id. `size` is that of the original in bytes. */
  add(n: number, size?: number): Promise<string>;
  /** Starts listening; returns the address of the server. */
  serve(port?: number): Promise<{ url: string; close(): Promise<void> }>;
  close(): Promise<void>;
}

/** Opens a home in a new folder, with files that the test may make fail, and a disk with the given free space. */
export async function openHome(files: Files = openFiles(), room?: (folder: string) => Promise<Room>): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'photospool-mesh-'));
  const db = openSqlite(join(folder, 'library.sqlite'));
  const changes = makeChanges();
  const onChange = (listener: () => void): (() => void) => changes.on(listener);
  const library = openLibrary(db, { index: () => changes.notify() });
  const archive = await openArchive(join(folder, 'archive'), files);
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  const database = openLibraryDatabase({ library, db, clock, onChange });
  const exchange = openExchange({ db, library, archive, blobs, files, clock, onChange, ...(room && { room }) });
  const served = {
    database,
    name: 'photos',
    notes: openNotes(db, 'photos'),
    count: () => library.count(''),
    last: () => library.changes(library.lastChange()).last,
  };
  return {
    folder,
    db,
    library,
    archive,
    blobs,
    database,
    exchange,
    async add(n, size = 1_000) {
      const original = Buffer.alloc(size, `original ${n} `);
      const id = sha256(original);
      const path = `2024/07/IMG_${n}.jpg`;
      await mkdir(dirname(archive.resolve(path)), { recursive: true });
      await writeFile(archive.resolve(path), original);
      library.local.originals.put({ sha256: id, path, claim: 'c', state: 'here', bytes: size, modified: 0 });
      const [thumb, preview] = [Buffer.from(`thumb ${n}`), Buffer.alloc(3_000, `preview ${n} `)];
      await blobs.put(thumb);
      await blobs.put(preview);
      library.update(photoId(id), () => documentOf(library, n, size, thumb, preview) as unknown as Body);
      return id;
    },
    async serve(port = 0) {
      const app: App = Fastify({
        routerOptions: { maxParamLength: 1_100 },
        forceCloseConnections: true,
      }).withTypeProvider<TypeBoxTypeProvider>();
      app.setErrorHandler(answerErrors(silent));
      app.decorate('access', { recognise: () => peer } as unknown as Access);
      const config = { version: '0.0.0' };
      const context = { library, databases: [served], exchange, log: silent, config } as unknown as Context;
      await replication(app, context);
      await blobRoutes(app, context);
      const url = await app.listen({ host: '127.0.0.1', port });
      return { url, close: () => app.close() };
    },
    async close() {
      library.close();
      db.close();
      // A transfer in progress may still write a file there.
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function documentOf(library: Library, n: number, bytes: number, thumb: Buffer, preview: Buffer): PhotoDocument {
  const name = `IMG_${n}.jpg`;
  const taken = `2024-07-01T12:00:00.${String(n % 1000).padStart(3, '0')}`;
  const rendition = (data: Buffer, width: number, height: number) => ({
    sha256: sha256(data),
    type: 'image/jpeg',
    width,
    height,
    bytes: data.length,
  });
  return {
    format,
    kind: 'photo',
    facts: { recipe: 1, type: 'image/jpeg', bytes, width: 4032, height: 3024, taken, takenSource: 'exif' },
    renditions: { recipe: 1, thumb: rendition(thumb, 64, 48), preview: rendition(preview, 640, 480) },
    sidecars: {},
    sightings: {
      [`${library.server} ${name}`]: {
        at: '2026-11-24T10:00:00.000Z',
        server: library.server,
        name,
        modified: '2024-07-01T10:00:00.000Z',
      },
    },
    edits: {},
  };
}
