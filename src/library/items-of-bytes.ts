/**
 * Items by their bytes, for what concerns bytes and not one person’s item: renditions, films, originals, backups. What is made of
 * bytes is written into every item that has them, each in a change of its own.
 */
import { itemOf, ownPrefix } from '../document/item-id.js';
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
export function photoWith(library: Library, sha256: string): PhotoDocument | undefined {
  for (const id of library.items.withBytes(sha256)) {
    const photo = photoOf(library.get(id)?.body);
    if (photo) return photo;
  }
  return undefined;
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
