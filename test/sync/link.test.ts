/**
 * A link between two servers: both directions at once, through cuts and restarts, and what it reports when it fails.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Library } from '../../src/library/library.js';
import { openCopies, type Copies } from '../../src/sync/connections/detect-copies.js';
import { openMesh, type Mesh } from '../../src/sync/connections/mesh.js';
import { openPeers, readAddress } from '../../src/sync/connections/peers.js';
import { temporaryFolder } from '../folder.js';
import { openLibrarySide, openPouchServer } from './peers.js';
import { serveSide } from './serving.js';

type Ours = ReturnType<typeof openLibrarySide>;
function ours(path?: string): Ours {
  const side = openLibrarySide(path);
  onTestFinished(() => side.close());
  return side;
}

/** A clock with short waits after failures. */
const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal) };

interface Told {
  warned: string[];
}
function meshOf(side: Ours, more: { url: string; authorization?: string }): { mesh: Mesh; copies: Copies } & Told {
  const warned: string[] = [];
  const note = (...[, text]: unknown[]): void => void warned.push(String(text));
  const peers = openPeers(side.db);
  peers.put({ publish: false, originals: 'none', added: '2026-11-24T10:00:00.000Z', ...more });
  const log = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const copies = openCopies(clock, log);
  const mesh = openMesh(peers, {
    database: side.database,
    server: side.library.server,
    epoch: side.library.epoch,
    clock,
    log,
    copies,
    random: () => 0.5,
    session: () => randomUUID(),
  });
  onTestFinished(() => mesh.close());
  return { mesh, copies, warned };
}

const root = (address: { url: string }): string => address.url.replace('/db/photos', '');
const write = (library: Library, id: string, text: string): void =>
  void library.update(id, () => ({
    kind: 'comment',
    format: 1,
    text: { value: text, at: library.stamp(), by: 'owner' },
  }));
const equal = async (a: Ours, b: Ours): Promise<void> => {
  const all = (side: Ours): unknown[] => [...side.library.scan('')];
  await expect.poll(() => JSON.stringify(all(a)) === JSON.stringify(all(b))).toBe(true);
};

test('replicates both directions, survives a cut, and continues with later changes', async () => {
  const [a, b] = [ours(), ours()];
  const first = await serveSide(b);
  const { port } = new URL(first.address.url);
  write(a.library, 'x:1', 'a');
  write(b.library, 'x:2', 'b');
  const { mesh, warned } = meshOf(a, { url: root(first.address) });
  await equal(a, b);
  expect(a.library.get('x:2')).toBeDefined();
  await expect
    .poll(() => mesh.status()[0])
    .toMatchObject({ state: 'live', kind: 'photospool', refused: [], server: b.library.server });
  await first.close();
  write(a.library, 'x:1', 'a again');
  write(b.library, 'x:1', 'b again');
  await expect
    .poll(() => mesh.status()[0])
    .toMatchObject({ state: 'waiting', reason: expect.stringMatching(/can't be reached/) as string });
  const second = await serveSide(b, Number(port));
  onTestFinished(() => second.close());
  await equal(a, b);
  expect(a.library.leaves('x:1').filter(({ deleted }) => !deleted)).toHaveLength(1);
  // Logged once for each kind of failure, not for each attempt.
  expect(warned.length).toBeLessThanOrEqual(2);
});

test('detects a CouchDB, and creates its database', async () => {
  const pouch = await openPouchServer();
  onTestFinished(() => pouch.close());
  const url = `${pouch.url}/album-${randomUUID()}`;
  const [a, b] = [ours(), ours()];
  write(a.library, 'x:1', 'a');
  const { mesh } = meshOf(a, { url });
  await expect.poll(() => mesh.status()[0]).toMatchObject({ state: 'live', kind: 'couchdb' });
  meshOf(b, { url });
  await equal(a, b);
});

test('reports errors: no server, another kind of server, itself', async () => {
  const a = ours();
  const server = await serveSide(a);
  onTestFinished(() => server.close());
  const itself = meshOf(a, { url: root(server.address) });
  await expect.poll(() => itself.mesh.status()[0]?.reason).toMatch(/is this server\./);
  const nothing = meshOf(ours(), { url: 'http://127.0.0.1:1' });
  await expect.poll(() => nothing.mesh.status()[0]?.reason).toMatch(/127\.0\.0\.1:1 can't be reached/);
});

/** A home and a copy of it, as made by copying its folder. */
function copiesOfOne(): [Ours, Ours] {
  const folder = temporaryFolder();
  const [path, copy] = [join(folder, 'a.sqlite'), join(folder, 'b.sqlite')];
  const one = ours(path);
  write(one.library, 'x:1', 'before');
  one.db.prepare('VACUUM INTO ?').run(copy);
  return [one, ours(copy)];
}

test('two copies of a home are detected by a third server, and each gets documents of the other', async () => {
  const [a, b] = copiesOfOne();
  const third = ours();
  const server = await serveSide(third);
  onTestFinished(() => server.close());
  for (const side of [a, b]) meshOf(side, { url: root(server.address) });
  write(a.library, 'x:2', 'a');
  write(b.library, 'x:3', 'b');
  await expect.poll(() => third.library.count('')).toBe(3);
  // Each asks repeatedly.
  await expect
    .poll(() => {
      for (const side of [a, b]) write(side.library, 'x:4', String(Math.random()));
      return server.copies.all();
    })
    .toMatchObject([{ server: a.library.server }]);
});

test('two copies of a home that meet at a CouchDB detect each other; a restored one is not a copy', async () => {
  const pouch = await openPouchServer();
  onTestFinished(() => pouch.close());
  const url = `${pouch.url}/album-${randomUUID()}`;
  const [a, b] = copiesOfOne();
  const first = meshOf(a, { url });
  await expect.poll(() => first.mesh.status()[0]?.state).toBe('live');
  await first.mesh.close();
  const second = meshOf(b, { url });
  await expect.poll(() => second.mesh.status()[0]?.state).toBe('live');
  expect(second.copies.all()).toEqual([]);
  meshOf(a, { url });
  await expect.poll(() => second.copies.all()).toMatchObject([{ server: a.library.server }]);
  expect(second.warned.filter((text) => text.includes('two copies'))).toHaveLength(1);
});

test('an address may contain a user and a password, which are stored separately', () => {
  expect(readAddress('https://ada:p%40ss@couch.example/photos/')).toEqual({
    url: 'https://couch.example/photos',
    authorization: `Basic ${Buffer.from('ada:p@ss').toString('base64')}`,
  });
  expect(readAddress('http://home.example:4780')).toEqual({ url: 'http://home.example:4780' });
  for (const text of ['home.example', 'ftp://home.example', ''])
    expect(() => readAddress(text)).toThrow(/not a valid server address/);
});
