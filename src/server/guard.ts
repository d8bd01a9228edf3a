/**
 * What every answer carries and every request must pass, before anything else looks at it: security headers, a `Host`
 * that can only be this machine (against DNS rebinding), and for writes an origin that is our own (against CSRF).
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { checkRule, hostOf, isLoopbackName } from './access.js';
import { refuse } from './failures.js';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer, unless a route says otherwise. */
export const headers = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/**
 * Whether a request comes from our own page or from a program. Browsers say so in `Sec-Fetch-Site` (W3C Fetch Metadata),
 * older ones in `Origin`; programs send neither.
 */
export function isOwn(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host?.toLowerCase();
}

const reading = new Set(['GET', 'HEAD']);
const data = /^\/(?:api|media|originals|metrics|db|blobs)(?:\/|$)/;

/** Puts the guard before all routes. */
export function guard(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (!isLoopbackName(hostOf(request.headers.host))) {
      return refuse(
        reply,
        403,
        'forbidden',
        'This server does not answer to that host name.',
        'Use http://127.0.0.1 or http://localhost.',
      );
    }
    if (!reading.has(request.method) && !isOwn(request.headers)) {
      return refuse(reply, 403, 'forbidden', 'A page of another site may not change anything here.');
    }
    const { config, url } = request.routeOptions;
    // A route that says nothing is for the owner. Files of the page, and what is nowhere, hold nothing of the album.
    checkRule(request, config.rule ?? (url !== undefined && data.test(url) ? 'settings' : 'everyone'));
    return undefined;
  });
}
