/**
 * A home as those see it who only look: nothing is made, migrated or written, and none of the parts that work is loaded.
 */
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

/** Where a server writes down, while it runs, how it is reached. */
export const serverRecord = (config: Config): string => join(config.data, 'server.json');

/** The file operations of a home: what they make may be read by whom its configuration says. */
export const filesOf = (config: Config): Files => openFiles(undefined, undefined, config.modes);

/** A home as those see it who only look: nothing is made, migrated or written. */
export interface HomeView {
  library: Library;
  catalog: Catalog;
  close(): void;
}

/** Opens the library of a home for reading, beside whoever works in it; undefined where there is none yet. */
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

/** For verbs that need a home that is there. @throws PhotospoolError `config`. */
export function noHome(config: Config): PhotospoolError {
  return new PhotospoolError('config', `There is no library in ${config.home} yet.`, {
    path: config.home,
    hint: 'Start one with `photospool serve` or `photospool process`, or name another with --home.',
  });
}
