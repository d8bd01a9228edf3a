/**
 * The merges that a viewer may be told of. A merge names a document and the values that differed, so of a person’s
 * photo it is history, and of what a person shares it is nobody else’s concern.
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
 * Those of some merges that a viewer with the permission `spool` sees. Tags (`exif:`) are named by their bytes,
 * which may be a person’s, so once people hold photos nobody sees them.
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
