/**
 * Turns an album of the house that exists by name into one with members: with its title, description, cover and order,
 * with all of its photos that can be shared, which lose the name, and with the links to it. One transaction: a crash
 * leaves the album as it was, or all of this. If requested again, the album by name has no photos left to share, so
 * nothing is created twice. The data for the undo is kept, and the undo is one transaction, too.
 *
 * Photos that can’t be shared, such as those in the trash, keep the name, and the album by name keeps its settings.
 */
import type { Actor } from '../access/actor.js';
import type { GuestUploads } from '../access/guest-uploads.js';
import type { AlbumRight } from '../access/item-access.js';
import { itemAccess } from '../access/library-access.js';
import { mayLink, type Viewer } from '../access/permissions.js';
import type { Share, Shares } from '../access/share-links.js';
import { actsFor } from '../access/sharing-rights.js';
import { PhotospoolError, notFound } from '../base/errors.js';
import type { Catalog } from '../catalog/catalog.js';
import { parseQuery } from '../catalog/search-parser.js';
import { fold } from '../catalog/tokenize.js';
import { descriptionIn } from '../document/album-document.js';
import { orderIn } from '../document/album-order.js';
import { commentPrefix } from '../document/comment.js';
import { membershipsIn } from '../document/edits.js';
import { house, membersId } from '../document/item-id.js';
import { albumDocumentId } from '../library/control-documents.js';
import type { Library } from '../library/library.js';
import type { TurnedAlbum } from '../library/turned-albums.js';
import { albumSearched, searchOfNamed } from './arrange-photos.js';
import { changeAllNow, openChangeAlong, type Way } from './edit-photos.js';
import { readPhotos, type StoredPhoto } from './find-photos.js';
import { visitorOf } from './link-scope.js';
import { claimsOf, entryIn, openMemberAlbums, type MemberAlbumChange, type MemberAlbumParts } from './member-albums.js';
import { openAlbums } from './saved-searches.js';
import { sightOf } from './visibility.js';

/** The dependencies of turning an album into one with members. */
export interface ShareNamedParts extends MemberAlbumParts {
  catalog: Pick<Catalog, 'dated' | 'catchUp'>;
  shares: Pick<Shares, 'list' | 'restorable' | 'point'>;
  guests: Pick<GuestUploads, 'isUsed' | 'redirect'>;
}

/** A person (a ULID) and what they may do in an album. */
export interface NewMember {
  person: string;
  right: AlbumRight;
}

/** The person who turns an album, as a viewer and for the audit. */
export interface Turning {
  viewer: Viewer;
  actor: Actor;
}

/**
 * Turns the album of this name into one with these members. Returns its id (`house:<ulid>`), and the changes that give
 * its photos the name again. Its links keep their address and settings, and show the same photos. The catalog’s columns
 * must be loaded. @throws PhotospoolError `invalid`; `forbidden` if the viewer does not act for the house; `not-found`
 * without an album of this name with photos that can be shared, or for an unknown person; `conflict` if there are too
 * many albums, or while people have no libraries.
 */
export function shareNamed(
  parts: ShareNamedParts,
  who: Turning,
  name: string,
  people: readonly NewMember[],
): { album: string; undo: Way[] } {
  const { library, catalog, clock } = parts;
  const { viewer } = who;
  const members = openMemberAlbums(parts);
  return settled(parts, () => {
    const idsOf = (...search: Parameters<Catalog['dated']>): string[] => catalog.dated(...search).map(({ id }) => id);
    const { text } = searchOfNamed(name);
    // A photo of the viewer's own may have the name, set by another program.
    const ids = idsOf(parseQuery(`${text} holder:house`), sightOf(viewer));
    const shown = new Set(idsOf(parseQuery(''), sightOf(visitorOf({ search: text }, house))));
    return () => {
      const { album } = members.create(viewer, house, name);
      const naming = openChangeAlong(library, viewer, { albums: { remove: spellingsOf(library, name, ids) } });
      const { missing, refused } = members.add(viewer, album, ids, naming.apply);
      const left = new Set([...missing, ...refused]);
      const moved = ids.filter((id) => !left.has(id));
      if (moved.length === 0) throw notFound('This album doesn’t exist.');
      members.change(viewer, album, settingsOf(parts, name, moved));
      for (const { person, right } of people) members.give(viewer, album, person, right);
      const unseen = moved.filter((id) => !shown.has(id));
      const hidden = readPhotos(library, unseen).flatMap((photo) => (isWaiting(library, photo) ? [] : [photo.id]));
      for (const { id, search } of linksTo(parts, viewer, name))
        pointTo(parts, who, id, { album, was: { search, hidden } });
      const documents = JSON.stringify(documentsAbout(library, album, moved));
      const undo = naming.undo();
      library.local.turnedAlbums.put({ album, name, undo: JSON.stringify(undo), documents, at: clock.now() });
      return { album, undo };
    };
  });
}

/**
 * Undoes it: the album with members is deleted for everybody, its photos get the name again, and its links show them
 * again. Returns the name. The catalog’s columns must be loaded. @throws PhotospoolError `not-found`; `forbidden` if the
 * viewer does not act for the house; `conflict` if the album was changed since.
 */
export function unshareNamed(parts: ShareNamedParts, who: Turning, album: string): string {
  const { library, catalog } = parts;
  const { viewer } = who;
  const members = openMemberAlbums(parts);
  return settled(parts, () => {
    const inside = entriesSeen(catalog, viewer, album);
    return () => {
      const turned = library.local.turnedAlbums.find(album);
      if (!turned || !actsFor(viewer, house, { access: itemAccess(library) })) {
        members.find(viewer, album);
        throw new PhotospoolError('forbidden', 'This album can’t be turned back.', { hint: 'Delete it on its page.' });
      }
      const undo = JSON.parse(turned.undo) as Way[];
      if (isChanged(parts, turned, undo, inside))
        throw new PhotospoolError(
          'conflict',
          'The shared album has changed since then. You can delete it on its page.',
        );
      members.change(viewer, album, { removed: true });
      for (const { ids, ...change } of undo) changeAllNow(library, viewer, ids, change);
      for (const { id, scope } of linksOf(parts, viewer))
        if ('album' in scope && scope.album === album && scope.was)
          pointTo(parts, who, id, { search: scope.was.search });
      library.local.turnedAlbums.remove(album);
      return turned.name;
    };
  });
}

/**
 * Searches, and then writes in one transaction, in which the catalog can’t be searched; starts over if another process
 * wrote in between.
 */
function settled<T>({ library, catalog }: ShareNamedParts, search: () => () => T): T {
  for (let tries = 0; tries < 10; tries++) {
    const seen = library.lastChange();
    catalog.catchUp(seen);
    const write = search();
    const done = library.transaction(() => (library.lastChange() === seen ? { value: write() } : undefined));
    if (done) return done.value;
  }
  throw new PhotospoolError('busy', 'The library is changing.', { hint: 'Try again.' });
}

/** All links, with the deleted ones that the viewer can restore. */
const linksOf = ({ shares }: ShareNamedParts, viewer: Viewer): Share[] => [
  ...shares.list(),
  ...(mayLink(viewer, house) ? shares.restorable() : []),
];

/**
 * The links that show the album of this name and nothing else, including expired ones, which can be renewed, and deleted
 * ones, which can be restored.
 */
function linksTo(parts: ShareNamedParts, viewer: Viewer, name: string): { id: string; search: string }[] {
  const album = albumSearched(searchOfNamed(name));
  return linksOf(parts, viewer).flatMap(({ id, scope }) =>
    'search' in scope && albumSearched(parseQuery(scope.search)) === album ? [{ id, search: scope.search }] : [],
  );
}

/** The name as these photos have it: a search for it ignores case and accents. */
function spellingsOf(library: Library, name: string, ids: readonly string[]): string[] {
  const names = new Set<string>();
  for (const { body } of readPhotos(library, ids))
    for (const [one, isIn] of membershipsIn(body.edits, 'albums')) if (isIn && fold(one) === fold(name)) names.add(one);
  return [...names];
}

/** Whether a guest sent a photo, and it waits: once it is approved, a link to the name shows it. */
const isWaiting = (library: Library, photo: StoredPhoto): boolean => claimsOf(library, photo)?.guest === true;

/**
 * The photos in an album, including those in the trash. Members' photos are searched separately, since a search finds
 * only one of two photos with the same bytes.
 */
const entriesSeen = (catalog: Pick<Catalog, 'dated'>, viewer: Viewer, album: string): string[] =>
  ['holder:house', '-holder:house']
    .flatMap((whose) => [whose, `${whose} is:trashed`])
    .flatMap((terms) => catalog.dated(parseQuery(`in:${album} ${terms}`), sightOf(viewer)).map(({ id }) => id));

/** Points a link to another scope, if the viewer may create links to it; visitors see it at once. */
function pointTo(
  { shares, guests }: ShareNamedParts,
  { viewer, actor }: Turning,
  id: string,
  scope: Share['scope'],
): void {
  if (!mayLink(viewer, house)) throw new PhotospoolError('forbidden', 'You can’t change the links to this album.');
  shares.point(id, scope, actor);
  guests.redirect(id, 'album' in scope ? scope.album : undefined);
}

/** Whether undoing would lose something: since the album got members, something about it was changed or used. */
function isChanged(
  { library, shares, guests }: ShareNamedParts,
  { album, documents, at }: TurnedAlbum,
  undo: readonly Way[],
  inside: readonly string[],
): boolean {
  const ids = new Set(undo.flatMap((way) => way.ids));
  if (!inside.every((id) => ids.has(id))) return true;
  // A permanently deleted photo doesn't count; one in the trash is still in the album.
  if (!readPhotos(library, [...ids]).every((photo) => entryIn(library, photo, album))) return true;
  if (guests.isUsed(album, at)) return true;
  if (shares.list().some(({ scope }) => 'album' in scope && scope.album === album && !scope.was)) return true;
  const before = JSON.parse(documents) as Record<string, string>;
  return Object.entries(documentsAbout(library, album, ids)).some(([id, rev]) => before[id] !== rev);
}

/** The revisions, by id, of the documents about an album: itself, its members, and the comments on its photos. */
function documentsAbout(library: Library, album: string, ids: Iterable<string>): Record<string, string> {
  const both = library.getMany([albumDocumentId(album), membersId(album)]);
  const comments = [...ids].flatMap((id) => [...library.scan(commentPrefix(id))]);
  return Object.fromEntries([...both, ...comments].flatMap((one) => (one ? [[one.id, one.rev]] : [])));
}

/** The settings of the album of this name; a cover only if it is one of these photos. */
function settingsOf({ library, clock }: MemberAlbumParts, name: string, photos: readonly string[]): MemberAlbumChange {
  const named = openAlbums(library, clock);
  const settings = named.settings(name);
  const cover = named.covers().get(name.normalize('NFC').trim());
  return {
    ...(settings && { ...orderIn(settings), description: descriptionIn(settings) }),
    ...(cover !== undefined && photos.includes(cover) && { cover }),
  };
}
