/**
 * The real server on a real home in a temporary folder, in this process: spool, library, archive, people and access.
 * Only password hashes are cheap, and the programs that read photos are shared.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, openAccess } from '../../src/access/access.js';
import { setUp } from '../../src/access/one-time-codes.js';
import { openPasswords } from '../../src/access/password-hash.js';
import type { Archive } from '../../src/archive/archive.js';
import type { Blobs } from '../../src/archive/blob-store.js';
import { systemClock as clock } from '../../src/base/clock.js';
import { readConfig } from '../../src/base/config.js';
import type { Sqlite } from '../../src/base/sqlite.js';
import { roomOf } from '../../src/base/disk-space.js';
import { silent as log } from '../../src/base/log.js';
import type { Catalog } from '../../src/catalog/catalog.js';
import { openHome } from '../../src/home/open-home.js';
import { lookAt } from '../../src/home/hash-rendition.js';
import { writeJpeg } from '../../src/home/full-size-jpeg.js';
import { startDeveloping } from '../../src/home/picture-jobs.js';
import { openReplication } from '../../src/home/open-sync.js';
import { openSpool } from '../../src/home/open-spool.js';
import type { Library } from '../../src/library/library.js';
import { openServer, type ServerParts } from '../../src/server/app.js';
import type { Processor } from '../../src/spool/processor.js';
import { sharedReaders } from '../readers.js';

/** A served home. */
export interface ServedHome {
  /** With a host name, as passkeys require. */
  url: string;
  incoming: string;
  access: Access;
  db: Sqlite;
  library: Library;
  catalog: Catalog;
  blobs: Blobs;
  archive: Archive;
  spool: Processor;
  /** The path of a rendition, by its hash. */
  rendition(sha256: string): string;
  /** The URL of a new set-up link; previous ones are invalid. */
  setUpLink(): string;
  /** Stops only the server; `start` opens it again at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens an empty home and serves it with the page in `webRoot`. The spool imports files when a pass is requested.
 * `incoming` and `name` replace the displayed folder and host name, if these must not be visible.
 */
export async function openServedHome(webRoot: string, incoming?: string, name?: string): Promise<ServedHome> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'photospool-served-')));
  const config = readConfig(folder, { settle: '0', workers: '2', port: '0' }, {});
  const home = await openHome(config, log, sharedReaders());
  const { library, catalog, changes, archive, blobs, db } = home;
  // Power losses are not tested here: a commit does not wait for the disk.
  db.exec('PRAGMA synchronous = OFF');
  const spool = await openSpool(home, log);
  const access = openAccess(db, library, { passwords: openPasswords({ cost: { ln: 4, r: 8, p: 1 } }) });
  const { close: closeLinks, ...replication } = openReplication(home, log);
  const parts: ServerParts = {
    ...replication,
    ...{ library, catalog, changes, access, spool, log, clock },
    blobs: {
      rendition: blobs.path,
      original: archive.resolve,
      temporary: blobs.temporary,
      discard: archive.discard,
      retrieve: archive.retrieve,
    },
    files: home.files,
    folders: { incoming: config.incoming, files: home.files, folders: library.local.personFolders },
    look: (id) => lookAt(home, id),
    toJpeg: (original, develop) => writeJpeg(home, original, develop),
    room: () => roomOf(config.done),
    examine: async () => ({ findings: [], checks: [] }),
    samples: async () => {
      const { placeSamples } = await import('../../src/ingest/samples/sample-photos.js');
      return (await placeSamples(config.incoming, home.files)).length;
    },
    config: {
      host: '127.0.0.1',
      port: 0,
      role: 'home',
      incoming: incoming ?? config.incoming,
      ...(name !== undefined && { names: [name] }),
      webRoot,
      basemap: join(folder, 'map.pmtiles'),
      version: '1.2.3',
    },
  };
  let server = await openServer(parts);
  const endDeveloping = startDeveloping(home, log);
  const { port } = server;
  const url = `http://localhost:${port}`;
  return {
    ...{ url, access, db, library, catalog, blobs, archive, spool, incoming: config.incoming },
    rendition: blobs.path,
    setUpLink: () => `${url}/setup#${access.codes.draw(setUp).code}`,
    stop: () => server.close(),
    async start() {
      server = await openServer({ ...parts, config: { ...parts.config, port } });
    },
    async close() {
      await closeLinks();
      await endDeveloping();
      await server.close();
      await spool.close();
      access.close();
      await home.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
