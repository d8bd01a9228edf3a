/**
 * Locks photos. Each request is complete in itself: after a failure or a crash between two of them some photos are
 * locked, and locking again completes it.
 */
import { ask, send, toApiError } from '../../lib/api.js';
import { inParts } from '../../lib/edits/edit-request.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';

/**
 * Locks one's own photos, by their ids: they are then found only among the locked photos. True if it succeeded. Never
 * rejects.
 */
export async function lock(ids: readonly string[]): Promise<boolean> {
  try {
    for (const part of inParts(ids, {})) await ask('/api/photos/lock', send('POST', { ids: part.ids }));
    edits.say({ text: m.edits.locked(ids.length) });
    return true;
  } catch (error) {
    edits.say({ text: m.edits.lockFailed(ids.length), trouble: toApiError(error) });
    return false;
  }
}
