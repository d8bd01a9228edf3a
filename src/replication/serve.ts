/**
 * The serving side of CouchDB's replication protocol for one database: what each of its requests answers, without HTTP
 * (server/routes/replication.ts has that). Only what replication needs is here: no views, no design documents, no
 * attachments, no way to write a document but `new_edits=false`.
 *
 * What CouchDB's own replicator and PouchDB rely on: `instance_start_time` "0"; as many answers to `_bulk_get`, in the
 * same order, as were asked for; `_bulk_docs` answers errors only; a missing `_local` document is 404 "not_found".
 */
import { randomBytes } from 'node:crypto';
import { sentence, toPhotospoolError } from '../base/errors.js';
import { isObject, own, textOf } from '../document/json.js';
import type { Incoming } from '../library/library.js';
import type { Database, Named, Stretch } from './database.js';
import { noRoom, type Notes } from './notes.js';
import { fromWire, toWire, writeWire } from './wire.js';

/** A database as it is served. */
export interface Served {
  database: Database;
  /** `photos` */
  name: string;
  notes: Notes;
  /** How many documents are in it, without deleted ones, and its newest sequence. */
  count(): number;
  last(): string;
}

/** An answer: its status, and its JSON. */
export interface Answer {
  status: number;
  body: unknown;
  /** The body, where it is JSON text already; then `body` is not looked at. */
  text?: string;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
/** CouchDB's way to say no. */
export const refusal = (status: number, error: string, reason: string): Answer => ({ status, body: { error, reason } });
const notFound = refusal(404, 'not_found', 'missing');

/** `GET /db/NAME`. */
export const info = ({ name, count, last }: Served): Answer =>
  ok({ db_name: name, doc_count: count(), update_seq: last(), instance_start_time: '0', compact_running: false });

/** The query of a change feed, as text. */
export interface ChangesQuery {
  since?: string;
  limit?: string;
  timeout?: string;
  feed?: string;
  heartbeat?: string;
}

/** The most rows of one answer, and the longest wait in ms. */
const mostRows = 10_000;
const longestWait = 60_000;

/** `since` as the feed reads it: `now` is the newest change. */
export const sinceOf = (served: Served, { since = '0' }: ChangesQuery): string =>
  since === 'now' ? served.last() : since;

/** How long a query waits for a change, in ms; undefined where it does not. */
export function waitOf({ feed, timeout, heartbeat }: ChangesQuery): number | undefined {
  if (feed !== 'longpoll' && feed !== 'continuous') return undefined;
  const asked = Number(timeout ?? (heartbeat === undefined ? longestWait : Infinity));
  return asked >= 0 ? Math.min(asked, longestWait) : longestWait;
}

/** How many rows a query asks for. */
export function limitOf({ limit }: ChangesQuery): number {
  const asked = Number(limit ?? mostRows);
  return asked >= 1 ? Math.min(Math.floor(asked), mostRows) : 1;
}

/** `_changes`, `feed=normal` and `feed=longpoll`. */
export async function changes(served: Served, query: ChangesQuery, signal: AbortSignal): Promise<Answer> {
  const wait = waitOf(query);
  const options = { limit: limitOf(query), signal, ...(wait !== undefined && { wait }) };
  const stretch = await served.database.changes(sinceOf(served, query), options);
  return ok({ results: linesOf(stretch), last_seq: stretch.last, pending: stretch.pending ?? 0 });
}

/** The rows of a stretch as `_changes` writes them. */
export const linesOf = ({ rows }: Stretch): object[] =>
  rows.map(({ seq, id, revs, deleted }) => ({
    seq,
    id,
    changes: revs.map((rev) => ({ rev })),
    ...(deleted === true && { deleted: true }),
  }));

/** `_revs_diff`: `{id: [rev…]}`. */
export async function revsDiff({ database }: Served, body: unknown): Promise<Answer> {
  if (!isObject(body)) return refusal(400, 'bad_request', 'The body must be an object of arrays.');
  const asked = new Map<string, string[]>();
  for (const [id, revs] of Object.entries(body)) {
    if (!Array.isArray(revs) || revs.some((rev) => typeof rev !== 'string'))
      return refusal(400, 'bad_request', 'The body must be an object of arrays of revision ids.');
    asked.set(id, revs as string[]);
  }
  const missing = await database.missing(asked);
  return ok(Object.fromEntries([...missing].map(([id, revs]) => [id, { missing: revs }])));
}

/** The most documents of one request. */
const mostDocuments = 10_000;

/** `_bulk_get`: `{docs: [{id, rev}…]}`. */
export async function bulkGet({ database }: Served, body: unknown): Promise<Answer> {
  const docs = own(body, 'docs');
  if (!Array.isArray(docs) || docs.length > mostDocuments) return refusal(400, 'bad_request', 'docs must be an array.');
  const results: string[] = [];
  for (const asked of docs) {
    const [id, rev] = [textOf(own(asked, 'id')), textOf(own(asked, 'rev'))];
    const found = await readOne(database, { id, rev });
    const error = JSON.stringify({ error: { id, rev, error: 'not_found', reason: 'missing' } });
    const written = found.length > 0 ? found.map((one) => `{"ok":${writeWire(one)}}`) : [error];
    results.push(`{"id":${JSON.stringify(id)},"docs":[${written.join(',')}]}`);
  }
  return { status: 200, body: undefined, text: `{"results":[${results.join(',')}]}` };
}

/** Ids of CouchDB's own (`_design/…`) are not here for anybody. */
const readOne = (database: Database, named: Named): Promise<Incoming[]> =>
  named.id.startsWith('_') ? Promise.resolve([]) : database.read([named]);

/** `GET /db/NAME/ID?open_revs=…` and `?rev=…`, which replicators fall back to. */
export async function getDocument(
  { database }: Served,
  id: string,
  query: { open_revs?: string; rev?: string },
): Promise<Answer> {
  if (query.open_revs === undefined && query.rev === undefined) return notFound;
  const asked = query.open_revs === undefined ? [query.rev ?? ''] : readList(query.open_revs);
  if (!asked) return refusal(400, 'bad_request', 'open_revs must be an array of revision ids.');
  const answers = await Promise.all(
    asked.map(async (rev) => {
      const found = await readOne(database, { id, rev });
      return found.length > 0 ? found.map((one) => ({ ok: toWire(one) })) : [{ missing: rev }];
    }),
  );
  if (query.open_revs !== undefined) return ok(answers.flat());
  const first = answers[0]?.[0];
  return first && 'ok' in first ? ok(first.ok) : notFound;
}

function readList(json: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}

/** `_bulk_docs`: `{docs: […], new_edits: false}`. `from` names who sent them. */
export async function bulkDocs({ database }: Served, body: unknown, from?: string): Promise<Answer> {
  const docs = own(body, 'docs');
  if (!Array.isArray(docs) || docs.length > mostDocuments) return refusal(400, 'bad_request', 'docs must be an array.');
  if (own(body, 'new_edits') !== false) return refusal(400, 'bad_request', 'Only new_edits=false is taken here.');
  const errors: object[] = [];
  const incoming: Incoming[] = [];
  for (const doc of docs) {
    try {
      const one = fromWire(doc);
      if (one.id.startsWith('_'))
        errors.push({ id: one.id, error: 'forbidden', reason: 'Design documents are not taken.' });
      else incoming.push(one);
    } catch (error) {
      const reason = sentence(toPhotospoolError(error, 'read', 'a document'));
      errors.push({ id: textOf(own(doc, '_id')), error: 'bad_request', reason });
    }
  }
  const refused = await database.write(incoming, from);
  errors.push(...refused.map(({ id, rev, reason }) => ({ id, rev, error: 'forbidden', reason })));
  return { status: 201, body: errors };
}

/** `GET /db/NAME/_local/ID`. */
export function getNote({ notes }: Served, id: string): Answer {
  const body = notes.get(id);
  return isObject(body) ? ok({ ...body, _id: `_local/${id}` }) : notFound;
}

/** The most bytes of a note. */
const largestNote = 256 * 1024;

/**
 * `PUT /db/NAME/_local/ID`. Whoever writes one anew must have seen the last one, as at CouchDB: who began before this server
 * was restored, saw another. Our own say, too, which `opening` of the library they began with. `owner` is the token that
 * writes, and is bounded (notes.ts).
 */
export function putNote(
  { notes }: Served,
  id: string,
  body: unknown,
  { epoch, owner }: { epoch: string; owner: string },
): Answer {
  if (!isObject(body)) return refusal(400, 'bad_request', 'The body must be an object.');
  const [known, opening] = [notes.get(id), own(body, 'opening')];
  const seen = known === undefined || own(known, '_rev') === undefined || own(known, '_rev') === own(body, '_rev');
  const isNew = known === undefined && own(body, '_rev') !== undefined;
  if (!seen || isNew || (opening !== undefined && opening !== epoch))
    return refusal(409, 'conflict', 'Document update conflict.');
  if (JSON.stringify(body).length > largestNote) return refusal(413, 'too_large', 'The document is too large.');
  const rev = `0-${randomBytes(8).toString('hex')}`;
  // CouchDB sends `_revisions` with a note, and believes those that it gets back more than `_rev`.
  const { _revisions, ...note } = body;
  if (!notes.put(id, { ...note, _rev: rev }, owner)) return refusal(403, 'forbidden', noRoom);
  return { status: 201, body: { ok: true, id: `_local/${id}`, rev } };
}

/** `DELETE /db/NAME/_local/ID`. */
export function removeNote({ notes }: Served, id: string): Answer {
  if (notes.get(id) === undefined) return notFound;
  notes.remove(id);
  return ok({ ok: true, id: `_local/${id}`, rev: '0-0' });
}
