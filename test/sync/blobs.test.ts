/**
 * Blobs follow documents in both directions over one link: complete, once, in the right place, wherever the link is
 * cut. Blobs that no document names are neither accepted nor sent.
 */
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { photoId } from '../../src/document/photo-document.js';
import type { Carrier } from '../../src/sync/blobs/remote-blobs.js';
import { bringBlobs } from '../../src/sync/blobs/fetch-and-send-blobs.js';
import { sha256, type Home } from './homes.js';
import { brittle, files, home, link, served, soon } from './linking.js';

test('over one connection, each side gets the blobs of the other', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const [laptop, server] = [await home(), await home()];
  for (let n = 0; n < 10; n++) await laptop.add(n);
  for (let n = 10; n < 20; n++) await server.add(n);
  link(laptop, await served(server));
  for (const side of [laptop, server])
    await expect.poll(() => files(side), soon).toEqual({ renditions: 40, originals: 20 });
  expect(laptop.exchange.named.counts()).toEqual({ thumb: 0, preview: 0, original: 0, hover: 0, video: 0 });
  expect(warnings).toEqual([]);
});

test('originals by policy: none; on demand, when requested', async () => {
  const [laptop, server] = [await home(), await home()];
  const ids = [await server.add(1), await server.add(2)];
  link(laptop, { url: await served(server), originals: 'on-demand' });
  await expect.poll(() => files(laptop), soon).toEqual({ renditions: 4, originals: 0 });
  expect(await laptop.exchange.ask(ids[1]!, 60_000)).toBe(true);
  expect(await files(laptop)).toEqual({ renditions: 4, originals: 1 });
  // And in the other direction: the accepting side requests, and the side that opened the link sends.
  const mine = await laptop.add(3);
  await expect.poll(() => server.library.get(photoId(mine)), soon).toBeDefined();
  expect(await server.exchange.ask(mine, 60_000)).toBe(true);
});

test('an interrupted transfer resumes', async () => {
  const [laptop, server] = [await home(), await home()];
  await server.add(1, 3_000_000);
  await laptop.add(2, 3_000_000);
  let n = 0;
  const way = await brittle(await served(server), () => 200_000 + ((n++ * 7919) % 400_000));
  const mesh = link(laptop, way.url);
  for (const side of [laptop, server])
    await expect.poll(() => files(side), soon).toEqual({ renditions: 4, originals: 2 });
  expect(way.cuts()).toBeGreaterThan(3);
  // Restarting each transfer from the beginning would have cost many times as much.
  expect(mesh.status()[0]!.blobs.fetched.bytes).toBeLessThan(3_010_000);
});

test('a blob cut at any byte resumes there and arrives complete', async () => {
  const one = await home();
  const length = 40;
  for (let cut = 0; cut <= length; cut++) {
    const id = await one.add(cut, length);
    const whole = Buffer.alloc(length, `original ${cut} `);
    await rm(one.archive.resolve(one.library.local.originals.find(id)!.path));
    one.library.local.originals.remove(id);
    await one.exchange.named.follow();
    one.exchange.named.set(id, false);
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, cut);
      throw await Promise.resolve(new Error('cut'));
    };
    await expect(one.exchange.store.take(id, 0, broken())).rejects.toThrow();
    expect(await one.exchange.store.begun(id)).toBe(cut);
    const rest = (async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(whole.subarray(cut));
    })();
    expect(await one.exchange.store.take(id, cut, rest)).toBe(length);
    expect(one.exchange.store.find(id)).toBeDefined();
  }
  expect(await files(one)).toEqual({ renditions: 2 * (length + 1), originals: length + 1 });
});

/**
 * A fetch that counts requests by method and path, without numbers and hashes. `old`: a server that does not know
 * /here.
 */
function counting(old = false): { fetching: typeof fetch; count: (what: RegExp) => number } {
  const asked: string[] = [];
  return {
    count: (what) => asked.filter((one) => what.test(one)).length,
    fetching: (input, init) => {
      const { pathname, search } = new URL(input as string);
      asked.push(`${init?.method ?? 'GET'} ${pathname}${search}`);
      return old && pathname === '/blobs/here'
        ? Promise.resolve(Response.json({ error: { code: 'not-found' } }, { status: 404 }))
        : fetch(input, init);
    },
  };
}

/** A home with photos whose pictures are missing; `bring` adds them. */
async function withoutPictures(count: number): Promise<{ server: Home; bring(): Promise<void> }> {
  const server = await home();
  const renditions: Buffer[] = [];
  for (let n = 0; n < count; n++) {
    await server.add(n);
    renditions.push(Buffer.from(`thumb ${n}`), Buffer.alloc(3_000, `preview ${n} `));
  }
  for (const bytes of renditions) await rm(server.blobs.path(sha256(bytes)));
  return {
    server,
    async bring() {
      for (const bytes of renditions) await server.exchange.store.take(sha256(bytes), 0, Readable.from([bytes]));
    },
  };
}

// In both cases, missing blobs are requested again at the link's own pace.
test(
  'a peer is asked which of many pictures it has, and the others arrive once it has them',
  { timeout: 300_000 },
  async () => {
    const [{ server, bring }, laptop] = [await withoutPictures(150), await home()];
    const { fetching, count } = counting();
    link(laptop, { url: await served(server), originals: 'none' }, undefined, fetching);
    // One page at a time, then all of them again.
    await expect.poll(() => count(/^POST \/blobs\/here$/), { ...soon, timeout: 120_000 }).toBeGreaterThan(3);
    // Except a few that arrived before the others.
    expect(count(/^GET \/blobs\/[0-9a-f]{64}/)).toBeLessThan(10);
    await bring();
    await expect.poll(() => files(laptop), { ...soon, timeout: 150_000 }).toEqual({ renditions: 300, originals: 0 });
    expect(count(/^GET \/blobs\/[0-9a-f]{64}/)).toBeLessThan(320);
  },
);

test('a server without that request is asked for each', { timeout: 120_000 }, async () => {
  const [{ server, bring }, laptop] = [await withoutPictures(5), await home()];
  const { fetching, count } = counting(true);
  link(laptop, { url: await served(server), originals: 'none' }, undefined, fetching);
  await expect.poll(() => count(/^GET \/blobs\/[0-9a-f]{64}/), soon).toBeGreaterThanOrEqual(30);
  expect(count(/^POST \/blobs\/here$/)).toBe(1);
  await bring();
  await expect.poll(() => files(laptop), soon).toEqual({ renditions: 10, originals: 0 });
});

test('a blob that a peer wants and that arrives here later is sent then, however long the peer would let us wait', async () => {
  const { server: middle } = await withoutPictures(1);
  const thumb = Buffer.from('thumb 0');
  const wanted = sha256(thumb);
  const stop = new AbortController();
  const [waits, brought]: [number[], string[]] = [[], []];
  const carrier: Carrier = {
    get: () => Promise.resolve(undefined),
    async wanted({ wait }, signal) {
      waits.push(wait);
      // Until the photo's thumb arrives there is no news; a waiting request gets no response.
      if (wait > 0)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));
      return { list: brought.includes(wanted) ? [] : [{ sha256: wanted, have: 0 }] };
    },
    put: (sha256) => Promise.resolve(void brought.push(sha256)),
  };
  await middle.exchange.named.follow();
  const running = bringBlobs({
    ...{ exchange: middle.exchange, carrier, clock: systemClock, signal: stop.signal },
    ...{ originals: 'none', throttle: (source) => source, moved: () => undefined, troubled: () => undefined },
  });
  await expect.poll(() => waits.at(-1), soon).toBeGreaterThan(0);
  expect(brought).toEqual([]);
  await middle.exchange.store.take(wanted, 0, Readable.from([thumb]));
  await expect.poll(() => brought, soon).toEqual([wanted]);
  stop.abort();
  await running.catch(() => undefined);
});

describe('forbidden transfers', () => {
  test('bytes with a wrong hash, more bytes than declared, blobs that no document names', async () => {
    const server = await home();
    const url = await served(server);
    const id = await server.add(1, 1_000);
    const put = (hash: string, body: string, headers: Record<string, string> = {}) =>
      fetch(`${url}/blobs/${hash}`, { method: 'PUT', body, headers });
    expect((await put('a'.repeat(64), 'x')).status).toBe(404);
    // A photo whose original is on another server.
    const row = server.library.local.originals.find(id)!;
    await rm(server.archive.resolve(row.path));
    server.library.local.originals.remove(id);
    await server.exchange.named.follow();
    server.exchange.named.set(id, false);
    expect((await put(id, 'y'.repeat(1_000))).status).toBe(422);
    expect((await put(id, 'y'.repeat(2_000))).status).toBe(413);
    expect((await put(id, 'y', { 'content-range': 'bytes 5-5/1000' })).status).toBe(409);
    expect(await files(server)).toEqual({ renditions: 2, originals: 0 });
    const right = Buffer.alloc(1_000, 'original 1 ').toString();
    expect((await put(id, right)).status).toBe(201);
    expect(await files(server)).toEqual({ renditions: 2, originals: 1 });
    expect((await put(id, 'z'.repeat(1_000))).status).toBe(200);
    expect(await files(server)).toEqual({ renditions: 2, originals: 1 });
  });

  test('a blob is served only while a document names it', async () => {
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
