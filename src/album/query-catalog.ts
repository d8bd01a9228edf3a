/**
 * What every question to the catalog goes through: the search is understood, what other processes wrote is taken in, and
 * nobody else waits while the catalog comes into memory.
 */
import type { Viewer } from '../access/permissions.js';
import type { Catalog } from '../catalog/catalog.js';
import { parseQuery } from '../catalog/search-parser.js';
import type { Query } from '../catalog/query.js';
import type { Library } from '../library/library.js';
import { checkSearch } from './visibility.js';

/**
 * Makes the catalog ready for a search. A page of everything needs no more than the tables, so the first view of an album
 * does not wait for the rest to be loaded.
 * @throws PhotospoolError `invalid` where the search is not understood, or asks for what the viewer may not know.
 */
export type Ask = (text: string | undefined, what: 'page' | 'count', viewer?: Viewer) => Promise<Query>;

/** Makes the way to ask. */
export function makeAsk(library: Library, catalog: Catalog): Ask {
  return async (text = '', what, viewer) => {
    const query = parseQuery(text);
    if (viewer) checkSearch(viewer, query);
    catalog.catchUp(library.lastChange());
    if (what === 'count' || text.trim() !== '') await catalog.load();
    return query;
  };
}
