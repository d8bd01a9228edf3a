/**
 * Saving photos of others to one's own library. Each request is complete in itself: after a failure or a crash between
 * two of them some photos are saved, and saving again adds the rest.
 */
import type { PhotosSaved } from '../../../../src/api/answer-types.js';
import { ask, send, toApiError } from '../../lib/api.js';
import { inParts, type PhotosChange } from '../../lib/edits/edit-request.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';

/** Saves photos, by their ids, and reports the result, with undo; true if it succeeded. Never rejects. */
export async function saveToLibrary(ids: readonly string[]): Promise<boolean> {
  const total = { saved: 0, known: 0, refused: 0, missing: 0 };
  const back: PhotosChange[] = [];
  try {
    for (const part of inParts(ids, {})) {
      const { saved, known, refused, missing, undo } = await ask<PhotosSaved>(
        '/api/photos/save',
        send('POST', { ids: part.ids, undo: true }),
      );
      total.saved += saved;
      total.known += known;
      total.refused += refused?.length ?? 0;
      total.missing += missing.length;
      back.push(...((undo ?? []) as PhotosChange[]));
    }
    edits.made(m.edits.saved(total), back);
    return true;
  } catch (error) {
    if (back.length > 0) edits.made(m.edits.savedPart(total.saved, ids.length), back);
    else edits.say({ text: m.edits.saveFailed, trouble: toApiError(error) });
    return false;
  }
}
