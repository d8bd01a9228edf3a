/**
 * The routes of a public server: the pages of a visitor, and what publishers need. No sign-in, no editing, no upload,
 * no original. A publisher has access to its own projection and uploads pictures; it can't download any.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.js';
import { PhotospoolError, printable, notFound } from '../base/errors.js';
import type { Publishers } from '../publishing/publisher-registry.js';
import { viewer } from './http/request-viewer.js';
import { isLoopbackName } from './http/allowed-hosts.js';
import type { Routes } from './context.js';
import * as routes from './routes/all-routes.js';
import { visitor } from './routes/public-session.js';

/** The routes of a public server. */
export const publicRoutes: readonly Routes[] = [
  routes.photos,
  routes.timeline,
  routes.tiles,
  routes.facets,
  routes.explore,
  routes.front,
  routes.atom,
  routes.media,
  routes.home,
  routes.events,
  routes.openapi,
  routes.health,
  visitor,
  routes.blobs,
  routes.replication,
];

/** Installs a check on all routes added from now on: whether a publisher accesses its own database. */
export function admitPublishers(app: FastifyInstance, publishers: Pick<Publishers, 'admit'>): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? '';
    if (route.startsWith('/db/:name')) publishers.admit((request.params as { name: string }).name, tokenOf(request));
    if (route === '/blobs/:sha256' && request.method !== 'PUT') throw notFound('This blob is not on this server.');
    done();
  });
}

function tokenOf(request: FastifyRequest): string {
  const { token } = viewer(request);
  if (token !== undefined) return token;
  throw new PhotospoolError('forbidden', 'Publishing requires a token.');
}

/** @throws PhotospoolError `config` if other machines could reach the host before anyone can publish there. */
export function checkPublicHost(host: string, { tokens }: Pick<Access, 'tokens'>): void {
  if (isLoopbackName(host) || tokens.list().some((token) => token.may.includes('publish'))) return;
  throw new PhotospoolError(
    'config',
    `Photos can't be published to ${printable(host)} until there is a token for it.`,
    {
      op: 'serve',
      hint: 'Create one with `photospool tokens add NAME --may publish`.',
    },
  );
}
