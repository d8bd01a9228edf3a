/** Where a photo goes apart from the timeline: the archive, the locked photos, and out of the trash for good. */
import { ask, type PhotoView, send, toApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';

/** Archives a photo, or moves it out of the archive; true if it succeeded. */
export const archive = ({ id, archived }: PhotoView): Promise<boolean> =>
  edits.do([id], { archived: archived !== true }, archived === true ? m.viewer.unarchived : m.viewer.archived);

/** Reports the result of an action without undo; true if it succeeded. */
async function report(done: string, failed: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    edits.say({ text: done });
    return true;
  } catch (error) {
    edits.say({ text: failed, trouble: toApiError(error) });
    return false;
  }
}

/** Locks a photo of one's own: it is then only among the locked photos. */
export const lock = ({ id }: PhotoView): Promise<boolean> =>
  report(m.viewer.locked, m.viewer.lockFailed, () => ask('/api/photos/lock', send('POST', { ids: [id] })));

/** Permanently deletes a photo that is in the trash. What was undoable before is no longer. */
export const purge = ({ id }: PhotoView): Promise<boolean> =>
  report(m.viewer.purged, m.viewer.purgeFailed, async () => {
    await ask('/api/trash/empty', send('POST', { ids: [id] }));
    edits.forget();
  });

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
