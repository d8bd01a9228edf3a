/**
 * What sharing would show, before anything is shared: counted as the visitors of a link would see it, by the same
 * functions. Changes nothing.
 */
import { readItem } from '../access/item-access.js';
import { itemAccess } from '../access/library-access.js';
import { mayLink, type Viewer } from '../access/permissions.js';
import { actsFor } from '../access/sharing-rights.js';
import type { Catalog, Tile } from '../catalog/catalog.js';
import { parseQuery } from '../catalog/search-parser.js';
import { house, type Holder } from '../document/item-id.js';
import type { Body } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { readPhotos, visibleTo } from './find-photos.js';
import { linkScope, visitorOf, type WantedScope } from './link-scope.js';
import type { MemberAlbums } from './member-albums.js';
import { sightOf } from './visibility.js';

/** The photos that sharing would show. */
export interface SharePreview {
  count: number;
  /** The first of them. */
  tiles: Tile[];
  /** For a selection: the ids of the photos that can be shared together. */
  ids?: string[];
  /** The number of the viewer’s photos that it would not show, by reason; a reason without photos is absent. */
  left: {
    /** They belong to another holder. */
    others?: number;
    /** They are in the trash, or locked. */
    trashed?: number;
    /** The viewer may share them, but they are in a different library from the rest. */
    apart?: number;
    /** A link to a search depends only on values by people with the right to share. */
    unconfirmed?: number;
  };
}

/** The number of tiles of a preview. */
const few = 6;

interface Parts {
  library: Library;
  catalog: Catalog;
  albums: MemberAlbums;
}

/** Previews sharing photos, an album or a search. @throws PhotospoolError if the viewer may not share it. */
export function previewShare(parts: Parts, who: Viewer, wanted: Omit<WantedScope, 'title'>): SharePreview {
  parts.catalog.catchUp(parts.library.lastChange());
  return wanted.photos ? previewPhotos(parts, who, wanted.photos) : previewScope(parts, who, wanted);
}

/** For a selection, the photos in the library that contains most of them. */
function previewPhotos({ library, catalog }: Parts, who: Viewer, photos: readonly string[]): SharePreview {
  const access = itemAccess(library);
  const groups = new Map<Holder, string[]>();
  const left = { others: 0, trashed: 0, apart: 0, unconfirmed: 0 };
  for (const { id, item, document, body } of visibleTo(library, who, readPhotos(library, [...new Set(photos)]))) {
    const claims = readItem(item, body as unknown as Body, library.controls.endsOf(document));
    if (!actsFor(who, item.holder, { access }) || !mayLink(who, item.holder)) left.others++;
    else if (!claims || claims.trashed || claims.locked) left.trashed++;
    else groups.set(item.holder, [...(groups.get(item.holder) ?? []), id]);
  }
  const [ids = [], ...rest] = [...groups.values()].sort((a, b) => b.length - a.length);
  left.apart = rest.flat().length;
  const everything = parseQuery('');
  const tiles = ids.slice(0, few).flatMap((id) => catalog.tile(id, everything, sightOf(who)) ?? []);
  return { count: ids.length, tiles, ids, left: told(left) };
}

function previewScope({ library, catalog, albums }: Parts, who: Viewer, wanted: Omit<WantedScope, 'title'>) {
  const { scope, holder = house } = linkScope({ library, albums }, who, { ...wanted, title: '' });
  const link = visitorOf(scope, holder);
  const everything = parseQuery('');
  const count = catalog.count(everything, sightOf(link));
  const { tiles } = catalog.tiles(everything, { limit: few, viewer: sightOf(link) });
  const text = 'search' in scope ? scope.search : 'album' in scope ? `in:${scope.album}` : undefined;
  const all = text === undefined ? count : catalog.count(parseQuery(text), sightOf(who));
  const less = Math.max(0, all - count);
  return { count, tiles, left: told('album' in scope ? { others: less } : { unconfirmed: less }) };
}

const told = (left: SharePreview['left']): SharePreview['left'] =>
  Object.fromEntries(Object.entries(left).filter(([, n]) => n > 0));
