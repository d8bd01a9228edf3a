/**
 * Shrinks documents that were filled to the limit. Withdrawing something must never fail for lack of space, and a
 * branch of 1 MiB must not prevent its merge: then a document drops content that Photospool never writes in such
 * amounts. What is dropped depends on the document alone, so servers with the same branches drop the same. Pure.
 */
import { canonical } from './canonical-json.js';
import { fieldLimit, mergedSizeLimit, sizeOf, weigh } from './document-size.js';
import { shownEdit } from './edits.js';
import { fieldNames, type FieldName } from './field-validation.js';
import { compareText, entriesOf, isObject, own, textOf } from './json-values.js';
import { isSet, registerIn } from './overruled-registers.js';
import { mergeEdits } from './merge.js';
import { mostNamed } from './causal-order.js';
import { photoOf, type Body, type Edits } from './photo-document.js';
import { isPurge } from './purge.js';

/** The maximum size of a shrunk document: it leaves room for later edits. */
const roomy = { bytes: (mergedSizeLimit * 3) / 4, fields: (fieldLimit * 3) / 4 };

/** Keys that stay, unless they are larger than Photospool ever writes them. */
const known: Record<string, readonly string[]> = {
  '': [
    'format',
    'kind',
    'purged',
    'photo',
    'by',
    'added',
    'text',
    'removed',
    'name',
    'role',
    'canEdit',
    'query',
    'cover',
  ],
  facts: ['recipe', 'type', 'bytes', 'width', 'height', 'taken'],
};
/**
 * The maximum size of such a key in bytes of JSON; the text of a comment has up to 8,000 characters. All of them
 * together fit.
 */
const largestKnown = (key: string): number => (key === 'text' ? 64 : 8) * 1024;
/** Parts whose entries are dropped one by one, after everything unknown. */
const parts = ['facts', 'renditions', 'sidecars', 'sightings', 'edits', 'overruled', 'gives'];
/**
 * Ends of access, and what depends on one (grants.ts): dropped only after all gives, otherwise access would come back.
 */
export const closing: readonly string[] = ['ends', 'under'];
/** Fields of `edits` whose values or elements are dropped one by one. */
const fieldsKnown: readonly string[] = [...fieldNames, 'tags', 'albums', 'favourites', 'apart', 'overruled'];
/** The fields of `edits` that decide who sees a photo, and how much of it. */
export const protectedFields = ['audience', 'trashed', 'develop'] as const;

/**
 * A candidate for dropping: unknown content first, then entries of the largest part, so that flooding one part costs
 * the others nothing.
 */
interface Piece {
  isKnown: boolean;
  path: string[];
  size: number;
  fields: number;
  /** The share of its part in the document, and its own. */
  ofPart: number;
  share: number;
}

/** A document shrunk to at most three quarters of a mebibyte and of the field limit, or as far as possible. */
export function shed<B extends object>(body: B): B {
  const calm = withoutFloods(body);
  const excess = excessOf(calm);
  if (!excess) return calm;
  let { bytes, fields } = excess;
  const pieces = piecesOf(calm).sort(
    (a, b) =>
      Number(a.isKnown) - Number(b.isKnown) ||
      b.ofPart - a.ofPart ||
      b.share - a.share ||
      compareText(a.path.join('\n'), b.path.join('\n')),
  );
  const gone = new Set<string>();
  for (const piece of pieces) {
    if (bytes <= 0 && fields <= 0) break;
    gone.add(piece.path.join('\n'));
    bytes -= piece.size;
    fields -= piece.fields;
  }
  const left = without(calm, gone, '') as B;
  if (bytes <= 0 && fields <= 0) return left;
  const least = withOne(left, protectedFields, 0);
  // Then there is no give left for an end to apply to.
  return excessOf(least) ? withoutEnds(least) : least;
}

function withoutEnds<B extends object>(body: B): B {
  const edits = own(body, 'edits');
  const others = (part: object): object =>
    Object.fromEntries(Object.entries(part).filter(([key]) => !closing.includes(key)));
  return { ...others(body), ...(isObject(edits) && { edits: others(edits) }) } as B;
}

/** By how much a document exceeds the limits; undefined if it does not. */
function excessOf(body: object): { bytes: number; fields: number } | undefined {
  const [bytes, fields] = [sizeOf(body) - roomy.bytes, weigh(body).fields - roomy.fields];
  return bytes > 0 || fields > 0 ? { bytes, fields } : undefined;
}

function piecesOf(body: object): Piece[] {
  const whole = (path: string[], value: unknown): Piece => {
    const measured = measure(value);
    return { ...measured, isKnown: false, path, ofPart: measured.share };
  };
  const entries = (path: string[], part: object): Piece[] => {
    const { share: ofPart } = measure(part);
    return Object.entries(part).map(([key, one]) => ({ ...measure(one), isKnown: true, path: [...path, key], ofPart }));
  };
  // Losing a give only narrows access.
  const gives = (path: string[], part: object): Piece[] =>
    entries(path, part).map((one) => ({ ...one, isKnown: false }));
  return entriesOf(body).flatMap(([part, value]) => {
    if (closing.includes(part) && isObject(value)) return [];
    if (part === 'gives' && isObject(value)) return gives([part], value);
    if (!parts.includes(part) || !isObject(value)) return isKnown('', part, value) ? [] : [whole([part], value)];
    if (isMap(part)) return entries([part], value);
    return Object.entries(value).flatMap(([key, entry]) => {
      if (part !== 'edits') return isKnown(part, key, entry) ? [] : [whole([part, key], entry)];
      if (closing.includes(key) && isObject(entry)) return [];
      if (key === 'gives' && isObject(entry)) return gives([part, key], entry);
      const isList = typeof entry === 'object' && entry !== null;
      if (isList && protectedFields.some((field) => field === key))
        return Array.isArray(entry) ? [] : [whole([part, key], entry)];
      return isList && fieldsKnown.includes(key) ? entries([part, key], entry) : [whole([part, key], entry)];
    });
  });
}

/** The size of a value, its fields, and its share of the limits of a document. */
function measure(value: unknown): Pick<Piece, 'size' | 'fields' | 'share'> {
  const [size, { fields }] = [sizeOf(value), weigh(value)];
  return { size, fields, share: size / mergedSizeLimit + fields / fieldLimit };
}

const isMap = (part: string): boolean => part === 'sidecars' || part === 'sightings' || part === 'overruled';

const isKnown = (part: string, key: string, value: unknown): boolean =>
  known[part]?.includes(key) === true && sizeOf(value) <= largestKnown(key);

function without(value: unknown, gone: ReadonlySet<string>, at: string): unknown {
  const path = (key: string): string => (at === '' ? key : `${at}\n${key}`);
  if (Array.isArray(value)) return value.filter((_, n) => !gone.has(path(String(n))));
  if (!isObject(value) || at.split('\n').length > 2) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (gone.has(path(key)) ? [] : [[key, without(one, gone, path(key))]])),
  );
}

/**
 * A document with at most 256 values per field, which is more than people make: of a longer list only the shown value
 * stays. An edit could not name all of them.
 */
export const withoutFloods = <B extends object>(body: B): B => withOne(body, fieldNames, mostNamed);

/** Reduces those of the given fields with more than `most` values to the value that is shown. */
function withOne<B extends object>(body: B, fields: readonly FieldName[], most: number): B {
  const edits = own(body, 'edits');
  if (!isObject(edits)) return body;
  const flooded = fields.filter((field) => {
    const list = own(edits, field);
    if (!Array.isArray(list) || list.length <= most) return false;
    // Values that the next merge cuts are no flood: an edit that names the rest stays valid, even if all of them come
    // back.
    const cut = own(mergeEdits({ [field]: list }, {}), field);
    return most === 0 || (Array.isArray(cut) && cut.length > most);
  });
  if (flooded.length === 0) return body;
  const others = Object.entries(edits).filter(([key]) => !flooded.some((field) => field === key));
  const shown = flooded.flatMap((field): [string, unknown][] => {
    const edit = shownEdit(edits, field);
    if (!edit) return [];
    const by = textOf(edit.by).length <= longestName ? edit.by : 'unknown';
    return [[field, [{ value: edit.value, at: edit.at, by }]]];
  });
  return { ...body, edits: Object.fromEntries([...others, ...shown]) };
}

/** The maximum length of an author's name, in UTF-16 code units. */
const longestName = 300;

/**
 * The parts that may differ: who can see a photo, whether it is in the trash, and the values that these edits had seen.
 */
const decisions: ReadonlySet<string> = new Set([...protectedFields, ...closing, 'overruled']);

/**
 * The part of a change that determines visibility: for a photo its audience and trash, applied to the document as it
 * was. Undefined if the change does not affect visibility, or also changes something else.
 */
export function decisionIn(before: Body, after: Body): Body | undefined {
  if (!decides(before, after)) return undefined;
  const photos = [photoOf(before), photoOf(after)] as const;
  if (isPurge(after) || !photos[0] || !photos[1]) return after;
  const split = (edits: Edits, isDecision: boolean): object =>
    Object.fromEntries(Object.entries(edits).filter(([field]) => decisions.has(field) === isDecision));
  // Applying a change cuts lists that a foreign program left too long.
  const others = [mergeEdits(photos[0].edits, {}), photos[1].edits].map((edits) => canonical(split(edits, false)));
  const rests = [before, after].map(({ edits: _, ...body }) => canonical(body));
  if (others[0] !== others[1] || rests[0] !== rests[1]) return undefined;
  return { ...before, edits: { ...photos[0].edits, ...split(photos[1].edits, true) } };
}

/** Whether a change affects visibility: there is always room for that. `before` is undefined for a new document. */
export function decides(before: Body | undefined, after: Body): boolean {
  if (isPurge(after)) return true;
  const photos = [before, after].map((body) => photoOf(body)?.edits);
  if (endsMore(photos[0] ?? before, photos[1] ?? after)) return true;
  if (photos[1]) {
    const [was, is] = photos;
    return protectedFields.some((field) => {
      const shown = shownEdit(is, field);
      return shown !== undefined && shown.at !== (was && shownEdit(was, field)?.at);
    });
  }
  const value = (body: Body | undefined, name: string): unknown => {
    const found = registerIn(body, name);
    return found === 'circle' ? undefined : found?.value;
  };
  return (
    (isSet(after, 'removed') && !isSet(before, 'removed')) ||
    (value(before, 'role') === 'owner' && value(after, 'role') !== 'owner') ||
    (value(before, 'canEdit') === true && value(after, 'canEdit') !== true)
  );
}

/** Whether a grant set has a new end. */
function endsMore(before: object | undefined, after: object): boolean {
  const known = own(before, 'ends');
  return entriesOf(own(after, 'ends')).some(([key, entry]) => isObject(entry) && !isObject(own(known, key)));
}
