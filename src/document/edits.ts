/**
 * Edits: the changes that people make to a photo. Applying one adds to the document and takes nothing away, so that it can
 * meet edits made elsewhere. Which of them is shown: of those that no other was made in sight of (causal-order.ts) the newest; of
 * audiences the narrowest; of edits that name each other in a circle, as only a forged document has, the narrowest, too. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { canonical } from './canonical-json.js';
import { heads, isOrdered, lasting, sightFor, type CausalHead } from './causal-order.js';
import { elementOf, fieldNames, fields, type FieldName } from './field-rules.js';
import { compareText, entriesOf, isObject, own } from './json-values.js';
import { mergeEdits, widthOf } from './merge.js';
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

/** When and by whom an edit was made. `at` and `made` as `Library.sign` gives them for the document. */
export interface Signature {
  at: Stamp;
  /** See `Edit`. */
  made?: string;
  by: string;
  /** What another person said is said again, in one's own name: whoever may share confirms it for links (share-link-view.ts). */
  confirms?: boolean;
  /** It is the way back from an edit: what is said again stays the word of whoever said it (origin.ts). */
  restores?: boolean;
  /** What others said of another photo goes over to this one: those who said it there (origin.ts). */
  behind?: (part: FieldName | SetName, value: unknown) => string[];
}

/** The edit of a field that is shown, undefined where there is none that this version understands. */
export function shownEdit<F extends FieldName>(edits: Edits, field: F): Edit<EditableFields[F]> | undefined {
  const list = listOf(edits, field).filter(({ value }) => field === 'audience' || fields[field](value));
  const shown = shownOf(field, list);
  if (!shown) return undefined;
  // A value that this version does not know counts as private.
  const value = field === 'audience' ? audiences[widthOf(field, shown.value)] : shown.value;
  return { ...shown, value } as Edit<EditableFields[F]>;
}

function shownOf(field: FieldName, list: readonly Edit<unknown>[]): Edit<unknown> | undefined {
  const byWidth = (a: Edit<unknown>, b: Edit<unknown>): number =>
    widthOf(field, a.value) - widthOf(field, b.value) || newerFirst(a, b) || compareText(canonical(b), canonical(a));
  if (list.length < 2) return list[0];
  if (field !== 'audience' && isOrdered(list)) return [...list].sort((a, b) => newerFirst(a, b) || byWidth(a, b))[0];
  const found = heads(list);
  if (!found || field === 'audience') return (found?.map(({ edit }) => edit) ?? [...list]).sort(byWidth)[0];
  return newestOf(found)?.circle.sort(byWidth)[0];
}

const newestOf = (found: readonly CausalHead<Edit<unknown>>[]): CausalHead<Edit<unknown>> | undefined =>
  [...found].sort((a, b) => newerFirst(a.edit, b.edit))[0];

const newerFirst = (a: Edit<unknown>, b: Edit<unknown>): number => compareText(b.at, a.at);

/** All edits of a field that have a stamp, also those whose value this version does not understand. */
function listOf(edits: Edits, field: FieldName): Edit<unknown>[] {
  const list = own(edits, field);
  return Array.isArray(list) ? list.filter((edit): edit is Edit<unknown> => isStamp(own(edit, 'at'))) : [];
}

/** What a set says of an element: true or false where a person did, else undefined. */
export const membership = (edits: Edits, set: SetName, element: string): boolean | undefined =>
  memberIn(edits, set, element, own(own(edits, set), element));

/** What a set says of its elements where a person did. */
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

/** The register of an element that counts. */
const countedIn = (edits: Edits, set: SetName, element: string): unknown =>
  effective(own(edits, 'overruled'), nameIn(set, element), own(own(edits, set), element));

/** What an element of a set is called among what was overruled. */
const nameIn = (set: SetName, element: string): string => `${set} ${element}`;

/**
 * A document with a change applied. What a person said already is not said again: then the same document comes back.
 * @throws PhotospoolError `invalid` where a field can't hold the value, or a tag is empty or longer than 200.
 */
export function applyChange(found: PhotoDocument, change: PhotoChange, signature: Signature): PhotoDocument {
  // A foreign program may have written a photo without edits, or with something else in their place.
  const document = isObject(found.edits) ? found : { ...found, edits: {} };
  const made: Record<string, unknown> = {};
  // A foreign program may leave lists that the next merge cuts: an edit must hold after that.
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

/** A change as a person with favourites of their own makes it: `favourite` is theirs, not the owner's. */
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
    throw new PhotospoolError('invalid', `This is no ${field} that a photo can have.`, { op: 'edit' });
  const { at, of } = signature;
  const [shown, later] = [shownEdit(edits, field), shownEdit(cut, field)];
  const list = listOf(cut, field);
  const isAudience = field === 'audience';
  // Of two audiences side by side, saying the shown one again settles the matter.
  const isSettled = (): boolean => !isAudience || lasting(list).length <= 1;
  const isSaid = [shown, later].every((one) => canonical(one?.value ?? null) === canonical(value));
  if (isSaid && isSettled() && (of.length > 0 || !isConfirming(shown, signature))) return undefined;
  return { value, ...authorship(signature), ...sightOf(list, at, shown?.at, isAudience), ...(of.length > 0 && { of }) };
}

/** Those whose word a value stays, where it is only said again. */
function originOf(document: PhotoDocument, field: FieldName, value: unknown, signature: Signature): string[] {
  if (signature.behind) return signature.behind(field, value);
  return signature.restores === true ? othersWhoGave(document, field, value, signature.by) : [];
}

const authorship = ({ at, by, made }: Signature): Pick<Edit<unknown>, 'at' | 'by' | 'made'> => ({
  ...{ at, by },
  ...(made !== undefined && { made }),
});

/** What a new edit says that it was made in sight of: the shown value, and what else it must win over. */
export function sightOf(list: readonly Edit<unknown>[], at: Stamp, over: Stamp | undefined, all = false): Sight {
  const saw = sightFor(list, { at, over, all });
  return { ...(over !== undefined && { over }), ...(saw.length > 0 && { saw }) };
}

/** See `Edit`. */
export type Sight = Pick<Edit<unknown>, 'over' | 'saw'>;

/** The elements of which a change says something new, each with its register. */
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
    return [
      [element, { present, ...authorship(signature), ...(of.length > 0 && { of }), ...(was.length > 0 && { was }) }],
    ];
  });
}

/** Those whose word an element stays that is put in by itself. */
function addedOf(said: unknown, [set, element]: [SetName, string], { by, restores, behind }: Signature): string[] {
  if (behind) return behind(set, element);
  return restores === true ? othersWhoWere(said, by) : [];
}

/**
 * Whose word a name stays that becomes another one: elements go out and others come in at once. Undefined where it does not, or
 * where one of those that go out is the word of `self` or the owner.
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
 * The others whose word a value is where it goes over from these photos to another one: none where one of them has it as the word
 * of `self` or the owner.
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

/** Whether a change says again what is another's word in a photo. */
export const saysOthers = (document: PhotoDocument, change: PhotoChange, self: string): boolean =>
  fieldNames.some(
    (field) => own(change, field) !== undefined && othersBehind(shownEdit(document.edits, field), self).length > 0,
  ) ||
  setNames.some((set) =>
    (change[set]?.add ?? []).some((element) => (othersIn(document, set, element, self) ?? []).length > 0),
  );

/** The others who say that an element is in a set: none where `self` or the owner does; undefined where it is not in it. */
export function othersIn(document: PhotoDocument, set: SetName, element: string, self: string): string[] | undefined {
  const present = membership(document.edits, set, element);
  if (present === undefined) return set === 'tags' ? othersWhoSent(document, element, self) : undefined;
  return present ? othersBehind(countedIn(document.edits, set, element), self) : undefined;
}

/** Whether saying again what somebody said confirms it: it is by another person, or only said again for one. */
function isConfirming(said: unknown, { by, confirms = false, restores = false }: Signature): boolean {
  return confirms && !restores && othersBehind(said, by).length > 0;
}

function elementNamed(element: string, set: SetName): string {
  const name = elementOf(element);
  if (name !== undefined) return name;
  throw new PhotospoolError('invalid', `The name in ${set} must have 1 to 200 characters.`, { op: 'edit' });
}
