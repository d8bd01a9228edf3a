/**
 * Requests made through a share link. The page of a link sends all its requests below `/s/<secret>/`. The prefix is removed and
 * the request is routed as usual; it is authorised as the link alone, even if the same browser is signed in.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { BroughtShare } from '../../access/viewer.js';
import { withTicket } from './share-link-cookie.js';

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

/** The link through which a request is made, with the ticket that proves its password. */
export function shareOf({
  raw,
  headers,
}: {
  raw: object;
  headers: FastifyRequest['headers'];
}): BroughtShare | undefined {
  const secret = secrets.get(raw);
  return secret === undefined ? undefined : withTicket(secret, headers.cookie);
}

/** The link whose page is requested. */
export function shareOfPage({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>): BroughtShare | undefined {
  const secret = page.exec(url)?.[1];
  return secret === undefined ? undefined : withTicket(secret, headers.cookie);
}
