/**
 * Who asks, for the routes. What a request brings is read here, access/viewer.ts says who is behind it, access/permissions.ts
 * what they may. A route names the action it is (`config: { rule: 'see' }`); `checkRule` compares the two.
 */
import type { FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.js';
import { may, mayChangeAny, mayOnSome, type Action, type ItemAction, type Viewer } from '../../access/permissions.js';
import { tokenPrefix } from '../../access/api-tokens.js';
import { local, type Credentials } from '../../access/viewer.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { sessionOf } from './cookies.js';
import { shareOf } from './share-link-address.js';
import { hostOf, isLoopbackAddress, isLoopbackName } from './allowed-hosts.js';

/**
 * What a route asks of who calls it: an action; one of those that change photos, where the fields that are sent say which
 * (`change`); or nothing (`everyone`).
 */
export type RoutePermission = Action | { item: ItemAction } | 'change' | 'everyone';

declare module 'fastify' {
  interface FastifyContextConfig {
    rule?: RoutePermission;
  }
  interface FastifyInstance {
    /** Access to the home that is served. */
    access: Access;
    /** Whether a photo is in the scope of somebody who came by a link. */
    holds: (viewer: Viewer, id: string) => boolean;
  }
}

/** What is asked of a request: where it comes from, and what it brings. */
export type RequestOrigin = Pick<FastifyRequest, 'ip' | 'headers' | 'protocol' | 'server'> & {
  /** The version of HTTP that it came in. */
  raw: Pick<FastifyRequest['raw'], 'httpVersion'>;
};

const known = new WeakMap<RequestOrigin, Viewer | undefined>();

/** The viewer behind a request; undefined where nobody is known by it. It is asked once for each request. */
export function viewerOf(request: RequestOrigin): Viewer | undefined {
  if (!known.has(request)) known.set(request, viewerNow(request));
  return known.get(request);
}

/** The viewer behind a request, asked anew: for what lasts longer than a moment, such as an event stream. */
export function viewerNow(request: RequestOrigin): Viewer | undefined {
  const { access, holds } = request.server;
  const found = access.recognise(broughtBy(request));
  return found?.scope ? { ...found, holds: (id) => holds(found, id) } : found;
}

/** The viewer behind a request that must have one. @throws PhotospoolError `unauthorized`. */
export function viewer(request: RequestOrigin): Viewer {
  const found = viewerOf(request);
  if (found) return found;
  throw new PhotospoolError('unauthorized', 'Sign in first.', {
    hint: 'Programs bring a token (photospool tokens add).',
  });
}

/**
 * Whether the caller may do what a route is for.
 * @throws PhotospoolError `unauthorized` where nobody is known, `forbidden` where they may not.
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

/** Asks anew, after a wait, whether the caller may. @throws PhotospoolError `unauthorized` where they may not any more. */
export function checkStill(request: RequestOrigin, action: Action): void {
  if (!may(viewerNow(request), action)) throw new PhotospoolError('unauthorized', 'That is over.');
}

/** @throws PhotospoolError `forbidden`. */
export function checkMay(viewer: Viewer, action: Action): void {
  if (may(viewer, action)) return;
  const hint = may(local, action)
    ? 'The owner of this album may.'
    : 'Only programs may that bring a token for it (photospool tokens add).';
  throw new PhotospoolError('forbidden', 'You may not do that here.', { hint });
}

/** What a request brings that tells who is behind it. */
export function broughtBy(request: Omit<RequestOrigin, 'server'>): Credentials {
  const token = tokenOf(request.headers.authorization);
  const session = sessionOf(request);
  const share = shareOf(request);
  return {
    direct: isDirect(request),
    ...(token !== undefined && { token }),
    ...(session !== undefined && { session }),
    ...(share && { share }),
  };
}

/**
 * The token of an `Authorization` header: Bearer (RFC 6750), or Basic (RFC 7617) whose password is one. Another password
 * is meant for a proxy in front of us, and none of our business.
 */
function tokenOf(header: string | undefined): string | undefined {
  const [, scheme, given] = /^(bearer|basic) +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header ?? '') ?? [];
  if (given === undefined) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return given;
  const pair = Buffer.from(given, 'base64').toString();
  const password = pair.slice(pair.indexOf(':') + 1);
  return pair.includes(':') && password.startsWith(tokenPrefix) ? password : undefined;
}

/** Headers by which proxies tell that they pass something on, whichever they are. */
const passedOn =
  /^(via|(x-)?forwarded(-.*)?|x-original-.*|(x-)?real-ip|(x-)?client-ip|x-cluster-client-ip|(cf|fly|fastly|tailscale)-.*|true-client-ip|cdn-loop)$/;

/**
 * Whether a request comes from this machine itself: by its address and its `Host`, and no proxy says that it passed it on.
 * nginx says nothing unless it is told to, but speaks HTTP/1.0 then, which browsers and our own programs do not.
 */
function isDirect({ ip, headers, raw }: Pick<RequestOrigin, 'ip' | 'headers' | 'raw'>): boolean {
  return (
    raw.httpVersion !== '1.0' &&
    isLoopbackAddress(ip) &&
    isLoopbackName(hostOf(headers.host)) &&
    !Object.keys(headers).some((name) => passedOn.test(name))
  );
}

/** @throws PhotospoolError `config` where other machines could reach the host before anybody has to sign in. */
export function checkHost(host: string, { setUp }: { setUp: boolean }): void {
  if (setUp || isLoopbackName(host)) return;
  throw new PhotospoolError('config', `The album can't be served on ${printable(host)} yet: it has no owner.`, {
    op: 'serve',
    hint: 'Make an account first: `photospool users add`, or the link that `serve` prints on 127.0.0.1.',
  });
}
