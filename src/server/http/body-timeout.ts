/**
 * The timeout for request bodies other than files: they are small, so a client that takes long only occupies a slot.
 * Also lets a client that is rejected before it has sent its body read the reason.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../base/clock.js';

/** For a body of at most a megabyte, in ms; and for data still arriving after the response. */
const patience = 30_000;

/** Ends requests whose bodies do not arrive; bodies of routes with `streams` are files of any size. */
export function boundBodies(app: FastifyInstance, clock: Clock): void {
  app.addHook('onRequest', ({ raw, routeOptions }, _reply, next) => {
    next();
    if (raw.complete || !hasBody(raw.headers) || routeOptions.config.streams === true) return;
    const come = new AbortController();
    for (const end of ['end', 'close']) raw.once(end, () => come.abort());
    void clock.sleep(patience, come.signal).then(() => {
      if (!come.signal.aborted) raw.destroy();
    });
  });
  // A large body that was rejected unread is not awaited.
  app.addHook('onSend', ({ raw }, reply, _payload, done) => {
    if (!raw.complete && isBig(raw.headers)) {
      void reply.header('connection', 'close');
      lingerAfter(raw, clock);
    }
    done();
  });
}

/**
 * Closes a connection in two steps if the client is still sending a body (RFC 9112, 9.6): our side after the response,
 * the other one when the client closes it, or after half a minute. Closed at once, incoming data would reset the
 * connection, and a client that sends its whole body first would never read the response.
 */
function lingerAfter(raw: IncomingMessage, clock: Clock): void {
  // A destroyed request no longer has one.
  const socket = raw.socket as Socket | null;
  if (!socket) return;
  // Node calls this when the response was written.
  socket.destroySoon = () => {
    Reflect.deleteProperty(socket, 'destroySoon');
    socket.end();
    // Node discards data that still arrives.
    raw.unpipe().resume();
    raw.once('end', () => socket.destroySoon());
    const over = new AbortController();
    socket.once('close', () => over.abort());
    void clock.sleep(patience, over.signal).then(() => socket.destroy());
  };
}

const isBig = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 64 * 1024;

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
