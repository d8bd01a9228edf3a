/** Serves a library to peers, as `photospool serve` does, on a free port of this machine. */
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Access } from '../../src/access/access.js';
import type { Viewer } from '../../src/access/permissions.js';
import { systemClock } from '../../src/base/clock.js';
import { silent, type Log } from '../../src/base/log.js';
import { openCopies, type Copies } from '../../src/sync/connections/detect-copies.js';
import type { PeopleGate } from '../../src/sync/connections/people-gate.js';
import type { Address } from '../../src/sync/couch/json-client.js';
import type { App, Context } from '../../src/server/context.js';
import { replication } from '../../src/server/routes/couchdb.js';
import type { Library } from '../../src/library/library.js';
import type { Served } from '../../src/sync/couch/serve-database.js';

const peer: Viewer = { role: 'program', audiences: [], may: ['replicate'], canEdit: false };

/** Accepts `token` as Bearer and as the password of Basic, only below `/db`. */
const check =
  (token: string) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const [kind, text = ''] = (request.headers.authorization ?? '').split(' ');
    const password = Buffer.from(text, 'base64')
      .toString()
      .replace(/^[^:]*:/, '');
    if (!request.url.startsWith('/db') || (kind === 'Bearer' ? text : password) === token) return undefined;
    return reply.code(401).send({ error: 'unauthorized', reason: 'A token is needed.' });
  };

/**
 * Serves a side; `address` is that of its database. With a `token`, only to its holder. `log` is that of the server.
 */
export async function serveSide(
  side: { library: Library; served: Served },
  port = 0,
  token?: string,
  log: Log = silent,
  gate?: PeopleGate,
): Promise<{ address: Address; copies: Copies; close(): Promise<void> }> {
  const app: App = Fastify({
    routerOptions: { maxParamLength: 1_100 },
    forceCloseConnections: true,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.decorate('access', { recognise: () => ({ ...peer, token: 'guest' }) } as unknown as Access);
  const copies = openCopies(systemClock, silent);
  const context = { library: side.library, databases: [side.served], copies, gate, log, config: { version: '0.0.0' } };
  if (token !== undefined) app.addHook('onRequest', check(token));
  await replication(app, context as unknown as Context);
  const url = await app.listen({ host: '127.0.0.1', port });
  return { address: { url: `${url}/db/photos` }, copies, close: () => app.close() };
}
