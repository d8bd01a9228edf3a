/** The maximum size of documents, in bytes and fields, and how size is measured. Pure. */
import { canonical } from './canonical-json.js';
import { isObject } from './json-values.js';

/** The maximum size of a document after an edit, in UTF-8 bytes of canonical JSON. */
export const sizeLimit = 256 * 1024;

/** The maximum size of a merge of documents within the limit, and of a document accepted from another server. */
export const mergedSizeLimit = 4 * sizeLimit;

/**
 * The maximum number of members of all objects in a document, at any depth: merging two documents of this size takes
 * about 200 ms of CPU time. A document of 256 KiB made by people has fewer.
 */
export const fieldLimit = 10_000;

/** The size of a value as canonical JSON, in UTF-8 bytes. */
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
