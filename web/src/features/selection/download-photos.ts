/** Downloads photos: one as a file, several as an archive that the browser downloads. */
import { ask, base, jpegOf, originalOf, rotatedOf, send, toApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { session } from '../../lib/session.svelte.js';
import { share } from '../../lib/share-link.svelte.js';

/** A photo; `edited` if its picture is not that of the original, or may not be. `type`: the MIME type, if it is known. */
type Downloaded = { id: string; edited?: boolean | 'unknown' | undefined; type?: string | undefined };

/**
 * Starts a download of photos as they are shown: edited ones as JPEGs, and rotated videos, or as their originals by a
 * link that gives them unedited. False after an error. Never rejects.
 */
export const startDownload = (photos: readonly Downloaded[]): Promise<boolean> =>
  start(photos, share.now?.unedited !== true);

/** Starts a download of the original files. */
export const downloadOriginals = (photos: readonly Downloaded[]): Promise<boolean> => start(photos, false);

async function start(photos: readonly Downloaded[], edited: boolean): Promise<boolean> {
  const [first] = photos;
  if (first && photos.length === 1 && !(edited && first.edited === 'unknown'))
    return fetchFile(edited && first.edited ? editedOf(first) : originalOf(first.id, true));
  try {
    const ids = photos.map(({ id }) => id);
    const ready = await ask<{ path: string; photos: number; missing: number }>(
      '/api/downloads',
      send('POST', { ids, edited }),
    );
    fetchFile(base + ready.path);
    const left = ready.missing > 0 ? ` ${m.select.downloadMissing(ready.missing)}` : '';
    edits.say({ text: `${m.select.downloadTitle(ready.photos)}.${left}` });
    return true;
  } catch (error) {
    edits.say({ text: m.select.downloadFailed, trouble: toApiError(error) });
    return false;
  }
}

/** The file of an edited photo. Without metadata, it is the file that a link gives as its original. */
function editedOf({ id, type }: Downloaded): string {
  if (type?.startsWith('video/')) return rotatedOf(id);
  return session.may('original') ? jpegOf(id) : originalOf(id, true);
}

function fetchFile(path: string): boolean {
  const link = document.createElement('a');
  link.href = path;
  link.download = '';
  link.click();
  return true;
}
