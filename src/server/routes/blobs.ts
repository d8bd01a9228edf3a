/** The blobs that peers download, upload and request. Only hashes that a document references. */
import { Readable } from 'node:stream';
import { Type, type Static } from 'typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { may } from '../../access/permissions.js';
import { codes, sentence, toPhotospoolError, type ErrorCode, notFound } from '../../base/errors.js';
import { checkStill, viewer, viewerNow } from '../http/request-viewer.js';
import { refuse } from '../http/error-responses.js';
import { sendDownload } from '../files/send-file.js';
import {
  framed,
  framesType,
  readFrames,
  writeFrames,
  type BlobFrame,
  type ReceivedFrame,
} from '../../sync/blobs/blob-frames.js';
import { readSmall } from '../../sync/blobs/outgoing-file.js';
import type { Amount } from '../../sync/blobs/blob-counts.js';
import { ofDisks } from '../../sync/connections/retry-on-disk-error.js';
import type { MissingOptions, MissingPlace, NamedBlob } from '../../sync/blobs/blob-index.js';
import type { App, Context, Routes } from '../context.js';
import { hush, openSaid, type DiskErrorLog } from '../disk-error-log.js';
import { goneOf } from '../http/client-disconnect.js';
import { answers, bytes, Problem, Sha256 } from '../../api/photo-schemas.js';
import { comesWithin, pulseOf, waited } from '../http/keep-alive-response.js';

/** The maximum number of blobs per list, and per query. */
const most = 200;
const mostAsked = 2_000;
/** The longest wait in ms. */
const longest = 60_000;
/** The maximum count of missing blobs that one home published: a publisher learns nothing about the others'. */
const mostCounted = 2_000;

type Originals = MissingOptions['originals'];
interface Lacking {
  list: NamedBlob[];
  total: Amount;
}
interface Told {
  version: number;
  total: Amount;
  wanted: { sha256: string; bytes: number; have: number }[];
  bulkPut: true;
}

/** Why an upload was rejected. */
interface Untaken {
  status: 422 | 507;
  code: ErrorCode;
  message: string;
}

const Asked = Type.Object({
  originals: Type.Optional(Type.Enum(['all', 'asked', 'none'])),
  skip: Type.Optional(Type.Integer({ minimum: 0 })),
  wait: Type.Optional(
    Type.Integer({ minimum: 0, maximum: longest, description: 'the maximum wait while there is nothing new, in ms' }),
  ),
  seen: Type.Optional(Type.Integer({ description: 'the `version` of the last response: waits until it changes' })),
  heartbeat: Type.Optional(Type.String({ description: 'the interval of heartbeats (empty lines) meanwhile, in ms' })),
});
const Params = Type.Object({ sha256: Sha256 });
const Sent = Type.Object({
  sha256: Sha256,
  status: Type.Integer({ description: 'as the upload of this blob alone is answered' }),
  code: Type.Optional(Type.String()),
});
const Have = Type.Object({ have: Type.Integer({ description: 'bytes received so far' }) });

export const blobs: Routes = async (app, context) => {
  const { exchange, publishers } = context;
  const said = openSaid();
  const reach: Reach = (request) => {
    if (!publishers) return () => true;
    const { token } = viewer(request);
    return (sha256) => token !== undefined && publishers.names(token, sha256);
  };

  addQuestion(app, exchange, reach);
  addBulkGet(app, exchange, reach);
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // A body of any content type is read as a stream of bytes.
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    addMissing(scope, context, said, reach);
    addDownload(scope, exchange);
    addUpload(scope, context, said, reach);
    addBulkPut(scope, context, said, reach);
    done();
  });
};

/** Whether a client may exchange a blob: on a public server, only if its home references it. */
type Reach = (request: FastifyRequest) => (sha256: string) => boolean;
type Exchange = Context['exchange'];

/** Which of many blobs are stored here. */
function addQuestion(app: App, { store, named }: Exchange, reach: Reach): void {
  app.post(
    '/blobs/here',
    {
      config: { rule: 'replicate' },
      schema: {
        summary: 'Which of the requested blobs this server has',
        body: Type.Object({ blobs: Type.Array(Sha256, { maxItems: mostAsked }) }),
        response: answers(Type.Object({ here: Type.Array(Sha256) })),
      },
    },
    async (request) => {
      await named.follow();
      const reaches = reach(request);
      return { here: request.body.blobs.filter((sha256) => reaches(sha256) && store.find(sha256) !== undefined) };
    },
  );
}

/** Several small blobs in one response (sync/blobs/blob-frames.ts). */
function addBulkGet(app: App, exchange: Exchange, reach: Reach): void {
  /** Those that are here. One that can't be read is omitted: a separate request for it reports the reason. */
  async function* present(sha256s: readonly string[], reaches: (sha256: string) => boolean): AsyncGenerator<BlobFrame> {
    for (const sha256 of new Set(sha256s)) {
      const found = reaches(sha256) ? await exchange.find(sha256) : undefined;
      const bytes = found && (await readSmall(found.path, framed.blobBytes).catch(() => undefined));
      if (bytes) yield { sha256, bytes };
    }
  }

  app.post(
    '/blobs/bulk-get',
    {
      config: { rule: 'replicate' },
      schema: {
        summary: 'Downloads several small blobs',
        body: Type.Object({ blobs: Type.Array(Sha256, { maxItems: framed.blobs }) }),
        response: bytes('of each blob a line with its hash and its number of bytes, then these bytes', framesType),
      },
    },
    (request, reply) => {
      const frames = writeFrames(present(request.body.blobs, reach(request)));
      // The next blob is read while the current one is sent.
      const body = Readable.from(frames, { objectMode: false, highWaterMark: framed.blobBytes });
      return reply.header('cache-control', 'private, no-store').type(framesType).send(body);
    },
  );
}

/** Opens the paged list of missing blobs. */
function openLacking({ exchange: { named }, publishers }: Context) {
  /** A page of missing blobs, after skipping `skip` of them. */
  function after(skip: number, originals: Originals): NamedBlob[] {
    let from: MissingPlace | undefined;
    for (let left = skip; left > 0;) {
      const { list, next } = named.missing({ limit: Math.min(left, mostAsked), originals, ...(from && { from }) });
      if (!next) return [];
      left -= list.length;
      from = next;
    }
    return named.missing({ limit: most, originals, ...(from && { from }) }).list;
  }

  /** The missing blobs that a client may upload, and their total. */
  function missing(reaches: (sha256: string) => boolean, originals: Originals, skip: number): Lacking {
    if (!publishers) return { list: after(skip, originals), total: named.amount(originals) };
    const found: NamedBlob[] = [];
    let page: ReturnType<typeof named.missing> | undefined;
    do {
      page = named.missing({ limit: most, originals, ...(page?.next && { from: page.next }) });
      found.push(...page.list.filter(({ sha256 }) => reaches(sha256)));
    } while (page.next && found.length < skip + mostCounted);
    const bytes = found.reduce((sum, blob) => sum + blob.bytes, 0);
    return { list: found.slice(skip, skip + most), total: { count: found.length, bytes } };
  }

  return missing;
}

/** The list of missing blobs, with long polling for changes. */
function addMissing(scope: FastifyInstance, context: Context, said: DiskErrorLog, reach: Reach): void {
  const { exchange } = context;
  const missing = openLacking(context);

  async function answer(request: FastifyRequest, asked: Static<typeof Asked>, signal: AbortSignal): Promise<Told> {
    const { originals = 'none', skip = 0, wait = 0, seen } = asked;
    await exchange.untilWanted({ originals, ...(seen !== undefined && { seen }) }, wait, signal).catch(failOnce);
    checkStill(request, 'replicate');
    const version = exchange.version();
    const { list, total } = missing(reach(request), originals, skip);
    const wanted = list.map(async ({ sha256, bytes }) => ({ sha256, bytes, have: await exchange.store.begun(sha256) }));
    return { version, total, wanted: await Promise.all(wanted), bulkPut: true };
  }

  /** Rethrows an error; one that was logged already is not logged again. */
  function failOnce(error: unknown): never {
    const ours = toPhotospoolError(error, 'look for', 'pictures');
    throw said.knows(ours) ? hush(ours) : ours;
  }

  scope.get(
    '/blobs/',
    {
      config: { rule: 'replicate' },
      schema: {
        summary: 'Lists blobs missing here, by priority',
        querystring: Asked,
        response: answers(
          Type.Object({
            version: Type.Integer({ description: 'changes with the list or its order' }),
            total: Type.Object(
              { count: Type.Integer(), bytes: Type.Integer() },
              { description: 'the number of all missing blobs; for published ones at most 2,000' },
            ),
            wanted: Type.Array(Type.Object({ sha256: Sha256, bytes: Type.Integer(), have: Type.Integer() })),
            bulkPut: Type.Boolean({ description: 'whether several small blobs may be sent at once' }),
          }),
        ),
      },
    },
    async (request, reply) => {
      const asked = request.query as Static<typeof Asked>;
      exchange.heard(asked.wait ?? 0);
      const pulse = pulseOf(asked.heartbeat);
      const told = answer(request, asked, goneOf(reply));
      if (pulse === undefined || (await comesWithin(pulse, told))) return told;
      const text = waited(told, pulse, () => may(viewerNow(request), 'replicate'));
      // Sent in pieces, without the schema, which applies to complete responses only.
      reply.serializer(String).type('application/json').header('x-accel-buffering', 'no');
      return reply.send(Readable.from(text));
    },
  );
}

/** The download of a blob. */
function addDownload(scope: FastifyInstance, exchange: Exchange): void {
  scope.route({
    method: ['GET', 'HEAD'],
    url: '/blobs/:sha256',
    config: { rule: 'replicate' },
    schema: { summary: 'Downloads a blob', params: Params, response: bytes('the bytes', 'application/octet-stream') },
    handler: async (request, reply) => {
      const { sha256 } = request.params as { sha256: string };
      const found = await exchange.find(sha256);
      const gone = 'This blob is not on this server.';
      if (!found) throw notFound(gone);
      return sendDownload(request, reply, {
        path: found.path,
        sha256,
        type: 'application/octet-stream',
        missing: gone,
        forever: false,
      });
    },
  });
}

/** The result for received bytes: the number stored now, or why they were rejected. */
type Received = { status: 200 | 201 | 202; have: number } | Untaken;

/** Receives the bytes of one blob that is wanted. */
function openReceiving({ exchange, log }: Context, said: DiskErrorLog, reach: Reach) {
  const { store } = exchange;

  /** A disk error is logged only once, because peers retry repeatedly. */
  async function takeIn(take: () => Promise<unknown>): Promise<Untaken | undefined> {
    try {
      await take();
      said.over();
      return undefined;
    } catch (error) {
      const ours = toPhotospoolError(error, 'receive', 'pictures');
      // The received bytes are invalid; this server works.
      if (ours.code === 'corrupt') return { status: 422, code: ours.code, message: ours.message };
      if (!ofDisks.has(ours.code)) throw error;
      if (!said.knows(ours)) log.warn({}, sentence(ours));
      return { status: 507, code: ours.code, message: 'This server can’t store pictures at the moment.' };
    }
  }

  /** @throws PhotospoolError as the store; `not-found` also for a blob that this client may not exchange. */
  return async (request: FastifyRequest, sha256: string, take: () => Promise<number>): Promise<Received> => {
    const blob = await exchange.name(sha256);
    if (!blob || !reach(request)(sha256)) throw notFound('No document references this blob.');
    if (store.has(blob)) return { status: 200, have: blob.bytes };
    let have = 0;
    const untaken = await takeIn(async () => (have = await take()));
    return untaken ?? { status: have === blob.bytes ? 201 : 202, have };
  };
}

/** The upload of a blob, which may be resumed. */
function addUpload(scope: FastifyInstance, context: Context, said: DiskErrorLog, reach: Reach): void {
  const { exchange } = context;
  const receive = openReceiving(context, said, reach);
  scope.put(
    '/blobs/:sha256',
    {
      bodyLimit: Number.MAX_SAFE_INTEGER,
      config: { rule: 'replicate', streams: true },
      schema: {
        summary: 'Uploads a blob, or resumes its upload',
        params: Params,
        response: { 200: Have, 201: Have, 202: Have, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const { sha256 } = request.params as { sha256: string };
      const from = fromOf(request.headers['content-range']);
      if (from === undefined)
        return refuse(reply, 400, 'range', 'Content-Range must have the form “bytes 100-199/200”.');
      exchange.heard(0);
      const received = await receive(request, sha256, () => exchange.store.take(sha256, from, bodyOf(request)));
      if (!('have' in received)) return refuse(reply, received.status, received.code, received.message);
      return reply.code(received.status).send({ have: received.have });
    },
  );
}

/** The upload of several small blobs in one body (sync/blobs/blob-frames.ts). */
function addBulkPut(scope: FastifyInstance, context: Context, said: DiskErrorLog, reach: Reach): void {
  const { exchange, log } = context;
  const { store } = exchange;
  const receive = openReceiving(context, said, reach);

  /** Stores one; its errors do not affect the others. */
  async function takeOne(
    request: FastifyRequest,
    { sha256, bytes, isCut }: ReceivedFrame,
  ): Promise<Static<typeof Sent>> {
    // A separate upload of this blob continues after its beginning.
    const take = async (): Promise<number> => {
      if (isCut) return store.take(sha256, 0, Readable.from([bytes]));
      await store.takeWhole(sha256, bytes);
      return bytes.length;
    };
    try {
      const received = await receive(request, sha256, take);
      return { sha256, status: received.status, ...('code' in received && { code: received.code }) };
    } catch (error) {
      const { code, message } = toPhotospoolError(error, 'receive', 'pictures');
      const { status } = codes[code];
      if (status >= 500) log.error({ err: error, request: request.id }, message);
      return { sha256, status, code };
    }
  }

  scope.post(
    '/blobs/bulk-put',
    {
      config: { rule: 'replicate', streams: true },
      schema: {
        summary: 'Uploads several small blobs',
        response: answers(
          Type.Object({ blobs: Type.Array(Sent, { description: 'one for each received blob, in their order' }) }),
        ),
      },
    },
    async (request) => {
      exchange.heard(0);
      const taking: Promise<Static<typeof Sent>>[] = [];
      try {
        for await (const frame of readFrames(bodyOf(request))) taking.push(takeOne(request, frame));
      } finally {
        // Bytes that arrived before a body breaks off are kept.
        await Promise.all(taking);
      }
      return { blobs: await Promise.all(taking) };
    },
  );
}

const bodyOf = (request: FastifyRequest): AsyncIterable<Uint8Array> =>
  (request.body ?? Readable.from([])) as AsyncIterable<Uint8Array>;

/** The position of the first byte sent: 0 without the header; undefined if the header is invalid (RFC 9110, 14.4). */
function fromOf(header: string | undefined): number | undefined {
  if (header === undefined) return 0;
  const start = /^bytes (\d{1,15})-\d{1,15}\/(?:\d{1,15}|\*)$/.exec(header)?.[1];
  return start === undefined ? undefined : Number(start);
}
