/**
 * Items by their bytes, for everything that depends on the bytes, not on one person’s item: renditions, videos,
 * originals, backups. Results for these bytes are written into every item with them, one change per item.
 */
import { itemOf, ownPrefix } from '../document/item-id.js';
import { merge } from '../document/merge.js';
import { photoOf, type PhotoDocument } from '../document/photo-document.js';
import type { Library } from './library.js';

/** The id prefixes of all items. */
const prefixes = ['photo:', ownPrefix];

/** An existing item, possibly in the trash. */
export interface StoredItem {
  /** The id of its document. */
  id: string;
  sha256: string;
  body: PhotoDocument;
}

/** All items of the house, then those of people. Skips documents whose body is not a photo. */
export function* scanItems(library: Library): IterableIterator<StoredItem> {
  for (const prefix of prefixes) {
    for (const { id, body } of library.scan(prefix)) {
      const [item, photo] = [itemOf(id), photoOf(body)];
      if (item && photo) yield { id, sha256: item.sha256, body: photo };
    }
  }
}

/** The number of items. Walks an index: about 100 ms for a million. */
export const countItems = (library: Library): number =>
  prefixes.reduce((sum, prefix) => sum + library.count(prefix), 0);

/**
 * The number of imported photos, for owners: the originals in the archive; where people hold items, the photos of the
 * house instead, because the number of originals would reveal whether a person's file had new bytes. About 100 ms for a
 * million.
 */
export const countDone = (library: Library): number =>
  library.items.hasOwn() ? library.count('photo:') : library.local.originals.counts().here;

/** A photo with these bytes, preferably the house’s; undefined if there is none. */
export const photoWith = (library: Library, sha256: string): PhotoDocument | undefined =>
  photosWith(library, sha256)[0];

/** All photos with these bytes, the house’s first. */
export const photosWith = (library: Library, sha256: string): PhotoDocument[] =>
  library.items.withBytes(sha256).flatMap((id) => photoOf(library.get(id)?.body) ?? []);

/**
 * A photo completed with values of another photo with the same bytes, where they are missing or take precedence in a
 * merge.
 */
export function withBytesOf(photo: PhotoDocument, { facts, renditions, clips }: PhotoDocument): PhotoDocument {
  return merge(photo, { ...photo, facts, renditions, ...(clips && { clips }) });
}

/** Changes every item with these bytes. Returns whether any item changed. @throws as `Library.update`. */
export function updatePhotosWith(
  library: Library,
  sha256: string,
  change: (photo: PhotoDocument) => PhotoDocument,
): boolean {
  let changed = false;
  for (const id of library.items.withBytes(sha256)) {
    changed = library.update<PhotoDocument>(id, (body) => body && change(body))?.changed === true || changed;
  }
  return changed;
}
