/** Deletes photos in the trash permanently, on all servers (docs/interface.md, `POST /api/trash/empty`). */
import { ask, send } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';

/** How many are deleted per request: each one moves a file. */
const atOnce = 100;

/**
 * Deletes photos in parts, and returns how many it deleted. `tell` gets a text about the progress. Parts before an
 * error stay deleted. @throws ApiError
 */
export async function purgePhotos(ids: readonly string[], tell: (progress: string) => void): Promise<void> {
  let purged = 0;
  try {
    for (let at = 0; at < ids.length; at += atOnce) {
      tell(m.albums.trashBusy(at, ids.length));
      const part = { ids: ids.slice(at, at + atOnce) };
      purged += (await ask<{ purged: number }>('/api/trash/empty', send('POST', part))).purged;
    }
  } finally {
    if (purged > 0) {
      // Edits of deleted photos can't be undone.
      edits.forget();
      edits.say({ text: m.albums.trashDone(purged) });
    }
  }
}
