/**
 * The cost of an idle connection: the requests of two servers in sync, counted by a proxy between them. The given
 * number of pictures is named by documents and exists on neither side (default 0): those are requested repeatedly. `npm
 * run bench rest [seconds] [missing]`
 */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { link, untilLive } from './pair.js';
import { table } from './run.js';
import { makeHome, startServer } from './server.js';

/** The question of this bench. */
export const title = 'Rest: requests on a link between two servers that have nothing to tell each other';

/** Ms until the effects of the last change are over: the checkpoint is written after 50 s without changes. */
const settling = 70_000;
/** The same with missing pictures: they are requested with back-off, up to every quarter of an hour. */
const settlingMissing = 420_000;

/** Runs it. Arguments: seconds to look at (300), pictures that are missing (0). */
export async function run([seconds = '300', missing = '0']: string[]): Promise<void> {
  const lacking = Number(missing);
  // Each photo names two.
  const photos = lacking > 0 ? Math.ceil(lacking / 2) : 100;
  const there = await startServer(makeHome(photos, 'there', { pictures: lacking > 0 }));
  const here = await startServer(makeHome(0, 'here'));
  const proxy = await countingProxy(there.url);
  try {
    await link(here, there, proxy.url);
    await untilLive(here);
    await sleep(lacking > 0 ? settlingMissing : settling);
    const before = proxy.count();
    await sleep(Number(seconds) * 1000);
    const per25 = ((proxy.count() - before) / Number(seconds)) * 25;
    console.log(`\nTwo equal servers with a link, ${lacking} pictures missing, looked at for ${seconds} s\n`);
    const row = [String(proxy.count() - before), per25.toFixed(2), 'below 1', per25 < 1 ? 'yes' : 'no'];
    console.log(table(['requests', 'in 25 s', 'wanted', ''], [row]));
  } finally {
    await here.stop();
    proxy.close();
    await there.stop();
  }
}

/** Forwards requests to a server, and counts them. */
async function countingProxy(to: string): Promise<{ url: string; count(): number; close(): void }> {
  let count = 0;
  const { hostname, port } = new URL(to);
  const server = createServer((incoming, response) => {
    count++;
    const { method, url: path, headers } = incoming;
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.once('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
