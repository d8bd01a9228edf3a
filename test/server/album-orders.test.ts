/** The order of albums over HTTP: by date and by hand, for both kinds of albums; who may change it, and undoing it. */
import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { local } from '../../src/access/viewer.js';
import { planOrder, searchOfNamed, type WantedOrder } from '../../src/album/arrange-photos.js';
import type { Catalog } from '../../src/catalog/catalog.js';
import { movedIn, orderRegisters } from '../../src/document/album-order.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { buildApp } from '../../src/server/app.js';
import { photo } from '../document/documents.js';
import { invite, openOwned } from './accounts.js';
import type { openBrowser } from './browser.js';
import { expectError, openHome } from './fixture.js';

type Ask = ReturnType<typeof openBrowser>['ask'];
interface Segment {
  month: string;
  count: number;
  cursor: string;
}

/** The photos of a search in an order, read in pages as the timeline reads them, with their months. */
async function listed(ask: Ask, q: string, order = 'album'): Promise<{ ids: string[]; months: string[] }> {
  const query = `q=${encodeURIComponent(q)}&order=${order}`;
  const segments = (await ask('GET', `/api/timeline/segments?${query}&size=2`)).json<Segment[]>();
  const ids: string[] = [];
  for (const { cursor, count } of segments) {
    const page = (await ask('GET', `/api/tiles?${query}&cursor=${cursor}&limit=${count}`)).json<{
      tiles: { id: string }[];
    }>();
    ids.push(...page.tiles.map(({ id }) => id));
  }
  return { ids, months: segments.map(({ month }) => month) };
}

test('an album that exists by name is described and ordered by whoever may edit it, and by nobody else', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const ids: string[] = [];
  for (const taken of ['2024-01-05', '2024-01-09', '2024-02-03', '2024-02-07']) {
    const id = await home.add();
    const change = { taken: `${taken}T12:00:00`, audience: 'family', albums: { add: ['Iceland'] } };
    expect((await owner.ask('PATCH', `/api/photos/${id}`, change)).statusCode).toBe(200);
    ids.push(id);
  }
  const [a, b, c, d] = ids as [string, string, string, string];
  const q = 'album:"Iceland"';
  const set = (change: object, ask: Ask = owner.ask) =>
    ask('POST', '/api/albums/named', { album: 'Iceland', ...change });
  const settings = async (ask: Ask): Promise<unknown> => (await ask('GET', '/api/albums/named?album=iceland')).json();

  expect(await listed(owner.ask, q)).toEqual({ ids: [d, c, b, a], months: ['2024-02', '2024-01'] });
  expect((await set({ sort: 'oldest', description: ' Ten days. ' })).json()).toEqual({
    ...{ album: 'Iceland', description: '', sort: 'newest', positions: {} },
  });
  expect(await listed(owner.ask, q)).toEqual({ ids: [a, b, c, d], months: ['2024-01', '2024-02'] });

  const moved = (await set({ move: { ids: [d, b], before: a } })).json<{ sort: string; positions: object }>();
  expect(moved).toMatchObject({ sort: 'oldest', positions: { [d]: null, [b]: null } });
  expect(await listed(owner.ask, q)).toEqual({ ids: [d, b, a, c], months: ['', ''] });
  const again = (await set({ move: { ids: [d], before: null } })).json<object>();
  expect((await listed(owner.ask, q)).ids).toEqual([b, a, c, d]);
  // Its answer, sent back, undoes it.
  const { sort, positions } = again as { sort: string; positions: object };
  await set({ sort, positions });
  expect((await listed(owner.ask, q)).ids).toEqual([d, b, a, c]);
  await set({ sort: 'oldest' });
  expect((await listed(owner.ask, q)).ids).toEqual([a, b, c, d]);
  await set({ sort: 'manual' });
  expect((await listed(owner.ask, q)).ids).toEqual([d, b, a, c]);

  // Behind a link to the album, too; a link to some of its photos has no order.
  for (const [search, order] of [
    [q, [d, b, a, c]],
    [`${q} type:photo`, [d, c, b, a]],
  ] as const) {
    const { path } = (await owner.ask('POST', '/api/shares', { search })).json<{ path: string }>();
    const linked: Ask = (method, url) => home.app.inject({ method, url: path + url });
    expect((await listed(linked, '')).ids, search).toEqual(order);
  }

  // Renamed, it keeps its order and description; an album that has its own does not lose them.
  await owner.ask('PATCH', '/api/photos', { ids, albums: { add: ['North', 'South'] } });
  await owner.ask('POST', '/api/albums/named', { album: 'South', description: 'Another journey.' });
  for (const album of ['North', 'South'])
    expect((await owner.ask('POST', '/api/albums/named', { album, like: 'Iceland' })).statusCode).toBe(200);
  expect((await listed(owner.ask, 'album:"North"')).ids).toEqual([d, b, a, c]);
  expect((await listed(owner.ask, 'album:"South"')).ids).toEqual([d, c, b, a]);
  const { browser: family } = await invite(owned, 'Ben');
  expect(await settings(family.ask)).toEqual({ album: 'iceland', description: 'Ten days.', sort: 'manual' });
  expect((await listed(family.ask, q)).ids).toEqual([d, b, a, c]);
  expectError(await set({ sort: 'newest' }, family.ask), 403, 'forbidden');
  expectError(await owner.ask('POST', '/api/albums/named', { album: 'Nowhere', sort: 'newest' }), 404, 'not-found');
  // An album that does not exist, or not for the viewer, looks like one without settings.
  expect((await owner.ask('GET', '/api/albums/named?album=Nowhere')).json()).toEqual({
    ...{ album: 'Nowhere', description: '', sort: 'newest' },
  });
  expectError(await set({ move: { ids: [a], before: 'f'.repeat(64) } }), 404, 'not-found');
  // What is not in the album gets no position, and positions tell nothing of it; nor does a copy of an unseen album.
  const hidden = await home.add();
  await owner.ask('PATCH', `/api/photos/${hidden}`, { albums: { add: ['Secret'] } });
  await owner.ask('POST', '/api/albums/named', { album: 'Secret', description: 'Nobody knows.' });
  const beside = { [hidden]: null, [a]: null, ['e'.repeat(64)]: '2024-01-01T12:00:00a' };
  expect((await set({ positions: beside })).json()).toMatchObject({ positions: {} });
  home.access.settings.change({ familyEdits: true }, commandLine);
  const copy = { album: 'South', like: 'Secret', sort: 'oldest' };
  expect((await family.ask('POST', '/api/albums/named', copy)).statusCode).toBe(200);
  expect((await owner.ask('GET', '/api/albums/named?album=South')).json()).toMatchObject({
    description: 'Another journey.',
  });
  // Nor does the form of a cursor, which depends on the order.
  await owner.ask('POST', '/api/albums/named', { album: 'Secret', sort: 'oldest' });
  const atLast = (ask: Ask, name: string) =>
    ask('GET', `/api/tiles?q=${encodeURIComponent(`album:"${name}"`)}&order=album&cursor=-1`);
  for (const unseen of ['Secret', 'Nowhere'])
    expect((await atLast(family.ask, unseen)).json(), unseen).toEqual({ tiles: [], next: null });
  expectError(await atLast(owner.ask, 'Secret'), 400, 'invalid');
  expectError(await set({ sort: 'sideways' }), 400, 'invalid');
  expectError(await set({ positions: { x: 'y' } }), 400, 'invalid');
  expectError(await owner.ask('GET', `/api/tiles?q=${encodeURIComponent(q)}&order=album&cursor=-1`), 400, 'invalid');
});

test('photos are listed by day of arrival, only for viewers with details', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const ids: string[] = [];
  for (const [taken, arrived] of [
    ['2024-01-05', '2026-11-23T08:00:00.000Z'],
    ['2024-01-09', '2026-11-22T09:00:00.000Z'],
    ['2024-02-03', '2026-11-23T07:00:00.000Z'],
    ['2024-02-07', '2026-11-21T23:59:59.000Z'],
  ] as const) {
    const id = await home.add({ taken: `${taken}T12:00:00.000` });
    home.library.update<PhotoDocument>(photoId(id), (body) => {
      const [[key, sighting]] = Object.entries(body!.sightings) as [[string, PhotoDocument['sightings'][string]]];
      return { ...body!, sightings: { [key]: { ...sighting, at: arrived } } };
    });
    ids.push(id);
  }
  const [a, b, c, d] = ids as [string, string, string, string];
  expect(await listed(owner.ask, '', 'added')).toEqual({ ids: [c, a, b, d], months: ['', ''] });
  expect((await listed(owner.ask, 'added:>=2026-11-22', 'added')).ids).toEqual([c, a, b]);
  // Of what a viewer sees nothing of, there is no order.
  const { browser: family } = await invite(owned, 'Ben');
  expect(await listed(family.ask, '', 'added')).toEqual({ ids: [], months: [] });
  await owner.ask('PATCH', '/api/photos', { ids: [b, d], audience: 'family' });
  expect((await listed(family.ask, '', 'added')).ids).toEqual([b, d]);

  const { path } = (await owner.ask('POST', '/api/shares', { search: 'type:photo' })).json<{ path: string }>();
  for (const route of ['tiles', 'timeline/segments'])
    expectError(await home.app.inject({ url: `${path}/api/${route}?order=added` }), 400, 'invalid');
});

test('only so many photos are moved; more than that is still put back, and sorted', () => {
  const photos = Array.from({ length: 2_000 }, (_, n) => ({
    id: createHash('sha256').update(String(n)).digest('hex'),
    taken: '2024-01-05T12:00:00.000',
  }));
  const catalog = { dated: () => photos } as unknown as Catalog;
  const plan = (body: Body | undefined, wanted: WantedOrder) =>
    planOrder(catalog, local, searchOfNamed('x'), body, wanted);
  const after = (body: Body | undefined, { change }: ReturnType<typeof plan>): Body => ({
    ...body,
    ...orderRegisters(change, '001764000000000-0000-k3', 'owner'),
  });
  const some = photos.slice(0, 600).map(({ id }) => id);
  const first = plan(undefined, { move: { ids: some, before: null } });
  const moved = after(undefined, first);
  expect(movedIn(moved)).toBe(600);
  expect(movedIn(after(moved, plan(moved, { move: { ids: some, before: photos[700]!.id } })))).toBe(600);
  expect(movedIn(after(moved, plan(moved, first.before)))).toBe(0);
  const others = photos.slice(600, 1_200).map(({ id }) => id);
  expect(() => plan(moved, { move: { ids: others, before: null } })).toThrow(/At most 1000 photos/);

  // Another server moved those meanwhile.
  const merged = { ...after(undefined, plan(undefined, { move: { ids: others, before: null } })), ...moved };
  expect(movedIn(merged)).toBe(1_200);
  expect(plan(merged, { sort: 'newest' }).change).toEqual({ sort: 'newest' });
  expect(movedIn(after(merged, plan(merged, { move: { ids: others, before: null } })))).toBe(1_200);
  expect(movedIn(after(merged, plan(merged, { positions: { [some[0]!]: null } })))).toBe(1_199);
  expect(() => plan(merged, { move: { ids: [photos[1_500]!.id], before: null } })).toThrow(/At most 1000 photos/);
});

test('an album with members is ordered by its holder, and everyone who sees it sees that order', async () => {
  const home = await openHome();
  const { library, access } = home;
  const gate = { announced: [], heardGuest: () => undefined, heardPeer: () => undefined };
  const app = await buildApp({ ...home.parts, gate: { ...gate, state: () => ({ on: true }) } });
  onTestFinished(() => app.close());
  const cookies = new Map<string, string>();
  const password = 'seven green ladders';
  for (const [name, role] of [
    ['Ada', 'owner'],
    ['Anna', 'family'],
    ['Ben', 'family'],
  ] as const) {
    const { id } = access.accounts.add({ name, role }, commandLine);
    await access.signing.setPassword(id, password, commandLine);
    const signed = await app.inject({ method: 'POST', url: '/api/session', payload: { name, password } });
    cookies.set(name, String(signed.headers['set-cookie']).split(';')[0]!);
  }
  const as =
    (name: string): Ask =>
    (method, url, payload) =>
      app.inject({ method, url, headers: { cookie: cookies.get(name)! }, ...(payload && { payload }) });
  const [anna, ben] = [as('Anna'), as('Ben')];
  const [mine, his] = ['Anna', 'Ben'].map((name) => access.people.named(name)[0]!.id) as [string, string];
  const add = (holder: string, n: number): string => {
    const item = { holder, sha256: String(n).repeat(64) };
    const modified = `2024-01-0${n}T12:00:00.000Z`;
    library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: `person:${holder}`, modified } }));
    return publicIdOf(item);
  };
  const { album, holder } = (await anna('POST', '/api/albums/shared', { name: 'Summer' })).json<{
    album: string;
    holder: string;
  }>();
  const url = `/api/albums/${holder}/${album}`;
  await anna('PUT', `${url}/members/${his}`, { right: 'add' });
  const [one, two, three] = [add(mine, 1), add(mine, 2), add(his, 3)];
  await anna('POST', `${url}/entries`, { ids: [one, two] });
  await ben('POST', `${url}/entries`, { ids: [three] });
  const q = `in:${holder}:${album}`;
  expect((await listed(ben, q)).ids).toEqual([three, two, one]);
  expect((await anna('GET', url)).json()).toMatchObject({ sort: 'newest' });
  // Also a photo of somebody else: the order is the album’s.
  const before = await anna('POST', `${url}/order`, { move: { ids: [three], before: one } });
  expect(before.json()).toEqual({ sort: 'newest', positions: { [three]: null } });
  for (const ask of [anna, ben]) expect((await listed(ask, q)).ids).toEqual([two, three, one]);
  // Nothing tells others that there is an order, nor a former member.
  const atLast = (ask: Ask) => ask('GET', `/api/tiles?q=${encodeURIComponent(q)}&order=album&cursor=-1`);
  expectError(await atLast(ben), 400, 'invalid');
  expect((await atLast(as('Ada'))).json()).toEqual({ tiles: [], next: null });
  expect((await ben('GET', url)).json()).toMatchObject({ sort: 'manual' });
  expectError(await ben('POST', `${url}/order`, { sort: 'oldest' }), 403, 'forbidden');
  expectError(await as('Ada')('POST', `${url}/order`, { sort: 'oldest' }), 404, 'not-found');
  await anna('POST', `${url}/order`, before.json<object>());
  expect((await listed(ben, q)).ids).toEqual([three, two, one]);
  await anna('POST', `${url}/order`, { sort: 'oldest' });
  await anna('DELETE', `${url}/members/${his}`);
  expect((await atLast(ben)).json()).toEqual({ tiles: [], next: null });
  expectError(await atLast(anna), 400, 'invalid');
});
