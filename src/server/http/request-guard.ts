/**
 * Security checks on every request, before everything else: a `Host` that can only be this server (against DNS
 * rebinding), and our own origin (against CSRF for writes, and for reads against pages that learn from response times).
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkRule } from './request-viewer.js';
import { refuse } from './error-responses.js';
import { ruleOf } from './route-permissions.js';
import { hsts } from './security-headers.js';

/**
 * Whether a request comes from our own page or from a program. Browsers report that in `Sec-Fetch-Site` (W3C Fetch
 * Metadata), older ones in `Origin`; programs send neither. `host` is the one in the browser's address.
 */
export function isOwn(headers: IncomingHttpHeaders, host: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === host.toLowerCase();
}

/** Whether a person follows a link from another page; no request that a page makes by itself looks like this. */
const isVisit = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';

const reading = new Set(['GET', 'HEAD']);

function fromElsewhere({ method, headers, host }: FastifyRequest): boolean {
  if (isOwn(headers, host)) return false;
  // Browsers send `Origin` with reads only if a script requests them; the response is hidden from it.
  if (reading.has(method)) return headers['sec-fetch-site'] !== undefined && !isVisit(headers);
  return true;
}

/** Installs the checks before all routes. `knows` returns whether a `Host` is one of this server's. */
export function guard(app: FastifyInstance, knows: (host: string) => boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!knows(request.host)) {
      return refuse(
        reply,
        403,
        'forbidden',
        'This server does not accept requests for that host name.',
        'Use its address, http://127.0.0.1 or http://localhost, or add the name to server.names.',
      );
    }
    if (fromElsewhere(request)) {
      const what = reading.has(request.method) ? 'read' : 'change';
      return refuse(reply, 403, 'forbidden', `Another website can’t ${what} this library.`);
    }
    if (request.protocol === 'https') void reply.header('strict-transport-security', hsts);
    checkRule(request, ruleOf(request));
    return undefined;
  });
}
