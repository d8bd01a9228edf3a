/** A home opened for reading only: nothing is created, migrated or written, and no worker code is loaded. */
import { join } from 'node:path';
import { itemAccess } from '../access/library-access.js';
import type { Config } from '../base/config.js';
import { PhotospoolError } from '../base/errors.js';
import { openFiles, type Files } from '../base/files.js';
import { openSqlite } from '../base/sqlite.js';
import { openCatalog, type Catalog } from '../catalog/catalog.js';
import { openLibrary, type Library } from '../library/library.js';

/** The path of the library file of a home. */
export const libraryPath = (config: Config): string => join(config.data, 'library.sqlite');

/** The file in which a running server records how to reach it. */
export const serverRecord = (config: Config): string => join(config.data, 'server.json');

/** The file operations of a home: new files get the modes of its configuration. */
export const filesOf = (config: Config): Files => openFiles(undefined, undefined, config.modes);

/** A home opened for reading only: nothing is created, migrated or written. */
export interface HomeView {
  library: Library;
  catalog: Catalog;
  close(): void;
}

/** Opens the library of a home for reading, also while other processes use it; undefined if it does not exist yet. */
export async function viewHome(config: Config): Promise<HomeView | undefined> {
  if (!(await openFiles().stat(libraryPath(config)))) return undefined;
  const db = openSqlite(libraryPath(config), { readOnly: true });
  const library = openLibrary(db, { readOnly: true });
  return {
    library,
    catalog: openCatalog(db, { readOnly: true, access: () => itemAccess(library) }),
    close() {
      library.close();
      db.close();
    },
  };
}

/** The error of commands that need an existing home: PhotospoolError `config`. */
export function noHome(config: Config): PhotospoolError {
  return new PhotospoolError('config', `There is no library in ${config.home}.`, {
    path: config.home,
    hint: 'Create one with `photospool serve` or `photospool process`, or choose another home with --home.',
  });
}
