/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 code unit, no white space, numbers as ECMAScript writes them. The
 * same value gives the same text on every server; revision ids and tie-breaks depend on it, so it never changes.
 */
import { PhotospoolError } from '../base/errors.js';
import { compareText, isObject, type JsonObject } from './json-values.js';

/** The maximum size of a document after an edit, in UTF-8 bytes of canonical JSON. */
export const sizeLimit = 256 * 1024;

/** The maximum size of a merge of documents within the limit, and of a document accepted from another server. */
export const mergedSizeLimit = 4 * sizeLimit;

/**
 * The maximum number of members of all objects in a document, at any depth: merging two documents of this size takes
 * about 200 ms of CPU time. A document of 256 KiB made by people has fewer.
 */
export const fieldLimit = 10_000;

/** The maximum nesting depth of objects and arrays. */
const depthLimit = 64;

/**
 * The canonical JSON of a value; keys with an undefined value are omitted.
 * @throws PhotospoolError `invalid` if the value is not I-JSON (RFC 7493): a number that is not finite, text with an
 * unpaired surrogate, anything that JSON cannot express; or if it is nested deeper than 64.
 */
export function canonical(value: unknown): string {
  if (!isInOrder(value, 0)) return write(value, 0);
  const text = JSON.stringify(value);
  // An unpaired surrogate is written as an escape; so is a backslash before such letters, therefore the slow path
  // checks.
  return text.includes('\\ud') ? write(value, 0) : text;
}

/** Whether `JSON.stringify` gives the canonical text, unpaired surrogates aside: most values are in order already. */
function isInOrder(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= depthLimit) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isInOrder(item, depth + 1)) return false;
    return true;
  }
  // Dates and other objects with their own `toJSON` take the slow path.
  if (Object.getPrototypeOf(value) !== Object.prototype || typeof (value as JsonObject)['toJSON'] === 'function')
    return false;
  let before: string | undefined;
  for (const key of Object.keys(value)) {
    if (before !== undefined && before >= key) return false;
    if (!isInOrder((value as JsonObject)[key], depth + 1)) return false;
    before = key;
  }
  return true;
}

/** The size of a value's canonical JSON, in UTF-8 bytes. */
export function sizeOf(value: unknown): number {
  return Buffer.byteLength(canonical(value));
}

/**
 * The approximate weight of a value: its bytes as JSON and the members of all its objects. Accepts any value, also one
 * that no document can hold.
 */
export function weigh(value: unknown): { bytes: number; fields: number } {
  const weight = { bytes: 0, fields: 0 };
  const rest = [value];
  while (rest.length > 0) {
    const one = rest.pop();
    weight.bytes += typeof one === 'string' ? one.length + 3 : 4;
    if (Array.isArray(one)) for (const item of one) rest.push(item);
    else if (isObject(one)) {
      for (const key of Object.keys(one)) {
        weight.bytes += key.length + 3;
        weight.fields++;
        rest.push(one[key]);
      }
    }
  }
  return weight;
}

/**
 * Whether a body has more fields than a document may have. `bytes` is the size of its canonical JSON, which alone
 * decides most cases.
 */
export const hasTooManyFields = (body: object, bytes: number): boolean =>
  bytes > fieldLimit * leastOfField && weigh(body).fields > fieldLimit;

/** The minimum bytes of a member: `"":1,`. */
const leastOfField = 5;

/** Replaces text that I-JSON forbids (unpaired surrogates) by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(loneSurrogates, '\ufffd');
}

/** With the flag `u`, a surrogate pair is one code point and does not match. */
const loneSurrogates = /[\ud800-\udfff]/gu;

function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid(`the number ${value}`);
    return JSON.stringify(value);
  }
  if (depth >= depthLimit) throw invalid(`more than ${depthLimit} values within each other`);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  if (!isObject(value)) throw invalid(`a ${typeof value}`);
  const parts: string[] = [];
  for (const key of Object.keys(value).sort(compareText)) {
    if (value[key] !== undefined) parts.push(`${writeText(key)}:${write(value[key], depth + 1)}`);
  }
  return `{${parts.join(',')}}`;
}

function writeText(text: string): string {
  if (text.search(loneSurrogates) >= 0) throw invalid('text with half a surrogate pair');
  return JSON.stringify(text);
}

function invalid(what: string): PhotospoolError {
  return new PhotospoolError('invalid', `A document can't hold ${what}.`, { op: 'write' });
}
