/**
 * A home, put together: configuration, library with catalog, archive, blobs, ingest. Opening makes what is missing and
 * changes nothing that is there; a crash while opening leaves what the next opening completes.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArchive, type Archive } from '../archive/archive.js';
import { openBlobs, type Blobs } from '../archive/blobs.js';
import type { Config } from '../base/config.js';
import { openFiles, type Files } from '../base/files.js';
import { silent, type Log } from '../base/log.js';
import { openSqlite, type Sqlite } from '../base/sqlite.js';
import { catalogIsCurrent } from '../catalog/catalog.js';
import { openIngest, type Ingest } from '../ingest/ingest.js';
import { openMetadata } from '../photo/metadata.js';
import { configureRenderer } from '../photo/renditions.js';
import { isClaimed } from '../spool/work.js';
import { openPool } from '../spool/pool.js';
import { makeHome, readRecords, type Records } from './records.js';
import { reindex } from './reindex.js';
import { libraryPath } from './view.js';

/** An open home. */
export interface Home extends Records {
  config: Config;
  files: Files;
  archive: Archive;
  blobs: Blobs;
  ingest: Ingest;
  close(): Promise<void>;
}

/** Where the built album page is: beside the compiled code. */
export const webRoot = fileURLToPath(new URL('../web', import.meta.url));

/**
 * Opens a home for work, making it where it is missing.
 * @throws PhotospoolError `unusable` where the library may not live there, `newer-version`, `corrupt`, `locked`.
 */
export async function openHome(config: Config, log: Log = silent): Promise<Home> {
  const files = openFiles();
  await makeHome(config, files);
  const db = openSqlite(libraryPath(config));
  try {
    return await assemble(config, files, db, log);
  } catch (error) {
    db.close();
    throw error;
  }
}

async function assemble(config: Config, files: Files, db: Sqlite, log: Log): Promise<Home> {
  const records = readRecords(config, db, log);
  const { library, catalog } = records;
  if (!catalogIsCurrent(db)) {
    if (library.count('photo:') > 0) log.info({}, 'The catalog is built again from the library.');
    await reindex(library, catalog);
  }
  const { here } = library.local.originals.counts();
  const archive = await openArchive(config.done, files, { server: library.server, hasOriginals: here > 0 });
  const blobs = await openBlobs(join(config.data, 'blobs'), files);
  const metadata = openMetadata({ processes: Math.min(config.workers, 4) });
  configureRenderer({ workers: config.workers });
  const ingest = await openIngest({
    library,
    archive,
    blobs,
    metadata,
    files,
    claimed: (claim) => isClaimed(claim, files),
    decode: openPool(config.workers),
  });
  return {
    ...records,
    config,
    files,
    archive,
    blobs,
    ingest,
    async close() {
      await metadata.close();
      library.close();
      db.close();
    },
  };
}
