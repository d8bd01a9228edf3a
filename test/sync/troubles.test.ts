/**
 * Links with a problem on one side: its library is full, its token was revoked, or it runs a newer version. It
 * continues with what works, reports what does not, and catches up without intervention.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Log } from '../../src/base/log.js';
import { openCarrier } from '../../src/sync/blobs/remote-blobs.js';
import { requestJson } from '../../src/sync/couch/json-client.js';
import { openMesh, type Mesh } from '../../src/sync/connections/mesh.js';
import { openPeers } from '../../src/sync/connections/peers.js';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

type Side = ReturnType<typeof openLibrarySide>;
const soon = { timeout: 60_000, interval: 100 };
const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal) };

function ours(): Side {
  const side = openLibrarySide();
  onTestFinished(() => side.close());
  return side;
}

async function served(side: Side, token?: string, log?: Log): Promise<string> {
  const { address, close } = await serveSide(side, 0, token, log);
  onTestFinished(close);
  return address.url.replace('/db/photos', '');
}

const put = (side: Side, url: string, authorization?: string): void =>
  openPeers(side.db).put({
    ...{ url, publish: false, originals: 'none', added: '2026-11-24T10:00:00.000Z' },
    ...(authorization !== undefined && { authorization }),
  });

/** A log, and its warnings and errors. */
function listen(): { log: Log; told: string[] } {
  const told: string[] = [];
  const note = (...[, text]: unknown[]): void => void told.push(String(text));
  return { log: { debug: () => undefined, info: () => undefined, warn: note, error: note }, told };
}

function linkFrom(side: Side, fetching?: typeof fetch): { mesh: Mesh; told: string[] } {
  const { log, told } = listen();
  const mesh = openMesh(openPeers(side.db), {
    database: side.database,
    server: side.library.server,
    epoch: side.library.epoch,
    clock,
    log,
    random: () => 0.5,
    session: () => randomUUID(),
    ...(fetching && { fetch: fetching }),
  });
  onTestFinished(() => mesh.close());
  return { mesh, told };
}

const write = ({ library }: Side, id: string, text = ''): void =>
  void library.update(id, () => ({
    kind: 'comment',
    format: 1,
    text: { value: text, at: library.stamp(), by: 'owner' },
  }));
const all = ({ library }: Side): string => JSON.stringify([...library.scan('')]);

test('a full disk on one side: it continues serving, reports once, and catches up', { timeout: 180_000 }, async () => {
  const [a, b] = [ours(), ours()];
  const there = listen();
  const url = await served(b, undefined, there.log);
  put(a, url);
  write(b, 'x:b', 'from b');
  const { mesh, told } = linkFrom(a);
  await expect.poll(() => all(a) === all(b) && mesh.status()[0]?.state === 'live', soon).toBe(true);
  const pages = b.db.prepare<{ page_count: number }>('PRAGMA page_count').get()!.page_count;
  b.db.exec(`PRAGMA max_page_count = ${pages}`);
  for (let n = 0; n < 40; n++) write(a, `x:${n}`, 'x'.repeat(4_000));
  await expect.poll(() => mesh.status()[0]?.state, soon).toBe('waiting');
  expect(mesh.status()[0]).toMatchObject({ code: 'disk-full', reason: expect.stringContaining('(507)') as string });
  // It retries there too, and warns once.
  const { next } = mesh.status()[0]!;
  await expect.poll(() => mesh.status()[0]?.next, soon).not.toBe(next);
  expect(there.told).toHaveLength(1);
  expect(there.told[0]).toContain('the disk is full');
  // Existing documents can still be read.
  expect((await requestJson({ url: `${url}/db/photos` }, '/_changes')).json).toMatchObject({
    results: [{ id: 'x:b' }],
  });
  b.db.exec('PRAGMA max_page_count = 1000000');
  await expect.poll(() => all(a) === all(b), soon).toBe(true);
  expect(b.library.count('')).toBe(41);
  expect(told).toHaveLength(1);
  expect(there.told).toHaveLength(1);
});

test(
  'a server without space for documents or notes (507): transfers to it wait, reported once; those from it continue',
  { timeout: 180_000 },
  async () => {
    const [a, b] = [ours(), ours()];
    put(a, await served(b));
    let [full, refused] = [true, 0];
    const small: typeof fetch = (input, init) => {
      if (!full || !/_bulk_docs|_local/.test(input as string) || (init?.method ?? 'GET') === 'GET')
        return fetch(input, init);
      refused++;
      const answer = { error: 'insufficient_storage', reason: 'There is no room.' };
      return Promise.resolve(Response.json(answer, { status: 507 }));
    };
    write(a, 'x:a', 'from a');
    const { mesh, told } = linkFrom(a, small);
    await expect.poll(() => mesh.status()[0]?.state, soon).toBe('waiting');
    const states = new Set<string | undefined>();
    onTestFinished(mesh.on(() => void states.add(mesh.status()[0]?.state)));
    for (let n = 0; n < 3; n++) {
      const before = refused;
      write(b, `x:b${n}`, 'from b');
      await expect.poll(() => a.library.get(`x:b${n}`), soon).toBeDefined();
      await expect.poll(() => refused, soon).toBeGreaterThan(before);
    }
    expect(mesh.status()[0]).toMatchObject({ state: 'waiting', code: 'disk-full' });
    expect(b.library.get('x:a')).toBeUndefined();
    full = false;
    await expect.poll(() => all(a) === all(b) && mesh.status()[0]?.state, soon).toBe('live');
    expect(mesh.status()[0]).not.toHaveProperty('reason');
    // The link was up all the time.
    expect(states).not.toContain('connecting');
    expect(told).toHaveLength(1);
  },
);

test('a rejected token: reported once, retried slowly, and at once with another', { timeout: 180_000 }, async () => {
  const [a, b] = [ours(), ours()];
  const url = await served(b, 'right');
  write(b, 'x:1', 'there');
  put(a, url, 'Bearer wrong');
  const { mesh, told } = linkFrom(a);
  await expect.poll(() => mesh.status()[0]?.state, soon).toBe('refused');
  const { next, code, reason } = mesh.status()[0]!;
  expect(code).toBe('unauthorized');
  expect(reason).toContain('does not accept the token');
  expect(Date.parse(next!) - clock.now()).toBeGreaterThan(200_000);
  // It retries without intervention, and logs nothing about that.
  await expect.poll(() => mesh.status()[0]?.next !== next && mesh.status()[0]?.state === 'refused', soon).toBe(true);
  expect(told).toHaveLength(1);
  put(a, url, 'Bearer right');
  await expect.poll(() => a.library.get('x:1'), soon).toBeDefined();
  expect(mesh.status()[0]?.reason).toBeUndefined();
  expect(told).toHaveLength(1);
});

test('a password rejected by a CouchDB is called a password', async () => {
  const url = await served(ours(), 'right');
  const authorization = `Basic ${Buffer.from('ada:wrong').toString('base64')}`;
  const error: unknown = await requestJson({ url: `${url}/db/photos`, authorization }, '').catch((one: unknown) => one);
  expect(error).toMatchObject({
    message: expect.stringMatching(/does not accept the user name and password/) as string,
    hint: expect.stringContaining('https://USER:PASSWORD@HOST/NAME') as string,
  });
  await expect(requestJson({ url: `${url}/db/photos` }, '')).rejects.toThrow(/requires a token/);
});

test(
  'a version newer by one: unknown content is replicated unchanged, kept by edits, and reported',
  { timeout: 180_000 },
  async () => {
    const [a, b, c] = [ours(), ours(), ours()];
    const at = '001732443200000-0000-1';
    // As a newer version writes them: an unknown field, an unknown kind, and a known format.
    const documents = {
      'x:field': {
        kind: 'comment',
        format: 1,
        text: { value: 'old', at, by: 'owner' },
        mood: { value: 'calm', at, by: 'owner' },
      },
      'sketch:1': { kind: 'sketch', format: 1, strokes: [1, 2, { deep: ['x'] }] },
      'x:format': { kind: 'comment', format: 2, text: { spans: ['new'] } },
    };
    for (const [id, body] of Object.entries(documents))
      c.library.insert([{ id, revisions: [`1-${'a'.repeat(32)}`], deleted: false, body }]);
    // From c to a, the older version, and on to b.
    put(a, await served(c));
    put(b, await served(a));
    const { told } = linkFrom(a);
    linkFrom(b);
    await expect.poll(() => all(b) === all(c), soon).toBe(true);
    expect(Object.fromEntries([...b.library.scan('')].map(({ id, body }) => [id, body]))).toEqual(documents);
    b.library.update<{ text: object }>('x:field', (body) => ({
      ...body!,
      text: { value: 'new', at: b.library.stamp(at), by: 'owner' },
    }));
    await expect
      .poll(() => c.library.get('x:field')?.body, soon)
      .toMatchObject({ mood: { value: 'calm' }, text: { value: 'new' } });
    expect(() => b.library.update('x:format', (body) => ({ ...body, text: 1 }))).toThrow(
      /^x:format was written by a newer version of Photospool and can't be changed by this version\.$/,
    );
    expect(told).toEqual([]);
  },
);

test('a server that never responds is abandoned, and the request for its missing blobs asks for heartbeats', async () => {
  const asked: string[] = [];
  const server = createServer((request) => void asked.push(request.url ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(requestJson({ url }, '/x', { silence: 100 })).rejects.toThrow(/did not respond in time/);
  const stop = new AbortController();
  const wanted = openCarrier({ url: `${url}/blobs` }).wanted({ originals: 'none', skip: 0, wait: 55_000 }, stop.signal);
  await expect.poll(() => asked.at(-1), soon).toMatch(/^\/blobs\/\?.*heartbeat=10000/);
  stop.abort();
  await expect(wanted).rejects.toThrow();
});
