/**
 * The credentials of clients of the Immich-compatible API (docs/immich.md): a token, or the secret of a session that
 * `auth/login` began. Cookies of the page are ignored: a signed-in browser must not become a client by accident.
 * Likewise, the page does not accept sessions of clients (access/sessions.ts).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { tokenPrefix } from '../../access/api-tokens.js';

/** The base path of all calls of the API. */
export const immichRoot = '/immich/api';

/** The address at which clients find the API. */
export const immichDiscovery = '/.well-known/immich';

/** Whether a request belongs to that API. */
export const isImmich = ({ url }: { url: string }): boolean =>
  url.startsWith(`${immichRoot}/`) || url === immichDiscovery;

/** The token or session in the headers of a request. Anything else is a token that does not exist. */
export function immichCredentials(headers: IncomingHttpHeaders): { token?: string; clientSession?: string } {
  const [, bearer] = /^bearer +(\S{1,200}) *$/i.exec(headers.authorization ?? '') ?? [];
  const given = headers['x-api-key'] ?? headers['x-immich-user-token'] ?? headers['x-immich-session-token'] ?? bearer;
  if (given === undefined) return {};
  const secret = String(given);
  const isSession = headers['x-api-key'] === undefined && !secret.startsWith(tokenPrefix);
  return isSession ? { clientSession: secret } : { token: secret };
}
