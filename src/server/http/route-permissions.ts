/**
 * Every route says what it is for (`config: { rule: 'see' }`); the guard lets those in who may do that. A route that says
 * nothing keeps the server from starting. The files of the page, and what is nowhere, hold nothing of the album.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RoutePermission } from './request-viewer.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is files of any size: it may take as long as it moves. */
    streams?: boolean;
  }
}

/** The files of the page, as @fastify/static names their route. */
const page = '/*';

/** Demands a rule of all routes that are added from now on. */
export function demandRules(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.rule !== undefined || url === page) return;
    throw new Error(`The route ${[method].flat().join()} ${url} has no rule.`);
  });
}

/** What the route of a request is for. */
export function ruleOf({ routeOptions: { url, config } }: FastifyRequest): RoutePermission {
  if (url === undefined || url === page) return 'everyone';
  return config.rule ?? 'settings';
}
