/**
 * A home, put together: configuration, library with catalog, archive, blobs, ingest. Opening makes what is missing and
 * changes nothing that is there; a crash while opening leaves what the next opening completes.
 */
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArchive, type Archive } from '../archive/archive.js';
import { openBlobs, type Blobs } from '../archive/blobs.js';
import { configTemplate, type Config } from '../base/config.js';
import { PhotospoolError } from '../base/errors.js';
import { openFiles, type Files } from '../base/files.js';
import { silent, type Log } from '../base/log.js';
import { openSqlite, type Sqlite } from '../base/sqlite.js';
import { catalogIsCurrent, openCatalog, type Catalog } from '../catalog/catalog.js';
import { openIngest, type Ingest } from '../ingest/ingest.js';
import { openLibrary, type Library } from '../library/library.js';
import { checkPlace } from '../library/place.js';
import { openMetadata } from '../photo/metadata.js';
import { configureRenderer } from '../photo/renditions.js';
import { makeChanges, type Changes } from '../server/changes.js';
import { isClaimed } from '../spool/work.js';
import { openPool } from '../spool/pool.js';
import { reindex } from './reindex.js';
import { libraryPath } from './view.js';

/** The records of a home: what stands in its database file. */
export interface Records {
  db: Sqlite;
  library: Library;
  catalog: Catalog;
  /** Wakes those who listen when this process changed the library. */
  changes: Changes;
}

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

/**
 * Opens the records of a home beside whoever works in it, making the home where it is missing; nothing of archive and spool.
 * @throws PhotospoolError as `openHome`.
 */
export async function openRecords(config: Config, files: Files, log: Log = silent): Promise<Records> {
  await makeHome(config, files);
  const db = openSqlite(libraryPath(config));
  try {
    return readRecords(config, db, log);
  } catch (error) {
    db.close();
    throw error;
  }
}

async function makeHome(config: Config, files: Files): Promise<void> {
  for (const folder of [config.home, config.data, config.incoming, config.work]) await files.makeFolder(folder);
  await checkApart(config);
  await files.setMode(config.data, 0o700);
  await checkPlace(config.data);
  for (const folder of [config.home, config.data]) await files.sweep(folder);
  await files.write(join(config.home, 'photospool.toml'), configTemplate(config.home));
}

/** @throws PhotospoolError `config` where two of the folders are, or lie in, one another: the spool would take its own files. */
async function checkApart({ incoming, work, done, data }: Config): Promise<void> {
  // The archive is made later, when it is known that it is not one that is missing.
  const folders = await Promise.all([incoming, work, done, data].map((folder) => realpath(folder).catch(() => folder)));
  for (const [n, folder] of folders.entries()) {
    const other = folders.find((one, m) => m !== n && `${one}${sep}`.startsWith(`${folder}${sep}`));
    if (other === undefined) continue;
    throw new PhotospoolError('config', `${other} lies in ${folder}: incoming, work and archive must be apart.`, {
      hint: 'Name folders that do not hold one another.',
    });
  }
}

function readRecords(config: Config, db: Sqlite, log: Log): Records {
  const changes = makeChanges();
  const catalog = openCatalog(db);
  const library = openLibrary(db, {
    index: (id, body, n) => {
      catalog.index(id, body, n);
      changes.notify();
    },
    backup: (format) => {
      const copy = `${libraryPath(config)}.format-${format}.${new Date().toISOString().replaceAll(':', '')}`;
      db.prepare('VACUUM INTO ?').run(copy);
      log.info({ copy }, `The library was copied to ${copy} before it is brought to this version's format.`);
    },
  });
  return { db, library, catalog, changes };
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
