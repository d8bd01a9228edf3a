/**
 * Edits: the changes that people make to a photo. Applying an edit only adds to the document, so that it can merge with
 * concurrent edits. The shown value is the newest of those that no other edit has seen (causal-order.ts); for the
 * audience and `develop` it is the narrowest of them; in a cycle, which only a forged document has, also the narrowest. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { canonical } from './canonical-json.js';
import { heads, isOrdered, lasting, sightFor, type CausalHead } from './causal-order.js';
import { elementOf, fieldNames, fields, type FieldName } from './field-validation.js';
import { compareText, entriesOf, isObject, own } from './json-values.js';
import { isNarrowing, mergeEdits, widthOf } from './merge.js';
import { fileItself, othersBehind, othersWhoBrought, othersWhoGave, othersWhoSent, othersWhoWere } from './origin.js';
import { effective, overrule } from './overruled-registers.js';
import {
  audiences,
  type Edit,
  type EditableFields,
  type Edits,
  type Membership,
  type PhotoDocument,
  type Stamp,
} from './photo-document.js';
import { isStamp } from './stamp.js';

/** Elements to add to a set and to remove from it. */
export interface SetChange {
  add?: readonly string[];
  remove?: readonly string[];
}

/** The sets of a photo. */
export type SetName = 'tags' | 'albums' | 'favourites' | 'apart';
/** All sets. */
export const setNames: readonly SetName[] = ['tags', 'albums', 'favourites', 'apart'];

/** A change that a person makes in one step: fields by their new value, sets by element. */
export type PhotoChange = { [F in FieldName]?: EditableFields[F] } & { [S in SetName]?: SetChange };

/** When and by whom an edit was made. `at` and `made` come from `Library.sign` for the document. */
export interface Signature {
  at: Stamp;
  /** See `Edit`. */
  made?: string;
  by: string;
  /**
   * Repeats the value of another person in the author's own name: a person with the right to share thereby confirms it
   * for share links (share-link-view.ts).
   */
  confirms?: boolean;
  /** Writes a value again although it is shown, so that it counts against edits that other servers make meanwhile. */
  repeats?: boolean;
  /** Undoes an edit: a restored value keeps its former authors (origin.ts). */
  restores?: boolean;
  /** Copies values from another photo: returns their authors there (origin.ts). */
  behind?: (part: FieldName | SetName, value: unknown) => string[];
}

/** The edit of a field that is shown; undefined if there is none that this version understands. */
export function shownEdit<F extends FieldName>(edits: Edits, field: F): Edit<EditableFields[F]> | undefined {
  if (own(edits, field) === undefined) return undefined;
  const list = listOf(edits, field).filter(({ value }) => field === 'audience' || fields[field](value));
  const shown = shownOf(field, list);
  if (!shown) return undefined;
  // An audience that this version does not know counts as private.
  const value = field === 'audience' ? audiences[widthOf(field, shown.value)] : shown.value;
  return { ...shown, value } as Edit<EditableFields[F]>;
}

function shownOf(field: FieldName, list: readonly Edit<unknown>[]): Edit<unknown> | undefined {
  const byWidth = (a: Edit<unknown>, b: Edit<unknown>): number =>
    widthOf(field, a.value) - widthOf(field, b.value) || newerFirst(a, b) || compareText(canonical(b), canonical(a));
  if (list.length < 2) return list[0];
  if (!isNarrowing(field) && isOrdered(list)) return [...list].sort((a, b) => newerFirst(a, b) || byWidth(a, b))[0];
  const found = heads(list);
  if (!found || isNarrowing(field)) return (found?.map(({ edit }) => edit) ?? [...list]).sort(byWidth)[0];
  return newestOf(found)?.circle.sort(byWidth)[0];
}

const newestOf = (found: readonly CausalHead<Edit<unknown>>[]): CausalHead<Edit<unknown>> | undefined =>
  [...found].sort((a, b) => newerFirst(a.edit, b.edit))[0];

const newerFirst = (a: Edit<unknown>, b: Edit<unknown>): number => compareText(b.at, a.at);

/** All edits of a field that have a stamp, including values that this version does not understand. */
function listOf(edits: Edits, field: FieldName): Edit<unknown>[] {
  const list = own(edits, field);
  return Array.isArray(list) ? list.filter((edit): edit is Edit<unknown> => isStamp(own(edit, 'at'))) : [];
}

/** Whether an element is in a set by an edit; undefined if there is no edit. */
export const membership = (edits: Edits, set: SetName, element: string): boolean | undefined =>
  memberIn(edits, set, element, own(own(edits, set), element));

/** All edited elements of a set, with whether they are in it. */
export const membershipsIn = (edits: Edits, set: SetName): [string, boolean][] =>
  entriesOf(own(edits, set)).flatMap(([element, said]): [string, boolean][] => {
    const present = memberIn(edits, set, element, said);
    return present === undefined ? [] : [[element, present]];
  });

function memberIn(edits: Edits, set: SetName, element: string, said: unknown): boolean | undefined {
  const found = effective(own(edits, 'overruled'), nameIn(set, element), said);
  if (found === 'circle') return false;
  const present = own(found, 'present');
  return typeof present === 'boolean' ? present : undefined;
}

/** The effective register of an element; `circle` for a cycle (overruled-registers.ts). */
export const countedIn = (edits: Edits, set: SetName, element: string): unknown =>
  effective(own(edits, 'overruled'), nameIn(set, element), own(own(edits, set), element));

/** The name of an element of a set among the overruled registers. */
const nameIn = (set: SetName, element: string): string => `${set} ${element}`;

/**
 * A document after a change. Returns the same document if the same person already gave that value.
 * @throws PhotospoolError `invalid` if a field can't hold the value, or a tag is empty or longer than 200.
 */
export function applyChange(found: PhotoDocument, change: PhotoChange, signature: Signature): PhotoDocument {
  // A foreign program may have written a photo without edits, or with another type in their place.
  const document = isObject(found.edits) ? found : { ...found, edits: {} };
  const made: Record<string, unknown> = {};
  // A foreign program may leave lists that the next merge cuts: the new edit must win over what remains.
  const cut = mergeEdits(document.edits, {});
  for (const field of fieldNames) {
    const value = own(change, field);
    const of = value === undefined ? [] : originOf(document, field, value, signature);
    const edit = editOf([document.edits, cut], field, value, { ...signature, of });
    if (edit) made[field] = [edit];
  }
  let overruled: object = {};
  for (const set of setNames) {
    const registers = membersOf(document, set, change[set], signature);
    if (registers.length === 0) continue;
    made[set] = Object.fromEntries(registers);
    for (const [element, register] of registers) {
      const before = own(own(document.edits, set), element);
      overruled = {
        ...overruled,
        ...overrule(own(document.edits, 'overruled'), nameIn(set, element), before, { ...register }),
      };
    }
  }
  if (Object.keys(overruled).length > 0) made['overruled'] = overruled;
  if (Object.keys(made).length === 0) return found;
  return { ...document, edits: mergeEdits(document.edits, made) };
}

/** A change by a person with their own favourites: `favourite` means theirs, not the owner's. */
export function asTheirs({ favourite, ...change }: PhotoChange, person: string): PhotoChange {
  return favourite === undefined ? change : { ...change, favourites: { [favourite ? 'add' : 'remove']: [person] } };
}

function editOf(
  [edits, cut]: [Edits, Edits],
  field: FieldName,
  value: unknown,
  signature: Signature & { of: string[] },
): Edit<unknown> | undefined {
  if (value === undefined) return undefined;
  if (!fields[field](value))
    throw new PhotospoolError('invalid', `This is not a valid ${field} of a photo.`, { op: 'edit' });
  const { at, of } = signature;
  const [shown, later] = [shownEdit(edits, field), shownEdit(cut, field)];
  const list = listOf(cut, field);
  const isNarrow = isNarrowing(field);
  // Of two concurrent audiences, repeating the shown one resolves the conflict.
  const isSettled = (): boolean => !isNarrow || lasting(list).length <= 1;
  const isSaid = [shown, later].every((one) => canonical(one?.value ?? null) === canonical(value));
  const isRepeated = signature.repeats === true;
  if (!isRepeated && isSaid && isSettled() && (of.length > 0 || !isConfirming(shown, signature))) return undefined;
  return { value, ...authorship(signature), ...sightOf(list, at, shown?.at, isNarrow), ...(of.length > 0 && { of }) };
}

/** The former authors of a value that is only repeated. */
function originOf(document: PhotoDocument, field: FieldName, value: unknown, signature: Signature): string[] {
  if (signature.behind) return signature.behind(field, value);
  return signature.restores === true ? othersWhoGave(document, field, value, signature.by) : [];
}

const authorship = ({ at, by, made }: Signature): Pick<Edit<unknown>, 'at' | 'by' | 'made'> => ({
  ...{ at, by },
  ...(made !== undefined && { made }),
});

/** The values that a new edit names as seen: the shown value, and others that it must override. */
export function sightOf(list: readonly Edit<unknown>[], at: Stamp, over: Stamp | undefined, all = false): Sight {
  const saw = sightFor(list, { at, over, all });
  return { ...(over !== undefined && { over }), ...(saw.length > 0 && { saw }) };
}

/** See `Edit`. */
export type Sight = Pick<Edit<unknown>, 'over' | 'saw'>;

/** The elements that a change modifies, each with its register. */
function membersOf(
  document: PhotoDocument,
  set: SetName,
  change: SetChange | undefined,
  signature: Signature,
): [string, Membership][] {
  const { edits } = document;
  const wanted = new Map<string, boolean>();
  for (const element of change?.add ?? []) wanted.set(elementNamed(element, set), true);
  for (const element of change?.remove ?? []) wanted.set(elementNamed(element, set), false);
  const { by } = signature;
  const moved = movedBy(document, set, wanted, by);
  return [...wanted].flatMap(([element, present]): [string, Membership][] => {
    const said = countedIn(edits, set, element);
    const of = moved ?? (present ? addedOf(said, [set, element], signature) : []);
    const isNew = membership(edits, set, element) !== present;
    if (!isNew && (of.length > 0 || !isConfirming(said, signature))) return [];
    const was = present ? [] : (othersIn(document, set, element, by) ?? []);
    const origin = { ...(of.length > 0 && { of }), ...(was.length > 0 && { was }) };
    const isUndone = !present && set === 'albums' && signature.restores === true;
    return [[element, { present, ...authorship(signature), ...origin, ...(isUndone && { undone: true }) }]];
  });
}

/** The former authors of an element that is added without removing another one. */
function addedOf(said: unknown, [set, element]: [SetName, string], { by, restores, behind }: Signature): string[] {
  if (behind) return behind(set, element);
  return restores === true ? othersWhoWere(said, by) : [];
}

/**
 * The former authors of a name that replaces another one: elements are removed and others added in one change.
 * Undefined if there are none, or if a removed element was given by `self` or the owner.
 */
function movedBy(
  document: PhotoDocument,
  set: SetName,
  wanted: ReadonlyMap<string, boolean>,
  self: string,
): string[] | undefined {
  if (![...wanted.values()].includes(true)) return undefined;
  const gone = [...wanted].filter(([, present]) => !present);
  const others = gone.map(([element]) => othersIn(document, set, element, self)).filter((one) => one !== undefined);
  return others.length > 0 && others.every((some) => some.length > 0) ? [...new Set(others.flat())].sort() : undefined;
}

/**
 * The former authors of a value that is copied from these photos to another one: none if in one of them it was given by
 * `self` or the owner.
 */
export function othersInAny(
  documents: readonly PhotoDocument[],
  part: FieldName | SetName,
  value: unknown,
  self: string,
): string[] {
  const said = documents.map((document) => {
    if (isSet(part)) {
      const others = othersIn(document, part, String(value), self);
      return others?.includes(fileItself) === true ? othersWhoBrought(document, self) : others;
    }
    const shown = shownEdit(document.edits, part);
    return shown && canonical(shown.value) === canonical(value) ? othersBehind(shown, self) : undefined;
  });
  const known = said.filter((one) => one !== undefined);
  const all = known.length > 0 ? known : documents.map((document) => othersWhoBrought(document, self));
  return known.some((one) => one.length === 0) ? [] : [...new Set(all.flat())].sort();
}

const isSet = (part: FieldName | SetName): part is SetName => setNames.some((set) => set === part);

/** Whether a change repeats a value of another person in a photo. */
export const saysOthers = (document: PhotoDocument, change: PhotoChange, self: string): boolean =>
  fieldNames.some(
    (field) => own(change, field) !== undefined && othersBehind(shownEdit(document.edits, field), self).length > 0,
  ) ||
  setNames.some((set) =>
    (change[set]?.add ?? []).some((element) => (othersIn(document, set, element, self) ?? []).length > 0),
  );

/**
 * The other people who put an element into a set: none if `self` or the owner did; undefined if it is not in the set.
 */
export function othersIn(document: PhotoDocument, set: SetName, element: string, self: string): string[] | undefined {
  const present = membership(document.edits, set, element);
  if (present === undefined) return set === 'tags' ? othersWhoSent(document, element, self) : undefined;
  return present ? othersBehind(countedIn(document.edits, set, element), self) : undefined;
}

/** Whether repeating a value confirms it: it was given by another person, or only repeated on behalf of one. */
function isConfirming(said: unknown, { by, confirms = false, restores = false }: Signature): boolean {
  return confirms && !restores && othersBehind(said, by).length > 0;
}

function elementNamed(element: string, set: SetName): string {
  const name = elementOf(element);
  if (name !== undefined) return name;
  throw new PhotospoolError('invalid', `The name in ${set} must have 1 to 200 characters.`, { op: 'edit' });
}
