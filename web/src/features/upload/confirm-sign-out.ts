/** The question before signing out while uploads are not finished. */
import { entry } from './lazy-uploads.svelte.js';

/** Whether to sign out: asks the user if files are still to be sent, or if files shared to the app wait on this device. */
export async function confirmSignOut(): Promise<boolean> {
  const [{ countKept }, { uploadTexts }] = await Promise.all([
    import('./share-target-files.js'),
    import('./upload-texts.js'),
  ]);
  const kept = await countKept().catch(() => 0);
  if (kept > 0) return confirm(uploadTexts.leave(kept));
  return entry.sending?.uploads.isBusy !== true || confirm(uploadTexts.leaveSending);
}
