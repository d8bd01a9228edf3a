/**
 * Documents in the format of CouchDB's protocol (https://docs.couchdb.org/en/stable/replication/protocol.html): the
 * body with `_id`, `_rev`, `_deleted` and `_revisions` in addition to its own fields. Pure; validates input from
 * outside.
 */
import { PhotospoolError, printable } from '../../base/errors.js';
import { weigh } from '../../document/document-size.js';
import { isObject, own, type JsonObject } from '../../document/json-values.js';
import { isRevision, normalRevision } from '../../library/validate-documents.js';
import type { Incoming, Raw } from '../../library/library.js';
import { revisionLimit } from '../../library/revision-tree.js';

/** A document on the wire. */
export type WireDocument = JsonObject & {
  _id: string;
  _rev: string;
  _deleted?: boolean;
  /** `ids` without generations, newest first; `start` is the generation of the first. */
  _revisions?: { start: number; ids: string[] };
};

/** A revision in the form that is sent. */
export function toWire({ id, revisions, deleted, body }: Incoming<object>): WireDocument {
  const ids = revisions.map((rev) => rev.slice(rev.indexOf('-') + 1));
  const start = parseInt(revisions[0]!);
  return {
    ...(body as JsonObject),
    _id: id,
    _rev: revisions[0]!,
    ...(deleted && { _deleted: true }),
    _revisions: { start, ids },
  };
}

/** The stored text of revisions that were not parsed yet. */
const texts = new WeakMap<Incoming, string>();

/** A revision with its body as JSON text, which is parsed only when `body` is read. */
export function fromText(id: string, { revisions, deleted, text }: Raw): Incoming {
  let read: JsonObject | undefined;
  const one = {
    id,
    revisions,
    deleted,
    get body() {
      return (read ??= JSON.parse(text) as JsonObject);
    },
  };
  texts.set(one, text);
  return one;
}

/** The approximate bytes of JSON of a revision, without its ancestors. */
export const bytesOf = (one: Incoming): number => texts.get(one)?.length ?? weigh(one.body).bytes;

/**
 * A revision to send, as JSON text: `JSON.stringify(toWire(…))`, in another order. `more` are fields that CouchDB adds
 * on request; with `revs: false` its ancestors are omitted.
 */
export function writeWire(one: Incoming, { revs = true, more }: { revs?: boolean; more?: JsonObject } = {}): string {
  const { id, revisions, deleted } = one;
  const text = texts.get(one) ?? JSON.stringify(one.body);
  const { _revisions, ...fields } = toWire({ id, revisions, deleted, body: {} });
  const head = JSON.stringify({ ...fields, ...(revs && { _revisions }), ...more });
  return text === '{}' ? head : `${head.slice(0, -1)},${text.slice(1)}`;
}

/** A received revision. CouchDB's own fields are not part of the body. @throws PhotospoolError `invalid`. */
export function fromWire(value: unknown): Incoming {
  const [id, rev] = [own(value, '_id'), own(value, '_rev')];
  if (!isObject(value) || typeof id !== 'string') throw invalid('A document has no id.');
  if (own(value, '_attachments') !== undefined)
    throw invalid(`${printable(id)} has attachments, which are not supported.`);
  return {
    id,
    revisions: pathOf(id, rev, own(value, '_revisions')),
    deleted: own(value, '_deleted') === true,
    body: bodyOf(value),
  };
}

/** Copied rather than reduced: `delete` makes slow objects. Keys such as `__proto__` are ordinary keys. */
function bodyOf(value: JsonObject): JsonObject {
  const body: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (key === '__proto__') Object.defineProperty(body, key, { ...described, value: value[key] });
    else if (!ownFields.has(key)) body[key] = value[key];
  }
  return body;
}

const described = { enumerable: true, configurable: true, writable: true };

/** Fields that servers add to a document; a document with any other field that begins with `_` is rejected. */
const ownFields = new Set(['_id', '_rev', '_deleted', '_revisions', '_conflicts', '_deleted_conflicts', '_local_seq']);

/** The revision and its ancestors, as far as they are valid: everything beyond an invalid one is dropped. */
function pathOf(id: string, rev: unknown, revisions: unknown): string[] {
  const [start, ids] = [own(revisions, 'start'), own(revisions, 'ids')];
  if (typeof start === 'number' && Array.isArray(ids) && ids.length > 0) {
    const path = ids.slice(0, revisionLimit + 1).map((hash, n) => normalRevision(`${start - n}-${String(hash)}`));
    const end = path.findIndex((one, n) => n > 0 && !isRevision(one));
    return end < 0 ? path : path.slice(0, end);
  }
  if (typeof rev === 'string') return [normalRevision(rev)];
  throw invalid(`${printable(id)} has no revision.`);
}

const invalid = (message: string): PhotospoolError => new PhotospoolError('invalid', message, { op: 'replicate' });
