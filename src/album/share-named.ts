/**
 * Turns an album of the house that exists by name into one with members: with its title, description, cover and order, and
 * with all of its photos that can be shared, which lose the name. One transaction: a crash leaves the album as it was, or
 * all of this. Asked again after that, the album by name has no photos to share, so nothing is made twice.
 *
 * Photos that can’t be shared, such as those in the trash, keep the name, and the album by name keeps its settings.
 */
import type { Viewer } from '../access/permissions.js';
import type { Shares } from '../access/share-links.js';
import { PhotospoolError, notFound } from '../base/errors.js';
import type { Catalog } from '../catalog/catalog.js';
import { parseQuery } from '../catalog/search-parser.js';
import { descriptionIn } from '../document/album-document.js';
import { orderIn } from '../document/album-order.js';
import { house } from '../document/item-id.js';
import { albumSearched, searchOfNamed } from './arrange-photos.js';
import { changeAllNow, type Way } from './edit-photos.js';
import { openMemberAlbums, type MemberAlbumChange, type MemberAlbumParts } from './member-albums.js';
import { openAlbums } from './saved-searches.js';
import { sightOf } from './visibility.js';

/** The dependencies of turning an album into one with members. */
export interface ShareNamedParts extends MemberAlbumParts {
  catalog: Pick<Catalog, 'dated'>;
  shares: Pick<Shares, 'list' | 'isOver'>;
}

/**
 * Turns the album of this name into one with members. Returns its id (`house:<ulid>`), and what gives its photos the name
 * again. The catalog’s columns must be loaded. @throws PhotospoolError `invalid`; `forbidden` if the viewer does not act
 * for the house; `not-found` without an album of this name with photos that can be shared; `conflict` if a link shows it,
 * if there are too many albums, or while people have no libraries.
 */
export function shareNamed(parts: ShareNamedParts, viewer: Viewer, name: string): { album: string; undo: Way[] } {
  const { library, catalog } = parts;
  const members = openMemberAlbums(parts);
  // Before the transaction, in which the catalog can’t be searched.
  const ids = catalog.dated(searchOfNamed(name), sightOf(viewer)).map(({ id }) => id);
  return library.transaction(() => {
    const { album } = members.create(viewer, house, name);
    if (isLinked(parts, name))
      throw new PhotospoolError('conflict', 'This album already has a shared link.', {
        hint: 'Delete the link before you share the album with people.',
      });
    const { missing, refused } = members.add(viewer, album, ids);
    const left = new Set([...missing, ...refused]);
    const moved = ids.filter((id) => !left.has(id));
    if (moved.length === 0) throw notFound('This album doesn’t exist.');
    members.change(viewer, album, settingsOf(parts, name, moved));
    return { album, undo: changeAllNow(library, viewer, moved, { albums: { remove: [name] } }) };
  });
}

/** Whether a link shows the album of this name: it would lose its photos. */
function isLinked({ shares }: ShareNamedParts, name: string): boolean {
  const album = albumSearched(searchOfNamed(name));
  const shows = (search: string): boolean => albumSearched(parseQuery(search)) === album;
  return shares.list().some(({ id, scope }) => 'search' in scope && shows(scope.search) && !shares.isOver(id));
}

/** What was chosen for the album of this name; a cover only if it is one of these photos. */
function settingsOf({ library, clock }: MemberAlbumParts, name: string, photos: readonly string[]): MemberAlbumChange {
  const named = openAlbums(library, clock);
  const settings = named.settings(name);
  const cover = named.covers().get(name.normalize('NFC').trim());
  return {
    ...(settings && { ...orderIn(settings), description: descriptionIn(settings) }),
    ...(cover !== undefined && photos.includes(cover) && { cover }),
  };
}
