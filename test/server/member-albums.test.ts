/** Albums with members, and partners, over HTTP: with the gate of the libraries of people open, and shut. */
import { expect, onTestFinished, test } from 'vitest';
import { withEnd, withGive } from '../../src/document/grants.js';
import { itemId, membersId, publicIdOf } from '../../src/document/item-id.js';
import { merge } from '../../src/document/merge.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import type { PeopleLibraries } from '../../src/library/people-libraries.js';
import { commandLine } from '../../src/access/actor.js';
import { buildApp } from '../../src/server/app.js';
import { photo, stamp } from '../document/documents.js';
import { expectError, makeHome, manualClock } from './fixture.js';

const good = 'seven green ladders';

/** A home with an owner, Ada, and three of the family, whose libraries are on until `state` says otherwise. */
async function openFamily() {
  const home = await makeHome(() => ({}), { clock: manualClock() });
  onTestFinished(home.close);
  const { library, access } = home;
  const gate = { announced: [], heardGuest: () => undefined, heardPeer: () => undefined };
  const state: { now: PeopleLibraries } = { now: { on: true } };
  const app = await buildApp({ ...home.parts, gate: { ...gate, state: () => state.now } });
  onTestFinished(() => app.close());
  const cookies = new Map<string, string>();
  for (const [name, role] of [
    ['Ada', 'owner'],
    ['Anna', 'family'],
    ['Ben', 'family'],
    ['Cleo', 'family'],
  ] as const) {
    const { id } = access.accounts.add({ name, role }, commandLine);
    await access.signing.setPassword(id, good, commandLine);
    const signed = await app.inject({ method: 'POST', url: '/api/session', payload: { name, password: good } });
    cookies.set(name, String(signed.headers['set-cookie']).split(';')[0]!);
  }
  const idOf = (name: string): string => access.people.named(name)[0]!.id;
  const ask = (name: string, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    app.inject({ method, url, headers: { cookie: cookies.get(name)! }, ...(payload && { payload }) });
  /** A photo of a person comes in; its public id. */
  function add(name: string, digit: string): string {
    const item = { holder: idOf(name), sha256: digit.repeat(64) };
    library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: `person:${item.holder}` } }));
    return publicIdOf(item);
  }
  return { home, library, app, state, idOf, ask, add };
}

test('a person shares an album, and all photos with a partner; for others neither exists', async () => {
  const { home, library, state, idOf, ask, add } = await openFamily();
  const id = add('Anna', 'a');

  const made = await ask('Anna', 'POST', '/api/albums/shared', { name: 'Summer' });
  expect(made.statusCode).toBe(201);
  const { holder, album } = made.json<{ holder: string; album: string }>();
  const url = `/api/albums/${holder}/${album}`;
  expect((await ask('Anna', 'PUT', `${url}/members/${idOf('Ben')}`, { right: 'view' })).json()).toEqual({
    changed: true,
  });
  expect((await ask('Anna', 'POST', `${url}/entries`, { ids: [id] })).json()).toEqual({
    ...{ changed: 1, missing: [], refused: [] },
  });
  // Again, it says that nothing changed: to undo it must not take the photo out.
  expect((await ask('Anna', 'POST', `${url}/entries`, { ids: [id] })).json()).toEqual({
    ...{ changed: 0, missing: [], refused: [], unchanged: [id] },
  });
  const holding = { tags: [], albums: [], sharedAlbums: [{ holder, album, name: 'Summer', count: 1 }] };
  for (const name of ['Anna', 'Ben'])
    expect((await ask(name, 'POST', '/api/facets', { ids: [id] })).json(), name).toEqual(holding);
  for (const name of ['Ada', 'Cleo'])
    expect((await ask(name, 'POST', '/api/facets', { ids: [id] })).json(), name).toEqual({ tags: [], albums: [] });
  for (const name of ['Anna', 'Ben'])
    expect((await ask(name, 'GET', `/api/photos/${id}`)).json(), name).toMatchObject({ holder });
  expect((await ask('Anna', 'PATCH', url, { cover: id })).statusCode).toBe(200);
  expect((await ask('Ben', 'GET', '/api/albums/shared')).json()).toEqual({
    albums: [
      expect.objectContaining({
        holder,
        album,
        holderName: 'Anna',
        name: 'Summer',
        right: 'view',
        sharedAt: new Date(home.clock.now()).toISOString(),
        cover: id,
      }) as unknown,
    ],
  });
  expect((await ask('Anna', 'GET', url)).json()).toMatchObject({
    members: [{ person: idOf('Ben'), name: 'Ben', right: 'view' }],
  });
  expect((await ask('Cleo', 'GET', '/api/albums/shared')).json()).toEqual({ albums: [] });
  for (const [method, path, payload] of [
    ['GET', url],
    ['PATCH', url, { name: 'x' }],
    ['DELETE', `${url}/members/${idOf('Cleo')}`],
    ['POST', `${url}/entries`, { ids: [id] }],
    ['POST', `${url}/entries/remove`, { ids: [id] }],
    ['GET', `/api/albums/house/${album}`],
  ] as const) {
    expectError(await ask('Cleo', method, path, payload), 404, 'not-found');
    expectError(await ask('Ada', method, path, payload), 404, 'not-found');
  }
  expectError(await ask('Ben', 'PATCH', url, { name: 'x' }), 403, 'forbidden');
  expectError(await ask('Ben', 'POST', '/api/albums/shared', { name: 'x', holder: 'house' }), 403, 'forbidden');
  // Two servers change his right at once: neither change saw the other’s.
  const [members, to] = [membersId(`${holder}:${album}`), `person:${idOf('Ben')}`];
  const changedOn = (n: number): Body => {
    const ended = withEnd(library.get(members)!.body, to, { at: stamp(n), by: `person:${holder}` });
    return withGive(ended, { to, what: 'view' }, { at: stamp(n + 1), by: `person:${holder}` });
  };
  library.update(members, () => merge(changedOn(1), changedOn(3)));
  expectError(await ask('Ben', 'GET', url), 404, 'not-found');
  expect((await ask('Anna', 'GET', url)).json()).toMatchObject({
    ...{ members: [], lapsed: [{ person: idOf('Ben'), name: 'Ben' }] },
  });
  await ask('Anna', 'PUT', `${url}/members/${idOf('Ben')}`, { right: 'view' });
  expect((await ask('Anna', 'GET', url)).json()).not.toHaveProperty('lapsed');
  expect((await ask('Ben', 'GET', url)).json()).not.toHaveProperty('lapsed');
  expect((await ask('Ben', 'DELETE', `${url}/members/${idOf('Ben')}`)).json()).toEqual({ changed: true });
  expectError(await ask('Ben', 'GET', url), 404, 'not-found');

  expect((await ask('Anna', 'PUT', `/api/partners/${idOf('Cleo')}`)).json()).toEqual({ changed: true });
  expect((await ask('Cleo', 'GET', '/api/partners')).json()).toMatchObject({
    ...{ given: [], received: [idOf('Anna')] },
    people: [{ name: 'Ada' }, { name: 'Anna' }, { name: 'Ben' }],
  });
  expect((await ask('Cleo', 'DELETE', `/api/partners/${idOf('Anna')}/received`)).json()).toEqual({ changed: true });
  expect((await ask('Anna', 'DELETE', `/api/partners/${idOf('Cleo')}`)).json()).toEqual({ changed: false });
  expect((await ask('Anna', 'GET', '/api/partners')).json()).toMatchObject({ given: [], received: [] });

  state.now = { on: false, server: 'cabin', reason: 'cabin runs an older version of Photospool. Upgrade it.' };
  const before = library.lastChange();
  for (const [method, path, payload] of [
    ['GET', '/api/albums/shared'],
    ['POST', '/api/albums/shared', { name: 'x' }],
    ['GET', url],
    ['PUT', `/api/partners/${idOf('Cleo')}`],
    ['GET', '/api/partners'],
  ] as const) {
    const refused = await ask('Anna', method, path, payload);
    expectError(refused, 409, 'conflict');
    expect(refused.body).toContain('cabin runs an older version of Photospool. Upgrade it.');
  }
  expect(library.lastChange()).toBe(before);
});

test('members of an album see who else is in it; strangers, visitors, guests of a link and former members do not', async () => {
  const { app, idOf, ask, add } = await openFamily();
  const { holder, album } = (await ask('Anna', 'POST', '/api/albums/shared', { name: 'Summer' })).json<{
    holder: string;
    album: string;
  }>();
  const url = `/api/albums/${holder}/${album}`;
  await ask('Anna', 'POST', `${url}/entries`, { ids: [add('Anna', 'a')] });
  await ask('Anna', 'PUT', `${url}/members/${idOf('Ben')}`, { right: 'add' });
  await ask('Anna', 'PUT', `${url}/members/${idOf('Ada')}`, { right: 'view' });
  const membersFor = async (name: string): Promise<unknown> =>
    (await ask(name, 'GET', url)).json<{ members: unknown }>().members;
  const [ben, ada] = [
    { person: idOf('Ben'), name: 'Ben' },
    { person: idOf('Ada'), name: 'Ada' },
  ];
  expect([await membersFor('Ben'), await membersFor('Ada')]).toEqual([[ada], [ben]]);
  expect(await membersFor('Anna')).toEqual(
    expect.arrayContaining([
      { ...ben, right: 'add' },
      { ...ada, right: 'view' },
    ]),
  );

  expectError(await ask('Cleo', 'GET', url), 404, 'not-found');
  for (const address of [url, '/api/albums/shared'])
    expectError(await app.inject({ url: address }), 401, 'unauthorized');
  const link = await ask('Anna', 'POST', '/api/shares', { album: `${holder}:${album}` });
  const { path } = link.json<{ path: string }>();
  expect((await app.inject({ url: `${path}/api/share` })).statusCode).toBe(200);
  for (const address of ['/api/share', '/api/session', '/api/tiles', url, '/api/albums/shared']) {
    const { body } = await app.inject({ url: `${path}${address}` });
    expect(body, address).not.toMatch(/Ben|Ada|Anna/);
  }

  expect((await ask('Ben', 'DELETE', `${url}/members/${idOf('Ben')}`)).statusCode).toBe(200);
  expectError(await ask('Ben', 'GET', url), 404, 'not-found');
  expect((await ask('Ben', 'GET', '/api/albums/shared')).json()).toEqual({ albums: [] });
  expect(await membersFor('Ada')).toEqual([]);
});
