/**
 * The server side of CouchDB's replication protocol for one database: the response to each request, without HTTP
 * (server/routes/couchdb.ts has that). This file has the database itself and its notes, serve-changes.ts the change
 * feed, serve-documents.ts the documents. Supports only what replication needs: no views, no design documents, no
 * attachments, and no writes except with `new_edits=false`.
 *
 * CouchDB's own replicator and PouchDB rely on: `instance_start_time` "0"; as many results of `_bulk_get`, in the same
 * order, as requested; `_bulk_docs` returning only errors; 404 "not_found" for a missing `_local` document.
 */
import { randomBytes } from 'node:crypto';
import { isObject, own } from '../../document/json-values.js';
import { isId } from '../../library/validate-documents.js';
import type { Library } from '../../library/library.js';
import type { Database, FeedRow } from './database.js';
import { shared } from './library-database.js';
import { noRoom, type Notes } from './local-documents.js';
import type { Pace } from '../../base/async/yield.js';

/** A served database. */
export interface Served {
  database: Database;
  /** For example `photos`. */
  name: string;
  notes: Notes;
  /** The number of documents without deleted ones, and the newest sequence. */
  count(): number;
  last(): string;
  /** The leaves of a document, the winner first. */
  heads(id: string): { rev: string; deleted: boolean }[];
  /**
   * Rows of the feed before the change `before` (its number; undefined for the newest), newest first; `next` is the
   * `before` of the next call, undefined at the end.
   */
  newest(before: number | undefined, limit: number): { rows: FeedRow[]; next: number | undefined };
  /** How requests count their work; for tests. */
  pace?(): Pace;
}

/** Serves a library under a name. `database` is its side, or one that accepts only some documents. */
export const serveLibrary = (library: Library, parts: Pick<Served, 'database' | 'name' | 'notes'>): Served => ({
  ...parts,
  count: () => library.count(''),
  last: () => library.changes(library.lastChange()).last,
  heads: (id) => (isId(id) ? library.heads(id) : []),
  newest(before, limit) {
    const changes = library.newest(before, limit);
    return { rows: changes.flatMap((change) => shared(change)), next: changes.at(-1)?.n };
  },
});

/** A response: its status, and its JSON. */
export interface ServedResponse {
  status: number;
  body: unknown;
  /** The body, if it is JSON text already, or is streamed; then `body` is ignored. */
  text?: string;
  stream?: AsyncIterable<string>;
  /** Its media type, if not JSON. */
  type?: string;
}

const ok = (body: unknown): ServedResponse => ({ status: 200, body });
/** An error response in CouchDB's form. */
export const refusal = (status: number, error: string, reason: string): ServedResponse => ({
  status,
  body: { error, reason },
});
const notFound = refusal(404, 'not_found', 'missing');

/** `GET /db/NAME`. */
export const info = ({ name, count, last }: Served): ServedResponse =>
  ok({ db_name: name, doc_count: count(), update_seq: last(), instance_start_time: '0', compact_running: false });

/** NUL ends a text in SQLite: two notes would become one. */
const isNoteId = (id: string): boolean => !id.includes('\0');

/** `GET /db/NAME/_local/ID`. */
export function getNote({ notes }: Served, id: string): ServedResponse {
  const body = isNoteId(id) ? notes.get(id) : undefined;
  return isObject(body) ? ok({ ...body, _id: `_local/${id}` }) : notFound;
}

/** The maximum bytes of a note. */
const largestNote = 256 * 1024;

/**
 * `PUT /db/NAME/_local/ID`. As in CouchDB, a client must name the last revision of the note: one that began before this
 * server was restored names a different one. Photospool clients also send the `opening` of the library they began with.
 * `owner` is the token that writes, and is limited (local-documents.ts).
 */
export function putNote(
  { notes }: Served,
  id: string,
  body: unknown,
  { epoch, owner }: { epoch: string; owner: string },
): ServedResponse {
  if (!isObject(body)) return refusal(400, 'bad_request', 'The body must be an object.');
  if (!isNoteId(id)) return refusal(400, 'illegal_docid', 'This is not a valid id of a local document.');
  const [known, opening] = [notes.get(id), own(body, 'opening')];
  const seen = known === undefined || own(known, '_rev') === undefined || own(known, '_rev') === own(body, '_rev');
  const isNew = known === undefined && own(body, '_rev') !== undefined;
  if (!seen || isNew || (opening !== undefined && opening !== epoch))
    return refusal(409, 'conflict', 'Document update conflict.');
  if (JSON.stringify(body).length > largestNote) return refusal(413, 'too_large', 'The document is too large.');
  const rev = `0-${randomBytes(8).toString('hex')}`;
  // CouchDB sends `_revisions` with a note, and would prefer a returned one over `_rev`.
  const { _revisions, ...note } = body;
  if (!notes.put(id, { ...note, _rev: rev }, owner)) return refusal(403, 'forbidden', noRoom);
  return { status: 201, body: { ok: true, id: `_local/${id}`, rev } };
}

/** `DELETE /db/NAME/_local/ID`. */
export function removeNote({ notes }: Served, id: string): ServedResponse {
  if (!isNoteId(id) || notes.get(id) === undefined) return notFound;
  notes.remove(id);
  return ok({ ok: true, id: `_local/${id}`, rev: '0-0' });
}
