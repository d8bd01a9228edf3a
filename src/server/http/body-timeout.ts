/**
 * How long a body may take that is not a file: it is small, so whoever takes long over it only holds a place. And how an
 * answer that waits learns that nobody waits for it any more. A client that is refused before it has sent its body can read why.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock } from '../../base/clock.js';

/** For a body of at most a megabyte, in ms; and for what is still sent after the answer. */
const patience = 30_000;

/** Cuts requests whose bodies do not come; those of routes with `streams` are files of any size. */
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
  // A big body that was refused unread is not waited for.
  app.addHook('onSend', ({ raw }, reply, _payload, done) => {
    if (!raw.complete && isBig(raw.headers)) {
      void reply.header('connection', 'close');
      lingerAfter(raw, clock);
    }
    done();
  });
}

/**
 * Closes a connection in two steps where the client still sends a body (RFC 9112, 9.6): our side after the answer, the other one
 * when the client closes it, or half a minute later. Closed at once, the connection would be reset by what still comes, and a client
 * that sends its whole body first would never read the answer.
 */
function lingerAfter(raw: IncomingMessage, clock: Clock): void {
  const { socket } = raw;
  // Node calls this when the answer was written.
  socket.destroySoon = () => {
    Reflect.deleteProperty(socket, 'destroySoon');
    socket.end();
    // Node throws away what still comes.
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

const closing = new WeakMap<object, AbortSignal>();

/** Ends what waits when the server is closed: it is answered as it is then, while the library is still open. */
export function endWaits(app: FastifyInstance): void {
  const ended = new AbortController();
  closing.set(app.server, ended.signal);
  app.addHook('preClose', () => ended.abort());
}

/** Aborted when nobody reads the answer any more, when it has ended, or when the server is closed. */
export function goneOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const end = (): void => controller.abort();
  reply.raw.once('close', end);
  const closed = closing.get(reply.server.server);
  if (closed?.aborted) end();
  closed?.addEventListener('abort', end, { once: true, signal });
  return signal;
}
