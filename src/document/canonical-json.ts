/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 code unit, no white space, numbers as ECMAScript writes them. The
 * same value gives the same text on every server; revision ids and tie-breaks depend on it, so it never changes.
 */
import { PhotospoolError } from '../base/errors.js';
import { compareText, isObject, type JsonObject } from './json-values.js';

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
  if (depth >= depthLimit) throw invalid(`more than ${depthLimit} nested values`);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  if (!isObject(value)) throw invalid(`a ${typeof value}`);
  const parts: string[] = [];
  for (const key of Object.keys(value).sort(compareText)) {
    if (value[key] !== undefined) parts.push(`${writeText(key)}:${write(value[key], depth + 1)}`);
  }
  return `{${parts.join(',')}}`;
}

function writeText(text: string): string {
  const written = JSON.stringify(text);
  // An unpaired surrogate is written as an escape: only text with one, or with a backslash, is searched.
  if (written.includes('\\ud') && text.search(loneSurrogates) >= 0) throw invalid('text with half a surrogate pair');
  return written;
}

function invalid(what: string): PhotospoolError {
  return new PhotospoolError('invalid', `A document can't contain ${what}.`, { op: 'write' });
}
