/**
 * Resumable uploads: tus 1.0, and a route for the state of an upload. An upload exists only for its sender; for
 * everyone else its URL is not found. Described in docs/upload.md.
 */
import { notFound } from '../../base/errors.js';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { authorOf } from '../../access/permissions.js';
import { checkInstructions, noteAlbum } from '../../album/upload-instructions.js';
import type { Upload } from '../../spool/spool-interface.js';
import { isSidecarName } from '../../ingest/sidecars/match-sidecars.js';
import { isXmp } from '../../photo/formats/unsupported.js';
import { headLength, whyNotTaken } from '../../photo/formats/identify.js';
import { checkStill, viewer } from '../http/request-viewer.js';
import type { App, Context, Routes } from '../context.js';
import { answers, Problem, Sha256 } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { openTus, uploadsPath, type TusTarget } from '../files/tus-uploads.js';
import { wantedOf } from '../files/tus-headers.js';
import { checkReceiver, knownPhoto, receiverOf, safetyOf } from '../files/upload-receiver.js';
import type { Holder } from '../../document/item-id.js';

const Params = Type.Object({ upload: Type.String({ description: '32 hexadecimal digits' }) });
const State = Type.Object({
  state: Type.Enum(['uploading', 'checking', 'received', 'known']),
  bytes: Type.Integer({ description: 'bytes received so far' }),
  length: Type.Integer({ description: 'size of the file in bytes' }),
  sha256: Type.Optional(Sha256),
  photo: Type.Optional(Type.String({ description: 'of a known photo: its id' })),
  trashed: Type.Optional(Type.Literal(true, { description: 'the known photo is in the trash' })),
});
const Heads = Type.Object({
  files: Type.Array(
    Type.Object({
      name: Type.String({ maxLength: 1000 }),
      head: Type.String({
        maxLength: 4 * Math.ceil(headLength / 3),
        description: `the first ${headLength} bytes, base64`,
      }),
    }),
    { minItems: 1, maxItems: 100 },
  ),
});

/** The reason why the spool would ignore a file; null if it would import it. */
const whyNot = (name: string, head: Uint8Array): string | null =>
  isSidecarName(name) && isXmp(head) ? null : (whyNotTaken(name, head) ?? null);

const problems = { '4xx': Problem, '5xx': Problem };
/** An empty response in the OpenAPI description. */
const nothing = (description: string) => Type.Null({ description });
const one = `${uploadsPath}/:upload`;

/** A body that is a stream, without validation. */
const body = { bodyLimit: Number.MAX_SAFE_INTEGER, validatorCompiler: () => () => true };

export const uploads: Routes = async (app, context) => {
  addCheck(app);
  addSafety(app, context);
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    const tus = openTus(context.spool.uploads, context.clock);
    addBeginning(scope, context, tus);
    addOne(scope, context, tus);
    done();
  });
};

type Tus = ReturnType<typeof openTus>;

/** Creates the check whether the sender may still upload, for a holder. */
const stillOf =
  (request: FastifyRequest, { gate }: Pick<Context, 'gate'>, holder?: Holder) =>
  (): void => {
    checkStill(request, 'upload');
    checkReceiver(holder, gate);
  };

/** Checks whether files would be imported, before they are sent. */
function addCheck(app: App): void {
  app.post(
    '/api/uploads/check',
    {
      config: { rule: 'upload' },
      schema: {
        summary: 'Whether files would be imported, by their names and first bytes, before they are sent',
        body: Heads,
        response: answers(Type.Object({ reasons: Type.Array(Type.Union([Type.String(), Type.Null()])) })),
      },
    },
    ({ body }) =>
      Promise.resolve({ reasons: body.files.map(({ name, head }) => whyNot(name, Buffer.from(head, 'base64'))) }),
  );
}

/** Which files are stored safely here, for people who want to delete them from a phone. */
function addSafety(app: App, { library }: Pick<Context, 'library'>): void {
  const Hashes = strict({ sha256: Type.Array(Sha256, { minItems: 1, maxItems: 500 }) });
  const Safe = Type.Union([Type.Literal('safe'), Type.Literal('trashed'), Type.Null()]);
  app.post(
    '/api/uploads/safe',
    {
      config: { rule: 'upload' },
      schema: {
        summary: 'Which originals are safe here, among your photos and those of the family library',
        body: Hashes,
        response: answers(Type.Object({ states: Type.Array(Safe) })),
      },
    },
    (request) => Promise.resolve({ states: safetyOf(library, viewer(request), request.body.sha256) }),
  );
}

/** The supported protocol, and starting an upload. */
function addBeginning(scope: FastifyInstance, context: Context, tus: Tus): void {
  const { library, clock, gate, awaited } = context;

  scope.options(
    uploadsPath,
    {
      config: { rule: 'upload' },
      schema: {
        summary: 'The supported parts of tus',
        response: { 204: nothing('Tus-Version, Tus-Extension'), ...problems },
      },
    },
    (request, reply) => tus(request, reply, { by: authorOf(viewer(request)), still: stillOf(request, context) }),
  );

  scope.post(
    uploadsPath,
    {
      ...body,
      config: { rule: 'upload', streams: true },
      schema: {
        summary: 'Creates an upload (tus creation), or reports that the photo is known',
        response: { 200: State, 201: nothing('Location, Upload-Expires'), ...problems },
      },
    },
    async (request, reply) => {
      const who = viewer(request);
      const { metadata, sha256, receiver } = wantedOf(request.headers['upload-metadata']);
      const holder = receiverOf(who, receiver, context);
      checkInstructions({ library, clock, gate }, who, { holder, sha256, metadata });
      const known = sha256 === undefined ? undefined : knownPhoto(library, who, holder, sha256);
      if (known) {
        noteAlbum({ library }, authorOf(who), known.id, metadata);
        awaited.settle(known.id);
        const { id, bytes, trashed } = known;
        return reply
          .code(200)
          .send({ state: 'known', bytes, length: bytes, sha256, photo: id, ...(trashed && { trashed }) });
      }
      return tus(request, reply, { by: authorOf(who), holder, still: stillOf(request, context, holder) });
    },
  );
}

/** The routes of an existing upload. */
function addOne(scope: FastifyInstance, context: Context, tus: Tus): void {
  const { spool } = context;

  /** The upload of a request. @throws PhotospoolError `not-found` if it does not exist, or is another sender's. */
  async function ofAsker(request: FastifyRequest): Promise<Upload> {
    const { upload: id } = request.params as { upload: string };
    const found = /^[0-9a-f]{32}$/.test(id) ? await spool.uploads.find(id) : undefined;
    if (found?.by === authorOf(viewer(request))) return found;
    throw notFound('This upload doesn’t exist.', 'It may have expired. Start again.');
  }

  async function asking(request: FastifyRequest): Promise<TusTarget> {
    const { id, by, holder } = await ofAsker(request);
    return { id, by, still: stillOf(request, context, holder) };
  }

  scope.route({
    method: ['GET', 'HEAD'],
    url: one,
    config: { rule: 'upload' },
    schema: {
      summary: 'The progress of an upload, and its hash when it is stored; HEAD as in tus',
      params: Params,
      response: answers(State),
    },
    handler: async (request, reply) => {
      let found = await ofAsker(request);
      if (request.method === 'HEAD')
        return tus(request, reply, { id: found.id, by: found.by, still: stillOf(request, context) });
      // It is complete, but was not finished because of a crash or a disk error.
      if (found.state !== 'received' && found.bytes === found.length)
        found = await spool.uploads.finish(found.id, stillOf(request, context, found.holder));
      const { state, bytes, length, sha256 } = found;
      return { state, bytes, length, ...(sha256 !== undefined && { sha256 }) };
    },
  });

  scope.patch(
    one,
    {
      ...body,
      config: { rule: 'upload', streams: true },
      schema: {
        summary: 'Continues an upload',
        params: Params,
        response: { 204: nothing('Upload-Offset'), ...problems },
      },
    },
    async (request, reply) => tus(request, reply, await asking(request)),
  );

  scope.delete(
    one,
    {
      config: { rule: 'upload' },
      schema: {
        summary: 'Cancels an upload',
        params: Params,
        response: { 204: nothing('it is gone'), ...problems },
      },
    },
    async (request, reply) => tus(request, reply, await asking(request)),
  );
}
