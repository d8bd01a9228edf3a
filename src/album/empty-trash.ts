/**
 * Emptying the trash: for good, everywhere. Of each photo the original goes to `archive/trash` first, then its document, its
 * tags and its comments are purged and its row is forgotten, in one transaction. A crash in between leaves the photo in the
 * trash without its original; emptying again finishes it. No byte is removed; where the photo comes back, the original does
 * (sync/blobs/peer-blob-store.ts). Bytes that an item of a person has, too, stay where they are.
 */
import { authorOf, type Viewer } from '../access/permissions.js';
import type { Signature } from '../document/edits.js';
import { commentPrefix } from '../document/comment.js';
import { exifId, photoId, type Body } from '../document/photo-document.js';
import { purge } from '../document/purge.js';
import type { Library } from '../library/library.js';
import { findPhotos } from './find-photos.js';

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

/** Purges those of the photos that the viewer may see and that are in the trash. */
export async function emptyTrash(
  library: Library,
  archive: Discarder,
  viewer: Viewer,
  ids: readonly string[],
): Promise<Emptied> {
  let purged = 0;
  for (const id of new Set(ids)) {
    const row = library.local.originals.find(id);
    if (findPhotos(library, viewer, [id])[0]?.trashed !== true || row?.state === 'reserved') continue;
    const aside = row && !isKept(library, id) ? await archive.discard(row.path) : undefined;
    library.transaction(() => {
      const isLast = purgePhoto(library, id, authorOf(viewer));
      // An item that came with the same bytes meanwhile finds them as one that comes back does.
      if (isLast || aside !== undefined) library.local.originals.remove(id);
      if (aside !== undefined) library.local.discarded.put(id, aside);
    });
    purged++;
  }
  return { purged, left: new Set(ids).size - purged };
}

/** Purges a photo with all that is said of it. Answers whether it was the last item with these bytes. */
function purgePhoto(library: Library, id: string, by: string): boolean {
  const signed = (body: Body): Signature => ({ at: library.stampAfter(body), by });
  const gone = (document: string): void =>
    void library.update(document, (body) => body && (purge(body, signed(body)) as unknown as Body));
  for (const { id: comment } of [...library.scan(commentPrefix(id))]) gone(comment);
  const isLast = !isKept(library, id);
  if (isLast) gone(exifId(id));
  gone(photoId(id));
  return isLast;
}

/** Whether an item beside the house’s has these bytes: then they stay, and what was read from them. */
const isKept = (library: Library, sha256: string): boolean =>
  library.items.withBytes(sha256).some((id) => id !== photoId(sha256));
