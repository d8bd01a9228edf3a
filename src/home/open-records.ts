/**
 * The records of a home: its library and catalog, without archive and spool, and without loading decoders. Opening
 * creates what is missing and changes nothing that exists; the next opening completes one that a crash interrupted.
 */
import { checkFolders } from './check-folders.js';
import { join } from 'node:path';
import { systemClock as clock } from '../base/clock.js';
import { configTemplate, type Config } from '../base/config.js';
import { openFiles, type Files } from '../base/files.js';
import { silent, type Log } from '../base/log.js';
import { openSqlite, type Sqlite } from '../base/sqlite.js';
import { itemAccess } from '../access/library-access.js';
import { openMayShare } from '../access/people.js';
import { openCatalog, type Catalog } from '../catalog/catalog.js';
import type { Body } from '../document/photo-document.js';
import { openLibrary, type Library } from '../library/library.js';
import { checkPlace } from '../library/library-location.js';
import { makeChanges, type Changes } from '../library/change-signal.js';
import { openFollower, type Follower } from './catalog-indexer.js';
import { libraryPath } from './open-read-only.js';

/** The records of a home: the content of its database file. */
export interface Records {
  db: Sqlite;
  library: Library;
  catalog: Catalog;
  /** Signals changes of the library by this process. */
  changes: Changes;
  /** Indexes deferred documents in the catalog. To be closed before the database. */
  follower: Follower;
}

/**
 * Opens the records of a home, also while other processes use it; creates the home if it is missing. Does not open
 * archive and spool.
 * @throws PhotospoolError as `openHome`.
 */
export async function openRecords(config: Config, files: Files, log: Log = silent): Promise<Records> {
  await makeHome(config, files);
  const db = openSqlite(libraryPath(config), { secureDelete: await isPublic(config, files) });
  try {
    return readRecords(config, db, log);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The folder of the projections of a public server. */
export const publishedFolder = (config: Config): string => join(config.data, 'public');

/** Whether a home is a public server's, started at least once: deleted data must not remain in its files. */
export const isPublic = async (config: Config, files: Files = openFiles()): Promise<boolean> =>
  (await files.stat(publishedFolder(config))) !== undefined;

/** Creates missing folders and the configuration file of a home. @throws PhotospoolError `unusable`, `config`. */
export async function makeHome(config: Config, files: Files): Promise<void> {
  for (const folder of [config.home, config.data, config.incoming, config.work]) await files.makeFolder(folder);
  await checkFolders(config);
  await files.setMode(config.data, 0o700);
  await checkPlace(config.data);
  for (const folder of [config.home, config.data]) await files.sweep(folder);
  await files.write(join(config.home, 'photospool.toml'), configTemplate(config.home));
}

/** Reads the records in an open database file. @throws PhotospoolError `newer-version`. */
export function readRecords(config: Config, db: Sqlite, log: Log): Records {
  const changes = makeChanges();
  const bodyOf = (id: string): Body | undefined => library.get(id)?.body;
  const catalog = openCatalog(db, {
    access: () => itemAccess(library),
    ends: (id) => library.controls.endsOf(id),
    bodyOf,
    mayShare: openMayShare(bodyOf),
  });
  const library = openLibrary(db, {
    index: (id, body, n) => {
      catalog.index(id, body, n);
      changes.notify();
    },
    defer: (n) => {
      const isLeft = catalog.leave(n);
      if (isLeft) follower.ask();
      if (isLeft) changes.notify();
      return isLeft;
    },
    backup: (format) => {
      const copy = `${libraryPath(config)}.format-${format}.${new Date().toISOString().replaceAll(':', '')}`;
      db.prepare('VACUUM INTO ?').run(copy);
      log.info({ copy }, `The library was backed up to ${copy} before the upgrade to the format of this version.`);
    },
  });
  const follower = openFollower({ library, catalog, clock, log, followed: () => changes.notify() });
  return { db, library, catalog, changes, follower };
}
