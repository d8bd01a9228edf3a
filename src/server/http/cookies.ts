/**
 * The two cookies (RFC 6265bis): the session, and the mark of a known browser. Scripts can't read them; over HTTPS they
 * are sent only by HTTPS, and their `__Host-` prefix guarantees that no other host has set them. With `SameSite=Lax` a
 * page of another site can't act as the signed-in person.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { longest } from '../../access/sessions.js';

const names = { session: 'photospool', device: 'photospool-browser' } as const;
type Cookie = keyof typeof names;

/** How long the browser keeps each, in seconds. */
const ages: Record<Cookie, number> = { session: longest / 1000, device: 365 * 86_400 };

type Asking = Pick<FastifyRequest, 'headers' | 'protocol'>;

const nameOf = (cookie: Cookie, { protocol }: Asking): string =>
  `${protocol === 'https' ? '__Host-' : ''}${names[cookie]}`;

/** The secret of the session in a request. */
export const sessionOf = (request: Asking): string | undefined => read(request, 'session');
/** The secret of the known browser in a request. */
export const deviceOf = (request: Asking): string | undefined => read(request, 'device');

/** Over HTTPS only the name with the prefix counts: only this host can have set it. */
function read(request: Asking, cookie: Cookie): string | undefined {
  const found = new Map<string, string>();
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at > 0 && !found.has(name)) found.set(name, pair.slice(at + 1).trim());
  }
  const value = found.get(nameOf(cookie, request));
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

/** Sets a cookie. */
export function giveCookie(request: FastifyRequest, reply: FastifyReply, cookie: Cookie, secret: string): void {
  write(request, reply, cookie, `${secret}; Max-Age=${ages[cookie]}`);
}

/** Deletes the session cookie. */
export function takeCookie(request: FastifyRequest, reply: FastifyReply): void {
  write(request, reply, 'session', '; Max-Age=0');
}

function write(request: FastifyRequest, reply: FastifyReply, cookie: Cookie, value: string): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  reply.header('set-cookie', `${nameOf(cookie, request)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`);
}
