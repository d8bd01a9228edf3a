/**
 * The cookie that proves that a visitor entered the password of a share link. Its path is the address of that link, so the browser
 * sends it nowhere else.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

const cookie = 'photospool-share';
/** How long the browser keeps the cookie, in seconds. */
const age = 30 * 86_400;

/** The ticket in the `Cookie` header. */
export const ticketOf = (cookies = ''): string | undefined =>
  new RegExp(`(?:^|; *)${cookie}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(cookies)?.[1];

/** Sets the cookie after the password was entered. */
export function giveTicket(request: FastifyRequest, reply: FastifyReply, secret: string, ticket: string): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  reply.header('set-cookie', `${cookie}=${ticket}; Max-Age=${age}; Path=/s/${secret}; HttpOnly; SameSite=Lax${secure}`);
}
