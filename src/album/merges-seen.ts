/**
 * The merges that are visible to a viewer. A merge contains a document's id and the differing values: for a person’s
 * photo it is part of its history, and for a person’s grants it is private.
 */
import { mayOn, type Viewer } from '../access/permissions.js';
import { photoOfComment } from '../document/comment.js';
import { house, itemOf, publicIdOf } from '../document/item-id.js';
import type { Library } from '../library/library.js';
import type { Merge } from '../library/merge-log.js';
import { readPhotos, visibleTo } from './find-photos.js';

/** The documents with a holder after their prefix, other than photos. */
const held = /^(?:own-album|members|sharing|offer):/;
const ofHouse = new RegExp(`${held.source}${house}:`);

/**
 * Those of some merges that are visible to a viewer with the permission `spool`. Tags (`exif:`) are named by bytes that
 * may belong to a person, so once people hold photos they are hidden from everyone.
 */
export function mergesSeen(library: Library, viewer: Viewer, merges: readonly Merge[]): Merge[] {
  const hasOwn = library.items.hasOwn();
  const isVisible = (id: string): boolean => visibleTo(library, viewer, readPhotos(library, [id])).length > 0;
  return merges.filter(({ id }) => {
    const item = itemOf(id);
    if (item) return item.holder === house || (mayOn(viewer, 'history', item.holder) && isVisible(publicIdOf(item)));
    const commented = photoOfComment(id);
    if (commented !== undefined) return isVisible(commented);
    if (hasOwn && id.startsWith('exif:')) return false;
    return !held.test(id) || ofHouse.test(id);
  });
}
