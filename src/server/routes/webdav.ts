/**
 * WebDAV (docs/webdav.md): for programs with a token, and, before there is an account, for this machine itself. This
 * file determines the sender and the folder; the folders are in src/server/dav.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { hasListing, type Viewer } from '../../access/permissions.js';
import { codes, notFound, PhotospoolError } from '../../base/errors.js';
import { namesOf } from '../dav/dav-path.js';
import type { DavRequest } from '../dav/dav-request.js';
import { openIncomingRequests } from '../dav/incoming-requests.js';
import { openReadOnlyFolders } from '../dav/read-only-folders.js';
import type { Context, Routes } from '../context.js';
import { answerErrors } from '../http/error-responses.js';
import { broughtBy, checkMay, viewerOf } from '../http/request-viewer.js';

/** Methods that Fastify does not know by itself, and whether their requests have bodies. */
const methods = { PROPFIND: true, PROPPATCH: true, MKCOL: true, LOCK: true, COPY: false, MOVE: false, UNLOCK: false };

export const webdav: Routes = async (app, context) => {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    askForToken(scope, context);
    for (const [method, hasBody] of Object.entries(methods)) scope.addHttpMethod(method, { hasBody });
    addFolders(scope, context);
    done();
  });
};

/** Responds to a request without a token: programs then prompt for one. */
function askForToken(scope: FastifyInstance, { access, log }: Context): void {
  const answer = answerErrors(log);
  scope.setErrorHandler((error, request, reply) => {
    const isUnknown = error instanceof PhotospoolError && codes[error.code].status === 401;
    if (isUnknown) void reply.header('www-authenticate', 'Basic realm="Photospool", charset="UTF-8"');
    return answer(error as Error, request, reply);
  });
  scope.addHook('onRequest', (request, _reply, done) => {
    // The existence of a server to sign in to must not be revealed yet.
    if (!access.settings.read().setUp && !broughtBy(request).direct)
      throw notFound('There is nothing at this address.');
    checkProgram(request);
    done();
  });
}

/** The program that sent a request. A session or a share link is not one. @throws PhotospoolError `unauthorized`. */
function checkProgram(request: FastifyRequest): Viewer {
  const who = viewerOf(request);
  if (who && (who.token !== undefined || who.unclaimed === true)) return who;
  throw new PhotospoolError('unauthorized', 'WebDAV needs a token as password.', {
    hint: 'Create one in Settings, Phone backup (owners also: API tokens), or with `photospool tokens add NAME --may upload`.',
  });
}

function addFolders(scope: FastifyInstance, context: Context): void {
  const readOnly = openReadOnlyFolders(context);
  const incoming = openIncomingRequests(context);
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const names = namesOf(request.raw.url ?? '');
    const body = request.body instanceof Readable ? request.body : Readable.from([]);
    const asked: DavRequest = { request, reply, who: checkProgram(request), names, body };
    if (names[0] === 'incoming') {
      checkMay(asked.who, 'upload');
      if (!hasListing(asked.who))
        throw new PhotospoolError('forbidden', 'This token’s name conflicts with another person’s token.', {
          hint: 'Create a token with another name.',
        });
      return incoming(asked);
    }
    if (names[0] === 'photos') checkMay(asked.who, 'see');
    else if (names.length > 0) throw notFound('There is nothing at this address.');
    return readOnly(asked);
  };
  const common = { exposeHeadRoute: false, schema: { hide: true }, handler: answer };
  for (const url of ['/dav', '/dav/*']) {
    const small = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PATCH', 'DELETE', ...Object.keys(methods)];
    scope.route({ ...common, url, method: small, config: { rule: 'everyone' } });
    // A file of any size, with no time limit as long as bytes arrive.
    const bodyLimit = Number.MAX_SAFE_INTEGER;
    scope.route({ ...common, url, method: 'PUT', bodyLimit, config: { rule: 'everyone', streams: true } });
  }
}
