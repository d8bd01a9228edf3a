/**
 * CouchDB's replication protocol over HTTP, for peers: `/db/photos` and the other databases, by name. Errors have
 * CouchDB's format, `{error, reason}`. sync/couch/serve-database.ts defines the responses.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { may } from '../../access/permissions.js';
import { codes, errnoOf, PhotospoolError, sentence, toPhotospoolError } from '../../base/errors.js';
import { featuresHeader, fromHeaders } from '../../sync/couch/json-client.js';
import { makeMemory } from '../../sync/couch/request-memory.js';
import { restoredMark } from '../../sync/renew-identity.js';
import * as serve from '../../sync/couch/serve-database.js';
import * as documents from '../../sync/couch/serve-documents.js';
import * as feeds from '../../sync/couch/serve-changes.js';
import { checkStill, viewerNow, viewerOf } from '../http/request-viewer.js';
import { refuse } from '../http/error-responses.js';
import type { App, Context, Routes } from '../context.js';
import { goneOf } from '../http/client-disconnect.js';
import { openSaid, type DiskErrorLog } from '../disk-error-log.js';
import { comesWithin, pulseOf, pulses } from '../http/keep-alive-response.js';

interface Request extends FastifyRequest {
  params: { name: string; id: string };
  query: feeds.FeedQuery & documents.DocumentQuery;
}
type Handler = (
  served: serve.Served,
  request: Request,
  reply: FastifyReply,
) => serve.ServedResponse | Promise<serve.ServedResponse | undefined>;

/** Only tokens of peers. A hundred documents over a slow line take longer than other bodies. */
const config = { rule: 'replicate', streams: true } as const;

export const replication: Routes = async (app, context) => {
  await app.register((scope, _options, done) => {
    readBodies(scope);
    const said = openSaid();
    scope.setErrorHandler((error, _request, reply) => {
      const ours = toPhotospoolError(error, 'answer', 'the request');
      const status =
        'statusCode' in (error as object)
          ? Number((error as { statusCode?: number }).statusCode)
          : codes[ours.code].status;
      if (status === 401) void reply.header('www-authenticate', 'Bearer realm="Photospool"');
      if (status === 503) void reply.header('retry-after', '5');
      if (status >= 500 && ours.code !== 'busy' && errnoOf(error) !== 'ECONNRESET' && !said.knows(ours))
        context.log.error({ err: error }, sentence(ours));
      return refuse(
        reply,
        status,
        ours.code,
        ours.code === 'internal' && status < 500 ? 'The request is not valid.' : ours.message,
      );
    });
    addRoutes(scope, context, said);
    done();
  });
};

/** Records the caller's library id, its epoch, and the features it supports. */
function noteCaller(request: FastifyRequest, { copies, gate }: Context): void {
  const [server, epoch] = [request.headers[fromHeaders.server], request.headers[fromHeaders.epoch]];
  const token = viewerOf(request)?.token;
  if (typeof server === 'string' && typeof epoch === 'string') copies?.saw(server, epoch, token ?? request.ip);
  const features = request.headers[featuresHeader];
  if (token !== undefined)
    gate?.heardGuest(token, {
      server: typeof server === 'string' ? server : '',
      features: typeof features === 'string' ? features.split(',') : [],
    });
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type On = (method: Method, path: string, summary: string, handler: Handler) => void;

function addRoutes(app: App, context: Context, said: DiskErrorLog): void {
  app.addHook('preHandler', (request, _reply, done) => {
    noteCaller(request, context);
    done();
  });
  const on: On = (method, path, summary, handler) => {
    app.route({
      method,
      url: `/db/:name${path}`,
      config,
      ...(method === 'GET' && path === '/_changes' && { exposeHeadRoute: false }),
      schema: { hide: true, summary },
      handler: async (request, reply) => {
        const { name } = request.params as Request['params'];
        const served = context.databases.find((one) => one.name === name);
        if (!served) return send(reply, serve.refusal(404, 'not_found', 'Database does not exist.'));
        const answer = await handler(served, request as Request, reply);
        if (!answer) return reply;
        const still = (): boolean => may(viewerNow(request), 'replicate');
        return send(reply, answer.stream ? { ...answer, stream: whileAllowed(answer.stream, still) } : answer);
      },
    });
  };
  addRoot(app, context);
  on('GET', '', 'A database', (served) => serve.info(served));
  on('GET', '/', 'A database', (served) => serve.info(served));
  // CouchDB's replicator appends a slash to its URLs.
  for (const path of ['', '/'])
    on('PUT', path, 'Databases can’t be created', () =>
      serve.refusal(412, 'file_exists', 'The database could not be created, the file already exists.'),
    );
  addFeed(on);
  addDocuments(on, said);
  addNotes(on, context);
  addNothing(app);
}

function addRoot(app: App, context: Context): void {
  for (const url of ['/db', '/db/'])
    app.get(
      url,
      { config, schema: { hide: true, summary: 'Information about the replication server' } },
      (_request, reply) =>
        send(reply, {
          status: 200,
          body: {
            couchdb: 'Welcome',
            version: '3.5.0',
            uuid: uuidOf(context),
            server: context.library.server,
            epoch: context.library.epoch,
            ...(context.gate && context.gate.announced.length > 0 && { features: context.gate.announced }),
            vendor: { name: 'Photospool', version: context.config.version },
          },
        }),
    );
}

function addFeed(on: On): void {
  on('GET', '/_changes', 'Changes', (served, request, reply) => changes(served, request, reply, undefined));
  on('POST', '/_changes', 'Changes of given documents', async (served, request, reply) => {
    checkType(request);
    return changes(served, request, reply, await readJson(request, largestQuery));
  });
}

/** The maximum size of a query in a request body, in bytes: some 14,000 ids. */
const largestQuery = 1024 * 1024;

async function changes(
  served: serve.Served,
  request: Request,
  reply: FastifyReply,
  body: unknown,
): Promise<undefined | serve.ServedResponse> {
  const lastEvent = request.headers['last-event-id'];
  const query: feeds.FeedQuery = {
    ...(typeof lastEvent === 'string' && { 'last-event-id': lastEvent }),
    ...request.query,
  };
  const asked = feeds.readFeedQuery(served, query, body);
  if ('status' in asked) return asked;
  const signal = goneOf(reply);
  const still = (): boolean => may(viewerNow(request), 'replicate');
  const reader = feeds.openFeedReader(served, asked);
  const stream = (text: AsyncIterable<string>, type = 'application/json'): undefined => {
    void reply.type(type).header('x-accel-buffering', 'no').send(readable(text));
  };
  // Without a requested heartbeat, silence ends the feed, and the client connects again.
  const pulse = asked.feed === 'normal' ? undefined : pulseOf(query['heartbeat']);
  if (asked.feed === 'continuous' || asked.feed === 'eventsource') {
    const type = asked.feed === 'eventsource' ? 'text/event-stream' : undefined;
    return stream(feeds.endlessText(reader, asked, pulse, { signal, still }), type);
  }
  const first = feeds.firstLines(reader, feeds.waitOf(asked, pulse), signal);
  if (pulse !== undefined && !(await comesWithin(pulse, first)))
    return stream(lateText(first, pulse, { reader, signal, still }));
  const come = await first;
  checkStill(request, 'replicate');
  return stream(feeds.feedText(reader, come, signal, still));
}

/** A feed whose first rows are pending: sends heartbeats until they arrive. */
async function* lateText(
  first: Promise<feeds.Lines>,
  pulse: number,
  { reader, signal, still }: { reader: feeds.FeedReader; signal: AbortSignal; still: () => boolean },
): AsyncGenerator<string> {
  yield* pulses(first, pulse, still);
  yield* feeds.feedText(reader, await first, signal, still);
}

function addDocuments(on: On, said: DiskErrorLog): void {
  const memory = makeMemory();
  const bodyOf = (request: Request, reply: FastifyReply, most: number): documents.RequestBody => {
    checkType(request);
    // An oversized body is rejected before any of it is processed.
    if (Number(request.headers['content-length'] ?? 0) > most)
      throw new PhotospoolError('too-large', `The body is larger than ${most / 2 ** 20} MiB.`);
    const hold = memory.open();
    reply.raw.once('close', () => hold.release());
    return { source: sourceOf(request), hold };
  };
  on('POST', '/_revs_diff', 'Missing revisions', (served, request, reply) =>
    documents.revsDiff(served, bodyOf(request, reply, documents.bounds.names)),
  );
  on('POST', '/_bulk_get', 'Several revisions', (served, request, reply) =>
    documents.bulkGet(served, request.query, bodyOf(request, reply, documents.bounds.names)),
  );
  on('POST', '/_bulk_docs', 'Stores revisions', async (served, request, reply) => {
    const token = viewerOf(request)?.token;
    const body = bodyOf(request, reply, documents.bounds.documents);
    const stored = await documents.bulkDocs(served, body, token === undefined ? undefined : `token ${token}`);
    said.over();
    return stored;
  });
  on('POST', '/_ensure_full_commit', 'Confirms that all writes are durable', () => ({
    status: 201,
    body: { ok: true, instance_start_time: '0' },
  }));
  on('GET', '/:id', 'A document or its revisions', (served, { params, query, headers }) =>
    documents.getDocument(served, params.id, query, headers.accept),
  );
  on('GET', '/_design/:id', 'Design documents are not supported', () => serve.refusal(404, 'not_found', 'missing'));
  for (const path of ['/:id', '/_design/:id'])
    on('PUT', path, 'Attachments and design documents are not supported', refuseDocument);
}

/** The maximum size of a `_local` document's body, in bytes. */
const largestNote = 1024 * 1024;

function addNotes(on: On, context: Context): void {
  on('GET', '/_local/:id', 'A replication checkpoint', (served, { params }) => serve.getNote(served, params.id));
  on('PUT', '/_local/:id', 'Stores a replication checkpoint', async (served, request) =>
    serve.putNote(served, request.params.id, await readJson(request, largestNote), {
      epoch: context.library.epoch,
      owner: viewerOf(request)?.token ?? '',
    }),
  );
  on('DELETE', '/_local/:id', 'Deletes a replication checkpoint', (served, { params }) =>
    serve.removeNote(served, params.id),
  );
}

/** All other routes of CouchDB: its 404 response. */
function addNothing(app: App): void {
  const method: HTTPMethods[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
  app.route({
    method,
    url: '/db/*',
    config: { rule: 'replicate' },
    schema: { hide: true },
    handler: (_request, reply) => send(reply, serve.refusal(404, 'not_found', 'missing')),
  });
}

/**
 * CouchDB's replicator writes documents with attachments, and design documents, one by one. Only a 403 response makes
 * it continue with the others: any other one ends the whole replication, which it retries forever.
 */
const refuseDocument: Handler = () =>
  serve.refusal(403, 'forbidden', 'Attachments and design documents are not supported.');

/**
 * CouchDB sends empty bodies as JSON, and PouchDB's bodies may have any type: routes read the stream as they need it.
 */
function readBodies(scope: App): void {
  scope.removeAllContentTypeParsers();
  // A multipart body has attachments and will be rejected: it is discarded while it arrives.
  scope.addContentTypeParser(/^multipart\//, (_request, payload, done) => {
    payload
      .once('error', done)
      .once('end', () => done(null))
      .resume();
  });
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

/**
 * The body as a stream. What the caller leaves unread is discarded, so that the client can still receive the response.
 */
async function* sourceOf({ body }: FastifyRequest): AsyncGenerator<Uint8Array> {
  if (!(body instanceof Readable)) return;
  try {
    yield* body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } finally {
    body.resume();
  }
}

/** @throws PhotospoolError `unsupported` if the content type of a body is not JSON. */
function checkType({ headers }: FastifyRequest): void {
  const type = headers['content-type'];
  if (type === undefined || /^application\/json\s*(?:;|$)/i.test(type)) return;
  throw new PhotospoolError('unsupported', 'Content-Type must be application/json.');
}

/** Parses a small body; undefined if it is empty. @throws PhotospoolError `invalid`, `too-large`. */
async function readJson(request: FastifyRequest, limit: number): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of sourceOf(request)) {
    size += piece.length;
    if (size > limit) throw new PhotospoolError('too-large', 'The request is too large.');
    pieces.push(piece);
  }
  const text = Buffer.concat(pieces).toString('utf8');
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new PhotospoolError('invalid', 'The body is not valid JSON.', { cause });
  }
}

/**
 * One id for all databases of a server, in CouchDB's form: 32 hex digits. It changes after a restore: PouchDB continues
 * from its checkpoint for the same id, regardless of the database's content.
 */
const uuidOf = ({ library }: Context): string =>
  createHash('md5')
    .update(library.server + (library.local.setting(restoredMark) ?? ''))
    .digest('hex');

/** Aborts a long response when the reader loses the permission; it is too late for an error response. */
async function* whileAllowed(text: AsyncIterable<string>, still: () => boolean): AsyncGenerator<string> {
  for await (const part of text) {
    if (!still()) throw new PhotospoolError('unauthorized', 'The token was revoked.');
    yield part;
  }
}

/** A stream that is produced on demand, one piece ahead. */
const readable = (text: AsyncIterable<string>): Readable => Readable.from(text, { objectMode: true, highWaterMark: 1 });

const send = (reply: FastifyReply, { status, body, text, stream, type }: serve.ServedResponse): FastifyReply =>
  reply
    .code(status)
    .type(type ?? 'application/json')
    .send(stream ? readable(stream) : (text ?? JSON.stringify(body)));
