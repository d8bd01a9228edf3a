/**
 * Edits: the changes that people make to a photo. Applying one adds to the document and takes nothing away, so that it can
 * meet edits made elsewhere. Which of them is shown: the newest; of `audience` see audience.ts. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { shownAudience, sightFor, unseen } from './audience.js';
import { canonical } from './canonical.js';
import { elementOf, fieldNames, fields, type FieldName } from './fields.js';
import { own } from './json.js';
import { mergeEdits } from './merge.js';
import type { Audience, Edit, EditableFields, Edits, Membership, PhotoDocument, Stamp } from './photo.js';

/** Elements to put into a set and to take out of it. */
export interface SetChange {
  add?: readonly string[];
  remove?: readonly string[];
}

/** The sets of a photo. */
export type SetName = 'tags' | 'albums' | 'favourites' | 'apart';
/** All of them. */
export const setNames: readonly SetName[] = ['tags', 'albums', 'favourites', 'apart'];

/** What a person changes at once: fields by their new value, sets by element. */
export type PhotoChange = { [F in FieldName]?: EditableFields[F] } & { [S in SetName]?: SetChange };

/** When and by whom an edit was made. `at` must be greater than every stamp of the document (`newestStamp`). */
export interface Signature {
  at: Stamp;
  by: string;
  /** What another person said is said again, in one's own name: whoever may share confirms it for links (confirmed.ts). */
  confirms?: boolean;
}

/** The edit of a field that is shown, undefined where there is none that this version understands. */
export function shownEdit<F extends FieldName>(edits: Edits, field: F): Edit<EditableFields[F]> | undefined {
  const list = listOf(edits, field) as Edit<EditableFields[F]>[];
  if (field === 'audience') return shownAudience(list as Edit<Audience>[]) as Edit<EditableFields[F]> | undefined;
  return list
    .filter((edit) => fields[field](edit.value))
    .reduce<Edit<EditableFields[F]> | undefined>(
      (newest, edit) => (newest && newest.at >= edit.at ? newest : edit),
      undefined,
    );
}

/** All edits of a field that have a stamp, also those whose value this version does not understand. */
function listOf(edits: Edits, field: FieldName): Edit<unknown>[] {
  const list = own(edits, field);
  return Array.isArray(list) ? list.filter((edit): edit is Edit<unknown> => typeof own(edit, 'at') === 'string') : [];
}

/** What a set says of an element: true or false where a person did, else undefined. */
export function membership(edits: Edits, set: SetName, element: string): boolean | undefined {
  const present = own(own(own(edits, set), element), 'present');
  return typeof present === 'boolean' ? present : undefined;
}

/**
 * A document with a change applied. What a person said already is not said again: then the same document comes back.
 * @throws PhotospoolError `invalid` where a field can't hold the value, or a tag is empty or longer than 200.
 */
export function applyChange(document: PhotoDocument, change: PhotoChange, signature: Signature): PhotoDocument {
  const made: Record<string, unknown> = {};
  for (const field of fieldNames) {
    const edit = editOf(document.edits, field, own(change, field), signature);
    if (edit) made[field] = [edit];
  }
  for (const set of setNames) {
    const memberships = membershipsOf(document.edits, set, change[set], signature);
    if (memberships.length > 0) made[set] = Object.fromEntries(memberships);
  }
  if (Object.keys(made).length === 0) return document;
  return { ...document, edits: mergeEdits(document.edits, made) };
}

/** A change as a person with favourites of their own makes it: `favourite` is theirs, not the owner's. */
export function asTheirs({ favourite, ...change }: PhotoChange, person: string): PhotoChange {
  return favourite === undefined ? change : { ...change, favourites: { [favourite ? 'add' : 'remove']: [person] } };
}

function editOf(edits: Edits, field: FieldName, value: unknown, signature: Signature): Edit<unknown> | undefined {
  if (value === undefined) return undefined;
  if (!fields[field](value))
    throw new PhotospoolError('invalid', `This is no ${field} that a photo can have.`, { op: 'edit' });
  const { at, by } = signature;
  const shown = shownEdit(edits, field);
  const list = field === 'audience' ? listOf(edits, field) : [];
  const over = shown?.at;
  const saw = sightFor(list, over);
  // Of two audiences side by side, saying the shown one again settles the matter.
  const settled = unseen(list).length <= 1;
  const isSaid = canonical(shown?.value ?? null) === canonical(value) && settled;
  if (isSaid && !isConfirming(shown, signature)) return undefined;
  return { value, at, by, ...(over !== undefined && { over }), ...(saw.length > 0 && { saw }) };
}

function membershipsOf(
  edits: Edits,
  set: SetName,
  change: SetChange | undefined,
  signature: Signature,
): [string, Membership][] {
  const { at, by } = signature;
  const wanted = new Map<string, boolean>();
  for (const element of change?.add ?? []) wanted.set(elementNamed(element, set), true);
  for (const element of change?.remove ?? []) wanted.set(elementNamed(element, set), false);
  return [...wanted]
    .filter(
      ([element, present]) =>
        membership(edits, set, element) !== present || isConfirming(own(own(edits, set), element), signature),
    )
    .map(([element, present]) => [element, { present, at, by }]);
}

/** Whether saying again what somebody said confirms it: it is by another person. */
function isConfirming(said: unknown, { by, confirms = false }: Signature): boolean {
  const author = own(said, 'by');
  return confirms && typeof author === 'string' && author.startsWith('person:') && author !== by;
}

function elementNamed(element: string, set: SetName): string {
  const name = elementOf(element);
  if (name !== undefined) return name;
  throw new PhotospoolError('invalid', `The name in ${set} must have 1 to 200 characters.`, { op: 'edit' });
}
