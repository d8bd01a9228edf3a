/**
 * Photos as the viewer may see them. What may not be seen is answered like what is not there.
 */
import { notFound } from '../base/errors.js';
import { favouritesOf, maySee, type Viewer } from '../access/permissions.js';
import { photoId, type PhotoDocument } from '../document/photo-document.js';
import { viewPhoto, type OriginalPlace, type PhotoView } from '../document/photo-view.js';
import type { Library } from '../library/library.js';

/** The documents of photos, in the order asked for. */
export function readDocuments(library: Library, ids: readonly string[]): (PhotoDocument | undefined)[] {
  // What is stored under a `photo:` id is a photo document; only the library's types don't know it.
  return library.getMany(ids.map(photoId)).map((stored) => stored?.body as PhotoDocument | undefined);
}

function placeOf(library: Library, sha256: string): OriginalPlace {
  const row = library.local.originals.find(sha256);
  return row?.state === 'here' ? { here: true, path: row.path } : { here: false };
}

/** A photo, or undefined where there is none or the viewer may not see it. */
export function findPhoto(library: Library, viewer: Viewer, sha256: string): PhotoView | undefined {
  return findPhotos(library, viewer, [sha256])[0];
}

/** Photos in the order asked for, without those that are not there or may not be seen. */
export function findPhotos(library: Library, viewer: Viewer, ids: readonly string[]): PhotoView[] {
  const documents = readDocuments(library, ids);
  return ids.flatMap((id, n) => {
    const document = documents[n];
    const view = document && viewPhoto(id, document, placeOf(library, id), favouritesOf(viewer));
    return view && maySee(viewer, view) ? [view] : [];
  });
}

/** A photo. @throws PhotospoolError `not-found`. */
export function getPhoto(library: Library, viewer: Viewer, sha256: string): PhotoView {
  const photo = findPhoto(library, viewer, sha256);
  if (!photo) throw notFound('There is no such photo.');
  return photo;
}
