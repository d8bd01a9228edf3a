/** Creating and deleting links, with buttons in their messages that undo and redo it (docs/sharing.md). */
import type { ShareLink } from '../../../../src/api/answer-types.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { endShare, restoreShare } from './share-links-api.js';

/** Called with a link that was restored, or with undefined after it was deleted. */
type Changed = (link: ShareLink | undefined) => void;

/** Reports that a link was created, with a button that deletes it. */
export function offerDeletion(id: string, changed: Changed): void {
  offer(m.shareDialog.linkCreated, m.edits.undo, async () => {
    await remove(id, changed);
    offer(m.edits.undone(m.shareDialog.linkCreated), m.edits.redo, async () => {
      await restore(id, changed);
      offerDeletion(id, changed);
    });
  });
}

/** Deletes a link and reports it, with a button that restores it. @throws ApiError */
export async function deleteLink(id: string, changed: Changed): Promise<void> {
  await remove(id, changed);
  offer(m.shareDialog.linkDeleted, m.edits.undo, async () => {
    await restore(id, changed);
    offer(m.edits.undone(m.shareDialog.linkDeleted), m.edits.redo, () => deleteLink(id, changed));
  });
}

const offer = (text: string, label: string, act: () => Promise<void>): void =>
  edits.say({ text, act: { label, do: act } });

async function remove(id: string, changed: Changed): Promise<void> {
  await endShare(id);
  tell(undefined, changed);
}

async function restore(id: string, changed: Changed): Promise<void> {
  tell(await restoreShare(id), changed);
}

/** The place where it was done may have been left: other pages that list links load them again. */
function tell(link: ShareLink | undefined, changed: Changed): void {
  changed(link);
  edits.tell([]);
}
