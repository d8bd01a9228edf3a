/**
 * The HTTP server: Fastify with the routes of routes/, validated and described by the schemas in api/photo-schemas.ts.
 * Until there is an owner, it listens on loopback addresses only. `close` ends live pages and idle connections at once,
 * and gives requests in progress at most five seconds.
 */
import type { AddressInfo, Socket } from 'node:net';
import { hostname } from 'node:os';
import Fastify from 'fastify';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { errnoOf, PhotospoolError, toPhotospoolError } from '../base/errors.js';
import { checkHost } from './http/request-viewer.js';
import { noRobots, serveAlbum } from './pages/page-files.js';
import { makeAsk } from '../album/query-catalog.js';
import { readPair, watchPair, type Pair, type PairFiles } from './http/tls-certificate.js';
import { boundCrowd, makeCrowd } from './http/rate-limit.js';
import { answerErrors, failure } from './http/error-responses.js';
import { guard } from './http/request-guard.js';
import { headers } from './http/security-headers.js';
import { makeHosts } from './http/allowed-hosts.js';
import { makeListener, type Listener } from './http/listener.js';
import { openAwaitedChanges, type AwaitedChangesParts } from '../album/awaited-changes.js';
import { openLive } from './live-events.js';
import { refuseMethods } from './http/method-not-allowed.js';
import type { App, Routes, ServerConfig, ServerParts } from './context.js';
import { boundBodies } from './http/body-timeout.js';
import { endWaits } from './http/client-disconnect.js';
import { endConnections, shutDown } from './http/shutdown.js';
import { makeTrust } from './http/trusted-proxies.js';
import { admitPublishers, checkPublicHost, publicRoutes } from './public-server.js';
import * as routes from './routes/all-routes.js';
import { demandRules } from './http/route-permissions.js';
import { enterShare } from './http/share-link-address.js';
import { makeHolds } from '../album/visibility.js';
import { describeBroken } from './http/validation-messages.js';
import { compileSerializer } from './http/response-serializer.js';
import { namePerson } from './http/person-header.js';
import { makePreview } from './pages/link-preview.js';
import { nameRequest, traceRequests } from './http/request-ids.js';
import { compileValidator } from './http/request-validator.js';

export type { BlobPort, ServerConfig, ServerParts } from './context.js';

/** A running server. */
export interface Server {
  /** `http://127.0.0.1:4780` */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The maximum size of request bodies other than uploads, in bytes. */
const bodyLimit = 1024 * 1024;

/** Parameters in a path may be as long as the ids of documents and of CouchDB's checkpoints. */
const routerOptions = { maxParamLength: 1_100 };

/** Builds the server without listening: for tests and for the OpenAPI description. */
export async function buildApp(parts: ServerParts, pair?: Pair): Promise<App> {
  const { names = [], trustProxy = [] } = parts.config;
  const trust = makeTrust(trustProxy);
  const listener = makeListener(pair, trust);
  const app: App = Fastify({
    logger: false,
    serverFactory: (handler) => listener.open(handler),
    trustProxy: trustProxy.length > 0 && trust,
    genReqId: nameRequest,
    requestIdHeader: false,
    bodyLimit,
    routerOptions,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: enterShare,
    frameworkErrors: (error, request, reply) => {
      void reply.headers(headers).header('x-request-id', request.id);
      answerErrors(parts.log)(error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerGarbage(error, socket),
    schemaErrorFormatter: describeBroken,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(compileSerializer);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(answerErrors(parts.log));
  app.decorate('access', parts.access);
  app.decorate('holds', makeHolds(parts.library, parts.catalog));
  app.decorate('librariesOn', () => parts.gate?.state().on === true);
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(headers);
    if (parts.config.noindex !== false || request.originalUrl.startsWith('/s/')) reply.header('x-robots-tag', noRobots);
  });
  traceRequests(app, parts.log);
  boundCrowd(app, makeCrowd(parts.clock));
  guard(
    app,
    makeHosts(names, hostname(), () => parts.access.settings.publicAddress()),
  );
  namePerson(app);
  demandRules(app);
  boundBodies(app, parts.clock);
  endWaits(app);
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Photospool', version: parts.config.version } },
  });
  const ask = makeAsk(parts.library, parts.catalog);
  const live = openLive({ ...parts, ask, version: parts.config.version });
  app.addHook('preClose', () => live.close());
  const awaited = openAwaitedChanges({
    ...parts,
    gate: parts.gate,
    senders: parts.access.senders,
    imported: importsOf(parts.spool),
  });
  if (parts.config.role === 'home') app.addHook('preClose', awaited.follow());
  if (parts.config.https) renewPair(app, parts, parts.config.https, listener);
  endConnections(app);
  const finish = refuseMethods(app, routerOptions);
  if (parts.publishers) admitPublishers(app, parts.publishers);
  const list: readonly Routes[] = parts.config.role === 'public' ? publicRoutes : Object.values(routes);
  for (const add of list) await add(app, { ...parts, live, ask, awaited });
  finish();
  await serveAlbum(app, parts.config.webRoot, makePreview({ ...parts, ask }));
  await app.ready();
  return app;
}

/** The files that a spool imported, by the SHA-256 of their bytes. */
const importsOf =
  (spool: ServerParts['spool']): AwaitedChangesParts['imported'] =>
  (listener) =>
    spool.on((event) => {
      if (event.type === 'stored' || event.type === 'duplicate') listener(event.sha256);
    });

/** Loads a renewed certificate while the server runs. */
function renewPair(app: App, parts: ServerParts, files: PairFiles, listener: Listener): void {
  const ended = new AbortController();
  app.addHook('preClose', () => ended.abort());
  void watchPair(files, parts, ended.signal, (pair) => listener.renew(pair));
}

/** Responds to malformed HTTP with an error in Photospool's format, if the socket can still be written to. */
function answerGarbage(error: Error, socket: Socket): void {
  const body = JSON.stringify(failure('invalid', 'This is not a valid HTTP request.'));
  if (errnoOf(error) === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * Opens the server.
 * @throws PhotospoolError `config` if the host is reachable from other machines without an owner, or the port is in
 * use.
 */
export async function openServer(parts: ServerParts): Promise<Server> {
  if (parts.config.role === 'public') checkPublicHost(parts.config.host, parts.access);
  else checkHost(parts.config.host, parts.access.settings.read());
  const { https } = parts.config;
  const app = await buildApp(parts, https && (await readPair(https)));
  try {
    await app.listen({ host: parts.config.host, port: parts.config.port });
  } catch (error) {
    await app.close();
    throw listenError(error, parts.config);
  }
  // Starts loading now, so that the first view finds the catalog loaded; earlier requests wait for the same load.
  parts.catalog.load().catch((error: unknown) => {
    parts.log.error({ err: error }, 'The catalog could not be loaded.');
  });
  const { port } = app.server.address() as AddressInfo;
  const host = parts.config.host.includes(':') ? `[${parts.config.host.replace(/[[\]]/g, '')}]` : parts.config.host;
  return { url: `${https ? 'https' : 'http'}://${host}:${port}`, port, close: () => shutDown(app, parts.clock) };
}

function listenError(error: unknown, { host, port }: ServerConfig): PhotospoolError {
  const where = `${host}:${port}`;
  const reasons: Record<string, [string, string]> = {
    EADDRINUSE: [
      'the port is already in use',
      'Check whether Photospool is already running, or choose another port with --port.',
    ],
    EACCES: ['permission denied', 'Choose a port above 1023 with --port.'],
    EADDRNOTAVAIL: ['this machine has no such address', 'Use 127.0.0.1.'],
    ENOTFOUND: ['the host name does not exist', 'Use 127.0.0.1.'],
  };
  const known = reasons[errnoOf(error) ?? ''];
  if (!known) return toPhotospoolError(error, 'listen on', where);
  return new PhotospoolError('config', `Could not listen on ${where}: ${known[0]}.`, {
    op: 'serve',
    hint: known[1],
    cause: error,
  });
}
