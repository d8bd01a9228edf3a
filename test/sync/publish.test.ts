/**
 * Publishing with a real public server: what is public appears within seconds, and what is withdrawn disappears from
 * its responses and its disk, whichever side was offline, restored, or behind.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listPublishers, removePublisher } from '../../src/cli/manage-publishers.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { openLibrary } from '../../src/library/library.js';
import { discover } from '../../src/sync/connections/discover-peer.js';
import { openPublicServer, openPublisher, type Public, type Publisher } from './publishing.js';

const soon = { timeout: 60_000, interval: 20 };

async function begin(): Promise<{ vps: Public; home: Publisher; token: string; first: string; opaque: () => string }> {
  const [vps, home] = [await openPublicServer(), await openPublisher()];
  const token = await vps.token('home');
  await vps.start();
  const first = await home.add(1);
  await home.add(2);
  return { vps, home, token, first, opaque: () => home.opaque(first) };
}
const shows = (vps: Public, ids: string[]): Promise<void> => expect.poll(() => vps.ids(), soon).toEqual(ids.sort());

test('public photos are shown with pictures, edits change them, withdrawn ones are removed', async () => {
  const { vps, home, token, first, opaque } = await begin();
  const link = home.publish(vps.url(), token);
  await expect.poll(() => link.status()?.state, soon).toBe('live');
  expect(await vps.ids()).toEqual([]);
  home.edit(first, { audience: 'public', title: 'MARKED beach' });
  await shows(vps, [opaque()]);
  const media = `${vps.url()}/media/${opaque()}/thumb`;
  await expect.poll(async () => (await fetch(media)).status, soon).toBe(200);
  const answer = await fetch(media);
  expect([answer.headers.get('cache-control'), await answer.text()]).toEqual(['private, no-cache', 'thumb 1']);
  expect(await vps.photo(opaque())).toMatchObject({ title: 'MARKED beach', audience: 'public' });
  const feed = async (): Promise<string> => (await fetch(`${vps.url()}/api/feed.xml`)).text();
  expect(await feed()).toContain('<title>MARKED beach</title>');
  expect(await feed()).toContain(`/media/${opaque()}/preview`);
  home.edit(first, { title: 'Sea' });
  await expect.poll(async () => (await vps.photo(opaque()))?.['title'], soon).toBe('Sea');
  await expect.poll(async () => (await vps.disk()).includes('MARKED'), soon).toBe(false);

  home.edit(first, { audience: 'family' });
  await shows(vps, []);
  await expect.poll(async () => (await vps.disk()).includes('thumb 1'), soon).toBe(false);
  expect((await fetch(media)).status).toBe(404);
  expect(await feed()).not.toMatch(/<entry>|MARKED|Sea/);
  home.edit(first, { audience: 'public' });
  await shows(vps, [opaque()]);
  // Its pictures were removed, and are sent again.
  await expect.poll(async () => (await fetch(media)).status, soon).toBe(200);
  home.edit(first, { trashed: true });
  await shows(vps, []);
  home.edit(first, { trashed: false });
  await shows(vps, [opaque()]);
  home.purge(first);
  await shows(vps, []);
});

test('a connection that would replicate everything gets an error at a public server', async () => {
  const { vps, token } = await begin();
  const peer = { url: vps.url(), authorization: `Bearer ${token}` };
  await expect(discover(peer)).rejects.toThrow(/is a public server, which accepts only published photos/);
  expect(await discover({ ...peer, publish: true })).toMatchObject({ kind: 'photospool' });
});

test('photos withdrawn while disconnected are removed at the next connection', async () => {
  const { vps, home, token, first, opaque } = await begin();
  home.edit(first, { audience: 'public' });
  const link = home.publish(vps.url(), token);
  await shows(vps, [opaque()]);
  await link.stop();
  home.edit(first, { audience: 'private' });
  home.publish(vps.url(), token);
  await shows(vps, []);
});

test('a restored public server soon shows no withdrawn photo', async () => {
  const { vps, home, token, first, opaque } = await begin();
  home.edit(first, { audience: 'public' });
  const link = home.publish(vps.url(), token);
  await shows(vps, [opaque()]);
  await vps.stop();
  const restore = await vps.backUp();
  await vps.start();
  home.edit(first, { audience: 'private' });
  await shows(vps, []);
  await vps.stop();
  await restore();
  await vps.start();
  await shows(vps, []);
  expect(link.status()?.refused).toEqual([]);
});

test('a restored home does not publish photos withdrawn since the backup; a new decision counts', async () => {
  const { vps, home, token, first, opaque } = await begin();
  home.edit(first, { audience: 'public' });
  const second = await home.add(3);
  const link = home.publish(vps.url(), token);
  await shows(vps, [opaque()]);
  await link.stop();
  home.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  await cp(join(home.folder, 'library.sqlite'), join(home.folder, 'old.sqlite'));
  const again = home.publish(vps.url(), token);
  home.edit(second, { audience: 'public' });
  home.edit(first, { audience: 'private' });
  await shows(vps, [home.opaque(second)]);
  await again.stop();
  // The library of the backup, without any projection.
  const old = openSqlite(join(home.folder, 'old.sqlite'));
  const before = openLibrary(old);
  for (const id of [first, second]) home.db.prepare('DELETE FROM revision WHERE doc = ?').run(`photo:${id}`);
  home.library.insert(
    [first, second].flatMap((id) => {
      const { rev = '' } = before.get(`photo:${id}`) ?? {};
      const found = before.revision(`photo:${id}`, rev)!;
      return [{ id: found.id, revisions: found.revisions, deleted: false, body: found.body }];
    }),
  );
  old.close();
  await rm(join(home.folder, 'projection'), { recursive: true });
  const restored = home.publish(vps.url(), token);
  await shows(vps, []);
  await expect.poll(() => restored.status()?.state, soon).toBe('live');
  expect(await vps.ids()).toEqual([]);
  home.edit(first, { audience: 'family' });
  home.edit(first, { audience: 'public' });
  await shows(vps, [opaque()]);
});

test('of two homes the latest decision counts, even if the other still publishes an older state', async () => {
  const { vps, home, token, first, opaque } = await begin();
  home.edit(first, { audience: 'public' });
  home.publish(vps.url(), token);
  await shows(vps, [opaque()]);
  const other = await openPublisher();
  for (const id of ['library:key', `photo:${first}`]) {
    const { rev } = home.library.get(id)!;
    const { revisions, body } = home.library.revision(id, rev)!;
    other.library.insert([{ id, revisions, deleted: false, body }]);
  }
  const second = other.publish(vps.url(), await vps.token('other'));
  await expect
    .poll(
      async () =>
        (await vps.disk()).includes(`public-${other.library.server}`) ||
        (await vps.disk()).includes(`${other.library.server}.sqlite`),
      soon,
    )
    .toBe(true);
  home.edit(first, { audience: 'private' });
  await shows(vps, []);
  const sent = second.status()!.push.sent;
  other.edit(first, { title: 'Still here' });
  await expect.poll(() => second.status()!.push.sent, soon).toBeGreaterThan(sent);
  // What was sent is combined before the next one is sent.
  const id = await other.add(7);
  other.edit(id, { audience: 'public' });
  await shows(vps, [other.opaque(id)]);
  other.edit(id, { audience: 'private' });
  await shows(vps, []);
  other.edit(first, { audience: 'family' });
  other.edit(first, { audience: 'public' });
  await shows(vps, [opaque()]);
});

test.each([
  ['beside the running server', true],
  ['alone', false],
])('photos of one home are removed, %s, and those of another stay', async (_, running) => {
  const { vps, home, token, first, opaque } = await begin();
  const other = await openPublisher();
  const theirs = await other.add(9);
  home.edit(first, { audience: 'public', title: 'MARKED beach' });
  other.edit(theirs, { audience: 'public' });
  const links = [home.publish(vps.url(), token), other.publish(vps.url(), await vps.token('other'))];
  await shows(vps, [opaque(), other.opaque(theirs)]);
  await expect.poll(async () => (await vps.disk()).includes('thumb 1'), soon).toBe(true);
  const list = [
    { publisher: home.library.server, tokens: ['home'], photos: 1 },
    { publisher: other.library.server, tokens: ['other'], photos: 1 },
  ].sort((a, b) => (a.publisher < b.publisher ? -1 : 1));
  expect(await listPublishers(vps.config)).toEqual(list);
  if (!running) await vps.stop();
  expect(await removePublisher(vps.config, 'home')).toMatchObject({ publisher: home.library.server, later: false });
  if (!running) await vps.start();
  await shows(vps, [other.opaque(theirs)]);
  const disk = await vps.disk();
  for (const mark of ['MARKED', 'thumb 1']) expect([mark, disk.includes(mark)]).toEqual([mark, false]);
  await expect.poll(() => links[0]!.status()?.state, soon).toBe('refused');
  expect(await listPublishers(vps.config)).toMatchObject([{ publisher: other.library.server }]);
  await expect(removePublisher(vps.config, 'home')).rejects.toThrow(/No publishing home has the id or token home/);
  // With a new token it may connect again.
  await links[0]!.stop();
  home.publish(vps.url(), await vps.token('home'));
  await shows(vps, [opaque(), other.opaque(theirs)]);
});

describe('the token', () => {
  test('gives no access to pictures of another home', async () => {
    const { vps, home, token, first, opaque } = await begin();
    // A projection whose pictures never arrive: its home has lost them.
    const other = await openPublisher();
    const theirs = await other.add(9);
    const { renditions } = other.library.get(`photo:${theirs}`)!.body as unknown as PhotoDocument;
    const hash = renditions.thumb!.sha256;
    await rm(other.blobs.path(hash));
    other.edit(theirs, { audience: 'public' });
    const second = await vps.token('other');
    other.publish(vps.url(), second);
    home.edit(first, { audience: 'public' });
    home.publish(vps.url(), token);
    await shows(vps, [opaque(), other.opaque(theirs)]);
    const wanted = async (given: string): Promise<string[]> => {
      const answer = await fetch(`${vps.url()}/blobs/?originals=all`, {
        headers: { authorization: `Bearer ${given}` },
      });
      return ((await answer.json()) as { wanted: { sha256: string }[] }).wanted.map(({ sha256 }) => sha256);
    };
    await expect.poll(() => wanted(token), soon).toEqual([]);
    await expect.poll(() => wanted(second), soon).toEqual([hash]);
    const put = async (given: string): Promise<number> =>
      (
        await fetch(`${vps.url()}/blobs/${hash}`, {
          method: 'PUT',
          body: 'thumb 9',
          headers: { authorization: `Bearer ${given}`, 'content-type': 'application/octet-stream' },
        })
      ).status;
    const together = await fetch(`${vps.url()}/blobs/bulk-put`, {
      method: 'POST',
      body: `${hash} 7\nthumb 9`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    });
    expect(await together.json()).toEqual({ blobs: [{ sha256: hash, status: 404, code: 'not-found' }] });
    expect(await put(token)).toBe(404);
    expect(await put(second)).toBe(201);
    expect(await put(token)).toBe(404);
  });

  test('gives access to its own projection and nothing else', async () => {
    const { vps, home, token, first, opaque } = await begin();
    home.edit(first, { audience: 'public' });
    home.publish(vps.url(), token);
    await shows(vps, [opaque()]);
    const other = await vps.token('other');
    const ask = async (path: string, given: string | undefined, init: RequestInit = {}): Promise<number> =>
      (
        await fetch(vps.url() + path, {
          ...init,
          headers:
            given === undefined
              ? {}
              : { authorization: `Bearer ${given}`, ...(init.body ? { 'content-type': 'application/json' } : {}) },
        })
      ).status;
    const mine = `/db/public-${home.library.server}`;
    expect(await ask(mine, token)).toBe(200);
    expect(await ask(`${mine}/_changes`, token)).toBe(200);
    for (const path of [mine, `${mine}/_changes`, `${mine}/public:${opaque()}?open_revs=["1-a"]`])
      expect([path, await ask(path, other)]).toEqual([path, 403]);
    expect(await ask('/db/public-00000000000000ff', token)).toBe(403);
    expect(await ask('/db/photos', token)).toBe(404);
    expect(await ask('/db/photos/_changes', token)).toBe(404);
    expect(await ask(mine, undefined)).toBe(403);
    expect(await ask(mine, 'psp_wrong')).toBe(401);
    for (const path of ['/api/photos', '/api/events', '/api/facets/tags', '/metrics', '/api/people', '/api/tokens'])
      expect([path, [401, 403, 404].includes(await ask(path, token))]).toEqual([path, true]);
    for (const [method, path] of [
      ['POST', '/api/session'],
      ['POST', '/api/upload'],
      ['PATCH', `/api/photos/${opaque()}`],
      ['POST', '/api/setup'],
      ['GET', `/originals/${opaque()}`],
      ['GET', '/api/spool'],
    ] as const)
      expect([path, [404, 405].includes(await ask(path, undefined, { method }))]).toEqual([path, true]);
    const thumb = (await vps.photo(opaque()))!['renditions'] as { thumb: { sha256: string } };
    expect(await ask(`/blobs/${thumb.thumb.sha256}`, token)).toBe(404);
    expect(await ask(`/blobs/${'a'.repeat(64)}`, token, { method: 'PUT', body: 'x' })).toBe(404);
    const doc = (id: string, body: object): object => ({
      _id: id,
      _rev: '1-a',
      _revisions: { start: 1, ids: ['a'] },
      ...body,
    });
    const body = JSON.stringify({
      new_edits: false,
      docs: [doc('photo:x', { kind: 'photo' }), doc(`public:${'1'.repeat(64)}`, { kind: 'photo' })],
    });
    const written = await fetch(`${vps.url()}${mine}/_bulk_docs`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    expect(await written.json()).toHaveLength(2);
    expect(await vps.ids()).toEqual([opaque()]);
  });
});
