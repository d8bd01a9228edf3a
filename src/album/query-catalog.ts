/**
 * The preparation of every catalog query: parses the search, reads changes by other processes, and loads the catalog
 * into memory without blocking other requests.
 */
import type { Viewer } from '../access/permissions.js';
import { neededBy, owner, type Catalog } from '../catalog/catalog.js';
import { parseQuery } from '../catalog/search-parser.js';
import type { Query } from '../catalog/query.js';
import type { Library } from '../library/library.js';
import { checkSearch, sightOf } from './visibility.js';

/**
 * Prepares the catalog for a search, and waits until the required part of the catalog is loaded: for a `page` of all
 * photos nothing; for a `count` of matches without their values the part for a timeline; for others, and to count
 * `values` (facets, places), everything. So the first view of a library does not wait for the rest.
 * @throws PhotospoolError `invalid` if the search is invalid, or contains something hidden from the viewer.
 */
export type Ask = (text: string | undefined, what: 'page' | 'count' | 'values', viewer?: Viewer) => Promise<Query>;

/** Creates the preparation. */
export function makeAsk(library: Library, catalog: Catalog): Ask {
  return async (text = '', what, viewer) => {
    const query = parseQuery(text);
    if (viewer) checkSearch(viewer, query);
    catalog.catchUp(library.lastChange());
    if (what === 'page' && text.trim() === '' && !viewer?.locked) return query;
    await catalog.load(what === 'values' ? 'all' : neededBy(query, viewer ? sightOf(viewer) : owner));
    return query;
  };
}
