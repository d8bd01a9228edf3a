/**
 * The order of albums: the order of a list of photos, and the positions of moved photos. The order of an album with
 * members is in its document, that of one that exists by name in its settings. Ordering requires the right to edit the
 * album: `MemberAlbums.change` and `mayArrange` decide. Each change is one transaction.
 */
import { may, mayOn, type Viewer } from '../access/permissions.js';
import { PhotospoolError, notFound } from '../base/errors.js';
import type { Catalog } from '../catalog/catalog.js';
import type { ArrangedPhotos, Arrangement } from '../catalog/arranged-photos.js';
import type { Query } from '../catalog/query.js';
import { parseQuery } from '../catalog/search-parser.js';
import {
  mostMoved,
  movedIn,
  orderRegisters,
  positionIn,
  positionsFor,
  sortIn,
  sortPhotos,
  startManual,
  type AlbumSort,
  type OrderChange,
  type Positions,
} from '../document/album-order.js';
import { house } from '../document/item-id.js';
import type { Body } from '../document/photo-document.js';
import { albumDocumentId } from '../library/control-documents.js';
import type { Library } from '../library/library.js';
import { seesSaved, type Albums } from './saved-searches.js';
import { sightOf } from './visibility.js';

/** An order, and positions in it. */
export interface AlbumOrder {
  sort: AlbumSort;
  positions: Positions;
}

/** A requested order: a kind of order, exact positions, or photos to move before another one (null: to the end). */
export interface WantedOrder {
  sort?: AlbumSort | undefined;
  positions?: Positions | undefined;
  move?: { ids: readonly string[]; before: string | null } | undefined;
}

/** The search that finds the photos of an album that exists by name. */
export const searchOfNamed = (album: string): Query => parseQuery(`album:"${album.replaceAll(/["\\“”„]/gu, '\\$&')}"`);

/** Whether a viewer may order, describe and rename the albums of the house that exist by name. */
export const mayArrange = (viewer: Viewer): boolean => mayOn(viewer, 'edit', house);

/** The document with the order of the album that is the viewer’s entire search, or that of their share link. */
export function orderedBy(
  library: Library,
  named: Pick<Albums, 'settings'>,
  viewer: Viewer,
  query: Query,
): Body | undefined {
  const { scope, of } = viewer;
  if (scope && query.terms.length === 0) {
    if ('album' in scope) return library.get(albumDocumentId(scope.album))?.body;
    // Albums that exist by name are the house’s.
    const album = 'search' in scope && of === undefined ? albumSearched(parseQuery(scope.search)) : undefined;
    return album === undefined ? undefined : named.settings(album);
  }
  const [term] = query.terms;
  if (query.terms.length === 1 && term?.kind === 'entry' && !term.negated)
    return library.get(albumDocumentId(term.album))?.body;
  const album = seesSaved(viewer) ? albumSearched(query) : undefined;
  return album === undefined ? undefined : named.settings(album);
}

/** The name, without case and accents, of the album that is the entire search, if it exists by name. */
export function albumSearched({ terms: [term, ...others] }: Query): string | undefined {
  if (others.length > 0 || term?.kind !== 'element' || term.negated || term.column !== 'album') return undefined;
  return term.folded;
}

/** An order that can be requested for lists of photos: that of the album in the search, or by the day of arrival. */
export type ListOrder = 'album' | 'added';

/**
 * The matches of a search in an order; undefined if that is newest first.
 * @throws PhotospoolError `invalid` for an order that is hidden from the viewer.
 */
export function arrangedAs(
  order: ListOrder | undefined,
  { library, catalog, albums }: { library: Library; catalog: Catalog; albums: Pick<Albums, 'settings'> },
  viewer: Viewer,
  query: Query,
): ArrangedPhotos | undefined {
  if (order === 'album') return arrangedBy(catalog, viewer, query, orderedBy(library, albums, viewer, query));
  if (order === undefined) return undefined;
  // As a search by arrival, it would reveal when a photo was added.
  if (!may(viewer, 'details')) throw new PhotospoolError('invalid', 'Only family members can sort photos by arrival.');
  const arranged = catalog.arranged(query, 'added', sightOf(viewer));
  return arranged.count === 0 ? undefined : arranged;
}

/**
 * The photos of an album in its order; undefined if that is newest first, like every other list. Also undefined if the
 * viewer sees none of them: the album does not exist for them, and nothing, such as the form of a cursor, may depend on
 * its order.
 */
function arrangedBy(
  catalog: Catalog,
  viewer: Viewer,
  query: Query,
  body: Body | undefined,
): ArrangedPhotos | undefined {
  const sort = sortIn(body);
  if (sort === 'newest') return undefined;
  const how: Arrangement = sort === 'oldest' ? sort : (photos) => sortPhotos(photos, body);
  const arranged = catalog.arranged(query, how, sightOf(viewer));
  return arranged.count === 0 ? undefined : arranged;
}

/**
 * The change for a requested order, and the previous order, which undoes it. `body` is the document with the order.
 * @throws PhotospoolError `not-found` for a photo to move that is not in the album; `conflict` if too many were moved.
 */
export function planOrder(
  catalog: Catalog,
  viewer: Viewer,
  query: Query,
  body: Body | undefined,
  { sort, positions, move }: WantedOrder,
): { change: OrderChange; before: AlbumOrder } {
  const now = sortIn(body);
  const start = sort === 'manual' || move ? startManual(body) : { ...(sort !== undefined && { sort }) };
  const change = {
    ...start,
    ...(positions && { positions: positionsInside(catalog, viewer, query, body, positions) }),
    ...(move && { positions: moved(catalog, viewer, query, withOrder(body, start), move) }),
  };
  const ids = Object.keys(change.positions ?? {});
  // Two servers may have moved too many together: changes without additional moves are still possible.
  const after = movedIn(withOrder(body, change));
  if (after > mostMoved && after > movedIn(body))
    throw new PhotospoolError('conflict', `At most ${mostMoved} photos of an album can be moved by hand.`, {
      hint: 'Sort it by date, or split it into several albums.',
    });
  const was = ids.map((id) => [id, positionIn(body, id) ?? null] as const);
  return { change, before: { sort: now, positions: Object.fromEntries(was) } };
}

/**
 * The positions of photos that are in the album for the viewer; others are omitted, because an undo may contain photos
 * that were removed since. For photos without a position, null changes nothing.
 */
function positionsInside(
  catalog: Catalog,
  viewer: Viewer,
  query: Query,
  body: Body | undefined,
  positions: Positions,
): Positions {
  const inside = new Set(catalog.dated(query, sightOf(viewer)).map(({ id }) => id));
  const isKept = ([id, position]: [string, string | null]): boolean =>
    inside.has(id) && (position !== null || positionIn(body, id) !== undefined);
  return Object.fromEntries(Object.entries(positions).filter(isKept));
}

/** A document after a change of its order. */
const withOrder = (body: Body | undefined, change: OrderChange): Body => ({
  ...body,
  ...orderRegisters(change, '', ''),
});

function moved(
  catalog: Catalog,
  viewer: Viewer,
  query: Query,
  body: Body | undefined,
  { ids, before }: NonNullable<WantedOrder['move']>,
): Positions {
  const photos = catalog.dated(query, sightOf(viewer));
  const known = new Set(photos.map(({ id }) => id));
  if (![...ids, ...(before === null ? [] : [before])].every((id) => known.has(id)))
    throw notFound('One of these photos is not in the album.');
  const found = positionsFor(photos, body, [...new Set(ids)], before);
  if (found) return found;
  throw new PhotospoolError('conflict', 'No more photos can be moved to this position.', {
    hint: 'Move one of its neighbours first.',
  });
}
