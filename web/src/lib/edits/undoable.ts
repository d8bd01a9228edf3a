/** Changes other than edits of photos, with an undo button in their message. */
import { toApiError } from '../api.js';
import { m } from '../messages.js';
import { edits } from './undo-stack.svelte.js';

/** Reports a change, with a button that undoes it with `back`. `after` is called after undoing. */
export function offerUndo(text: string, back: () => Promise<unknown>, after: () => unknown): void {
  const undo = async (): Promise<void> => {
    await back();
    edits.say({ text: m.edits.undone(text) });
    after();
  };
  edits.say({ text, act: { label: m.edits.undo, do: undo } });
}

/**
 * Runs `work`, which returns its inverse, and reports it with an undo button, or its failure; true if it was done.
 * `after` is called after that, and after undoing it. `said`: called after `work`. Never rejects.
 */
export async function undoable(
  said: string | (() => string),
  work: () => Promise<() => Promise<unknown>>,
  after: () => unknown,
): Promise<boolean> {
  try {
    const back = await work();
    offerUndo(typeof said === 'string' ? said : said(), back, after);
    after();
    return true;
  } catch (error) {
    edits.say({ text: m.edits.failed, trouble: toApiError(error) });
    return false;
  }
}
