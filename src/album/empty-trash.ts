/**
 * Empties the trash: permanently, on all servers. For each photo, the original is moved to `archive/trash`; then its
 * document, tags and comments are purged and its row is removed, in one transaction. A crash in between leaves the
 * photo in the trash without its original; emptying again completes it. A photo that is restored while its original
 * moves is not purged, and the original moves back; a crash just then leaves it in `archive/trash`, where `verify`
 * finds it. No bytes are deleted: if the photo comes back, so does its original (sync/blobs/store-received-blobs.ts).
 * Bytes that also belong to another item stay where they are.
 */
import { authorOf, may, mayOn, type Viewer } from '../access/permissions.js';
import { PhotospoolError } from '../base/errors.js';
import { shownEdit, type Signature } from '../document/edits.js';
import { commentPrefix } from '../document/comment.js';
import { itemId, itemOf, ownPrefix, publicIdOf, type Item } from '../document/item-id.js';
import { exifId, photoOf, type Body, type Stamp } from '../document/photo-document.js';
import { purge } from '../document/purge.js';
import type { Library } from '../library/library.js';
import type { OriginalRow } from '../library/local-tables.js';
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
  /** Moves it back (`Archive.retrieve`). */
  retrieve(aside: string, path: string, sha256: string): Promise<'placed' | 'taken'>;
}

/** The stamp of the purge of a document. */
type StampOf = (body: Body) => Stamp;

/**
 * Purges the photos that are visible to the viewer, in the trash, and the viewer's to restore from it. `at`: by default
 * a purge is newer than everything that this server knows.
 * @throws PhotospoolError `forbidden` if the viewer may not empty any trash.
 */
export async function emptyTrash(
  library: Library,
  archive: Discarder,
  viewer: Viewer,
  ids: readonly string[],
  at: StampOf = library.stampAfter,
): Promise<Emptied> {
  let purged = 0;
  const isTheirs = ({ item, trashed }: FoundPhoto): boolean => trashed && mayOn(viewer, 'trash', item.holder);
  const wanted = [...new Set(ids)];
  if (!may(viewer, 'trash') && !wanted.some((id) => findPhotos(library, viewer, [id]).some(isTheirs)))
    throw new PhotospoolError('forbidden', 'You can’t empty the trash.');
  for (const id of wanted) {
    const photo = findPhoto(library, viewer, id);
    if (photo && isTheirs(photo) && (await purgeItem(library, archive, photo.item, { at, by: authorOf(viewer) })))
      purged++;
  }
  return { purged, left: wanted.length - purged };
}

/**
 * Purges all items of a removed person, in the trash or not, with their comments. `by`: as `authorOf` writes it. After a
 * crash, repeating it completes it. The caller checks the right (access/removed-people.ts).
 */
export async function purgeAllOf(library: Library, archive: Discarder, person: string, by: string): Promise<Emptied> {
  let [purged, left] = [0, 0];
  for (const { id } of library.scan(`${ownPrefix}${person}:`)) {
    const item = itemOf(id);
    if (item && (await purgeItem(library, archive, item, { at: library.stampAfter, by }))) purged++;
    else left++;
  }
  return { purged, left };
}

/** The author of the purge, and its time. */
interface Purging {
  at: StampOf;
  by: string;
}

/** False if its original is being imported now, or if it was restored, or trashed again, meanwhile. */
async function purgeItem(library: Library, archive: Discarder, item: Item, purging: Purging): Promise<boolean> {
  const { sha256 } = item;
  const row = library.local.originals.find(sha256);
  if (row?.state === 'reserved') return false;
  const before = trashEdit(library, item);
  const aside = row && !isKept(library, item) ? await archive.discard(row.path) : undefined;
  const isPurged = library.transaction(() => {
    const now = trashEdit(library, item);
    // A photo that was purged by others meanwhile has none.
    if (now !== undefined && now !== before) return false;
    const isLast = purgePhoto(library, item, purging);
    // A concurrently imported item with the same bytes finds the original in the trash, as a returning photo does.
    if (isLast || aside !== undefined) library.local.originals.remove(sha256);
    if (aside !== undefined) library.local.discarded.put(sha256, aside);
    return true;
  });
  if (!isPurged && row && aside !== undefined) await moveBack(library, archive, row, aside);
  return isPurged;
}

/** Moves the original of a restored photo back; if that fails, the exchange of blobs restores it, as for a photo that returns. */
async function moveBack(library: Library, archive: Discarder, row: OriginalRow, aside: string): Promise<void> {
  const { path, sha256 } = row;
  const asReturning = (): void =>
    library.transaction(() => {
      library.local.originals.remove(sha256);
      library.local.discarded.put(sha256, aside);
    });
  try {
    if ((await archive.retrieve(aside, path, sha256)) === 'taken') asReturning();
  } catch (error) {
    asReturning();
    throw error;
  }
}

/** The stamp of the edit that moved an item to the trash, or out of it. */
function trashEdit(library: Library, item: Item): Stamp | undefined {
  const edits = photoOf(library.get(itemId(item))?.body)?.edits;
  return edits && shownEdit(edits, 'trashed')?.at;
}

/** Purges a photo with its comments. Returns whether it was the last item with these bytes. */
function purgePhoto(library: Library, item: Item, { at, by }: Purging): boolean {
  const signed = (body: Body): Signature => ({ at: at(body), by });
  const gone = (document: string): void =>
    void library.update(document, (body) => body && (purge(body, signed(body)) as unknown as Body));
  for (const { id: comment } of [...library.scan(commentPrefix(publicIdOf(item)))]) gone(comment);
  const isLast = !isKept(library, item);
  gone(itemId(item));
  // After the item: a server that received the purge of the tags first would restore them for the item
  // (library/write-documents.ts).
  if (isLast) gone(exifId(item.sha256));
  return isLast;
}

/** Whether another item has the same bytes: then the bytes and their metadata stay. */
const isKept = (library: Library, item: Item): boolean =>
  library.items.withBytes(item.sha256).some((id) => id !== itemId(item));
