/** Blobs for peers: given out, taken in, and asked for. Only hashes that documents name. */
import { Readable } from 'node:stream';
import { Type, type Static } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { checkStill, viewer } from '../access.js';
import { notFound, refuse } from '../failures.js';
import { sendDownload } from '../download.js';
import type { NamedBlob } from '../../replication/named.js';
import type { Routes } from '../parts.js';
import { goneOf } from '../patience.js';
import { answers, bytes, Problem, Sha256 } from '../schemas.js';

/** How many are named at once. */
const most = 200;
/** The longest wait in ms. */
const longest = 60_000;

export const blobs: Routes = async (app, { exchange, publishers }) => {
  const { store, named } = exchange;

  /** Whether a blob is any business of who asks: on a public server, of a home that names it. */
  const reach = (request: FastifyRequest): ((sha256: string) => boolean) => {
    if (!publishers) return () => true;
    const { token } = viewer(request);
    return (sha256) => token !== undefined && publishers.names(token, sha256);
  };

  function missing(
    reaches: (sha256: string) => boolean,
    originals: 'all' | 'asked' | 'none',
    skip: number,
  ): NamedBlob[] {
    if (!publishers) return named.missing({ limit: most, skip, originals });
    const found: NamedBlob[] = [];
    for (let at = 0, more = true; more && found.length < skip + most; at += most) {
      const list = named.missing({ limit: most, skip: at, originals });
      found.push(...list.filter(({ sha256 }) => reaches(sha256)));
      more = list.length === most;
    }
    return found.slice(skip, skip + most);
  }

  const Asked = Type.Object({
    originals: Type.Optional(Type.Enum(['all', 'asked', 'none'])),
    skip: Type.Optional(Type.Integer({ minimum: 0 })),
    wait: Type.Optional(Type.Integer({ minimum: 0, maximum: longest, description: 'ms, while there is nothing new' })),
    seen: Type.Optional(
      Type.Integer({ description: 'the `version` of the last answer: waits until there is another' }),
    ),
  });
  const Params = Type.Object({ sha256: Sha256 });
  const Have = Type.Object({ have: Type.Integer({ description: 'bytes of it that are here now' }) });

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
              version: Type.Integer({ description: 'changes when more is wanted, or something else first' }),
              wanted: Type.Array(Type.Object({ sha256: Sha256, bytes: Type.Integer(), have: Type.Integer() })),
            }),
          ),
        },
      },
      async (request, reply) => {
        const { originals = 'none', skip = 0, wait = 0, seen } = request.query as Static<typeof Asked>;
        exchange.heard(wait);
        await exchange.untilWanted({ originals, ...(seen !== undefined && { seen }) }, wait, goneOf(reply));
        checkStill(request, 'replicate');
        const version = exchange.version();
        return {
          version,
          wanted: await Promise.all(
            missing(reach(request), originals, skip).map(async ({ sha256, bytes }) => ({
              sha256,
              bytes,
              have: await store.begun(sha256),
            })),
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
        const found = await exchange.find(sha256);
        const gone = 'There is no such blob here.';
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

    scope.put(
      '/blobs/:sha256',
      {
        bodyLimit: Number.MAX_SAFE_INTEGER,
        config: { rule: 'replicate', streams: true },
        schema: {
          summary: 'Brings a blob, or goes on bringing it',
          params: Params,
          response: { 200: Have, 201: Have, 202: Have, '4xx': Problem, '5xx': Problem },
        },
      },
      async (request, reply) => {
        const { sha256 } = request.params as { sha256: string };
        const from = fromOf(request.headers['content-range']);
        if (from === undefined) return refuse(reply, 400, 'range', 'Content-Range must be like “bytes 100-199/200”.');
        exchange.heard(0);
        const blob = await exchange.name(sha256);
        if (!blob || !reach(request)(sha256)) throw notFound('No document names it.');
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
