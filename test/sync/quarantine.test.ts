/**
 * A document that one side of a link rejects is reported and quarantined durably, and blocks nothing else in either
 * direction; it is transferred as soon as it is accepted. Tested with a fake CouchDB that is as strict as the real one,
 * and misbehaves.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { openSqlite } from '../../src/base/sqlite.js';
import type { LinkStatus } from '../../src/sync/connections/connection.js';
import { openMesh, type Mesh } from '../../src/sync/connections/mesh.js';
import { openPeers } from '../../src/sync/connections/peers.js';
import { mostSetAside, openQuarantine, retrySetAside } from '../../src/sync/connections/quarantine.js';
import { temporaryFolder } from '../folder.js';
import { openLibrarySide } from './peers.js';
import { odd, openStrictCouch, type CouchRequest, type Misbehaviour, type StrictCouch } from './strictcouch.js';

type Ours = ReturnType<typeof openLibrarySide>;
const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal) };
const soon = { timeout: 45_000, interval: 20 };

function ours(path?: string): Ours {
  const side = openLibrarySide(path);
  onTestFinished(() => side.close());
  return side;
}

async function couch(): Promise<StrictCouch> {
  const server = await openStrictCouch();
  onTestFinished(() => server.close());
  return server;
}

interface Linked {
  mesh: Mesh;
  errors: string[];
  status(): LinkStatus | undefined;
  /** Retries quarantined documents, as the owner can. */
  retry(): number;
}

function link(side: Ours, { url }: { url: string }): Linked {
  const peers = openPeers(side.db);
  const peer = `${url}/album`;
  peers.put({ url: peer, publish: false, originals: 'none', added: '2026-11-24T10:00:00.000Z' });
  const errors: string[] = [];
  const nothing = (): undefined => undefined;
  const error = (...[, text]: unknown[]): void => void errors.push(String(text));
  const mesh = openMesh(peers, {
    ...{ database: side.database, server: side.library.server, epoch: side.library.epoch, clock },
    log: { debug: nothing, info: nothing, warn: nothing, error },
    random: () => 0.5,
    session: () => randomUUID(),
    quarantine: (address) => openQuarantine(side.db, clock, address),
  });
  onTestFinished(() => mesh.close());
  const status = (): LinkStatus | undefined => mesh.status()[0];
  return { mesh, errors, status, retry: () => retrySetAside(side.db, peer) };
}

const id = (n: number): string => `comment:${'0'.repeat(64)}:${String(n).padStart(6, '0')}`;
const write = ({ library }: Ours, n: number, text = `text ${n}`): void =>
  void library.update(id(n), () => ({
    ...{ kind: 'comment', format: 1 },
    text: { value: text, at: library.stamp(), by: 'owner' },
  }));
const fill = (side: Ours, count: number): void => {
  for (let n = 0; n < count; n++) write(side, n);
};
const odds = (linked: Linked): string[] | undefined => linked.status()?.refused.map((one) => one.id);
const malformed = `1-${'z'.repeat(32)}`;

/** Gives a home a revision that a former version accepted and no CouchDB does. */
function plant(side: Ours, document: string): void {
  side.library.insert([{ id: document, revisions: ['1-plant'], deleted: false, body: { kind: 'odd' } }]);
  side.db.prepare('UPDATE revision SET rev = ? WHERE doc = ?').run(malformed, document);
}

/** Checks that edits are transferred both ways. */
async function flows(side: Ours, server: StrictCouch, n: number): Promise<void> {
  write(side, n);
  await expect.poll(() => server.leaves('album', id(n)).length, soon).toBe(1);
  const hash = n.toString(16).padStart(32, '0');
  server.store('album', [{ _id: id(n + 1), _rev: `1-${hash}`, kind: 'comment', format: 1 }]);
  await expect.poll(() => side.library.get(id(n + 1)), soon).toBeDefined();
}

test('a revision that makes a CouchDB reject whole requests is quarantined by name, and the rest continues', async () => {
  const [a, b] = [ours(), await couch()];
  fill(a, 20);
  plant(a, 'odd:1');
  write(a, 21);
  const linked = link(a, b);
  await expect.poll(() => b.count('album'), soon).toBe(21);
  await flows(a, b, 100);
  expect(odds(linked)).toEqual(['odd:1']);
  const [one] = linked.status()!.refused;
  expect(one).toMatchObject({ rev: malformed, direction: 'push', tries: 1 });
  expect(one!.reason).toContain('revision id');
  await expect.poll(() => linked.status()?.state, soon).toBe('live');
});

test('a document of a CouchDB that libraries reject is quarantined by name, and the rest continues', async () => {
  const [a, b] = [ours(), await couch()];
  const stored = [
    { _id: 'odd:1', _rev: '1-has space', kind: 'odd' },
    { _id: 'odd:2', _rev: '1-zö', kind: 'odd' },
    { _id: 'odd:3', _rev: `1-${'x'.repeat(100)}`, kind: 'odd' },
    { _id: 'x'.repeat(2_000), _rev: '1-a', kind: 'odd' },
    { _id: id(7), _rev: `1-${'7'.repeat(32)}`, kind: 'comment', format: 1 },
  ];
  expect(b.store('album', stored)).toEqual({ status: 201, body: [] });
  const linked = link(a, b);
  await expect.poll(() => a.library.get(id(7)), soon).toBeDefined();
  await flows(a, b, 100);
  expect(
    linked
      .status()!
      .refused.map(({ id, rev, direction }) => [id.slice(0, 10), rev.slice(0, 8), direction])
      .sort(),
  ).toEqual([
    ['odd:1', '1-has sp', 'pull'],
    ['odd:2', '1-zö', 'pull'],
    ['odd:3', '1-xxxxxx', 'pull'],
    ['xxxxxxxxxx', '1-a', 'pull'],
  ]);
  expect(linked.errors).toHaveLength(4);
});

test('quarantined documents survive a restart, are logged once, and are transferred when acceptable', async () => {
  const path = join(temporaryFolder(), 'library.sqlite');
  const [b, first] = [await couch(), openLibrarySide(path)];
  b.validate((doc) => (doc._id === id(1) ? 'Not this one.' : undefined));
  fill(first, 3);
  const before = link(first, b);
  await expect.poll(() => odds(before), soon).toEqual([id(1)]);
  await before.mesh.close();
  await first.close();
  const a = ours(path);
  const after = link(a, b);
  await flows(a, b, 100);
  expect(odds(after)).toEqual([id(1)]);
  expect([before.errors.length, after.errors.length]).toEqual([1, 0]);
  expect(before.errors[0]).toContain('Not this one.');
  // Without success, and without another warning.
  expect(after.retry()).toBe(1);
  await expect.poll(() => after.status()!.refused[0]?.tries, soon).toBe(2);
  expect(after.errors).toEqual([]);
  b.validate(undefined);
  after.retry();
  await expect.poll(() => odds(after), soon).toEqual([]);
  expect(b.count('album')).toBe(4 + 1);
});

test('a quarantined document is transferred by itself after a change', async () => {
  const [a, b] = [ours(), await couch()];
  // The text alone: 'bad' is also hexadecimal, and occurs in the revision ids and stamps of every fiftieth document.
  b.validate(({ text }) => ((text as { value: string }).value === 'bad' ? 'Not this one.' : undefined));
  write(a, 1, 'bad');
  const linked = link(a, b);
  await expect.poll(() => odds(linked), soon).toEqual([id(1)]);
  write(a, 1, 'good');
  await expect.poll(() => odds(linked), soon).toEqual([]);
  expect(b.count('album')).toBe(1);
});

/** Misbehaves for every request that names a document. */
const about =
  (document: string, how: Misbehaviour, path?: string) =>
  ({ body, path: asked }: CouchRequest): Misbehaviour | undefined =>
    (path === undefined || asked === path) && JSON.stringify(body ?? '').includes(document) ? how : undefined;

test.each([
  ['400', odd.status(400)],
  ['403, as a proxy does', odd.status(403)],
  ['413', odd.status(413)],
  ['500', odd.status(500)],
  ['JSON that ends in the middle', odd.truncated()],
  ['a page', odd.page()],
  ['an answer of another shape', odd.status(200, { ok: true })],
])('a document answered with %s blocks no other', { timeout: 60_000 }, async (_, how) => {
  const [a, b] = [ours(), await couch()];
  fill(a, 30);
  b.misbehave(about(id(11), how));
  const linked = link(a, b);
  await expect.poll(() => b.count('album'), soon).toBe(29);
  await flows(a, b, 100);
  expect(odds(linked)).toEqual([id(11)]);
  b.misbehave(undefined);
  linked.retry();
  await expect.poll(() => b.leaves('album', id(11)).length, soon).toBe(1);
  await expect.poll(() => odds(linked), soon).toEqual([]);
});

test.each([
  ['an error', (docs: unknown) => [{ error: { error: 'internal', reason: 'timeout' } }, docs].slice(0, 1)],
  ['no answer', () => []],
  ['another document', () => [{ ok: { _id: 'other', _rev: '1-a' } }]],
])('a document that a CouchDB answers with %s is quarantined, and arrives once it is delivered', async (_, change) => {
  const [a, b] = [ours(), await couch()];
  const stored = [1, 2, 3].map((n) => ({ _id: id(n), _rev: `1-${String(n).repeat(32)}`, kind: 'comment', format: 1 }));
  b.store('album', stored);
  const instead = odd.instead((body) => ({
    results: (body as { results: { id: string; docs: unknown }[] }).results.map((one) =>
      one.id === id(2) ? { ...one, docs: change(one.docs) } : one,
    ),
  }));
  b.misbehave(({ path }) => (path === '/_bulk_get' ? instead : undefined));
  const linked = link(a, b);
  await expect.poll(() => a.library.count(''), soon).toBe(2);
  await expect.poll(() => odds(linked), soon).toEqual([id(2)]);
  b.misbehave(undefined);
  linked.retry();
  await expect.poll(() => a.library.get(id(2)), soon).toBeDefined();
});

test('rows missing in a response are requested again, and none is skipped', async () => {
  const [a, b] = [ours(), await couch()];
  b.store(
    'album',
    [1, 2, 3].map((n) => ({ _id: id(n), _rev: `1-${String(n).repeat(32)}`, kind: 'comment', format: 1 })),
  );
  const instead = odd.instead((body) => {
    const { results } = body as { results: { id: string }[] };
    return { results: results.filter((one) => one.id !== id(2)) };
  });
  b.misbehave(({ path }) => (path === '/_bulk_get' ? instead : undefined));
  const linked = link(a, b);
  await expect.poll(() => odds(linked), soon).toEqual([id(2)]);
  expect(a.library.count('')).toBe(2);
});

test.each([
  ['400', odd.status(400)],
  ['500', odd.status(500)],
  ['a page', odd.page()],
  ['a redirect', odd.redirect('http://127.0.0.1:9/')],
  ['a reset', odd.reset()],
  ['a cut', odd.cut()],
])(
  'a CouchDB that answers everything with %s causes no quarantine, and gets everything once it recovers',
  async (_, how) => {
    const [a, b, other] = [ours(), await couch(), await couch()];
    fill(a, 20);
    b.misbehave(({ path }) => (path.startsWith('/_bulk') || path === '/_revs_diff' ? how : undefined));
    const linked = link(a, b);
    await expect.poll(() => linked.status()?.state, soon).toMatch(/waiting|refused/);
    // Another link keeps working.
    const second = link(a, other);
    await expect.poll(() => other.count('album'), soon).toBe(20);
    expect(second.mesh.status().flatMap((one) => one.refused)).toEqual([]);
    b.misbehave(undefined);
    await expect.poll(() => b.count('album'), soon).toBe(20);
  },
);

test('endless responses and gzip bombs end at a limit', { timeout: 120_000 }, async () => {
  const [a, b] = [ours(), await couch()];
  for (const how of [odd.endless(), odd.bomb()]) {
    b.misbehave(({ path }) => (path === '/_changes' ? how : undefined));
    const linked = link(a, b);
    const reasons = new Set<string | undefined>();
    const unlisten = linked.mesh.on(() => void reasons.add(linked.status()?.reason));
    await expect.poll(() => [...reasons].join(), { ...soon, timeout: 60_000 }).toContain('more data than requested');
    unlisten();
    await linked.mesh.close();
  }
});

test(
  'more documents than are listed are not forgotten: they are transferred when acceptable',
  { timeout: 120_000 },
  async () => {
    const [a, b] = [ours(), await couch()];
    const count = mostSetAside + 50;
    b.validate(() => 'Nothing today.');
    a.library.transaction(() => fill(a, count));
    const linked = link(a, b);
    await expect.poll(() => linked.status()?.refusedCount, { ...soon, timeout: 60_000 }).toBe(count);
    expect(linked.status()!.refused).toHaveLength(100);
    expect(a.db.prepare<{ n: number }>('SELECT count(*) AS n FROM quarantine').get()!.n).toBe(mostSetAside);
    b.validate(undefined);
    linked.retry();
    await expect.poll(() => b.count('album'), { ...soon, timeout: 60_000 }).toBe(count);
    await expect.poll(() => linked.status()?.refusedCount, soon).toBe(0);
  },
);

test('a document on which this version fails is quarantined, and the others arrive', async () => {
  const [a, b] = [ours(), await couch()];
  const insert = a.library.insert.bind(a.library);
  a.library.insert = (incoming, options) => {
    if (incoming.some((one) => one.id === id(2))) throw new TypeError('x is not a function');
    insert(incoming, options);
  };
  b.store(
    'album',
    [1, 2, 3].map((n) => ({ _id: id(n), _rev: `1-${String(n).repeat(32)}`, kind: 'comment', format: 1 })),
  );
  const linked = link(a, b);
  await expect.poll(() => odds(linked), soon).toEqual([id(2)]);
  expect(linked.status()!.refused[0]!.reason).toContain('x is not a function');
  expect(a.library.count('')).toBe(2);
  a.library.insert = insert;
  linked.retry();
  await expect.poll(() => a.library.count(''), soon).toBe(3);
});

test('the quarantine of a connection is removed with its peer', () => {
  const db = openSqlite(':memory:');
  onTestFinished(() => db.close());
  const [peers, url] = [openPeers(db), 'http://couch.example/album'];
  peers.put({ url, publish: false, originals: 'all', added: '2026-11-24T10:00:00.000Z' });
  const quarantine = openQuarantine(db, clock, url);
  quarantine.settle('push', [id(1)], [{ id: id(1), rev: '1-a', reason: 'no' }]);
  expect(quarantine.list(10).count).toBe(1);
  peers.remove(url);
  expect(quarantine.list(10).count).toBe(0);
});
