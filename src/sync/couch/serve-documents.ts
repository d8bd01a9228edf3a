/**
 * Serves documents like CouchDB: `_revs_diff`, `_bulk_get`, `_bulk_docs`, and single documents. Requests are read and
 * responses written piece by piece: a request holds a bounded part in memory, regardless of its size, and yields to
 * others in between. An error of one document is reported for that one, and the others continue. A crash in the middle
 * of `_bulk_docs` leaves the documents stored so far; sending the same again changes nothing.
 */
import { randomBytes } from 'node:crypto';
import { PhotospoolError, sentence, toPhotospoolError } from '../../base/errors.js';
import { fieldLimit } from '../../document/document-size.js';
import { own, textOf, type JsonObject } from '../../document/json-values.js';
import { isPortable, normalRevision } from '../../library/validate-documents.js';
import type { Incoming } from '../../library/library.js';
import type { RevisionId, RejectedRevision } from './database.js';
import type { HeldMemory } from './request-memory.js';
import { makePace, rowWork, type Pace } from '../../base/async/yield.js';
import { refusal, type ServedResponse, type Served } from './serve-database.js';
import { conflictsOf, readExactly } from './serve-changes.js';
import { parsePart, splitObject, type Part } from './json-stream.js';
import { fromWire, writeWire } from './wire-format.js';

/** A request body while it arrives, and the counter of the memory held for it. */
export interface RequestBody {
  source: AsyncIterable<Uint8Array>;
  hold: HeldMemory;
}

/** The limits of a request. */
export const bounds = {
  /** Maximum bytes of one document with its revisions, or of one list of revisions: a larger one is not parsed. */
  document: 2 * 1024 * 1024,
  /**
   * Fields of one document, including those of the protocol: parsing very many takes longer than their bytes suggest.
   */
  fields: fieldLimit + 10,
  /** Maximum bytes of one id with its revision. */
  name: 64 * 1024,
  /** Maximum bytes of a body with ids: about 150,000 of them. */
  names: 16 * 1024 * 1024,
  /** Maximum bytes of a body with documents: a hundred of the largest size. */
  documents: 128 * 1024 * 1024,
  /** Maximum bytes of a body whose documents come before `new_edits`, and must be held until it arrives. */
  held: 32 * 1024 * 1024,
  /** Documents per request. */
  count: 10_000,
  /** The limits of one transaction. */
  batch: { count: 500, bytes: 1024 * 1024, ofOne: 100 },
  /** Revisions per lookup. */
  lookups: 500,
} as const;

const paceOf = (served: Served): Pace => served.pace?.() ?? makePace();
const bad = (reason: string): ServedResponse => refusal(400, 'bad_request', reason);
const tooLarge = (reason: string): ServedResponse => refusal(413, 'too_large', reason);
const notFound = (reason = 'missing'): ServedResponse => refusal(404, 'not_found', reason);

/** `_revs_diff`: `{id: [rev…]}`. The results are held until the whole request has arrived. */
export async function revsDiff(served: Served, { source, hold }: RequestBody): Promise<ServedResponse> {
  const looking = new Looking(served, hold);
  for await (const parts of splitObject(source, { longest: bounds.document, total: bounds.names })) {
    for (const { name: id, text, isTooLong } of parts) {
      if (isTooLong) return tooLarge('Too many revisions of one document.');
      const revs = parsePart(text);
      if (!Array.isArray(revs) || revs.some((rev) => typeof rev !== 'string'))
        return bad('The body must be an object of arrays of revision ids.');
      await looking.add(id, revs as string[]);
    }
  }
  await looking.flush();
  return { status: 200, body: undefined, stream: looking.answer() };
}

/** Looks revisions up in batches. */
class Looking {
  /** The missing revisions of each id, as JSON text without the brackets. */
  private readonly found = new Map<string, string>();
  private asked = new Map<string, string[]>();
  private count = 0;
  private readonly pace: Pace;

  constructor(
    private readonly served: Served,
    private readonly hold: HeldMemory,
  ) {
    this.pace = paceOf(served);
  }

  async add(id: string, revs: readonly string[]): Promise<void> {
    for (let at = 0; at < revs.length; at += bounds.lookups) {
      const some = revs.slice(at, at + bounds.lookups);
      if (this.count + some.length > bounds.lookups || this.asked.has(id)) await this.flush();
      this.asked.set(id, some);
      this.count += some.length;
    }
  }

  async flush(): Promise<void> {
    for (const [id, missing] of await this.served.database.missing(this.asked)) {
      const [text, known] = [JSON.stringify(missing).slice(1, -1), this.found.get(id)];
      this.hold.add(text.length + id.length);
      this.found.set(id, known === undefined ? text : `${known},${text}`);
    }
    const { count } = this;
    [this.asked, this.count] = [new Map<string, string[]>(), 0];
    await this.pace.spend(rowWork * count);
  }

  /** The response, in chunks. */
  async *answer(): AsyncGenerator<string> {
    let text = '{';
    let separator = '';
    for (const [id, missing] of this.found) {
      text += `${separator}${JSON.stringify(id)}:{"missing":[${missing}]}`;
      separator = ',';
      if (text.length < enough) continue;
      yield text;
      await this.pace.spend(text.length);
      text = '';
    }
    yield `${text}}`;
  }
}

/** How to read revisions: `revs` with their ancestors, `latest` with their replacements. */
export interface ReadQuery {
  revs?: string;
  latest?: string;
}

/** `_bulk_get`: `{docs: [{id, rev}…]}`. Returns as many results, in the same order, as were requested. */
export async function bulkGet(
  served: Served,
  query: ReadQuery,
  { source, hold }: RequestBody,
): Promise<ServedResponse> {
  const asked: { id: unknown; rev: unknown }[] = [];
  let isList = false;
  for await (const parts of splitObject(source, { list: 'docs', longest: bounds.name, total: bounds.names })) {
    for (const part of parts) {
      if (part.name !== 'docs') continue;
      if (!part.isElement) {
        isList = part.text === '[]';
        if (!isList) return bad('docs must be an array.');
        continue;
      }
      isList = true;
      if (asked.length >= bounds.count) return tooLarge(`At most ${bounds.count} documents can be requested at once.`);
      if (part.isTooLong) return bad('Each of docs must be an object with id and rev.');
      const one = parsePart(part.text);
      hold.add(part.text.length);
      asked.push({ id: own(one, 'id'), rev: own(one, 'rev') });
    }
  }
  return isList
    ? { status: 200, body: undefined, stream: results(served, query, asked) }
    : bad('docs must be an array.');
}

/** One document at a time: the next one is read after the previous one was sent. */
async function* results(
  served: Served,
  query: ReadQuery,
  asked: readonly { id: unknown; rev: unknown }[],
): AsyncGenerator<string> {
  const [pace, how] = [paceOf(served), { revs: query.revs === 'true' }];
  let text = '{"results":[';
  for (const [n, { id, rev }] of asked.entries()) {
    const name = textOf(id);
    text += `${n === 0 ? '' : ','}{"id":${JSON.stringify(id ?? null)},"docs":[`;
    const revs = rev === undefined ? headsOf(served, name).map((head) => head.rev) : [textOf(rev)];
    if (revs.length === 0) text += notGiven(name, 'undefined');
    for (const [n, rev] of revs.entries()) {
      const found = await readOne(served, { id: name, rev }, query.latest === 'true');
      text += n === 0 ? '' : ',';
      text += found.length > 0 ? found.map((one) => `{"ok":${writeWire(one, how)}}`).join(',') : notGiven(name, rev);
      const turn = pace.spend(rowWork + text.length);
      if (turn) await turn;
      if (text.length > enough) yield text;
      if (text.length > enough) text = '';
    }
    text += ']}';
  }
  yield `${text}]}`;
}

/** How many bytes of a response are collected before they are sent. */
const enough = 64 * 1024;

const notGiven = (id: string, rev: string): string =>
  JSON.stringify({ error: { id, rev, error: 'not_found', reason: 'missing' } });

/** The revision, or with `latest` its replacement. CouchDB's own ids (`_design/…`) are never served. */
async function readOne(served: Served, named: RevisionId, latest: boolean): Promise<Incoming[]> {
  if (named.id.startsWith('_')) return [];
  const rev = normalRevision(named.rev);
  if (latest) return served.database.read([{ id: named.id, rev }]);
  const found = await readExactly(served, { id: named.id, rev });
  return found ? [found] : [];
}

/** The leaves that others can store, the winner first. */
const headsOf = (served: Served, id: string): { rev: string; deleted: boolean }[] =>
  served.heads(id).filter(({ rev }) => isPortable(rev));

/**
 * `_bulk_docs`: `{new_edits: false, docs: […]}`. If `new_edits` comes first, documents are stored while others still
 * arrive. `from` names their sender.
 */
export async function bulkDocs(served: Served, { source, hold }: RequestBody, from?: string): Promise<ServedResponse> {
  const storing = new Storing(served, from);
  const held: Part[] = [];
  let [count, size, isTaken, isList] = [0, 0, false, false];
  for await (const parts of splitObject(source, { list: 'docs', longest: bounds.document, total: bounds.documents })) {
    for (const part of parts) {
      if (part.name === 'new_edits') {
        isTaken = part.text === 'false';
        if (!isTaken) return bad('Only new_edits=false is supported.');
      }
      if (part.name !== 'docs') continue;
      isList = part.isElement || part.text === '[]';
      if (!isList) return bad('docs must be an array.');
      if (!part.isElement) continue;
      if (++count > bounds.count) return tooLarge(`At most ${bounds.count} documents can be stored at once.`);
      if (isTaken) await storing.add(part);
      else {
        size += part.text.length;
        hold.add(part.text.length);
        if (size > bounds.held) return tooLarge('Send new_edits before docs, or fewer documents at once.');
        held.push(part);
      }
    }
  }
  if (!isTaken) return bad('Only new_edits=false is supported.');
  for (const part of held) await storing.add(part);
  await storing.flush();
  return isList ? { status: 201, body: storing.errors } : bad('docs must be an array.');
}

/** Stores documents in batches. */
class Storing {
  readonly errors: object[] = [];
  private batch: Incoming[] = [];
  private bytes = 0;
  private counts = new Map<string, number>();
  private readonly pace: Pace;

  constructor(
    private readonly served: Served,
    private readonly from: string | undefined,
  ) {
    this.pace = paceOf(served);
  }

  async add({ text, isTooLong, fields }: Part): Promise<void> {
    const isLarge = isTooLong || fields > bounds.fields;
    const one = isLarge ? this.refuseLarge(text.slice(0, 4_096)) : this.read(text);
    await this.pace.spend(text.length);
    if (!one) return;
    this.batch.push(one);
    this.bytes += text.length;
    // Each of many revisions of one document is compared with the others.
    const ofOne = (this.counts.get(one.id) ?? 0) + 1;
    this.counts.set(one.id, ofOne);
    const { batch } = bounds;
    if (this.batch.length >= batch.count || this.bytes >= batch.bytes || ofOne >= batch.ofOne) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.batch.length === 0) return;
    const refused = await this.served.database.write(this.batch, this.from);
    this.errors.push(...refused.map((one) => errorOf(one)));
    const { bytes, batch } = this;
    [this.batch, this.bytes] = [[], 0];
    this.counts.clear();
    await this.pace.spend(bytes + rowWork * batch.length);
  }

  private read(text: string): Incoming | undefined {
    const doc = parsePart(text);
    try {
      const one = fromWire(doc);
      if (!one.id.startsWith('_')) return one;
      this.errors.push(errorOf({ id: one.id, rev: one.revisions[0]!, reason: 'Design documents are not supported.' }));
    } catch (error) {
      const reason = sentence(toPhotospoolError(error, 'read', 'a document'));
      this.errors.push(errorOf({ id: textOf(own(doc, '_id')), rev: textOf(own(doc, '_rev')), reason }, 'bad_request'));
    }
    return undefined;
  }

  /**
   * A document that is too large is reported by its id if that comes first, as servers write it.
   * @throws PhotospoolError `too-large`.
   */
  private refuseLarge(head: string): undefined {
    const name = /^\{\s*"_id"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(head)?.[1];
    if (name === undefined) throw new PhotospoolError('too-large', 'A document is too large.', { op: 'write' });
    const rev = /"_rev"\s*:\s*"([0-9A-Za-z_.:+~-]*)"/.exec(head)?.[1] ?? '';
    this.errors.push(
      errorOf({ id: String(parsePart(name)), rev, reason: 'It is too large, or has too many fields.' }, 'too_large'),
    );
    return undefined;
  }
}

const errorOf = ({ id, rev, reason }: RejectedRevision, error = 'forbidden'): object => ({ id, rev, error, reason });

/** The query of `GET /db/NAME/ID`. */
export interface DocumentQuery extends ReadQuery {
  rev?: string;
  open_revs?: string;
  conflicts?: string;
  deleted_conflicts?: string;
  revs_info?: string;
  meta?: string;
}

/**
 * `GET /db/NAME/ID`: the winner, with `?rev=` one revision, with `?open_revs=` several, as `multipart/mixed` if
 * requested.
 */
export async function getDocument(
  served: Served,
  id: string,
  query: DocumentQuery,
  accept: string | undefined,
): Promise<ServedResponse> {
  const isMultipart = accept !== undefined && /\bmultipart\/mixed\b/i.test(accept);
  if (query.open_revs !== undefined) return openRevs(served, id, query, isMultipart);
  const [winner] = headsOf(served, id);
  if (query.rev !== undefined && !/^\d+-./.test(query.rev)) return bad('Invalid rev format');
  if (query.rev === undefined && winner?.deleted === true) return notFound('deleted');
  const rev = query.rev ?? winner?.rev;
  const [one] = rev === undefined ? [] : await readOne(served, { id, rev }, query.latest === 'true');
  if (!one) return notFound();
  const more = fieldsOf(served, one, query);
  return { status: 200, body: undefined, text: writeWire(one, { revs: query.revs === 'true', more }) };
}

/** The fields that CouchDB adds to a document on request. */
function fieldsOf(served: Served, { id, revisions }: Incoming, query: DocumentQuery): JsonObject {
  const asks = (name: 'conflicts' | 'deleted_conflicts' | 'revs_info'): boolean =>
    query[name] === 'true' || query.meta === 'true';
  const rev = revisions[0]!;
  const closed = asks('deleted_conflicts')
    ? headsOf(served, id).filter((leaf) => leaf.deleted && leaf.rev !== rev)
    : [];
  return {
    ...(asks('conflicts') && conflictsOf(served, { id, rev })),
    ...(closed.length > 0 && { _deleted_conflicts: closed.map((leaf) => leaf.rev) }),
    ...(asks('revs_info') && {
      _revs_info: revisions.map((one, n) => ({ rev: one, status: n === 0 ? 'available' : 'missing' })),
    }),
  };
}

function openRevs(served: Served, id: string, query: DocumentQuery, isMultipart: boolean): ServedResponse {
  const asked = query.open_revs === 'all' ? headsOf(served, id).map(({ rev }) => rev) : readList(query.open_revs!);
  if (!asked) return bad('open_revs must be an array of revision ids.');
  if (query.open_revs === 'all' && asked.length === 0) return notFound();
  const found = revisions(served, id, asked, query);
  if (!isMultipart) return { status: 200, body: undefined, stream: asList(found) };
  const boundary = randomBytes(16).toString('hex');
  return {
    status: 200,
    body: undefined,
    stream: asParts(found, boundary),
    type: `multipart/mixed; boundary="${boundary}"`,
  };
}

/** A revision as JSON text, or a missing one. */
type Opened = { text: string } | { missing: string };

async function* revisions(
  served: Served,
  id: string,
  asked: readonly string[],
  query: DocumentQuery,
): AsyncGenerator<Opened> {
  const [pace, how] = [paceOf(served), { revs: query.revs === 'true' }];
  for (const rev of asked) {
    const found = await readOne(served, { id, rev }, query.latest === 'true');
    for (const one of found) {
      const text = writeWire(one, how);
      yield { text };
      await pace.spend(text.length);
    }
    if (found.length === 0) yield { missing: rev };
    await pace.spend(rowWork);
  }
}

async function* asList(found: AsyncIterable<Opened>): AsyncGenerator<string> {
  let before = '[';
  for await (const one of found) {
    yield before + ('text' in one ? `{"ok":${one.text}}` : JSON.stringify(one));
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/** RFC 2046, 5.1, as CouchDB before 3.3 reads it when it does not use `_bulk_get`. */
async function* asParts(found: AsyncIterable<Opened>, boundary: string): AsyncGenerator<string> {
  yield `--${boundary}`;
  for await (const one of found) {
    const [type, text] = 'text' in one ? ['', one.text] : ['; error="true"', JSON.stringify(one)];
    yield `\r\nContent-Type: application/json${type}\r\n\r\n${text}\r\n--${boundary}`;
  }
  yield '--';
}

function readList(json: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}
