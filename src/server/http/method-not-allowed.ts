/** Responds with 405 and `Allow` (RFC 9110, 15.5.6) if the path exists, but not for this method. */
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { isImmich } from './immich-credentials.js';
import { refuse } from './error-responses.js';

const all: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Records all routes added from now on; call the returned function after the last one. */
export function refuseMethods(app: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', (route) => {
    const methods = known.get(route.url) ?? new Set();
    for (const method of [route.method].flat()) methods.add(method);
    known.set(route.url, methods);
  });
  return () => {
    for (const [url, methods] of [...known]) {
      // Those of the Immich-compatible API are answered by its own route for everything else.
      if (url.endsWith('*') || isImmich({ url })) continue;
      const others = all.filter((method) => !methods.has(method));
      const allow = all.filter((method) => methods.has(method)).join(', ');
      app.route({
        method: others,
        url,
        config: { rule: 'everyone' },
        schema: { hide: true },
        // Before the body is read: the response does not depend on it.
        onRequest: async (_request, reply) =>
          refuse(reply.header('allow', allow), 405, 'method', `This address supports only ${allow}.`),
        handler: () => undefined,
      });
    }
  };
}
