/**
 * The inverse of an edit: the change that makes a photo show its former values. Applied, it is an ordinary edit;
 * nothing is removed from a document. Pure.
 */
import { canonical } from './canonical-json.js';
import { membership, setNames, shownEdit, type PhotoChange, type SetChange, type SetName } from './edits.js';
import { elementOf, fieldNames, type FieldName } from './field-validation.js';
import { own } from './json-values.js';
import type { EditableFields, PhotoDocument } from './photo-document.js';
import { apartFrom, favouriteOf, viewPhoto } from './photo-view.js';

/** The value that makes an unedited field show the file's value again. */
const untold: { [F in Exclude<FieldName, 'favourite'>]: EditableFields[F] } = {
  title: null,
  description: null,
  taken: null,
  place: null,
  gps: null,
  rating: null,
  audience: 'private',
  reviewed: false,
  trashed: false,
  archived: false,
  burstCover: false,
  develop: null,
};

/**
 * The change that undoes `change`, for the document as it was before; undefined if `change` has no effect on it. Sets
 * are compared by what was shown: an element that was there before stays.
 */
export function inverseOf(document: PhotoDocument, change: PhotoChange): PhotoChange | undefined {
  const seen = viewPhoto('', document, { here: false });
  const shown: Record<SetName, readonly string[]> = {
    tags: seen.tags,
    albums: seen.albums,
    favourites: favouriteOf(document),
    apart: apartFrom(document),
  };
  const back: Record<string, unknown> = {};
  for (const field of fieldNames) {
    const value = own(change, field);
    if (value === undefined) continue;
    const edit = shownEdit(document.edits, field);
    if (edit && canonical(edit.value) === canonical(value)) continue;
    back[field] = edit ? edit.value : field === 'favourite' ? seen.favourite : untold[field];
  }
  for (const set of setNames) {
    const changed = backIn(document, set, shown[set], change[set]);
    if (changed) back[set] = changed;
  }
  return Object.keys(back).length === 0 ? undefined : back;
}

function backIn(
  { edits }: PhotoDocument,
  set: SetName,
  shown: readonly string[],
  change: SetChange | undefined,
): SetChange | undefined {
  const named = (elements: readonly string[] | undefined, present: boolean): string[] =>
    (elements ?? [])
      .map((element) => elementOf(element))
      .filter((element) => element !== undefined)
      .filter((element) => shown.includes(element) !== present && membership(edits, set, element) !== present);
  const remove = named(change?.add, true);
  const add = named(change?.remove, false);
  if (add.length === 0 && remove.length === 0) return undefined;
  return { ...(add.length > 0 && { add }), ...(remove.length > 0 && { remove }) };
}
