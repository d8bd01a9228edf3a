/**
 * Items by their bytes, for what concerns bytes and not one person’s item: renditions, films, originals, backups. What is made of
 * bytes is written into every item that has them, each in a change of its own.
 */
import { itemOf, ownPrefix } from '../document/item-id.js';
import { merge } from '../document/merge.js';
import { photoOf, type PhotoDocument } from '../document/photo-document.js';
import type { Library } from './library.js';

/** What all ids of items begin with. */
const prefixes = ['photo:', ownPrefix];

/** An item that is there, in the trash or not. */
export interface StoredItem {
  /** Of its document. */
  id: string;
  sha256: string;
  body: PhotoDocument;
}

/** All items of the house and of people, those of the house first. What is no photo by its body is passed over. */
export function* scanItems(library: Library): IterableIterator<StoredItem> {
  for (const prefix of prefixes) {
    for (const { id, body } of library.scan(prefix)) {
      const [item, photo] = [itemOf(id), photoOf(body)];
      if (item && photo) yield { id, sha256: item.sha256, body: photo };
    }
  }
}

/** How many items there are. Walks an index: some 100 ms for a million. */
export const countItems = (library: Library): number =>
  prefixes.reduce((sum, prefix) => sum + library.count(prefix), 0);

/** A photo with these bytes, the house’s where it has one; undefined where no item has them. */
export const photoWith = (library: Library, sha256: string): PhotoDocument | undefined =>
  photosWith(library, sha256)[0];

/** All photos with these bytes, the house’s first. */
export const photosWith = (library: Library, sha256: string): PhotoDocument[] =>
  library.items.withBytes(sha256).flatMap((id) => photoOf(library.get(id)?.body) ?? []);

/** A photo with what another one says of the same bytes, where that is missing or counts more in a merge. */
export function withBytesOf(photo: PhotoDocument, { facts, renditions, clips }: PhotoDocument): PhotoDocument {
  return merge(photo, { ...photo, facts, renditions, ...(clips && { clips }) });
}

/** Changes every item with these bytes. Answers whether that changed one. @throws as `Library.update`. */
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
