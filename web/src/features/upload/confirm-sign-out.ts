/** The question before signing out while uploads are not finished; loaded on demand. */
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { waiting } from '../../lib/edits/waiting-edits.svelte.js';
import { session } from '../../lib/session.svelte.js';
import { m } from '../../lib/messages.js';
import { entry } from './lazy-uploads.svelte.js';
import { countKept } from './share-target-files.js';

/** Whether to sign out: asks the user if files are still to be sent, or if files shared to the app wait on this device. */
export async function confirmSignOut(): Promise<boolean> {
  // Waiting edits are sent first; those that can't be sent stay for their author.
  if (waiting.list.length > 0) await edits.sendWaiting(session.now?.person?.id, true);
  if (waiting.list.length > 0 && !confirm(m.upload.leaveEdits(waiting.list.length))) return false;
  const kept = await countKept().catch(() => 0);
  if (kept > 0) return confirm(m.upload.leave(kept));
  return entry.sending?.uploads.isBusy !== true || confirm(m.upload.leaveSending);
}
