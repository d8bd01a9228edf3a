/** Several renditions in one body: as it was written, whatever the other side sends, and with servers that can't. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { toPhotospoolError } from '../../src/base/errors.js';
import { openFiles } from '../../src/base/files.js';
import { httpClient, streamed, type HttpClient } from '../../src/base/http-client.js';
import { framed, groupSmall, readFrames, writeFrames, type BlobFrame } from '../../src/sync/blobs/blob-frames.js';
import { photoId } from '../../src/document/photo-document.js';
import { openHome, sha256, type Home } from './homes.js';
import { brittle, files, home, link, served, soon } from './linking.js';

describe('a body with several blobs', () => {
  const from = async function* <T>(items: Iterable<T>): AsyncGenerator<T> {
    for (const item of items) yield await Promise.resolve(item);
  };
  const all = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const one of source) found.push(one);
    return found;
  };
  const inPieces = (bytes: Uint8Array, size: number): Uint8Array[] =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
  const frame = (bytes: Uint8Array): BlobFrame => ({ sha256: sha256(bytes), bytes });

  test('is read as it was written, however it is cut into pieces', async () => {
    const contents = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: framed.blobs });
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 1, max: 500 }), async (list, size) => {
        const body = Buffer.concat(await all(writeFrames(from(list.map(frame)))));
        const found = await all(readFrames(from(inPieces(body, size))));
        expect(found.map(({ sha256, bytes }) => [sha256, Buffer.from(bytes).toString('hex')])).toEqual(
          list.map((bytes) => [sha256(bytes), Buffer.from(bytes).toString('hex')]),
        );
      }),
      { numRuns: 50 },
    );
  });

  const hash = 'a'.repeat(64);
  test.each([
    ['breaks off', `${hash} 5\nabc`],
    ['breaks off in a line', hash],
    ['has no line', '<html>'.repeat(100)],
    ['has an invalid hash', `${'g'.repeat(64)} 1\na`],
    ['has a blob that is too large', `${hash} ${framed.blobBytes + 1}\n`],
    ['has an invalid length', `${hash} -1\n`],
    ['has too many', `${hash} 0\n`.repeat(framed.blobs + 1)],
  ])('that %s is refused', async (_what, body) => {
    await expect(all(readFrames(from([Buffer.from(body)])))).rejects.toMatchObject({ code: 'invalid' });
  });

  test('takes small blobs in their order, up to a number and a size; large ones stay alone', () => {
    const mb = 1024 * 1024;
    const sizes = (list: number[]): number[][] => groupSmall(list, (bytes) => (bytes < 0 ? undefined : bytes));
    expect(sizes([mb, mb, mb, mb, mb, 5, mb + 1, 6, 7])).toEqual([[mb, mb, mb, mb], [mb, 5], [mb + 1], [6, 7]]);
    expect(sizes([1, -1, 2])).toEqual([[1], [-1], [2]]);
    expect(sizes(Array.from({ length: framed.blobs + 1 }, () => 1)).map(({ length }) => length)).toEqual([32, 1]);
    expect(sizes([])).toEqual([]);
  });
});

/** A client that records requests for blobs, and that may answer some itself. */
function watching(answer?: (path: string) => Response | undefined): { client: HttpClient; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    client: (url, question) => {
      const { pathname } = new URL(url);
      asked.push(`${question?.method ?? 'GET'} ${pathname}`);
      const own = answer?.(pathname);
      return own ? Promise.resolve(own) : httpClient(url, question);
    },
  };
}

const ofOne = /^GET \/blobs\/[0-9a-f]{64}$/;
const ofSeveral = 'POST /blobs/bulk-get';

describe('renditions are fetched several at a time', () => {
  test('with a request for each thirty-two of them', async () => {
    const [server, laptop] = [await home(), await home()];
    for (let n = 0; n < 60; n++) await server.add(n);
    const { client, asked } = watching();
    const mesh = link(laptop, { url: await served(server), originals: 'none' }, undefined, client as typeof fetch);
    await expect.poll(() => files(laptop), soon).toEqual({ renditions: 120, originals: 0 });
    expect(mesh.status()[0]!.blobs.fetched.count).toBe(120);
    // Before all documents have arrived, pages are short.
    expect(asked.filter((one) => one === ofSeveral).length).toBeGreaterThan(0);
    expect(asked.filter((one) => ofOne.test(one)).length).toBeLessThan(60);
  });

  test('from a server of an earlier version one by one', async () => {
    const [server, laptop] = [await home(), await home()];
    for (let n = 0; n < 30; n++) await server.add(n);
    const { client, asked } = watching((path) =>
      path === '/blobs/bulk-get' ? Response.json({ error: { code: 'not-found' } }, { status: 404 }) : undefined,
    );
    link(laptop, { url: await served(server), originals: 'none' }, undefined, client as typeof fetch);
    await expect.poll(() => files(laptop), soon).toEqual({ renditions: 60, originals: 0 });
    // Four are under way before the first answer.
    expect(asked.filter((one) => one === ofSeveral).length).toBeLessThanOrEqual(4);
  });

  test('nothing is written before its hash is right', async () => {
    const [from, to] = [await home(), await home()];
    const id = photoId(await from.add(1));
    to.library.update(id, () => from.library.get(id)!.body);
    await to.exchange.named.follow();
    const { store } = to.exchange;
    const thumb = Buffer.from('thumb 1');
    const hash = sha256(thumb);
    const taken = async (bytes: string | Buffer): Promise<unknown> =>
      store.takeWhole(hash, Buffer.from(bytes)).catch((error: unknown) => toPhotospoolError(error).code);
    for (const bytes of ['thumb 2', 'thumb', '']) expect(await taken(bytes)).toBe('corrupt');
    expect(await taken('thumb 1 and more')).toBe('too-large');
    expect(await readdir(join(to.blobs.folder, '.tmp'))).toEqual([]);
    // A transfer that ended before its first byte leaves an empty file, which nothing continues.
    await writeFile(to.blobs.partial(hash), '');
    expect(await Promise.all([taken(thumb), taken(thumb)])).toEqual([undefined, 'locked']);
    expect(await files(to)).toEqual({ renditions: 1, originals: 0 });
  });

  test('one counts as here only after its bytes and then its name were flushed', async () => {
    const order: string[] = [];
    const to = await openHome(
      openFiles((operation, path) => void order.push(`${operation} ${basename(path.toString())}`)),
    );
    onTestFinished(() => to.close());
    const from = await home();
    const thumbs = Array.from({ length: framed.blobs }, (_, n) => Buffer.from(`thumb ${n}`));
    for (const n of thumbs.keys()) {
      const id = photoId(await from.add(n));
      to.library.update(id, () => from.library.get(id)!.body);
    }
    await to.exchange.named.follow();
    const counts = (): number => to.exchange.named.missing({ limit: 200, originals: 'none' }).list.length;
    const before = counts();
    const seen: boolean[] = [];
    onTestFinished(
      to.exchange.onArrival((_photo, hash) => {
        const [bytes, name] = [order.indexOf(`fsync ${hash}.part`), order.lastIndexOf(`rename ${hash}`)];
        seen.push(bytes >= 0 && bytes < name && order.indexOf(`fsync ${hash.slice(0, 2)}`, name) > name);
      }),
    );
    await Promise.all(thumbs.map((bytes) => to.exchange.store.takeWhole(sha256(bytes), bytes)));
    expect(seen).toEqual(thumbs.map(() => true));
    expect(before - counts()).toBe(framed.blobs);
  });

  test('one that has begun to arrive is completed', async () => {
    const [server, laptop] = [await home(), await home()];
    for (let n = 0; n < 20; n++) await server.add(n);
    const preview = Buffer.alloc(3_000, 'preview 3 ');
    await writeFile(laptop.blobs.partial(sha256(preview)), preview.subarray(0, 1_000));
    link(laptop, { url: await served(server), originals: 'none' });
    await expect.poll(() => files(laptop), soon).toEqual({ renditions: 40, originals: 0 });
  });

  test('over a connection that breaks, all arrive intact', { timeout: 120_000 }, async () => {
    const [server, laptop] = [await home(), await home()];
    for (let n = 0; n < 40; n++) await server.add(n);
    let turn = 0;
    const { url, cuts } = await brittle(await served(server), () => 20_000 + 7_919 * turn++);
    link(laptop, { url, originals: 'none' });
    await expect.poll(() => files(laptop), { ...soon, timeout: 100_000 }).toEqual({ renditions: 80, originals: 0 });
    expect(cuts()).toBeGreaterThan(0);
  });

  test('wrong bytes, unknown hashes and nonsense are not stored, and the others arrive', async () => {
    const [server, laptop] = [await home(), await home()];
    for (let n = 0; n < 20; n++) await server.add(n);
    const [stranger, right] = [Buffer.from('stranger'), Buffer.from('thumb 1')];
    const [wrong, long] = [sha256(Buffer.from('thumb 2')), sha256(Buffer.from('thumb 3'))];
    const body = [
      `${sha256(stranger)} ${stranger.length}\n${stranger.toString()}`,
      `${wrong} 7\nthumb X`,
      `${long} 9\nthumb 3 !`,
      `${sha256(right)} 7\nthumb 1`,
      'nonsense',
    ].join('');
    const { client } = watching((path) => (path === '/blobs/bulk-get' ? new Response(body) : undefined));
    const told: string[] = [];
    const log = { debug: () => undefined, info: () => undefined, error: () => undefined };
    const warn = (...[, text]: unknown[]): void => void told.push(String(text));
    link(laptop, { url: await served(server), originals: 'none' }, { ...log, warn }, client as typeof fetch);
    // `files` compares each file with its name.
    await expect.poll(() => files(laptop), soon).toEqual({ renditions: 40, originals: 0 });
    expect(laptop.blobs.has(sha256(stranger))).toBe(false);
    expect(told.filter((text) => text.includes('have a different hash')).length).toBeGreaterThan(0);
    expect(told.filter((text) => text.includes('More bytes were received')).length).toBeGreaterThan(0);
  });

  test('only those that a document names and that are here, and not too many', async () => {
    const server = await home();
    await server.add(1);
    await server.blobs.put(Buffer.from('secret'));
    const names = ['thumb 1', 'secret', 'missing'].map((text) => sha256(Buffer.from(text)));
    await rm(server.blobs.path(names[2]!), { force: true });
    const url = await served(server);
    const ask = (blobs: string[]): Promise<Response> =>
      fetch(`${url}/blobs/bulk-get`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ blobs }),
      });
    const answer = await ask([...names, ...names]);
    expect([answer.status, await answer.text()]).toEqual([200, `${names[0]} 7\nthumb 1`]);
    expect((await ask(Array.from({ length: framed.blobs + 1 }, () => names[0]!))).status).toBe(400);
    expect((await ask(['../../etc/passwd'])).status).toBe(400);
  });
});

describe('renditions are sent several at a time', () => {
  const ofOne = /^PUT \/blobs\/[0-9a-f]{64}$/;
  const ofSeveral = 'POST /blobs/bulk-put';

  /** A home of which a server has all documents, but no pictures; and the server. */
  async function pair(photos: number): Promise<{ laptop: Home; server: Home; url: string }> {
    const [laptop, server] = [await home(), await home()];
    for (let n = 0; n < photos; n++) {
      const id = photoId(await laptop.add(n));
      server.library.update(id, () => laptop.library.get(id)!.body);
    }
    return { laptop, server, url: await served(server) };
  }
  const put = (url: string, body: string): Promise<Response> =>
    fetch(`${url}/blobs/bulk-put`, { method: 'POST', body });
  const line = (text: string, hash = sha256(text)): string => `${hash} ${text.length}\n${text}`;

  test('with a request for each thirty-two of them', async () => {
    const { laptop, server, url } = await pair(60);
    const { client, asked } = watching();
    const mesh = link(laptop, { url, originals: 'none' }, undefined, client as typeof fetch);
    await expect.poll(() => files(server), soon).toEqual({ renditions: 120, originals: 0 });
    await expect.poll(() => mesh.status()[0]!.blobs.brought.count, soon).toBe(120);
    expect(asked.filter((one) => one === ofSeveral).length).toBeGreaterThan(0);
    expect(asked.filter((one) => one === ofSeveral).length).toBeLessThan(20);
    expect(asked.filter((one) => ofOne.test(one)).length).toBeLessThan(20);
  });

  test('one by one to a server of an earlier version, which does not offer it', async () => {
    const { laptop, server, url } = await pair(30);
    const asked: string[] = [];
    const client: HttpClient = async (address, question) => {
      const { pathname } = new URL(address);
      asked.push(`${question?.method ?? 'GET'} ${pathname}`);
      const answer = await httpClient(address, question);
      if (pathname !== '/blobs/') return answer;
      const parts: Uint8Array[] = [];
      for await (const part of answer.body!) parts.push(part);
      const { bulkPut, ...former } = JSON.parse(Buffer.concat(parts).toString()) as { bulkPut: boolean };
      expect(bulkPut).toBe(true);
      return Response.json(former);
    };
    link(laptop, { url, originals: 'none' }, undefined, client as typeof fetch);
    await expect.poll(() => files(server), soon).toEqual({ renditions: 60, originals: 0 });
    expect(asked.filter((one) => one === ofSeveral)).toEqual([]);
    expect(asked.filter((one) => ofOne.test(one)).length).toBeGreaterThanOrEqual(60);
  });

  test('one by one when a proxy refuses it', async () => {
    const { laptop, server, url } = await pair(30);
    const { client, asked } = watching((path) =>
      path === '/blobs/bulk-put' ? new Response('too large', { status: 413 }) : undefined,
    );
    link(laptop, { url, originals: 'none' }, undefined, client as typeof fetch);
    await expect.poll(() => files(server), soon).toEqual({ renditions: 60, originals: 0 });
    // Four are under way before the first answer.
    expect(asked.filter((one) => one === ofSeveral).length).toBeLessThanOrEqual(4);
  });

  test('over a connection that breaks, all arrive intact', { timeout: 120_000 }, async () => {
    const { laptop, server, url } = await pair(40);
    let turn = 0;
    const broken = await brittle(url, () => 20_000 + 7_919 * turn++);
    link(laptop, { url: broken.url, originals: 'none' });
    await expect.poll(() => files(server), { ...soon, timeout: 100_000 }).toEqual({ renditions: 80, originals: 0 });
    expect(broken.cuts()).toBeGreaterThan(0);
  });

  test('each is checked as if it came alone, and a wrong one does not concern the others', async () => {
    const { server, url } = await pair(4);
    const body = [
      line('thumb 0'),
      line('thumb X', sha256('thumb 1')),
      line('stranger'),
      line('thumb 2 and more', sha256('thumb 2')),
      line('thumb 3'),
      line('thumb 3'),
    ].join('');
    const first = await put(url, body);
    const { blobs } = (await first.json()) as { blobs: { sha256: string; status: number; code?: string }[] };
    expect(first.status).toBe(200);
    expect(blobs.map(({ status, code }) => [status, code])).toEqual([
      [201, undefined],
      [422, 'corrupt'],
      [404, 'not-found'],
      [413, 'too-large'],
      [201, undefined],
      [423, 'locked'],
    ]);
    expect(blobs[0]!.sha256).toBe(sha256('thumb 0'));
    expect(await readdir(join(server.blobs.folder, '.tmp'))).toEqual([]);
    expect(await (await put(url, line('thumb 0'))).json()).toEqual({
      blobs: [{ sha256: sha256('thumb 0'), status: 200 }],
    });
    expect(await files(server)).toEqual({ renditions: 2, originals: 0 });
  });

  test.each([
    ['nonsense', 'nonsense'.repeat(20)],
    ['a path instead of a hash', '../../../../etc/passwd 3\nabc'],
    ['more blobs than are allowed', line('thumb 9').repeat(framed.blobs)],
    ['a blob that is too large', `${sha256('x')} ${framed.blobBytes + 1}\nx`],
  ])('a body with %s is refused; what came before is kept', async (_what, rest) => {
    const { server, url } = await pair(2);
    const answer = await put(url, line('thumb 0') + rest);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      400,
      'invalid',
    ]);
    expect(await files(server)).toEqual({ renditions: 1, originals: 0 });
  });

  test('a body that is longer than allowed is refused', async () => {
    const { server, url } = await pair(1);
    const filler = 'x'.repeat(framed.blobBytes);
    expect((await put(url, line(filler).repeat(5))).status).toBe(400);
    // Its length is not announced.
    const sent = Readable.from([line(filler).repeat(5)]);
    const question = { method: 'POST', body: streamed(sent) };
    expect((await httpClient(`${url}/blobs/bulk-put`, question)).status).toBe(400);
    expect(await files(server)).toEqual({ renditions: 0, originals: 0 });
  });

  test('of a body that breaks off within a blob, its beginning is kept', async () => {
    const { laptop, server, url } = await pair(3);
    const preview = 'preview 1 '.repeat(300);
    const body = line('thumb 1') + line(preview).slice(0, 1_000);
    expect((await put(url, body)).status).toBe(400);
    expect(await files(server)).toEqual({ renditions: 1, originals: 0 });
    expect(await server.exchange.store.begun(sha256(preview))).toBe(1_000 - 70);
    link(laptop, { url, originals: 'none' });
    await expect.poll(() => files(server), soon).toEqual({ renditions: 6, originals: 0 });
  });

  test('bodies that break off before the first byte of a blob leave nothing', async () => {
    const { laptop, server, url } = await pair(3);
    for (const content of ['thumb 1', 'thumb 2']) {
      const head = line(content).slice(0, -content.length);
      expect((await put(url, head)).status).toBe(400);
    }
    expect(await readdir(join(server.blobs.folder, '.tmp'))).toEqual([]);
    link(laptop, { url, originals: 'none' });
    await expect.poll(() => files(server), soon).toEqual({ renditions: 6, originals: 0 });
  });
});
