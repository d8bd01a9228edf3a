/** Notifies waiting responses that their client has disconnected, or that the server is closing. */
import type { FastifyInstance, FastifyReply } from 'fastify';

const closing = new WeakMap<object, AbortSignal>();

/**
 * Ends waiting responses when the server closes: they are answered with the current state, while the library is still
 * open.
 */
export function endWaits(app: FastifyInstance): void {
  const ended = new AbortController();
  closing.set(app.server, ended.signal);
  app.addHook('preClose', () => ended.abort());
}

/** Aborts when the client no longer reads the response, when it has ended, or when the server closes. */
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
