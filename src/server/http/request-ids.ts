/**
 * A name for each request, which appears in its lines of the log. It is random, never taken from the request. Of a URL
 * only the path is logged: searches are private, and the query may contain a secret by mistake.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../base/log.js';

/** A new id, 12 characters, unique. */
export const nameRequest = (): string => randomBytes(9).toString('base64url');

/** The path of a request, without its query, and without the secret of a share link. */
export const pathOf = (url: string): string => (url.split(/[?#]/, 1)[0] ?? '').replace(/^\/s\/[^/]+/, '/s/…');

/** Sends the id of the request with each response, and logs all responses at a verbose level. */
export function traceRequests(app: FastifyInstance, log: Log): void {
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  app.addHook('onResponse', async (request, reply) => {
    const { id, method, ip } = request;
    const ms = Math.round(reply.elapsedTime);
    const path = pathOf(request.url);
    log.debug({ request: id, method, path, status: reply.statusCode, ms, ip }, `${method} ${path} ${reply.statusCode}`);
  });
}
