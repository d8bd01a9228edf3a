/** Responds with 405 and `Allow` (RFC 9110, 15.5.6) if the path exists, but not for this method. */
import type { FastifyInstance, FastifyReply, HTTPMethods } from 'fastify';
import Router from 'find-my-way';
import { isImmich } from './immich-credentials.js';
import { refuse } from './error-responses.js';
import { page } from './route-permissions.js';

const all: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Records all routes added from now on, and rejects requests that match none of them; call the returned function after
 * the last one. `router` are the options of the server's own router. An address gets a route for a missing method only
 * if another route would match the request, as `PATCH /api/photos/:id` matches `PATCH /api/photos/save`: routes for all
 * of them would take a third of the time to build the server.
 */
export function refuseMethods(app: FastifyInstance, router: { maxParamLength: number }): () => void {
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', (route) => {
    // The Immich-compatible API has a separate catch-all route.
    if (route.url.endsWith('*') || isImmich(route)) return;
    const methods = known.get(route.url) ?? new Set();
    for (const method of [route.method].flat()) methods.add(method);
    known.set(route.url, methods);
  });
  // All under one method, because it makes no difference.
  const addresses = Router(router);
  // Before the body is read: the response does not depend on it.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404 && request.routeOptions.url !== page) return undefined;
    const allow = addresses.find('GET', request.url)?.store as string | undefined;
    return allow === undefined ? undefined : refuseMethod(reply, allow);
  });
  return () => {
    for (const [url, methods] of [...known]) {
      const allow = all.filter((method) => methods.has(method)).join(', ');
      addresses.on('GET', url, () => undefined, allow);
      // Without a route it is null, which its type omits.
      const isTaken = (method: HTTPMethods) => (app.findRoute({ method, url }) as object | null) !== null;
      const taken = all.filter((method) => !methods.has(method) && isTaken(method));
      if (taken.length === 0) continue;
      app.route({
        method: taken,
        url,
        config: { rule: 'everyone' },
        schema: { hide: true },
        onRequest: async (_request, reply) => refuseMethod(reply, allow),
        handler: () => undefined,
      });
    }
  };
}

const refuseMethod = (reply: FastifyReply, allow: string): FastifyReply =>
  refuse(reply.header('allow', allow), 405, 'method', `This address supports only ${allow}.`);
