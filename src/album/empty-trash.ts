/**
 * Emptying the trash: for good, everywhere. Of each photo the original goes to `archive/trash` first, then its document, its
 * tags and its comments are purged and its row is forgotten, in one transaction. A crash in between leaves the photo in the
 * trash without its original; emptying again finishes it. No byte is removed; where the photo comes back, the original does
 * (sync/blobs/store-received-blobs.ts). Bytes that an item of a person has, too, stay where they are.
 */
import { authorOf, may, mayOn, type Viewer } from '../access/permissions.js';
import { PhotospoolError } from '../base/errors.js';
import type { Signature } from '../document/edits.js';
import { commentPrefix } from '../document/comment.js';
import { itemId, type Item } from '../document/item-id.js';
import { exifId, type Body } from '../document/photo-document.js';
import { purge } from '../document/purge.js';
import type { Library } from '../library/library.js';
import { findPhoto, findPhotos, type FoundPhoto } from './find-photos.js';

/** What came of it: how many are gone, and how many were not in the trash. */
export interface Emptied {
  purged: number;
  left: number;
}

/** Takes originals out of the archive. */
export interface Discarder {
  /** Moves an original to the archive's trash, by its place relative to the archive (`Archive.discard`). */
  discard(path: string): Promise<string | undefined>;
}

/**
 * Purges those of the photos that the viewer may see, that are in the trash and that they may take out of it.
 * @throws PhotospoolError `forbidden` where they may empty no trash at all.
 */
export async function emptyTrash(
  library: Library,
  archive: Discarder,
  viewer: Viewer,
  ids: readonly string[],
): Promise<Emptied> {
  let purged = 0;
  const isTheirs = ({ item, trashed }: FoundPhoto): boolean => trashed && mayOn(viewer, 'trash', item.holder);
  const wanted = [...new Set(ids)];
  if (!may(viewer, 'trash') && !wanted.some((id) => findPhotos(library, viewer, [id]).some(isTheirs)))
    throw new PhotospoolError('forbidden', 'You may not empty the trash here.');
  for (const id of wanted) {
    const photo = findPhoto(library, viewer, id);
    if (!photo || !isTheirs(photo)) continue;
    const { sha256 } = photo.item;
    const row = library.local.originals.find(sha256);
    if (row?.state === 'reserved') continue;
    const aside = row && !isKept(library, photo.item) ? await archive.discard(row.path) : undefined;
    library.transaction(() => {
      const isLast = purgePhoto(library, photo, authorOf(viewer));
      // An item that came with the same bytes meanwhile finds them as one that comes back does.
      if (isLast || aside !== undefined) library.local.originals.remove(sha256);
      if (aside !== undefined) library.local.discarded.put(sha256, aside);
    });
    purged++;
  }
  return { purged, left: wanted.length - purged };
}

/** Purges a photo with all that is said of it. Answers whether it was the last item with these bytes. */
function purgePhoto(library: Library, { id, item }: FoundPhoto, by: string): boolean {
  const signed = (body: Body): Signature => ({ at: library.stampAfter(body), by });
  const gone = (document: string): void =>
    void library.update(document, (body) => body && (purge(body, signed(body)) as unknown as Body));
  for (const { id: comment } of [...library.scan(commentPrefix(id))]) gone(comment);
  const isLast = !isKept(library, item);
  if (isLast) gone(exifId(item.sha256));
  gone(itemId(item));
  return isLast;
}

/** Whether another item has these bytes: then they stay, and what was read from them. */
const isKept = (library: Library, item: Item): boolean =>
  library.items.withBytes(item.sha256).some((id) => id !== itemId(item));
