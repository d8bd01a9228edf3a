/**
 * CouchDB's replication protocol over HTTP, for peers: `/db/photos` and what else is served by name. Errors are written as
 * CouchDB writes them, `{error, reason}`. What each request answers: replication/serve.ts.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { may } from '../../access/rights.js';
import { codes, sentence, toPhotospoolError } from '../../base/errors.js';
import { fromHeaders } from '../../replication/client.js';
import { restoredMark } from '../../replication/renew.js';
import * as serve from '../../replication/serve.js';
import { checkStill, viewerNow, viewerOf } from '../access.js';
import type { App, Context, Routes } from '../parts.js';
import { goneOf } from '../patience.js';
import { openSaid, type Said } from '../said.js';
import { comesWithin, pulseOf, waited } from '../waiting.js';

interface Query extends serve.ChangesQuery {
  open_revs?: string;
  rev?: string;
}
interface Request extends FastifyRequest {
  params: { name: string; id: string };
  query: Query;
}
type Handler = (
  served: serve.Served,
  request: Request,
  reply: FastifyReply,
) => serve.Answer | Promise<serve.Answer | undefined>;

/** What CouchDB calls these statuses. */
const words: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'document_too_large',
  500: 'internal_server_error',
};

/** Who may: tokens of peers. A hundred documents over a slow line take longer than other bodies. */
const config = { rule: 'replicate', streams: true } as const;

/** The most bytes of a request: a hundred documents of the largest size. */
const bodyLimit = 128 * 1024 * 1024;

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
      if (status >= 500 && !said.knows(ours)) context.log.error({ err: error }, sentence(ours));
      return send(
        reply,
        serve.refusal(status, words[status] ?? (status >= 500 ? words[500]! : words[400]!), ours.message),
      );
    });
    addRoutes(scope, context, said);
    done();
  });
};

/** Who asks says which library it is, in which epoch. */
function noteCaller(request: FastifyRequest, { copies }: Context): void {
  const [server, epoch] = [request.headers[fromHeaders.server], request.headers[fromHeaders.epoch]];
  if (typeof server === 'string' && typeof epoch === 'string')
    copies?.saw(server, epoch, viewerOf(request)?.token ?? request.ip);
}

function addRoutes(app: App, context: Context, said: Said): void {
  app.addHook('preHandler', (request, _reply, done) => {
    noteCaller(request, context);
    done();
  });
  const on = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, summary: string, handler: Handler): void => {
    app.route({
      method,
      url: `/db/:name${path}`,
      bodyLimit,
      config,
      ...(method === 'GET' && path === '/_changes' && { exposeHeadRoute: false }),
      schema: { hide: true, summary },
      handler: async (request, reply) => {
        const { name } = request.params as Request['params'];
        const served = context.databases.find((one) => one.name === name);
        if (!served) return send(reply, serve.refusal(404, 'not_found', 'Database does not exist.'));
        const answer = await handler(served, request as Request, reply);
        return answer ? send(reply, answer) : reply;
      },
    });
  };

  app.get('/db/', { config, schema: { hide: true, summary: 'What answers replication here' } }, (_request, reply) =>
    send(reply, {
      status: 200,
      body: {
        couchdb: 'Welcome',
        version: '3.5.0',
        uuid: uuidOf(context),
        server: context.library.server,
        epoch: context.library.epoch,
        vendor: { name: 'Photospool', version: context.config.version },
      },
    }),
  );
  on('GET', '', 'A database', (served) => serve.info(served));
  on('GET', '/', 'A database', (served) => serve.info(served));
  on('PUT', '', 'Databases are not made here', () =>
    serve.refusal(412, 'file_exists', 'The database could not be created, the file already exists.'),
  );
  on('GET', '/_changes', 'What changed', async (served, request, reply) => {
    const signal = goneOf(reply);
    const still = (): boolean => may(viewerNow(request), 'replicate');
    const stream = (text: AsyncIterable<string>): undefined => {
      void reply.type('application/json').header('x-accel-buffering', 'no').send(Readable.from(text));
    };
    if (request.query.feed === 'continuous') return stream(lines(served, request.query, signal, still));
    const answer = serve.changes(served, request.query, signal);
    const pulse = feedPulse(request.query);
    if (pulse !== undefined && !(await comesWithin(pulse, answer))) return stream(waited(bodyOf(answer), pulse, still));
    const come = await answer;
    checkStill(request, 'replicate');
    return come;
  });
  on('POST', '/_revs_diff', 'Which revisions are missing', (served, { body }) => serve.revsDiff(served, body));
  on('POST', '/_bulk_get', 'Many revisions', (served, { body }) => serve.bulkGet(served, body));
  on('POST', '/_bulk_docs', 'Stores revisions', async (served, request) => {
    const token = viewerOf(request)?.token;
    const stored = await serve.bulkDocs(served, request.body, token === undefined ? undefined : `token ${token}`);
    said.over();
    return stored;
  });
  on('POST', '/_ensure_full_commit', 'Everything is durable already', () => ({
    status: 201,
    body: { ok: true, instance_start_time: '0' },
  }));
  on('GET', '/_local/:id', 'A note of a replication', (served, { params }) => serve.getNote(served, params.id));
  on('PUT', '/_local/:id', 'Keeps a note', (served, request) =>
    serve.putNote(served, request.params.id, request.body, {
      epoch: context.library.epoch,
      owner: viewerOf(request)?.token ?? '',
    }),
  );
  on('DELETE', '/_local/:id', 'Forgets a note', (served, { params }) => serve.removeNote(served, params.id));
  for (const path of ['/:id', '/_design/:id'])
    on('PUT', path, 'Attachments and design documents are not taken', refuseDocument);
  on('GET', '/:id', 'Revisions of a document', (served, { params, query }) =>
    serve.getDocument(served, params.id, query),
  );
}

/**
 * CouchDB's replicator writes documents with attachments, and design documents, one by one. Of all answers only 403 lets it
 * go on with the others: any other one ends the whole replication, and it tries again for ever.
 */
const refuseDocument: Handler = () =>
  serve.refusal(403, 'forbidden', 'Neither attachments nor design documents are taken.');

/** Ms between signs of life while a feed is waited for; undefined where none were asked for. */
const feedPulse = ({ feed, heartbeat }: Query): number | undefined =>
  feed === undefined || feed === 'normal' ? undefined : pulseOf(heartbeat);

const bodyOf = async (answer: Promise<serve.Answer>): Promise<unknown> => (await answer).body;

/** A continuous feed: a line for each change, and an empty one now and then; ends with the last sequence. */
async function* lines(
  served: serve.Served,
  query: Query,
  signal: AbortSignal,
  still: () => boolean,
): AsyncGenerator<string> {
  const pulse = feedPulse(query);
  // With a timeout instead of a heartbeat, silence ends the feed; whoever asked comes again.
  const ends = pulse === undefined;
  const wait = pulse ?? serve.waitOf(query) ?? 10_000;
  let since = serve.sinceOf(served, query);
  while (!signal.aborted) {
    const stretch = await served.database.changes(since, { limit: serve.limitOf(query), wait, signal });
    if (!still()) return;
    since = stretch.last;
    if (stretch.rows.length > 0)
      yield serve
        .linesOf(stretch)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join('');
    else if (!ends) yield '\n';
    else break;
  }
  yield `${JSON.stringify({ last_seq: since, pending: 0 })}\n`;
}

/** CouchDB sends empty bodies as JSON, and PouchDB's may have any type. */
function readBodies(scope: App): void {
  scope.removeAllContentTypeParsers();
  // What is refused with its attachments is not kept while it comes.
  scope.addContentTypeParser(/^multipart\//, (_request, payload, done) => {
    payload
      .once('error', done)
      .once('end', () => done(null))
      .resume();
  });
  scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit }, (_request, text, done) => {
    try {
      done(null, text === '' ? undefined : JSON.parse(String(text)));
    } catch {
      done(Object.assign(new Error('The body is not valid JSON.'), { statusCode: 400 }));
    }
  });
}

/**
 * One id for all databases of a server, in CouchDB's form: 32 hex digits. Another one after a restore: PouchDB goes on where
 * it had come with this id, whatever is there now.
 */
const uuidOf = ({ library }: Context): string =>
  createHash('md5')
    .update(library.server + (library.local.setting(restoredMark) ?? ''))
    .digest('hex');

const send = (reply: FastifyReply, { status, body, text = JSON.stringify(body) }: serve.Answer): FastifyReply =>
  reply.code(status).type('application/json').send(text);
