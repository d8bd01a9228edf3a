/**
 * A name for each request, by which its lines in the log are found. It is drawn here and never taken from the request. What
 * is logged of an address is its path: searches are private, and a secret may have been put behind the `?` by mistake.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../base/log.js';

/** A new name, 12 characters that no other request will have. */
export const nameRequest = (): string => randomBytes(9).toString('base64url');

/** The path of a request's address, without what was asked, and without the secret of a share link. */
export const pathOf = (url: string): string => (url.split(/[?#]/, 1)[0] ?? '').replace(/^\/s\/[^/]+/, '/s/…');

/** Tells each answer's request by name, and logs all answers where the log is that deep. */
export function traceRequests(app: FastifyInstance, log: Log): void {
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  app.addHook('onResponse', async (request, reply) => {
    const { id, method, ip } = request;
    const ms = Math.round(reply.elapsedTime);
    const path = pathOf(request.url);
    log.debug({ request: id, method, path, status: reply.statusCode, ms, ip }, `${method} ${path} ${reply.statusCode}`);
  });
}
