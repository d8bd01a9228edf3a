/** Downloads photos: one unchanged, several as an archive that the browser downloads. */
import { ask, originalOf, send, toApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';

/** Starts a download; false after an error. Never rejects. */
export async function startDownload(photos: readonly { id: string }[]): Promise<boolean> {
  const [first] = photos;
  if (first && photos.length === 1) return fetchFile(originalOf(first.id, true));
  try {
    const ids = photos.map(({ id }) => id);
    const ready = await ask<{ path: string; photos: number; missing: number }>('/api/downloads', send('POST', { ids }));
    fetchFile(ready.path);
    const left = ready.missing > 0 ? ` ${m.select.downloadMissing(ready.missing)}` : '';
    edits.say({ text: `${m.select.downloadTitle(ready.photos)}.${left}` });
    return true;
  } catch (error) {
    edits.say({ text: m.select.downloadFailed, trouble: toApiError(error) });
    return false;
  }
}

function fetchFile(path: string): boolean {
  const link = document.createElement('a');
  link.href = path;
  link.download = '';
  link.click();
  return true;
}
