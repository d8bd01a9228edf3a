/** The question before signing out while uploads are not finished; loaded when it is asked. */
import { m } from '../../lib/messages.js';
import { entry } from './lazy-uploads.svelte.js';
import { countKept } from './share-target-files.js';

/** Whether to sign out: asks the user if files are still to be sent, or if files shared to the app wait on this device. */
export async function confirmSignOut(): Promise<boolean> {
  const kept = await countKept().catch(() => 0);
  if (kept > 0) return confirm(m.upload.leave(kept));
  return entry.sending?.uploads.isBusy !== true || confirm(m.upload.leaveSending);
}
