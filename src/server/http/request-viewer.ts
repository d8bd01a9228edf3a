/**
 * The viewer of a request, for routes. This file reads the credentials of a request, access/viewer.ts authenticates
 * them, access/permissions.ts decides what is permitted. A route declares its action (`config: { rule: 'see' }`), which
 * `checkRule` checks.
 */
import type { FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.js';
import { may, mayChangeAny, mayOnSome, type Action, type ItemAction, type Viewer } from '../../access/permissions.js';
import { tokenPrefix } from '../../access/api-tokens.js';
import { local, type Credentials } from '../../access/viewer.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { sessionOf } from './cookies.js';
import { immichCredentials } from './immich-credentials.js';
import { shareOf } from './share-link-address.js';
import { hostOf, isLoopbackAddress, isLoopbackName } from './allowed-hosts.js';

/**
 * The permission that a route requires: an action; an edit of photos, for which it depends on the fields in the request
 * (`change`); or none (`everyone`).
 */
export type RoutePermission = Action | { item: ItemAction } | 'change' | 'everyone';

declare module 'fastify' {
  interface FastifyContextConfig {
    rule?: RoutePermission;
  }
  interface FastifyInstance {
    /** The access of the home that is served. */
    access: Access;
    /** Whether a photo is in the scope of a viewer with a share link. */
    holds: (viewer: Viewer, id: string) => boolean;
    /** Whether people may have their own libraries here. */
    librariesOn: () => boolean;
  }
}

/** The parts of a request that identify its viewer: origin and credentials, and whether its route shows locked photos. */
export type RequestOrigin = Pick<FastifyRequest, 'ip' | 'headers' | 'protocol' | 'server'> & {
  routeOptions?: { config: { locked?: true; immich?: unknown } };
  /** The version of HTTP. */
  raw: Pick<FastifyRequest['raw'], 'httpVersion'>;
};

const known = new WeakMap<RequestOrigin, Viewer | undefined>();

/** The viewer of a request; undefined without valid credentials. Authenticated once per request. */
export function viewerOf(request: RequestOrigin): Viewer | undefined {
  if (!known.has(request)) known.set(request, viewerNow(request));
  return known.get(request);
}

/** Whether the route of a request shows locked photos (photo-places.ts). */
export const showsLocked = ({ routeOptions }: Pick<RequestOrigin, 'routeOptions'>): boolean =>
  routeOptions?.config.locked === true;

/** The viewer of a request, authenticated again: for anything longer than a moment, such as an event stream. */
export function viewerNow(request: RequestOrigin): Viewer | undefined {
  const { access, holds } = request.server;
  const found = access.recognise(broughtBy(request));
  return found?.scope ? { ...found, holds: (id) => holds(found, id) } : found;
}

/**
 * The viewer of a request that needs one; for a route of locked photos, a viewer who sees only those. @throws
 * PhotospoolError `unauthorized`; as `LockedFolder.viewer`.
 */
export function viewer(request: RequestOrigin): Viewer {
  const found = viewerOf(request);
  if (found) return showsLocked(request) ? request.server.access.lockedFolder.viewer(found) : found;
  throw new PhotospoolError('unauthorized', 'Sign in first.', {
    hint: 'Programs need a token: `photospool tokens add NAME --may read`.',
  });
}

/**
 * Checks the permission for a route.
 * @throws PhotospoolError `unauthorized` without a viewer, `forbidden` without the permission.
 */
export function checkRule(request: RequestOrigin, rule: RoutePermission): void {
  if (rule === 'everyone') return;
  const who = viewer(request);
  if (rule === 'change') {
    if (!mayChangeAny(who)) checkMay(who, 'edit');
  } else if (typeof rule === 'object') {
    if (!mayOnSome(who, rule.item)) checkMay(who, rule.item);
  } else checkMay(who, rule);
}

/** Checks the permission again after a wait. @throws PhotospoolError `unauthorized` if it has ended. */
export function checkStill(request: RequestOrigin, action: Action): void {
  if (!may(viewerNow(request), action))
    throw new PhotospoolError('unauthorized', 'Your access was revoked.', { hint: 'Sign in again.' });
}

/** @throws PhotospoolError `forbidden`. */
export function checkMay(viewer: Viewer, action: Action): void {
  if (may(viewer, action)) return;
  const hint = !may(local, action)
    ? 'This needs a token with the right permission. Create one with `photospool tokens add NAME --may PERMISSION`.'
    : viewer.role === 'program'
      ? 'This token doesn’t have the permission. Sign in with an account, or use a token with more permissions.'
      : 'Only an owner can do this.';
  throw new PhotospoolError('forbidden', 'You don’t have permission to do this.', { hint });
}

/** The credentials in a request. */
export function broughtBy(request: Omit<RequestOrigin, 'server'>): Credentials {
  const direct = isDirect(request);
  if (request.routeOptions?.config.immich !== undefined) return { direct, ...immichCredentials(request.headers) };
  const token = tokenOf(request.headers.authorization);
  const session = sessionOf(request);
  const share = shareOf(request);
  return {
    direct,
    ...(token !== undefined && { token }),
    ...(session !== undefined && { session }),
    ...(share && { share }),
  };
}

/**
 * The token in an `Authorization` header: Bearer (RFC 6750), or Basic (RFC 7617) with a token as password. Any other
 * password is meant for a proxy in front of this server, and ignored.
 */
function tokenOf(header: string | undefined): string | undefined {
  const [, scheme, given] = /^(bearer|basic) +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header ?? '') ?? [];
  if (given === undefined) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return given;
  const pair = Buffer.from(given, 'base64').toString();
  const password = pair.slice(pair.indexOf(':') + 1);
  return pair.includes(':') && password.startsWith(tokenPrefix) ? password : undefined;
}

/** The headers by which proxies show that they forward a request. */
const passedOn =
  /^(via|(x-)?forwarded(-.*)?|x-original-.*|(x-)?real-ip|(x-)?client-ip|x-cluster-client-ip|(cf|fly|fastly|tailscale)-.*|true-client-ip|cdn-loop)$/;

/**
 * Whether a request comes directly from this machine: by its address and its `Host`, and without signs of a proxy.
 * nginx sends no header by default, but then uses HTTP/1.0, which browsers and Photospool's own programs do not.
 */
function isDirect({ ip, headers, raw }: Pick<RequestOrigin, 'ip' | 'headers' | 'raw'>): boolean {
  return (
    raw.httpVersion !== '1.0' &&
    isLoopbackAddress(ip) &&
    isLoopbackName(hostOf(headers.host)) &&
    !Object.keys(headers).some((name) => passedOn.test(name))
  );
}

/** @throws PhotospoolError `config` if other machines could reach the host before anyone has to sign in. */
export function checkHost(host: string, { setUp }: { setUp: boolean }): void {
  if (setUp || isLoopbackName(host)) return;
  throw new PhotospoolError('config', `The library can’t be served on ${printable(host)} until it has an owner.`, {
    op: 'serve',
    hint: 'Create an account with `photospool users add NAME`, or use the link that `serve` prints on 127.0.0.1.',
  });
}
