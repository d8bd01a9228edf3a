/**
 * Serves the built page: files with a hash in their name are cached permanently, all others are revalidated; a path
 * without a file gets the page itself (it has its own routes).
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { escaped } from './escape-markup.js';
import { refuse } from '../http/error-responses.js';
import type { PageHead, Preview } from './link-preview.js';

/** Paths that are never the page. */
const reserved = /^\/(?:api|(?:locked\/)?(?:media|originals)|db|dav|blobs|assets|metrics|healthz)(?:\/|$)/;

/** Serves the files of `root` with `.br` and `.gz` beside them, and answers all paths without a route. */
export async function serveAlbum(app: FastifyInstance, root: string, preview: Preview): Promise<void> {
  const built = existsSync(join(root, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root,
      preCompressed: true,
      // The page at `/` may have its own head.
      allowedPath: (path) => path !== '/',
      cacheControl: false,
      dotfiles: 'ignore',
      setHeaders(reply, path) {
        void reply.header('cache-control', cacheOf(path));
      },
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    if (!isPage(request)) return nothing(reply);
    if (!built) return refuse(reply, 404, 'not-found', 'The web app has not been built.', 'Run `npm run build`.');
    const head = await preview(request);
    if (head?.index !== true) void reply.header('x-robots-tag', noRobots);
    if (head === undefined) return reply.code(200).sendFile('index.html');
    const page = await readFile(join(root, 'index.html'), 'utf8');
    return reply
      .code(200)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(withHead(page, head));
  });
}

/** The robots header for everything that must not be indexed. */
export const noRobots = 'noindex, nofollow';

function withHead(page: string, { markup, title, index }: PageHead): string {
  const named =
    title === undefined ? page : page.replace(/<title>[^<]*<\/title>/, () => `<title>${escaped(title)}</title>`);
  const open = index ? named.replace(/\s*<meta name="robots"[^>]*>/, '') : named;
  return open.replace('</head>', () => `${markup}</head>`);
}

const cacheOf = (path: string): string =>
  path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache';

const nothing = (reply: FastifyReply): FastifyReply =>
  refuse(reply, 404, 'not-found', 'There is nothing at this address.');

function isPage(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1);
  // An album may have any name; there is no file below that path.
  const file = name.includes('.') && !path.startsWith('/albums/');
  return ['GET', 'HEAD'].includes(request.method) && !file && !reserved.test(path);
}
