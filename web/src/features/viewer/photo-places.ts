/** Actions on the open photo that can’t be undone: deleting it permanently, and copying its address. */
import { ask, type PhotoView, send, toApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';

/**
 * Permanently deletes a photo that is in the trash; true if it succeeded. Earlier edits can then no longer be undone.
 */
export async function purge({ id }: PhotoView): Promise<boolean> {
  try {
    await ask('/api/trash/empty', send('POST', { ids: [id] }));
    edits.forget();
    edits.say({ text: m.viewer.purged });
    return true;
  } catch (error) {
    edits.say({ text: m.viewer.purgeFailed, trouble: toApiError(error) });
    return false;
  }
}

/** Copies the address of the open photo. */
export async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    edits.say({ text: m.viewer.linkCopied });
  } catch {
    // Without HTTPS there is no clipboard.
    edits.say({ text: m.viewer.linkNotCopied });
  }
}
