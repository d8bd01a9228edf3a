/**
 * Photos as the viewer may see them, by their public ids (document/item-id.ts). What may not be seen is answered like what does not
 * exist.
 */
import { readItem } from '../access/item-access.js';
import { itemAccess } from '../access/library-access.js';
import { favouritesOf, maySee, type Viewer } from '../access/permissions.js';
import { notFound } from '../base/errors.js';
import { itemOf, type Item } from '../document/item-id.js';
import type { Body, PhotoDocument } from '../document/photo-document.js';
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

/** A photo that somebody sees. */
export interface FoundPhoto extends PhotoView {
  /** Whose it is, and its bytes. Not for answers: it would tell outsiders the hash of an original. */
  item: Item;
}

/** The items with these public ids, in the order asked for, without those that do not exist. Whoever asks may not see them all. */
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

/** A photo, or undefined where there is none or the viewer may not see it. */
export function findPhoto(library: Library, viewer: Viewer, id: string): FoundPhoto | undefined {
  return findPhotos(library, viewer, [id])[0];
}

/** Those of some items that a viewer may see. */
export function visibleTo(library: Library, viewer: Viewer, photos: readonly StoredPhoto[]): StoredPhoto[] {
  const access = itemAccess(library);
  return photos.filter(({ item, document, body }) => {
    const claims = readItem(item, body as unknown as Body, library.controls.endsOf(document));
    return claims !== undefined && maySee(viewer, access, claims);
  });
}

/** Photos in the order asked for, without those that do not exist or may not be seen. */
export function findPhotos(library: Library, viewer: Viewer, ids: readonly string[]): FoundPhoto[] {
  return visibleTo(library, viewer, readPhotos(library, ids)).map(({ id, item, body }) => ({
    ...viewPhoto(id, body, placeOf(library, item.sha256), favouritesOf(viewer, item.holder)),
    item,
  }));
}

/** A photo. @throws PhotospoolError `not-found`. */
export function getPhoto(library: Library, viewer: Viewer, id: string): FoundPhoto {
  const photo = findPhoto(library, viewer, id);
  if (!photo) throw notFound('There is no such photo.');
  return photo;
}
