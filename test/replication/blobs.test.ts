/**
 * Blobs follow the documents, both ways over one link: whole, once, in their places, whatever is cut; and nothing comes
 * in or goes out that no document names.
 */
import { randomUUID } from 'node:crypto';
import { createServer, connect, type Socket } from 'node:net';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { photoId } from '../../src/document/photo.js';
import { openMesh, type Mesh } from '../../src/replication/mesh.js';
import { openPeers, type OriginalsPolicy } from '../../src/replication/peers.js';
import { makeThrottle } from '../../src/replication/throttle.js';
import { openHome, sha256, silent, type Home } from './homes.js';

const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal) };

async function home(): Promise<Home> {
  const opened = await openHome();
  onTestFinished(() => opened.close());
  return opened;
}
async function served(one: Home): Promise<string> {
  const { url, close } = await one.serve();
  onTestFinished(close);
  return url;
}
function link(from: Home, url: string, originals: OriginalsPolicy = 'all'): Mesh {
  const peers = openPeers(from.db);
  peers.put({ url, publish: false, originals, added: '2026-11-24T10:00:00.000Z' });
  const { database, library, exchange } = from;
  const mesh = openMesh(peers, {
    database,
    server: library.server,
    epoch: library.epoch,
    clock,
    log: silent,
    random: () => 0.5,
    session: () => randomUUID(),
    blobs: { exchange, throttle: makeThrottle(0, clock) },
  });
  onTestFinished(() => mesh.close());
  return mesh;
}

/** How many files of a home's pictures are there, and right: thumbs and previews, originals. */
async function files({ blobs, library, archive }: Home): Promise<{ renditions: number; originals: number }> {
  const found = (await readdir(blobs.folder, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));
  for (const name of found) expect(sha256(await readFile(join(blobs.folder, name)))).toBe(name.slice(-64));
  let originals = 0;
  for (const { sha256: hash, path, state } of library.local.originals.all()) {
    expect(state).toBe('here');
    expect(sha256(await readFile(archive.resolve(path)))).toBe(hash);
    originals++;
  }
  return { renditions: found.length, originals };
}
const soon = { timeout: 20_000, interval: 50 };

test('over one link, each side gets what the other has', async () => {
  const [laptop, server] = [await home(), await home()];
  for (let n = 0; n < 10; n++) await laptop.add(n);
  for (let n = 10; n < 20; n++) await server.add(n);
  link(laptop, await served(server));
  for (const side of [laptop, server])
    await expect.poll(() => files(side), soon).toEqual({ renditions: 40, originals: 20 });
  expect(laptop.exchange.named.counts()).toEqual({ thumb: 0, preview: 0, original: 0 });
});

test('originals as the link says: none; on demand, when somebody asks', async () => {
  const [laptop, server] = [await home(), await home()];
  const ids = [await server.add(1), await server.add(2)];
  link(laptop, await served(server), 'on-demand');
  await expect.poll(() => files(laptop), soon).toEqual({ renditions: 4, originals: 0 });
  expect(await laptop.exchange.ask(ids[1]!, 20_000)).toBe(true);
  expect(await files(laptop)).toEqual({ renditions: 4, originals: 1 });
  // The other way round too: the side that was linked to asks, and the one that made the link brings.
  const mine = await laptop.add(3);
  await expect.poll(() => server.library.get(photoId(mine)), soon).toBeDefined();
  expect(await server.exchange.ask(mine, 20_000)).toBe(true);
});

/** A way to a server that is cut after so many bytes from it, again and again. */
async function brittle(url: string, bytes: () => number): Promise<{ url: string; cuts: () => number }> {
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

test('what was cut goes on where it was', async () => {
  const [laptop, server] = [await home(), await home()];
  await server.add(1, 3_000_000);
  await laptop.add(2, 3_000_000);
  let n = 0;
  const way = await brittle(await served(server), () => 200_000 + ((n++ * 7919) % 400_000));
  const mesh = link(laptop, way.url);
  for (const side of [laptop, server])
    await expect.poll(() => files(side), soon).toEqual({ renditions: 4, originals: 2 });
  expect(way.cuts()).toBeGreaterThan(3);
  // Begun anew each time, it would have cost many times as much.
  expect(mesh.status()[0]!.blobs.fetched.bytes).toBeLessThan(3_010_000);
});

describe('what must not happen', () => {
  test('bytes under a wrong hash, more bytes than named, blobs that nobody names', async () => {
    const server = await home();
    const url = await served(server);
    const id = await server.add(1, 1_000);
    const put = (hash: string, body: string, headers: Record<string, string> = {}) =>
      fetch(`${url}/blobs/${hash}`, { method: 'PUT', body, headers });
    expect((await put('a'.repeat(64), 'x')).status).toBe(404);
    // A photo whose original is away.
    const row = server.library.local.originals.find(id)!;
    await rm(server.archive.resolve(row.path));
    server.library.local.originals.remove(id);
    await server.exchange.named.follow();
    server.exchange.named.set(id, false);
    expect((await put(id, 'y'.repeat(1_000))).status).toBe(500);
    expect((await put(id, 'y'.repeat(2_000))).status).toBe(413);
    expect((await put(id, 'y', { 'content-range': 'bytes 5-5/1000' })).status).toBe(409);
    expect(await files(server)).toEqual({ renditions: 2, originals: 0 });
    const right = Buffer.alloc(1_000, 'original 1 ').toString();
    expect((await put(id, right)).status).toBe(201);
    expect(await files(server)).toEqual({ renditions: 2, originals: 1 });
    expect((await put(id, 'z'.repeat(1_000))).status).toBe(200);
    expect(await files(server)).toEqual({ renditions: 2, originals: 1 });
  });

  test('a blob is given out only while a document names it', async () => {
    const server = await home();
    const url = await served(server);
    const id = await server.add(1);
    const stray = await server.blobs.put(Buffer.from('no document names this'));
    await server.exchange.named.follow();
    expect((await fetch(`${url}/blobs/${stray}`)).status).toBe(404);
    expect((await fetch(`${url}/blobs/${id}`)).status).toBe(200);
    expect((await fetch(`${url}/blobs/${id}`, { headers: { range: 'bytes=10-19' } })).status).toBe(206);
    expect((await fetch(`${url}/blobs/../library.sqlite`)).status).toBe(404);
    const at = server.library.stamp();
    server.library.update(photoId(id), () => ({ format: 1, kind: 'photo', purged: { at, by: 'owner' } }));
    await server.exchange.named.follow();
    expect((await fetch(`${url}/blobs/${id}`)).status).toBe(404);
  });
});
