/**
 * Merges two bodies of one document: pure, commutative, associative, idempotent, and independent of place and time. So
 * all servers that have seen the same bodies have the same document. No edit is lost, except beyond the limit of 8
 * values per field. The rules are frozen: changing them requires a new `format`.
 */
import { createHash } from 'node:crypto';
import { PhotospoolError } from '../base/errors.js';
import { canonical } from './canonical-json.js';
import { lasting, lastingOdd } from './causal-order.js';
import { shareShown } from './develop.js';
import { fieldNames } from './field-validation.js';
import { compareText, isObject, own, type JsonObject } from './json-values.js';
import { audiences, format, type Edit, type Edits } from './photo-document.js';
import { greater, isRegister, later, mergeKeys, mergeMaps, mergeShapes } from './merge-by-shape.js';
import { isStamp } from './stamp.js';

type Rule = (a: unknown, b: unknown) => unknown;

/** How many values of a field are kept. */
export const keptValues = 8;

/** Whether a newer version wrote this body; it is stored and replicated, never merged or rewritten. */
export function isNewer(body: object): boolean {
  const found = own(body, 'format');
  return typeof found === 'number' && found > format;
}

/**
 * Merges two bodies of the same document. Neither is changed; the result may share parts with both.
 * @throws PhotospoolError `newer-version` if one has a newer format.
 */
export function merge<B extends object>(a: B, b: B): B {
  if (isNewer(a) || isNewer(b)) {
    throw new PhotospoolError('newer-version', "A document of a newer version can't be merged.", {
      op: 'merge',
      hint: 'Upgrade Photospool.',
    });
  }
  if (canonical(a) === canonical(b)) return a;
  const [left, right] = [kindRank(a), kindRank(b)];
  if (left !== right) return left > right ? a : b;
  if (own(a, 'kind') === 'exif') return mergeExif(a, b) as B;
  const rules = rulesOf(own(a, 'kind'));
  return mergeKeys(a as JsonObject, b as JsonObject, (x, y, key) => {
    return (Object.hasOwn(rules, key) ? rules[key]! : mergeShapes)(x, y);
  }) as B;
}

/** Sets merged element by element, even if an element is malformed. */
const mergedByElement: ReadonlySet<string> = new Set(['tags', 'albums', 'overruled', 'gives', 'ends', 'under']);

/** Merges the edits of two documents; edits in only one of them are kept. */
export function mergeEdits(a: Edits, b: Edits): Edits {
  return mergeKeys(a, b, (x, y, key) => {
    if (mergedByElement.has(key)) return mergeMaps(x, y, later);
    if (isFieldName(key)) return mergeValues(x, y, key);
    const lists = [x, y].filter(isEditList);
    return lists.length === 0 ? mergeShapes(x, y) : mergeValues(lists[0], lists.at(-1), key);
  });
}

/** The register with the greater recipe; for equal recipes the one whose canonical JSON has the greater SHA-256. */
function higherRecipe(a: unknown, b: unknown): unknown {
  const order = recipeOf(a) - recipeOf(b) || compareText(digest(a), digest(b));
  return order >= 0 ? a : b;
}

function recipeOf(value: unknown): number {
  const recipe = own(value, 'recipe');
  return typeof recipe === 'number' ? recipe : -1;
}

const digest = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');

/** The earlier of two sightings with the same key. */
function earlier(a: unknown, b: unknown): unknown {
  if (isRegister(a) !== isRegister(b)) return isRegister(a) ? a : b;
  const order = isRegister(a) ? compareText(own(a, 'at') as string, own(b, 'at') as string) : 0;
  return order === 0 ? greater(a, b) : order < 0 ? a : b;
}

/**
 * The newest 8 of the values in two lists, newest first, and those older ones that must survive the cut
 * (causal-order.ts): for the audience and `develop` all values that no other has seen, for other fields those that
 * override a greater stamp. Drops values without a stamp.
 */
function mergeValues(a: unknown, b: unknown, field: string): unknown {
  const lists = [a, b].filter((list): list is unknown[] => Array.isArray(list));
  if (lists.length === 0) return greater(a, b);
  const sorted = distinct(lists.flat().filter(hasStamp));
  if (sorted.length <= keptValues) return sorted;
  const kept = new Set(isNarrowing(field) ? lasting(sorted) : lastingOdd(sorted));
  return sorted.filter((edit, n) => n < keptValues || kept.has(edit));
}

const hasStamp = (value: unknown): value is Edit<unknown> => isStamp(own(value, 'at'));

/** Removes duplicates, newest first. No server issues a stamp twice; of a forged one both values are kept. */
function distinct(edits: readonly Edit<unknown>[]): Edit<unknown>[] {
  const once = [...new Set(edits)];
  if (once.length <= 1) return once;
  const sorted = once.sort((x, y) => compareText(y.at, x.at) || compareText(canonical(y), canonical(x)));
  return sorted.filter((edit, n) => edit.at !== sorted[n - 1]?.at || canonical(edit) !== canonical(sorted[n - 1]));
}

/** Whether the narrowest of concurrent values is shown, instead of the newest. */
export const isNarrowing = (field: string): boolean => field === 'audience' || field === 'develop';

/**
 * How much of a photo a value shows, and to how many people: 0 is the narrowest. Only the audience, the trash and the
 * way of developing have widths.
 */
export function widthOf(field: string, value: unknown): number {
  if (field === 'develop') return shareShown(value);
  if (field === 'audience') return Math.max(0, audiences.indexOf(value as (typeof audiences)[number]));
  return field === 'trashed' && value !== true ? 1 : 0;
}

/** The tags of an exif document are one register with their recipe; the rest merges by its shape. */
function mergeExif(a: object, b: object): JsonObject {
  const [left, right] = [splitExif(a), splitExif(b)];
  const rest = mergeKeys(left.rest, right.rest, (x, y, key) => (key === 'format' ? greaterNumber : mergeShapes)(x, y));
  return { ...rest, ...(higherRecipe(left.tags, right.tags) as JsonObject) };
}

function splitExif(body: object): { tags: JsonObject; rest: JsonObject } {
  const isPart = ([key]: [string, unknown]): boolean => ['recipe', 'tags', 'cut'].includes(key);
  const entries = Object.entries(body) as [string, unknown][];
  return {
    tags: Object.fromEntries(entries.filter(isPart)),
    rest: Object.fromEntries(entries.filter((entry) => !isPart(entry))),
  };
}

/** The merge rules of a photo's parts; a part that is not listed merges by its shape. */
const photoRules: Record<string, Rule> = {
  format: greaterNumber,
  facts: higherRecipe,
  renditions: higherRecipe,
  sidecars: (a, b) => mergeMaps(a, b, greater),
  sightings: (a, b) => mergeMaps(a, b, earlier),
  edits(a, b) {
    const [x, y] = [a, b].filter(isObject);
    return x === undefined ? greater(a, b) : mergeEdits(x, y ?? x);
  },
};

/** The merge rules of documents whose parts this version does not know. */
const otherRules: Record<string, Rule> = { format: greaterNumber, overruled: (a, b) => mergeMaps(a, b, later) };

/** Kinds with a grant set, or with the ends that their author had seen (grants.ts). */
const kindsWithGrants: ReadonlySet<unknown> = new Set([
  'people',
  'sharing',
  'members',
  'own-album',
  'offer',
  'comment',
]);
const grantRules: Record<string, Rule> = {
  ...otherRules,
  ...Object.fromEntries(['gives', 'ends', 'under'].map((part): [string, Rule] => [part, otherRules['overruled']!])),
};

function rulesOf(kind: unknown): Record<string, Rule> {
  if (kind === 'photo') return photoRules;
  return kindsWithGrants.has(kind) ? grantRules : otherRules;
}

function greaterNumber(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number') return Math.max(a, b);
  return typeof a === 'number' ? a : typeof b === 'number' ? b : greater(a, b);
}

const isFieldName = (key: string): boolean => fieldNames.some((name) => name === key);

/** Whether a value is a list of edits, including fields that this version does not know. */
const isEditList = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isRegister);

/**
 * Only bodies of the same kind merge. No server of ours writes two kinds under one id; then one of the bodies is taken
 * whole.
 */
function kindRank(body: object): string {
  const kind = own(body, 'kind');
  if (typeof kind !== 'string') return '';
  return `${kind === 'photo' || kind === 'exif' ? 2 : 1}${kind}`;
}
