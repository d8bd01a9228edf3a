/**
 * A CouchDB in this process, as strict as a real one (3.5) where strictness matters: one malformed revision makes it
 * reject a whole `_revs_diff`, one malformed document a whole `_bulk_docs`. Like a real one it stores and serves
 * revision ids that Photospool rejects. On demand it misbehaves: statuses, truncated or endless responses, gzip bombs,
 * missing rows. Databases are in memory.
 *
 * Compared with the real one by test/sync/strictcouch.test.ts if `$COUCHDB_URL` is set.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { isObject, own } from '../../src/document/json-values.js';

/** A request, for misbehaviours. */
export interface CouchRequest {
  method: string;
  /** Below the database, without the query: `/_bulk_docs`; `/` of the server itself. */
  path: string;
  database: string;
  /** The body, if it is JSON. */
  body: unknown;
}

/** Responds instead of the database. */
export type Misbehaviour = (response: ServerResponse, usual: () => Answer) => void;

/** A response in JSON. */
export interface Answer {
  status: number;
  body: unknown;
}

/** A document in `_bulk_docs`. */
export type Doc = Record<string, unknown> & { _id: string };

/** The server. */
export interface StrictCouch {
  url: string;
  /** Chooses another response to a request; undefined for the usual one. */
  misbehave(choose: ((request: CouchRequest) => Misbehaviour | undefined) | undefined): void;
  /** Rejects a document like a `validate_doc_update`, with a sentence; undefined to accept it. */
  validate(check: ((doc: Doc) => string | undefined) | undefined): void;
  /**
   * Stores content that a real one accepted before Photospool's checks: `_bulk_docs` with `new_edits: false`, with its
   * rules.
   */
  store(database: string, docs: readonly Doc[]): Answer;
  /** The leaves of a document that are not deleted, as `_rev`s. */
  leaves(database: string, id: string): string[];
  /** The number of documents in a database, without deleted ones. */
  count(database: string): number;
  /** Requests so far, as `POST /_bulk_docs`. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Thrown inside: CouchDB's response. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly reason: string,
  ) {
    super(reason);
  }
  get answer(): Answer {
    return { status: this.status, body: { error: this.error, reason: this.reason } };
  }
}
const refuse = (status: number, error: string, reason: string): never => {
  throw new Refusal(status, error, reason);
};

/** The maximum bytes of a document (`max_document_size`). */
const largestDocument = 8_000_000;

/**
 * A revision in its canonical form: 32 hex digits in lower case, anything else unchanged. Throws where CouchDB would.
 */
function parseHash(text: unknown, fail: (why: string) => never): string {
  if (typeof text !== 'string') return fail("RevId isn't a string");
  if (Buffer.byteLength(text) !== 32) return text;
  // `list_to_integer` accepts a sign.
  if (!/^[+-]?[0-9a-fA-F]+$/.test(text)) return fail("RevId isn't a valid hexadecimal");
  const number = BigInt(`0x${text.replace(/^[+-]/, '')}`);
  return BigInt.asUintN(128, text.startsWith('-') ? -number : number)
    .toString(16)
    .padStart(32, '0');
}

function parseRev(rev: unknown): { start: number; hash: string } {
  const fail = (): never => refuse(400, 'bad_request', 'Invalid rev format');
  if (typeof rev !== 'string') return fail();
  const at = rev.indexOf('-');
  if (at < 0 || !/^[+-]?\d+$/.test(rev.slice(0, at))) return fail();
  return { start: Number(rev.slice(0, at)), hash: parseHash(rev.slice(at + 1), fail) };
}

const revOf = (rev: unknown): string => {
  const { start, hash } = parseRev(rev);
  return `${start}-${hash}`;
};

function checkId(id: unknown): string {
  const fail = (reason: string): never => refuse(400, 'illegal_docid', reason);
  if (typeof id !== 'string') return fail('Document id must be a string');
  if (id === '') return fail('Document id must not be empty');
  if (id.startsWith('_') && !/^_(design|local)\/./.test(id))
    return fail('Only reserved document ids may start with underscore.');
  return id;
}

const metaFields = new Set(['_id', '_rev', '_revisions', '_deleted', '_attachments']);
const ignoredFields = new Set(['_revs_info', '_local_seq', '_conflicts', '_deleted_conflicts']);

interface Node {
  parent?: string;
  deleted: boolean;
  body?: Record<string, unknown>;
  attachment?: Buffer;
}

/** A document of `_bulk_docs`, checked as part of a whole request. */
function parseDoc(doc: unknown): { id: string; path: string[]; deleted: boolean; body: Record<string, unknown> } {
  if (!isObject(doc)) return refuse(400, 'bad_request', 'Document must be a JSON object');
  const id = checkId(own(doc, '_id'));
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(doc)) {
    if (!name.startsWith('_')) body[name] = value;
    else if (name === '_deleted' ? typeof value !== 'boolean' : !metaFields.has(name) && !ignoredFields.has(name))
      refuse(400, 'doc_validation', `Bad special document member: ${name}`);
  }
  if (Buffer.byteLength(JSON.stringify(body)) > largestDocument) refuse(413, 'document_too_large', id);
  return { id, path: pathOf(doc), deleted: own(doc, '_deleted') === true, body };
}

function pathOf(doc: object): string[] {
  const revisions = own(doc, '_revisions');
  const rev = own(doc, '_rev');
  if (revisions === undefined) {
    if (rev === undefined)
      refuse(400, 'bad_request', 'When `new_edits: false`, the document needs `_rev` or `_revisions` specified');
    return [revOf(rev)];
  }
  if (rev !== undefined) parseRev(rev);
  const [start, ids] = [own(revisions, 'start'), own(revisions, 'ids')];
  const fail = (why: string): never => refuse(400, 'doc_validation', why);
  if (!Number.isInteger(start)) return fail("_revisions.start isn't an integer.");
  if (!Array.isArray(ids)) return fail("_revisions.ids isn't a array.");
  return ids.map((hash, n) => `${(start as number) - n}-${parseHash(hash, fail)}`);
}

/** A database. */
class Documents {
  readonly #trees = new Map<string, Map<string, Node>>();
  readonly #local = new Map<string, { rev: number; body: Record<string, unknown> }>();
  /** Ids in the order of their newest change. */
  readonly #order = new Map<string, number>();
  #seq = 0;
  readonly made = String(Date.now() * 1000);
  readonly waiting = new Set<() => void>();

  get seq(): number {
    return this.#seq;
  }

  insert(id: string, path: readonly string[], node: Omit<Node, 'parent'>): void {
    const tree = this.#trees.get(id) ?? new Map<string, Node>();
    this.#trees.set(id, tree);
    const known = tree.get(path[0]!);
    if (known?.body === undefined)
      tree.set(path[0]!, { ...known, ...node, ...(path[1] !== undefined && { parent: path[1] }) });
    else if (node.attachment) known.attachment = node.attachment;
    else return;
    path.slice(1).forEach((rev, n) => {
      const parent = path[n + 2];
      if (!tree.has(rev)) tree.set(rev, { deleted: false, ...(parent !== undefined && { parent }) });
    });
    this.#order.delete(id);
    this.#order.set(id, ++this.#seq);
    for (const wake of [...this.waiting]) wake();
  }

  has = (id: string, rev: string): boolean => this.#trees.get(id)?.has(rev) === true;
  node = (id: string, rev: string): Node | undefined => this.#trees.get(id)?.get(rev);

  /** The leaves with a body, the winner first. */
  leaves(id: string): { rev: string; node: Node }[] {
    const tree = this.#trees.get(id) ?? new Map<string, Node>();
    const parents = new Set([...tree.values()].map(({ parent }) => parent));
    const number = (rev: string): number => parseInt(rev);
    return [...tree]
      .filter(([rev, { body }]) => body !== undefined && !parents.has(rev))
      .map(([rev, node]) => ({ rev, node }))
      .sort(
        (a, b) =>
          Number(a.node.deleted) - Number(b.node.deleted) || number(b.rev) - number(a.rev) || (a.rev < b.rev ? 1 : -1),
      );
  }

  winner(id: string): { rev: string; node: Node } | undefined {
    const [first] = this.leaves(id);
    return first?.node.deleted === false ? first : undefined;
  }

  count = (): number => [...this.#trees.keys()].filter((id) => this.winner(id)).length;

  /** The replacement of a revision, or itself: `latest=true`. */
  latest(id: string, rev: string): string[] {
    const found = this.leaves(id)
      .map((leaf) => leaf.rev)
      .filter((leaf) => this.path(id, leaf).includes(rev));
    return found;
  }

  path(id: string, rev: string): string[] {
    const path: string[] = [];
    for (let at: string | undefined = rev; at !== undefined; at = this.node(id, at)?.parent) path.push(at);
    return path;
  }

  changes(since: number, limit: number): { results: object[]; last: number; pending: number } {
    const after = [...this.#order].filter(([, seq]) => seq > since);
    const rows = after.slice(0, limit);
    const results = rows.map(([id, seq]) => {
      const leaves = this.leaves(id);
      return {
        seq: `${seq}-strict`,
        id,
        changes: leaves.map(({ rev }) => ({ rev })),
        ...(leaves[0]?.node.deleted === true && { deleted: true }),
      };
    });
    return { results, last: rows.at(-1)?.[1] ?? Math.max(since, 0), pending: after.length - rows.length };
  }

  wire(id: string, rev: string): Record<string, unknown> {
    const { body = {}, deleted, attachment } = this.node(id, rev)!;
    const path = this.path(id, rev);
    const ids = path.map((one) => one.slice(one.indexOf('-') + 1));
    return {
      _id: id,
      _rev: rev,
      ...body,
      ...(deleted && { _deleted: true }),
      _revisions: { start: parseInt(rev), ids },
      ...(attachment && { _attachments: { blob: { stub: true, length: attachment.length } } }),
    };
  }

  locals(): Answer {
    const rows = [...this.#local].map(([id, { rev }]) => {
      const named = `_local/${id}`;
      return { id: named, key: named, value: { rev: `0-${rev}` } };
    });
    return { status: 200, body: { total_rows: null, offset: null, rows } };
  }

  local(id: string): Record<string, unknown> | undefined {
    const found = this.#local.get(id);
    return found && { _id: `_local/${id}`, _rev: `0-${found.rev}`, ...found.body };
  }

  putLocal(id: string, { _id, _rev, _revisions, ...body }: Record<string, unknown>): Answer {
    const known = this.#local.get(id);
    const rev = known ? `0-${known.rev}` : undefined;
    if (rev !== undefined && _rev !== rev) refuse(409, 'conflict', 'Document update conflict.');
    const next = (known?.rev ?? 0) + 1;
    this.#local.set(id, { rev: next, body });
    return { status: 201, body: { ok: true, id: `_local/${id}`, rev: `0-${next}` } };
  }
}

/** Misbehaviours. */
export const odd = {
  status:
    (status: number, body: unknown = { error: 'odd', reason: 'odd' }): Misbehaviour =>
    (response) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
  /** A different response. */
  instead:
    (change: (body: unknown) => unknown): Misbehaviour =>
    (response, usual) => {
      const { status, body } = usual();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(change(body)));
    },
  /** JSON that ends in the middle, as a complete response. */
  truncated: (): Misbehaviour => (response, usual) => {
    const text = JSON.stringify(usual().body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, text.length / 2));
  },
  /** Announces more bytes than it sends. */
  cut: (): Misbehaviour => (response, usual) => {
    const text = JSON.stringify(usual().body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length + 10) });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  },
  reset: (): Misbehaviour => (response) => void response.destroy(),
  /** Endless white space. */
  endless: (): Misbehaviour => (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const part = Buffer.alloc(1024 * 1024, 32);
    const more = (): void => {
      while (!response.destroyed && response.write(part));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
  /** Half a gigabyte of white space in half a megabyte: one part of 16 MiB, repeated. */
  bomb: (): Misbehaviour => (response) => {
    const body = Buffer.concat(Array<Buffer>(32).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024, 32))));
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
  },
  redirect:
    (to: string): Misbehaviour =>
    (response) =>
      void response.writeHead(302, { location: to }).end(),
  page: (): Misbehaviour => (response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>'),
  /** The usual response, with another content type. */
  called:
    (type: string): Misbehaviour =>
    (response, usual) => {
      const { status, body } = usual();
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
    },
} as const;

/** Opens one on a free port of this machine. */
export async function openStrictCouch(): Promise<StrictCouch> {
  const databases = new Map<string, Documents>();
  const asked: string[] = [];
  let choose: ((request: CouchRequest) => Misbehaviour | undefined) | undefined;
  let check: ((doc: Doc) => string | undefined) | undefined;
  const uuid = randomBytes(16).toString('hex');

  const need = (name: string): Documents => databases.get(name) ?? refuse(404, 'not_found', 'Database does not exist.');

  function bulkDocs(documents: Documents, body: unknown): Answer {
    const docs = own(body, 'docs');
    if (docs === undefined) return refuse(400, 'bad_request', 'POST body must include `docs` parameter.');
    if (!Array.isArray(docs)) return refuse(400, 'bad_request', '`docs` parameter must be an array.');
    if (own(body, 'new_edits') !== false) return refuse(400, 'bad_request', 'Only new_edits=false is known here.');
    // All are checked before one is stored.
    const parsed = docs.map(parseDoc);
    const errors: object[] = [];
    parsed.forEach(({ id, path, deleted, body: fields }, n) => {
      const reason = check?.(docs[n] as Doc);
      if (reason !== undefined) errors.push({ id, rev: path[0], error: 'forbidden', reason });
      else documents.insert(id, path, { deleted, body: fields });
    });
    return { status: 201, body: errors };
  }

  function revsDiff(documents: Documents, body: unknown): Answer {
    if (!isObject(body)) return refuse(400, 'bad_request', 'Request body must be a JSON object');
    const all = Object.entries(body).map(([id, revs]) => {
      if (!Array.isArray(revs) || revs.some((rev) => typeof rev !== 'string'))
        return refuse(500, 'unknown_error', 'function_clause');
      return [id, revs.map(revOf)] as const;
    });
    const found = all.map(([id, revs]) => [id, { missing: revs.filter((rev) => !documents.has(id, rev)) }] as const);
    return { status: 200, body: Object.fromEntries(found.filter(([, { missing }]) => missing.length > 0)) };
  }

  function bulkGet(documents: Documents, body: unknown): Answer {
    const docs = own(body, 'docs');
    if (!Array.isArray(docs)) return refuse(400, 'bad_request', "Missing JSON list of 'docs'.");
    const results = docs.map((one) => {
      const [id, rev] = [String(own(one, 'id')), own(one, 'rev')];
      const error = (name: string, reason: string) => ({ id, docs: [{ error: { id, rev, error: name, reason } }] });
      try {
        const found = documents.latest(id, revOf(rev));
        if (found.length === 0) return error('not_found', 'missing');
        return { id, docs: found.map((leaf) => ({ ok: documents.wire(id, leaf) })) };
      } catch (cause) {
        if (!(cause instanceof Refusal)) throw cause;
        return error(cause.error, cause.reason);
      }
    });
    return { status: 200, body: { results } };
  }

  function putDocument(documents: Documents, id: string, body: Record<string, unknown>, attachment?: Buffer): Answer {
    checkId(id);
    const winner = documents.winner(id);
    const rev = own(body, '_rev');
    if (winner ? rev !== winner.rev : rev !== undefined) refuse(409, 'conflict', 'Document update conflict.');
    const hash = createHash('md5')
      .update(JSON.stringify([id, rev, body]) + String(attachment?.length))
      .digest('hex');
    const [last] = documents.leaves(id);
    const made = `${last ? parseInt(last.rev) + 1 : 1}-${hash}`;
    const { _rev, _id, _deleted, ...fields } = body;
    const path = last ? [made, ...documents.path(id, last.rev)] : [made];
    documents.insert(id, path, {
      deleted: _deleted === true,
      body: fields,
      ...(attachment && { attachment }),
    });
    return { status: 201, body: { ok: true, id, rev: made } };
  }

  function server({ method, database }: CouchRequest): Answer | undefined {
    if (database === '')
      return { status: 200, body: { couchdb: 'Welcome', version: '3.5.2', uuid, vendor: { name: 'strict' } } };
    if (method !== 'PUT') return undefined;
    if (databases.has(database)) return refuse(412, 'file_exists', 'The database already exists.');
    databases.set(database, new Documents());
    return { status: 201, body: { ok: true } };
  }

  function answer(request: CouchRequest, query: URLSearchParams, bytes: Buffer): Answer | Buffer {
    const { method, path, database, body } = request;
    if (path === '/') {
      const told = server(request);
      if (told) return told;
      const documents = need(database);
      const instance_start_time = documents.made;
      return {
        status: 200,
        body: {
          db_name: database,
          doc_count: documents.count(),
          update_seq: `${documents.seq}-strict`,
          instance_start_time,
        },
      };
    }
    const documents = need(database);
    if (method === 'POST') {
      if (path === '/_bulk_docs') return bulkDocs(documents, body);
      if (path === '/_revs_diff') return revsDiff(documents, body);
      if (path === '/_bulk_get') return bulkGet(documents, body);
      return refuse(405, 'method_not_allowed', 'Only GET,HEAD allowed');
    }
    if (path === '/_changes') {
      const { results, last, pending } = documents.changes(sinceOf(query, documents), limitOf(query));
      return { status: 200, body: { results, last_seq: `${last}-strict`, pending } };
    }
    if (path === '/_local_docs') return documents.locals();
    const local = /^\/_local\/(.+)$/.exec(path)?.[1];
    if (local !== undefined) {
      if (method === 'PUT') return documents.putLocal(local, body as Record<string, unknown>);
      const found = documents.local(local);
      return found ? { status: 200, body: found } : refuse(404, 'not_found', 'missing');
    }
    const [, id = '', attachment] = /^\/([^/]+)(\/blob)?$/.exec(path) ?? [];
    if (method === 'PUT' && attachment !== undefined)
      return putDocument(documents, id, query.has('rev') ? { _rev: query.get('rev')! } : {}, bytes);
    if (method === 'PUT') return putDocument(documents, id, (body ?? {}) as Record<string, unknown>);
    const winner = documents.winner(id) ?? refuse(404, 'not_found', 'missing');
    if (method === 'DELETE') return putDocument(documents, id, { _rev: query.get('rev') ?? '', _deleted: true });
    if (attachment !== undefined) return winner.node.attachment ?? refuse(404, 'not_found', 'missing');
    return { status: 200, body: documents.wire(id, winner.rev) };
  }

  const safely = (work: () => Answer | Buffer): Answer | Buffer => {
    try {
      return work();
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://strict');
    const [, database = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(url.pathname) ?? [];
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const path = decodeURIComponent(rest === '' ? '/' : rest);
    const body = jsonOf(bytes, message.headers['content-type']);
    const request: CouchRequest = { method: message.method ?? 'GET', path, database, body };
    asked.push(`${request.method} ${path}`);
    const usual = (): Answer | Buffer =>
      safely(() =>
        body === undefined && bytes.length > 0 && request.method === 'POST'
          ? refuse(400, 'bad_request', 'invalid UTF-8 JSON')
          : answer(request, url.searchParams, bytes),
      );
    const misbehaviour = choose?.(request);
    if (misbehaviour) return misbehaviour(response, () => usual() as Answer);
    const documents = databases.get(database);
    if (path === '/_changes' && url.searchParams.get('feed') === 'longpoll' && documents)
      await untilChanged(documents, url.searchParams, response);
    send(response, usual(), message);
  }

  const listening = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(JSON.stringify({ error: 'unknown_error', reason: String(error) }));
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    misbehave: (chosen) => void (choose = chosen),
    validate: (chosen) => void (check = chosen),
    store(name, docs) {
      const documents = databases.get(name) ?? new Documents();
      databases.set(name, documents);
      return safely(() => bulkDocs(documents, { new_edits: false, docs })) as Answer;
    },
    leaves: (name, id) =>
      need(name)
        .leaves(id)
        .filter(({ node }) => !node.deleted)
        .map(({ rev }) => rev),
    count: (name) => databases.get(name)?.count() ?? 0,
    asked,
    close: () => new Promise((resolve) => (listening.closeAllConnections(), listening.close(() => resolve()))),
  };
}

const sinceOf = (query: URLSearchParams, documents: Documents): number =>
  query.get('since') === 'now' ? documents.seq : parseInt(query.get('since') ?? '0') || 0;
const limitOf = (query: URLSearchParams): number => Number(query.get('limit') ?? 1e9);

/** An unpaired surrogate is not UTF-8, and CouchDB does not accept it in JSON. */
function jsonOf(bytes: Buffer, type: string | undefined): unknown {
  if (bytes.length === 0 || type?.startsWith('application/json') !== true) return undefined;
  try {
    const text = bytes.toString('utf8');
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value).includes('\\ud') ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Waits like a longpoll: with a heartbeat until there is a change, otherwise until its timeout. */
async function untilChanged(documents: Documents, query: URLSearchParams, response: ServerResponse): Promise<void> {
  if (documents.seq > sinceOf(query, documents)) return;
  const heartbeat = Number(query.get('heartbeat'));
  if (heartbeat > 0) response.writeHead(200, { 'content-type': 'application/json' });
  await new Promise<void>((resolve) => {
    const beat = heartbeat > 0 ? setInterval(() => void response.write('\n'), heartbeat) : undefined;
    const late = heartbeat > 0 ? undefined : setTimeout(end, Number(query.get('timeout') ?? 60_000));
    function end(): void {
      clearInterval(beat);
      clearTimeout(late);
      documents.waiting.delete(end);
      resolve();
    }
    documents.waiting.add(end);
    response.on('close', end);
  });
}

function send(response: ServerResponse, answer: Answer | Buffer, { headers }: IncomingMessage): void {
  if (response.destroyed) return;
  if (!Buffer.isBuffer(answer)) {
    if (!response.headersSent) response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, { 'content-type': 'application/octet-stream' }).end(answer.subarray(from));
}
