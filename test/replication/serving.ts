/** Serves a library to peers, as `photospool serve` does, on a free port of this machine. */
import Fastify from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Address } from '../../src/replication/client.js';
import type { App, Context } from '../../src/server/parts.js';
import { replication } from '../../src/server/routes/replication.js';
import type { Library } from '../../src/library/library.js';
import type { Served } from '../../src/replication/serve.js';

/** Serves a side; `address` is that of its database. */
export async function serveSide(
  side: { library: Library; served: Served },
  port = 0,
): Promise<{ address: Address; close(): Promise<void> }> {
  const app: App = Fastify({
    routerOptions: { maxParamLength: 1_100 },
    forceCloseConnections: true,
  }).withTypeProvider<TypeBoxTypeProvider>();
  const context = { library: side.library, databases: [side.served], config: { version: '0.0.0' } };
  await replication(app, context as unknown as Context);
  const url = await app.listen({ host: '127.0.0.1', port });
  return { address: { url: `${url}/db/photos` }, close: () => app.close() };
}
