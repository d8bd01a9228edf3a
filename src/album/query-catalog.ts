/**
 * The preparation of every catalog query: parses the search, reads changes by other processes, and loads the catalog
 * into memory without blocking others.
 */
import type { Viewer } from '../access/permissions.js';
import type { Catalog } from '../catalog/catalog.js';
import { parseQuery } from '../catalog/search-parser.js';
import type { Query } from '../catalog/query.js';
import type { Library } from '../library/library.js';
import { checkSearch } from './visibility.js';

/**
 * Prepares the catalog for a search. A page of all photos needs only the tables, so the first view of an album does not
 * wait until the rest is loaded.
 * @throws PhotospoolError `invalid` if the search is invalid, or asks for something hidden from the viewer.
 */
export type Ask = (text: string | undefined, what: 'page' | 'count', viewer?: Viewer) => Promise<Query>;

/** Creates the preparation. */
export function makeAsk(library: Library, catalog: Catalog): Ask {
  return async (text = '', what, viewer) => {
    const query = parseQuery(text);
    if (viewer) checkSearch(viewer, query);
    catalog.catchUp(library.lastChange());
    if (what === 'count' || text.trim() !== '' || viewer?.locked) await catalog.load();
    return query;
  };
}
