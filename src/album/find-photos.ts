/**
 * Photos as visible to a viewer, by their public ids (document/item-id.ts). An invisible photo is indistinguishable
 * from a missing one.
 */
import { readItem } from '../access/item-access.js';
import { itemAccess } from '../access/library-access.js';
import { favouritesOf, maySee, type Viewer } from '../access/permissions.js';
import { notFound } from '../base/errors.js';
import { developOf } from '../document/develop.js';
import { renditionsShown } from '../document/facts.js';
import { itemOf, type Item } from '../document/item-id.js';
import type { Body, PhotoDocument, Rendition } from '../document/photo-document.js';
import { viewPhoto, type OriginalPlace, type PhotoView } from '../document/photo-view.js';
import type { Library } from '../library/library.js';

/** An item with its document. */
export interface StoredPhoto {
  /** The public id. */
  id: string;
  /** The id of the document. */
  document: string;
  item: Item;
  body: PhotoDocument;
}

/** A photo that is visible to a viewer. */
export interface FoundPhoto extends PhotoView {
  /** Its holder and bytes. Never part of a response: it would reveal the hash of an original to outsiders. */
  item: Item;
  /**
   * Whether people hold items here: then the path of the original, which contains the name of the first file, could
   * reveal that another person has the same bytes. Never part of a response.
   */
  pathTells: boolean;
  /**
   * The pictures of the original of a photo that is not shown as its original; absent for others. Never part of a
   * response: for viewers with the right to them (`mayHaveUnedited`).
   */
  unedited?: { thumb?: Rendition; preview?: Rendition };
}

/** The items with these public ids, in the requested order, without missing ones. Not filtered by visibility. */
export function readPhotos(library: Library, ids: readonly string[]): StoredPhoto[] {
  const found = ids.flatMap((id) => {
    const document = library.items.find(id);
    const item = document === undefined ? undefined : itemOf(document);
    return document === undefined || !item ? [] : [{ id, document, item }];
  });
  const stored = library.getMany<PhotoDocument>(found.map(({ document }) => document));
  return found.flatMap((photo, n) => (stored[n] ? [{ ...photo, body: stored[n].body }] : []));
}

function placeOf(library: Library, sha256: string): OriginalPlace {
  const row = library.local.originals.find(sha256);
  return row?.state === 'here' ? { here: true, path: row.path } : { here: false };
}

/** A photo; undefined if it does not exist or is not visible to the viewer. */
export function findPhoto(library: Library, viewer: Viewer, id: string): FoundPhoto | undefined {
  return findPhotos(library, viewer, [id])[0];
}

/** The items that are visible to a viewer. */
export function visibleTo(library: Library, viewer: Viewer, photos: readonly StoredPhoto[]): StoredPhoto[] {
  const access = itemAccess(library);
  return photos.filter(({ item, document, body }) => {
    const claims = readItem(item, body as unknown as Body, library.controls.endsOf(document));
    return claims !== undefined && maySee(viewer, access, claims);
  });
}

/** Photos in the requested order, without missing and invisible ones. */
export function findPhotos(library: Library, viewer: Viewer, ids: readonly string[]): FoundPhoto[] {
  const pathTells = library.items.hasOwn();
  return visibleTo(library, viewer, readPhotos(library, ids)).map(({ id, item, body }) => ({
    ...viewPhoto(id, body, placeOf(library, item.sha256), favouritesOf(viewer, item.holder)),
    ...{ item, pathTells },
    ...(developOf(body) !== 'original' && { unedited: renditionsShown(body.renditions) }),
  }));
}

/** A photo. @throws PhotospoolError `not-found` if it does not exist or is not visible to the viewer. */
export function getPhoto(library: Library, viewer: Viewer, id: string): FoundPhoto {
  const photo = findPhoto(library, viewer, id);
  if (!photo) throw notFound('This photo doesn’t exist.');
  return photo;
}
