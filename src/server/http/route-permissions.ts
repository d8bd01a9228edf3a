/**
 * The permission of each route: every route declares it (`config: { rule: 'see' }`), and a hook checks it. A route
 * without a declaration prevents the server from starting. The page's own files and unknown paths contain nothing of
 * the album.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RoutePermission } from './request-viewer.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a file of any size: it may take any time as long as data arrives. */
    streams?: boolean;
    /** It shows only the viewer’s locked photos (photo-places.ts). */
    locked?: true;
  }
}

/** The paths of routes that show locked photos. */
const lockedPaths = /^\/(?:api\/locked\/(?:photos|tiles|trash)|locked)(?:\/|$)/;

/** The route of the page's files, as named by @fastify/static. */
export const page = '/*';

/** Requires a declaration for all routes added from now on. */
export function demandRules(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    const isExempt = config?.rule === 'everyone' && config.locked !== true;
    if (!isExempt && (config?.locked === true) !== lockedPaths.test(url))
      throw new Error(`The route ${url} must show locked photos if it is in their place, and only then.`);
    if (config?.rule !== undefined || url === page) return;
    throw new Error(`The route ${[method].flat().join()} ${url} has no rule.`);
  });
}

/** The permission declared for the route of a request. */
export function ruleOf({ routeOptions: { url, config } }: FastifyRequest): RoutePermission {
  if (url === undefined || url === page) return 'everyone';
  return config.rule ?? 'settings';
}
