/**
 * The cookie that proves that a visitor entered the password of a share link. Its path is the address of that link, so the browser
 * sends it nowhere else.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BroughtShare } from '../../access/viewer.js';

const cookie = 'photospool-share';
/** How long the browser keeps the cookie, in seconds. */
const age = 30 * 86_400;

/** The link `secret` with the ticket from the `Cookie` header, if there is one. */
export function withTicket(secret: string, cookies = ''): BroughtShare {
  const ticket = new RegExp(`(?:^|; *)${cookie}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(cookies)?.[1];
  return { secret, ...(ticket !== undefined && { ticket }) };
}

/** Sets the cookie after the password was entered. */
export function giveTicket(request: FastifyRequest, reply: FastifyReply, secret: string, ticket: string): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  reply.header('set-cookie', `${cookie}=${ticket}; Max-Age=${age}; Path=/s/${secret}; HttpOnly; SameSite=Lax${secure}`);
}
