/** Two connected servers for benches, set up with `tokens add` and `peers add` as a person does. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { LinkStatus } from '../src/sync/connections/connection.js';
import { cli } from './run.js';
import type { BenchServer } from './server.js';

const run = promisify(execFile);

/** Runs a verb of the command line on a home; returns its output. */
export async function verb(home: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [cli, ...args, '--home', home]);
  return stdout.trim();
}

/** Connects `from` to `to`, optionally through a proxy at another address. Originals stay in place. */
export async function link(from: BenchServer, to: BenchServer, address = to.url): Promise<void> {
  const token = await verb(to.home, 'tokens', 'add', `peer-${from.pid}`, '--may', 'replicate');
  await verb(from.home, 'peers', 'add', address, '--token', token, '--originals', 'none');
}

/** The status of a server's connections. */
export async function linksOf(server: BenchServer): Promise<LinkStatus[]> {
  return ((await (await fetch(`${server.url}/api/peers`)).json()) as { peers: LinkStatus[] }).peers;
}

/** Waits until every connection of a server is live and in sync. */
export async function untilLive(server: BenchServer): Promise<void> {
  for (;;) {
    const links = await linksOf(server);
    if (links.length > 0 && links.every(({ state }) => state === 'live')) return;
    await sleep(50);
  }
}
