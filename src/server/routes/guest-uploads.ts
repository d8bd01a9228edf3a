/**
 * Uploads by guests, through share links that accept them: tus 1.0 as for other uploads, within the limits of the link.
 * They go to the holder of the link's photos, and wait for approval. No response reveals whether someone already has
 * the photo.
 */
import { Type } from 'typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { guestAuthor, linkIn } from '../../access/permissions.js';
import { notFound } from '../../base/errors.js';
import { house } from '../../document/item-id.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { answers, Problem } from '../../api/photo-schemas.js';
import type { Upload } from '../../spool/spool-interface.js';
import { checkStill, viewer } from '../http/request-viewer.js';
import { shareOf } from '../http/share-link-address.js';
import { parseMetadata } from '../files/tus-headers.js';
import { openTus, type TusTarget } from '../files/tus-uploads.js';
import type { Context, Routes } from '../context.js';

const path = '/api/contributions';
const one = `${path}/:upload`;
const config = { rule: 'contribute' } as const;
const Params = Type.Object({ upload: Type.String({ description: '32 hexadecimal digits' }) });
const State = Type.Object({
  state: Type.Enum(['uploading', 'checking', 'received']),
  bytes: Type.Integer({ description: 'bytes received so far' }),
  length: Type.Integer({ description: 'size of the file in bytes' }),
});
const problems = { '4xx': Problem, '5xx': Problem };
const nothing = (description: string) => Type.Null({ description });
/** A body that is a stream, without validation. */
const body = { bodyLimit: Number.MAX_SAFE_INTEGER, validatorCompiler: () => () => true };

export const guestUploads: Routes = async (app, context) => {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    addRoutes(scope, context);
    done();
  });
};

// Longer than a screen: a list of routes.
function addRoutes(scope: FastifyInstance, { spool, clock, access, gate }: Context): void {
  const { uploads } = spool;
  const tus = openTus(uploads, clock);
  const giveUp = (id: string): void => access.guests.giveUp(id);
  const stillOf = (request: FastifyRequest) => (): void => {
    checkStill(request, 'contribute');
    demandPeopleLibraries(gate);
  };

  /** The upload of a request. @throws PhotospoolError `not-found` if it does not exist, or belongs to another link. */
  async function ofAsker(request: FastifyRequest): Promise<Upload> {
    const { upload: id } = request.params as { upload: string };
    const found = /^[0-9a-f]{32}$/.test(id) ? await uploads.find(id) : undefined;
    if (found && linkIn(found.by)?.link === viewer(request).share) return found;
    throw notFound('This upload doesn’t exist.', 'It may have expired. Start again.');
  }

  const targetOf = async (request: FastifyRequest): Promise<TusTarget> => {
    const { id, by } = await ofAsker(request);
    return { id, by, still: stillOf(request), giveUp };
  };

  scope.options(
    path,
    {
      config,
      schema: {
        summary: 'The supported parts of tus',
        response: { 204: nothing('Tus-Version, Tus-Extension'), ...problems },
      },
    },
    (request, reply) => tus(request, reply, { by: guestAuthor(viewer(request).share ?? ''), still: stillOf(request) }),
  );

  scope.post(
    path,
    {
      ...body,
      config: { ...config, streams: true },
      schema: {
        summary: 'Creates an upload through a share link (tus creation)',
        response: { 201: nothing('Location, Upload-Expires'), ...problems },
      },
    },
    async (request, reply) => {
      demandPeopleLibraries(gate);
      const brought = shareOf(request);
      const link = brought && access.shares.find(brought);
      if (!brought || !link?.uploads) throw notFound('This link has expired or is incomplete.');
      const { id, scope: shown, holder = house, uploads: limits } = link;
      return tus(request, reply, {
        by: guestAuthor(id, parseMetadata(request.headers['upload-metadata'])['guest']),
        holder,
        still: stillOf(request),
        path: `/s/${brought.secret}${path}`,
        giveUp,
        admit: (upload, length) => access.guests.begin({ id, limits, ...('album' in shown && shown) }, upload, length),
      });
    },
  );

  scope.route({
    method: ['GET', 'HEAD'],
    url: one,
    config,
    schema: {
      summary: 'The progress of an upload through a share link; HEAD as in tus',
      params: Params,
      response: answers(State),
    },
    handler: async (request, reply) => {
      let found = await ofAsker(request);
      if (request.method === 'HEAD') return tus(request, reply, await targetOf(request));
      // It is complete, but was not finished because of a crash or a disk error.
      if (found.state !== 'received' && found.bytes === found.length)
        found = await uploads.finish(found.id, stillOf(request));
      const { state, bytes, length } = found;
      return { state, bytes, length };
    },
  });

  scope.patch(
    one,
    {
      ...body,
      config: { ...config, streams: true },
      schema: {
        summary: 'Continues an upload through a share link',
        params: Params,
        response: { 204: nothing('Upload-Offset'), ...problems },
      },
    },
    async (request, reply) => tus(request, reply, await targetOf(request)),
  );

  scope.delete(
    one,
    {
      config,
      schema: {
        summary: 'Cancels an upload through a share link',
        params: Params,
        response: { 204: nothing('it is gone'), ...problems },
      },
    },
    async (request, reply) => tus(request, reply, await targetOf(request)),
  );
}
