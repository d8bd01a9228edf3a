/**
 * Requests made through a share link. The page of a link sends all its requests below `/s/<secret>/`. The prefix is removed and
 * the request is routed as usual; it is authorised as the link alone, even if the same browser is signed in.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { BroughtShare } from '../../access/viewer.js';
import { sessionOf } from './cookies.js';
import { ticketOf } from './share-link-cookie.js';

/** A request below the address of a link. */
const below = /^\/s\/([A-Za-z0-9_-]{43})(\/(?:api|media|originals|db|blobs|metrics|healthz)(?:[/?].*)?)$/;
/** A page of a link. */
const page = /^\/s\/([A-Za-z0-9_-]{43})(?:[/?]|$)/;

const secrets = new WeakMap<object, string>();

/** Fastify's `rewriteUrl`: removes the link from the URL of a request made through it, and remembers the link. */
export function enterShare(raw: Pick<IncomingMessage, 'url'>): string {
  const url = raw.url ?? '/';
  const [, secret, rest] = below.exec(url) ?? [];
  if (secret === undefined || rest === undefined) return url;
  secrets.set(raw, secret);
  return rest;
}

type Asking = Pick<FastifyRequest, 'headers' | 'protocol'>;

/** The link through which a request is made, with the cookies that open it. */
export function shareOf(request: Asking & { raw: object }): BroughtShare | undefined {
  const secret = secrets.get(request.raw);
  return secret === undefined ? undefined : withCookies(secret, request);
}

/** The link whose page is requested. */
export function shareOfPage(request: Asking & Pick<FastifyRequest, 'url'>): BroughtShare | undefined {
  const secret = page.exec(request.url)?.[1];
  return secret === undefined ? undefined : withCookies(secret, request);
}

function withCookies(secret: string, request: Asking): BroughtShare {
  const ticket = ticketOf(request.headers.cookie);
  const session = sessionOf(request);
  return { secret, ...(ticket !== undefined && { ticket }), ...(session !== undefined && { session }) };
}
