/** Visitors, and people with a link, can't find out by searching what they are not shown: file names, private tags. */
import { expect, test } from 'vitest';
import { openBrowser } from './browser.js';
import { invite, openOwned } from './accounts.js';

async function openPublicHome() {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await home.add({ name: 'mallory street 7.jpg', tags: ['sea', '_surprise', 'Private/mallory'] });
  const words = { title: 'The pier', description: 'Seen from mallory', audience: 'public' };
  const plain = await home.add({ name: 'ada pier.jpg', tags: [] });
  for (const [one, body] of [[id, words] as const, [plain, { audience: 'public' }] as const])
    expect((await owner.ask('PATCH', `/api/photos/${one}`, body)).statusCode).toBe(200);
  home.access.settings.change({ visitors: true });
  const visitor = openBrowser(home.app);
  const idsOf = async (browser: typeof visitor, q: string): Promise<string[]> => {
    const answer = await browser.ask('GET', `/api/tiles?q=${encodeURIComponent(q)}`);
    return answer.json<{ tiles: { id: string }[] }>().tiles.map((tile) => tile.id);
  };
  return { owned, id, plain, visitor, idsOf };
}

test('a word finds visible texts for visitors, and file names too for family', async () => {
  const { owned, id, plain, visitor, idsOf } = await openPublicHome();
  const { browser: family } = await invite(owned, 'Ben');
  for (const q of ['street', '"mallory street"', 'ada', 'ad', '"ada pier"', 'jpg', '"street 7"']) {
    expect([q, await idsOf(visitor, q)]).toEqual([q, []]);
    expect(await idsOf(family, q), q).not.toEqual([]);
  }
  expect(await idsOf(visitor, 'pier')).toEqual([id]);
  expect(await idsOf(visitor, '"the pier"')).toEqual([id]);
  expect(await idsOf(visitor, 'from mall')).toEqual([id]);
  expect(await idsOf(visitor, '"from mallory"')).toEqual([id]);
  expect(await idsOf(visitor, '-street')).toHaveLength(2);
  expect((await idsOf(family, 'pier')).sort()).toEqual([id, plain].sort());
});

test('visitors can’t ask which photos have a date or a location', async () => {
  const { owned, visitor, idsOf } = await openPublicHome();
  const { browser: family } = await invite(owned, 'Ben');
  const [one, other] = [await owned.home.add({ taken: '' }), await owned.home.add({ taken: '' })];
  for (const id of [one, other])
    expect((await owned.owner.ask('PATCH', `/api/photos/${id}`, { audience: 'public' })).statusCode).toBe(200);
  for (const q of ['is:dated', '-is:dated', 'is:geotagged', 'is:favourite|dated']) {
    const answer = await visitor.ask('GET', `/api/tiles?q=${encodeURIComponent(q)}`);
    expect([q, answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([q, 400, 'invalid']);
  }
  expect((await idsOf(family, '-is:dated')).sort()).toEqual([one, other].sort());
  const dated = { taken: { local: '2020-01-01T00:00:00.000' } };
  expect((await owned.owner.ask('PATCH', `/api/photos/${one}`, dated)).statusCode).toBe(200);
  expect(await idsOf(family, '-is:dated')).toEqual([other]);
  expect(await idsOf(family, 'is:dated')).toContain(one);
});

test('private tags do not exist for visitors', async () => {
  const { owned, id, visitor, idsOf } = await openPublicHome();
  const { browser: family } = await invite(owned, 'Ben');
  const of = async (browser: typeof visitor, path: string): Promise<string> => (await browser.ask('GET', path)).body;
  for (const path of [`/api/photos/${id}`, '/api/photos', '/api/tags'])
    expect([path, await of(visitor, path)]).toEqual([path, expect.not.stringMatching(/surprise|private\//i)]);
  const facets = await visitor.ask('POST', '/api/facets', { ids: [id] });
  expect(facets.json()).toMatchObject({ tags: [{ value: 'sea', count: 1 }] });
  for (const q of ['tag:_surprise', 'tag:private/mallory', 'surprise', 'private']) {
    expect([q, await idsOf(visitor, q)]).toEqual([q, []]);
    expect(await idsOf(family, q), q).toEqual([id]);
  }
  expect(await idsOf(visitor, '-tag:_surprise')).toHaveLength(2);
  expect(await of(family, '/api/tags')).toMatch(/_surprise/);
});

test('a link shows no private tag unless it has details; its search may use one', async () => {
  const { owned, id } = await openPublicHome();
  const { home, owner } = owned;
  const make = async (more: object): Promise<string> =>
    (await owner.ask('POST', '/api/shares', { search: 'tag:_surprise', ...more })).json<{ path: string }>().path;
  const [plain, all] = [await make({}), await make({ details: true })];
  const ask = async (path: string): Promise<string> => (await home.app.inject(path)).body;
  expect(await ask(`${plain}/api/tags`)).toBe('[{"value":"sea","count":1}]');
  expect(await ask(`${plain}/api/photos/${id}`)).not.toMatch(/surprise/);
  expect(await ask(`${all}/api/tags`)).toMatch(/_surprise/);
  expect(await ask(`${all}/api/photos/${id}`)).toMatch(/_surprise/);
});
