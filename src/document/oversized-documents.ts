/**
 * Documents that somebody filled to the brim. Taking something back must never fail because there is no room for it, and a branch
 * of a mebibyte must not keep it from being merged: then a document sheds what no server of ours writes in such amounts.
 * Which of it follows from the document alone, so that servers which meet the same branches shed the same. Pure.
 */
import { canonical, mergedSizeLimit, sizeOf } from './canonical-json.js';
import { shownEdit } from './edits.js';
import { fieldNames } from './field-rules.js';
import { compareText, entriesOf, isObject, own } from './json-values.js';
import { isSet, registerIn } from './overruled-registers.js';
import { mergeEdits } from './merge.js';
import { photoOf, type Body, type Edits } from './photo-document.js';
import { isPurge } from './purge.js';

/** How large a document is at most that shed something: there is room for later edits. */
const roomy = (mergedSizeLimit * 3) / 4;

/** What is left where it is, as long as it is no larger than anybody writes it. */
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
/** Larger than this (bytes of JSON) is none of these; a comment's text has 8,000 characters. All of them together leave room. */
const largestKnown = (key: string): number => (key === 'text' ? 64 : 8) * 1024;
/** Parts of which each entry may go for itself, after all that is not known. */
const parts = ['facts', 'renditions', 'sidecars', 'sightings', 'edits', 'overruled', 'gives'];
/** What ends access, and what waits for such an end (grants.ts): never shed, for then access would come back. */
const closing: readonly string[] = ['ends', 'under'];
/** Fields of `edits` in which each value or element may go for itself. */
const fieldsKnown: readonly string[] = [...fieldNames, 'tags', 'albums', 'favourites', 'apart', 'overruled'];
/** The fields of `edits` that decide who sees a photo. */
export const protectedFields = ['audience', 'trashed'] as const;

/** Something that may go: what is not known first, then the largest. */
interface Piece {
  rank: number;
  path: string[];
  size: number;
}

/** A document without what it must shed to have at most three quarters of a mebibyte, or as little as it can be. */
export function shed<B extends object>(body: B): B {
  let excess = sizeOf(body) - roomy;
  if (excess <= 0) return body;
  const pieces = piecesOf(body).sort(
    (a, b) => a.rank - b.rank || b.size - a.size || compareText(a.path.join('\n'), b.path.join('\n')),
  );
  const gone = new Set<string>();
  for (const { path, size } of pieces) {
    if (excess <= 0) break;
    gone.add(path.join('\n'));
    excess -= size;
  }
  const left = without(body, gone, '') as B;
  return excess <= 0 ? left : withOne(left);
}

function piecesOf(body: object): Piece[] {
  const piece = (rank: number, path: string[], value: unknown): Piece[] => [{ rank, path, size: sizeOf(value) }];
  const entriesIn = (rank: number, path: string[], entries: object): Piece[] =>
    Object.entries(entries).flatMap(([key, entry]) => piece(rank, [...path, key], entry));
  return entriesOf(body).flatMap(([part, value]) => {
    if (closing.includes(part) && isObject(value)) return [];
    // A give that is lost only narrows.
    if (part === 'gives' && isObject(value)) return entriesIn(0, [part], value);
    if (!parts.includes(part) || !isObject(value)) return isKnown('', part, value) ? [] : piece(0, [part], value);
    return Object.entries(value).flatMap(([key, entry]) => {
      if (part !== 'edits') return isKnown(part, key, entry) ? [] : piece(isMap(part) ? 2 : 0, [part, key], entry);
      if (protectedFields.some((field) => field === key))
        return Array.isArray(entry) ? [] : piece(0, [part, key], entry);
      if (closing.includes(key) && isObject(entry)) return [];
      if (key === 'gives' && isObject(entry)) return entriesIn(0, [part, key], entry);
      if (!fieldsKnown.includes(key)) return piece(0, [part, key], entry);
      if (!isObject(entry) && !Array.isArray(entry)) return piece(0, [part, key], entry);
      return entriesIn(1, [part, key], entry);
    });
  });
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

/** Of audience and trash only the value that is shown: there are more than anybody makes, and the narrowest counts. */
function withOne<B extends object>(body: B): B {
  const edits = own(body, 'edits');
  if (!isObject(edits)) return body;
  const others = Object.entries(edits).filter(([field]) => !protectedFields.some((one) => one === field));
  const shown = protectedFields.flatMap((field): [string, unknown][] => {
    const edit = shownEdit(edits, field);
    return edit ? [[field, [{ value: edit.value, at: edit.at, by: edit.by }]]] : [];
  });
  return { ...body, edits: Object.fromEntries([...others, ...shown]) };
}

/** What may differ: who may see a photo, whether it is in the trash, and what these edits were made in sight of. */
const decisions: ReadonlySet<string> = new Set([...protectedFields, ...closing, 'overruled']);

/**
 * What a change decides about who may see something, and nothing else of it: of a photo its audience and trash, put into the
 * document as it was. Undefined where the change decides nothing, or says something else, too.
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

/** Whether a change decides who may see something: for that there is always room. `before` is undefined where there was no document. */
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

/** Whether a grant set has an end that it had not before. */
function endsMore(before: object | undefined, after: object): boolean {
  const known = own(before, 'ends');
  return entriesOf(own(after, 'ends')).some(([key, entry]) => isObject(entry) && !isObject(own(known, key)));
}
