/** The undo in the response to an edit, saved as a file (`photospool edit --undo`). Pure. */
import { Value } from 'typebox/value';
import type { PhotosChange } from '../../album/edit-photos.js';
import { parseEdit } from '../../album/parse-edit.js';
import { EachEdits } from '../../api/photo-schemas.js';

/**
 * The changes that undo an edit, from its response (`{"undo":[…]}` as JSON); undefined if the text is not one.
 * @throws PhotospoolError `invalid` for an impossible time or crop.
 */
export function readUndo(text: string): PhotosChange[] | undefined {
  const wanted = { each: undoIn(text) };
  if (!Value.Check(EachEdits, wanted)) return undefined;
  return wanted.each.map(({ ids, restores: _restores, ...way }) => ({ ...parseEdit(way), ids, restores: true }));
}

function undoIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { undo?: unknown } | null)?.undo;
  } catch {
    return undefined;
  }
}
