/** Connected homes, with the data that tests check: their files, and connections that break. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Log } from '../../src/base/log.js';
import { openMesh, type Mesh } from '../../src/sync/connections/mesh.js';
import { openPeers, type Peer } from '../../src/sync/connections/peers.js';
import { makeThrottle } from '../../src/sync/blobs/bandwidth-limit.js';
import { openHome, sha256, silent, type Home } from './homes.js';

/** A clock with short waits. */
export const clock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal),
};
/** How long a test waits for automatic effects. */
export const soon = { timeout: 60_000, interval: 50 };

/** Opens a home for the test. */
export async function home(): Promise<Home> {
  const opened = await openHome();
  onTestFinished(() => opened.close());
  return opened;
}

/** Serves a home for the test; gives its address. */
export async function served(one: Home): Promise<string> {
  const { url, close } = await one.serve();
  onTestFinished(close);
  return url;
}

/** Connects a home to a peer, with all originals by default, until the end of the test or of the connection. */
export function link(
  from: Home,
  peer: string | (Partial<Peer> & { url: string }),
  log: Log = silent,
  fetching?: typeof fetch,
): Mesh {
  const peers = openPeers(from.db);
  const given = typeof peer === 'string' ? { url: peer } : peer;
  peers.put({ publish: false, originals: 'all', added: '2026-11-24T10:00:00.000Z', ...given });
  const { database, library, exchange } = from;
  const mesh = openMesh(peers, {
    database,
    server: library.server,
    epoch: library.epoch,
    clock,
    log,
    random: () => 0.5,
    session: () => randomUUID(),
    ...(fetching && { fetch: fetching }),
    blobs: { exchange, throttle: makeThrottle(0, clock) },
  });
  onTestFinished(() => mesh.close());
  return mesh;
}

/** The number of a home's files that exist and are intact: thumbs and previews, originals. */
export async function files({ blobs, library, archive }: Home): Promise<{ renditions: number; originals: number }> {
  const found = (await readdir(blobs.folder, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));
  for (const name of found) expect(sha256(await readFile(join(blobs.folder, name)))).toBe(name.slice(-64));
  let originals = 0;
  for (const { sha256: hash, path, state } of library.local.originals.all()) {
    if (state !== 'here') continue;
    expect(sha256(await readFile(archive.resolve(path)))).toBe(hash);
    originals++;
  }
  return { renditions: found.length, originals };
}

/** A connection to a server that breaks repeatedly, each time after this many bytes from it. */
export async function brittle(url: string, bytes: () => number): Promise<{ url: string; cuts: () => number }> {
  const { hostname, port } = new URL(url);
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let left = bytes();
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    const pass = (to: Socket) => (part: Buffer) => {
      if (left <= 0) return;
      to.write(part.subarray(0, left));
      left -= part.length;
      if (left > 0) return;
      cuts++;
      setImmediate(() => (near.destroy(), far.destroy()));
    };
    near.on('data', pass(far)).on('end', () => far.end());
    far.on('data', pass(near)).on('end', () => near.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, cuts: () => cuts };
}
