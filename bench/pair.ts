/** Two servers with a link between them, for the benches: what a person does with `tokens add` and `peers add`. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { LinkStatus } from '../src/sync/connections/connection.js';
import { cli } from './run.js';
import type { BenchServer } from './server.js';

const run = promisify(execFile);

/** Runs a verb of the command line on a home; what it printed. */
export async function verb(home: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [cli, ...args, '--home', home]);
  return stdout.trim();
}

/** Gives `from` a link to `to`, which a proxy may answer for at another address. Originals stay where they are. */
export async function link(from: BenchServer, to: BenchServer, address = to.url): Promise<void> {
  const token = await verb(to.home, 'tokens', 'add', `peer-${from.pid}`, '--may', 'replicate');
  await verb(from.home, 'peers', 'add', address, '--token', token, '--originals', 'none');
}

/** How the links of a server are. */
export async function linksOf(server: BenchServer): Promise<LinkStatus[]> {
  return ((await (await fetch(`${server.url}/api/peers`)).json()) as { peers: LinkStatus[] }).peers;
}

/** Waits until every link of a server is live, and has nothing more to do. */
export async function untilLive(server: BenchServer): Promise<void> {
  for (;;) {
    const links = await linksOf(server);
    if (links.length > 0 && links.every(({ state }) => state === 'live')) return;
    await sleep(50);
  }
}
