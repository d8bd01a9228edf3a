/**
 * Documents as CouchDB's protocol writes them (https://docs.couchdb.org/en/stable/replication/protocol.html): the body
 * with `_id`, `_rev`, `_deleted` and `_revisions` beside its own fields. Pure; what comes from outside is looked at.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import { isObject, own, type JsonObject } from '../document/json.js';
import type { Incoming } from '../library/library.js';

/** A document on the wire. */
export type WireDocument = JsonObject & {
  _id: string;
  _rev: string;
  _deleted?: boolean;
  /** `ids` without generations, newest first; `start` is the generation of the first. */
  _revisions?: { start: number; ids: string[] };
};

/** A revision as it is sent. */
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

/** A revision as it came. Fields that are CouchDB's own are left out of the body. @throws PhotospoolError `invalid`. */
export function fromWire(value: unknown): Incoming {
  const [id, rev] = [own(value, '_id'), own(value, '_rev')];
  if (!isObject(value) || typeof id !== 'string') throw invalid('A document without an id came.');
  if (own(value, '_attachments') !== undefined) throw invalid(`${printable(id)} has attachments, which are not taken.`);
  return {
    id,
    revisions: pathOf(id, rev, own(value, '_revisions')),
    deleted: own(value, '_deleted') === true,
    body: Object.fromEntries(Object.entries(value).filter(([key]) => !ownFields.has(key))),
  };
}

/** What servers add to a document; any other field that begins with `_` is refused with the document. */
const ownFields = new Set(['_id', '_rev', '_deleted', '_revisions', '_conflicts', '_deleted_conflicts', '_local_seq']);

function pathOf(id: string, rev: unknown, revisions: unknown): string[] {
  const [start, ids] = [own(revisions, 'start'), own(revisions, 'ids')];
  if (typeof start === 'number' && Array.isArray(ids) && ids.length > 0)
    return ids.map((hash, n) => `${start - n}-${String(hash)}`);
  if (typeof rev === 'string') return [rev];
  throw invalid(`${printable(id)} came without a revision.`);
}

const invalid = (message: string): PhotospoolError => new PhotospoolError('invalid', message, { op: 'replicate' });
