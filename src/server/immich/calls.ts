/**
 * The calls of the Immich-compatible API (docs/immich.md): each declares its required permission. Before there is an
 * account, only requests that come directly from this machine get a response. They are not part of our own API, and in
 * no OpenAPI description.
 */
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Action, Viewer } from '../../access/permissions.js';
import { notFound, PhotospoolError } from '../../base/errors.js';
import type { App, Context } from '../context.js';
import { immichRoot } from '../http/immich-credentials.js';
import { broughtBy, checkMay, viewer } from '../http/request-viewer.js';

/** The permission that a call requires: an action; an account or a token (`client`); or none (`everyone`). */
export type ImmichRight = Action | 'client' | 'everyone';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A call of the Immich-compatible API, which has separate credentials. */
    immich?: ImmichRight;
  }
}

/** The maximum bytes of a body: clients look up about 5,000 files with their paths at once. */
const mostBytes = 8 << 20;

/** Adds the calls of one noun. */
export type Calls = (app: App, context: Context) => void;

/** A call. Paths are relative to `/immich/api`. */
interface Call<B extends TSchema> {
  method: HTTPMethods | HTTPMethods[];
  path: string;
  needs: ImmichRight;
  body?: B;
  /** The status of a success, if not 200. */
  status?: number;
  /** The body is a file of any size. */
  streams?: boolean;
}

/** A request, for handlers. */
export type ImmichRequest<Body = unknown> = FastifyRequest & {
  body: Body;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string | undefined>>;
};

/** Adds a call. Its handler returns the value to send as JSON, or the reply that it has sent. */
export function addCall<B extends TSchema = TSchema>(
  app: App,
  { method, path, needs, body, status, streams = false }: Call<B>,
  answer: (request: ImmichRequest<Static<B>>, reply: FastifyReply) => unknown,
): void {
  app.route({
    method,
    url: `${immichRoot}${path}`,
    exposeHeadRoute: false,
    config: { rule: 'everyone', immich: needs, ...(streams && { streams }) },
    ...(streams && { validatorCompiler: () => () => true }),
    // The limits for strangers are the same as elsewhere.
    ...(!streams && body && needs !== 'everyone' && { bodyLimit: mostBytes }),
    schema: { hide: true, ...(body && { body }) },
    handler: async (request, reply) => {
      const sent = await answer(request as unknown as ImmichRequest<Static<B>>, reply);
      if (reply.sent || sent === reply) return reply;
      return reply.code(sent === undefined ? 204 : (status ?? 200)).send(sent);
    },
  });
}

/** The check of a call before its body is read. @throws PhotospoolError `not-found`, `unauthorized`, `forbidden`. */
export function checkCall(request: FastifyRequest): void {
  // The existence of a server to sign in to must not be revealed yet.
  if (!request.server.access.settings.read().setUp && !broughtBy(request).direct)
    throw notFound('There is nothing at this address.');
  const needs = request.routeOptions.config.immich ?? 'everyone';
  if (needs === 'everyone') return;
  const who = client(request);
  if (needs !== 'client') checkMay(who, needs);
}

/**
 * The client of a request: a program, or a person who signed in; not a visitor. @throws PhotospoolError `unauthorized`.
 */
export function client(request: FastifyRequest): Viewer {
  const who = viewer(request);
  if (who.role !== 'visitor' && who.role !== 'link') return who;
  throw new PhotospoolError('unauthorized', 'Sign in first, or send a token as x-api-key.');
}
