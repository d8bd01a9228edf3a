/**
 * Security checks before everything else: security headers on every response, a `Host` that can only be this server
 * (against DNS rebinding), and our own origin (against CSRF for writes, and for reads against pages that learn from
 * response times).
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkRule } from './request-viewer.js';
import { refuse } from './error-responses.js';
import { ruleOf } from './route-permissions.js';

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

/** The browser features that the page needs: full screen, and passkeys. */
const permissions = [
  ...['camera', 'microphone', 'geolocation', 'payment', 'usb', 'serial', 'hid', 'midi'],
  ...['display-capture', 'screen-wake-lock', 'accelerometer', 'gyroscope', 'magnetometer', 'browsing-topics'],
]
  .map((name) => `${name}=()`)
  .concat('fullscreen=(self)', 'publickey-credentials-get=(self)', 'publickey-credentials-create=(self)')
  .join(', ');

/** On every response, unless a route overrides them. */
export const headers = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': permissions,
} as const;

/**
 * If the browser came by HTTPS, to this server or a trusted proxy, it uses HTTPS for half a year (RFC 6797). Not for
 * subdomains, which may belong to others. Browsers ignore it with an untrusted certificate.
 */
const hsts = `max-age=${180 * 86_400}`;

/**
 * Whether a request comes from our own page or from a program. Browsers report that in `Sec-Fetch-Site` (W3C Fetch
 * Metadata), older ones in `Origin`; programs send neither. `host` is the one that the browser sees.
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
        'This server does not answer to that host name.',
        'Use its address, http://127.0.0.1 or http://localhost; other names are set with server.names.',
      );
    }
    if (fromElsewhere(request)) {
      const what = reading.has(request.method) ? 'look into' : 'change anything in';
      return refuse(reply, 403, 'forbidden', `A page of another site may not ${what} this album.`);
    }
    if (request.protocol === 'https') void reply.header('strict-transport-security', hsts);
    checkRule(request, ruleOf(request));
    return undefined;
  });
}
