/**
 * Requests by a share link. All that the page of a link asks lies below `/s/<secret>/`: what comes behind is answered as
 * ever, by the one access function, for whoever the link makes the caller, and for nobody else: not for whoever is signed
 * in in the same browser. The proof that a password was given is a cookie that goes to that address alone.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BroughtShare } from '../../access/viewer.js';

/** What the address of a link holds, and what is asked below it. */
const below = /^\/s\/([A-Za-z0-9_-]{43})(\/(?:api|media|originals|db|blobs|metrics|healthz)(?:[/?].*)?)$/;
/** A page of a link. */
const page = /^\/s\/([A-Za-z0-9_-]{43})(?:[/?]|$)/;
const cookie = 'photospool-share';
/** How long a browser keeps the proof, in seconds. */
const age = 30 * 86_400;

const secrets = new WeakMap<object, string>();

/** Fastify's `rewriteUrl`: takes the link off the address of what is asked by it, and remembers it. */
export function enterShare(raw: Pick<IncomingMessage, 'url'>): string {
  const url = raw.url ?? '/';
  const [, secret, rest] = below.exec(url) ?? [];
  if (secret === undefined || rest === undefined) return url;
  secrets.set(raw, secret);
  return rest;
}

/** The link by which something is asked, with the proof that its password was given. */
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

/** The link whose page is asked for. */
export function shareOfPage({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>): BroughtShare | undefined {
  const secret = page.exec(url)?.[1];
  return secret === undefined ? undefined : withTicket(secret, headers.cookie);
}

function withTicket(secret: string, cookies = ''): BroughtShare {
  const ticket = new RegExp(`(?:^|; *)${cookie}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(cookies)?.[1];
  return { secret, ...(ticket !== undefined && { ticket }) };
}

/** Gives the browser the proof that the password was given. */
export function giveTicket(request: FastifyRequest, reply: FastifyReply, secret: string, ticket: string): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  reply.header('set-cookie', `${cookie}=${ticket}; Max-Age=${age}; Path=/s/${secret}; HttpOnly; SameSite=Lax${secure}`);
}
