/** Blobs for peers: given out, taken in, and asked for. Only hashes that documents name. */
import { Readable } from 'node:stream';
import { Type, type Static } from 'typebox';
import { notFound, refuse } from '../failures.js';
import { sendDownload } from '../download.js';
import type { Routes } from '../parts.js';
import { answers, bytes, Sha256 } from '../schemas.js';

/** How many are named at once. */
const most = 200;
/** The longest wait in ms. */
const longest = 60_000;

export const blobs: Routes = async (app, { exchange }) => {
  if (!exchange) return;
  const { store, named } = exchange;
  const Asked = Type.Object({
    originals: Type.Optional(Type.Enum(['all', 'asked', 'none'])),
    skip: Type.Optional(Type.Integer({ minimum: 0 })),
    wait: Type.Optional(Type.Integer({ minimum: 0, maximum: longest, description: 'ms, while there is nothing' })),
  });
  const Params = Type.Object({ sha256: Sha256 });

  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // Whatever it is called, it is bytes, and comes as a stream.
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));

    scope.get(
      '/blobs/',
      {
        config: { rule: 'replicate' },
        schema: {
          summary: 'What is missing here, most wanted first',
          querystring: Asked,
          response: answers(
            Type.Object({
              wanted: Type.Array(Type.Object({ sha256: Sha256, bytes: Type.Integer(), have: Type.Integer() })),
            }),
          ),
        },
      },
      async (request, reply) => {
        const { originals = 'none', skip = 0, wait = 0 } = request.query as Static<typeof Asked>;
        const ended = new AbortController();
        reply.raw.once('close', () => ended.abort());
        await exchange.untilMissing({ originals }, wait, ended.signal);
        const missing = named.missing({ limit: most, skip, originals });
        return {
          wanted: await Promise.all(
            missing.map(async ({ sha256, bytes }) => ({ sha256, bytes, have: await store.begun(sha256) })),
          ),
        };
      },
    );

    scope.route({
      method: ['GET', 'HEAD'],
      url: '/blobs/:sha256',
      config: { rule: 'replicate' },
      schema: { summary: 'A blob', params: Params, response: bytes('the bytes', 'application/octet-stream') },
      handler: async (request, reply) => {
        const { sha256 } = request.params as { sha256: string };
        const found = store.find(sha256);
        const missing = 'There is no such blob here.';
        if (!found) throw notFound(missing);
        return sendDownload(request, reply, {
          path: found.path,
          sha256,
          type: 'application/octet-stream',
          missing,
          forever: false,
        });
      },
    });

    scope.put(
      '/blobs/:sha256',
      {
        bodyLimit: Number.MAX_SAFE_INTEGER,
        config: { rule: 'replicate', streams: true },
        schema: { summary: 'Brings a blob, or goes on bringing it', params: Params },
      },
      async (request, reply) => {
        const { sha256 } = request.params as { sha256: string };
        const from = fromOf(request.headers['content-range']);
        if (from === undefined) return refuse(reply, 400, 'range', 'Content-Range must be like “bytes 100-199/200”.');
        const blob = named.find(sha256);
        if (!blob) throw notFound('No document names it.');
        if (store.has(blob)) return { have: blob.bytes };
        const have = await store.take(sha256, from, (request.body ?? Readable.from([])) as AsyncIterable<Uint8Array>);
        return reply.code(have === blob.bytes ? 201 : 202).send({ have });
      },
    );
    done();
  });
};

/** The first byte that is sent: 0 without the header; undefined where it is none (RFC 9110, 14.4). */
function fromOf(header: string | undefined): number | undefined {
  if (header === undefined) return 0;
  const start = /^bytes (\d{1,15})-\d{1,15}\/(?:\d{1,15}|\*)$/.exec(header)?.[1];
  return start === undefined ? undefined : Number(start);
}
