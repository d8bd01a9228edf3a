/**
 * Empties the trash: permanently, on all servers. For each photo, the original is moved to `archive/trash`; then its
 * document, tags and comments are purged and its row is removed, in one transaction. A crash in between leaves the
 * photo in the trash without its original; emptying again completes it. No bytes are deleted: if the photo comes back,
 * so does its original (sync/blobs/store-received-blobs.ts). Bytes that belong to another item, too, stay where they
 * are.
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

/** The result: the number of purged photos, and of those that stayed. */
export interface Emptied {
  purged: number;
  left: number;
}

/** Removes originals from the archive. */
export interface Discarder {
  /** Moves an original to the archive's trash, by its path relative to the archive (`Archive.discard`). */
  discard(path: string): Promise<string | undefined>;
}

/**
 * Purges the photos that are visible to the viewer, in the trash, and the viewer's to restore from it.
 * @throws PhotospoolError `forbidden` if the viewer may not empty any trash.
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
    throw new PhotospoolError('forbidden', 'You can’t empty the trash.');
  for (const id of wanted) {
    const photo = findPhoto(library, viewer, id);
    if (!photo || !isTheirs(photo)) continue;
    const { sha256 } = photo.item;
    const row = library.local.originals.find(sha256);
    if (row?.state === 'reserved') continue;
    const aside = row && !isKept(library, photo.item) ? await archive.discard(row.path) : undefined;
    library.transaction(() => {
      const isLast = purgePhoto(library, photo, authorOf(viewer));
      // A concurrently imported item with the same bytes finds the original in the trash, as a returning photo does.
      if (isLast || aside !== undefined) library.local.originals.remove(sha256);
      if (aside !== undefined) library.local.discarded.put(sha256, aside);
    });
    purged++;
  }
  return { purged, left: wanted.length - purged };
}

/** Purges a photo with its comments. Returns whether it was the last item with these bytes. */
function purgePhoto(library: Library, { id, item }: FoundPhoto, by: string): boolean {
  const signed = (body: Body): Signature => ({ at: library.stampAfter(body), by });
  const gone = (document: string): void =>
    void library.update(document, (body) => body && (purge(body, signed(body)) as unknown as Body));
  for (const { id: comment } of [...library.scan(commentPrefix(id))]) gone(comment);
  const isLast = !isKept(library, item);
  gone(itemId(item));
  // After the item: a server that received the tags’ purge first would put them back for it (library/write-documents.ts).
  if (isLast) gone(exifId(item.sha256));
  return isLast;
}

/** Whether another item has the same bytes: then the bytes and their metadata stay. */
const isKept = (library: Library, item: Item): boolean =>
  library.items.withBytes(item.sha256).some((id) => id !== itemId(item));
