/** Drafts of share links: their author sees what the link’s visitors would, nobody else sees anything, and nothing is made. */
import { expect, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { draftAge } from '../../src/access/link-drafts.js';
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { photo } from '../document/documents.js';
import { expectError, openHome } from './fixture.js';
import { openPeople } from './people-home.js';

type Headers = Record<string, string>;

/** What a page of a link asks for. */
const urls = (ids: string[]): string[] => [
  ...['/api/share', '/api/home', '/api/photos', '/api/tiles', '/api/timeline', '/api/segments', '/api/tags'],
  ...['/api/cameras', '/api/places', '/api/spool', '/api/shares', '/api/albums/shared', '/api/photos?q=tag:sea'],
  ...ids.flatMap((id) => [`/api/photos/${id}`, `/media/${id}/thumb`, `/originals/${id}`, `/api/photos/${id}/exif`]),
];

/** A home where Ben has photos of his own; makes drafts, and compares them with links. */
async function openShared() {
  const opened = await openPeople();
  const { home, people, ask } = opened;
  const { library, app } = home;
  let n = 0;
  const put = (holder: string): string => {
    const item: Item = { holder, sha256: (n++).toString(16).padStart(64, '0') };
    const by = holder === house ? 'owner' : `person:${holder}`;
    const taken = `2024-07-${String(n).padStart(2, '0')}T12:00:00.000`;
    library.update<PhotoDocument>(itemId(item), () => photo({ facts: { taken }, sighting: { by } }));
    return publicIdOf(item);
  };
  const draft = async (headers: Headers, payload: object): Promise<string> => {
    const answer = await ask(headers, 'POST', '/api/shares/draft', payload);
    expect(answer.statusCode, answer.body).toBe(201);
    return answer.json<{ path: string }>().path;
  };
  const look = async (path: string, headers: Headers, ids: string[]): Promise<string[]> => {
    const answers: string[] = [];
    for (const url of urls(ids)) {
      const { statusCode, body } = await app.inject({ url: path + url, headers });
      const text = body.replaceAll(path, '/s/secret').replace(',"draft":true', '');
      answers.push(`${url} ${statusCode} ${text.replace(/"instance":"[^"]*"/, '')}`);
    }
    return answers;
  };
  return { ...opened, ben: people.ben, put, draft, look };
}

test('a draft shows what the link shows, for every scope and setting', async () => {
  const { home, people, ask, ben, put, draft, look } = await openShared();
  const [one, two, old, gone, apart, hers] = [1, 2, 3, 4, 5].map(() => put(ben.id)).concat(put(people.cleo.id));
  const houses = [put(house), put(house)];
  const ids = [one!, two!, old!, gone!, apart!, hers!, ...houses];
  await ask(ben.headers, 'PATCH', `/api/photos/${one}`, { title: 'Pier', tags: { add: ['sea', '.private'] } });
  await ask(ben.headers, 'PATCH', `/api/photos/${old}`, { archived: true });
  await ask(people.ada.headers, 'PATCH', `/api/photos/${houses[0]}`, { tags: { add: ['sea'] } });
  const { album } = (await ask(ben.headers, 'POST', '/api/albums/shared', { name: 'Sea' })).json<{ album: string }>();
  const at = `/api/albums/${ben.id}/${album}`;
  await ask(ben.headers, 'PUT', `${at}/members/${people.cleo.id}`, { right: 'add' });
  await ask(ben.headers, 'PATCH', at, { description: 'By the sea' });
  await ask(ben.headers, 'POST', `${at}/entries`, { ids: [two, old] });
  await ask(people.cleo.headers, 'POST', `${at}/entries`, { ids: [hers] });
  const settings = [{}, { title: 'Summer', named: true }, { originals: true }, { originals: true, details: true }];
  const wanted: [Headers, object][] = [
    [ben.headers, { photo: one }],
    [ben.headers, { photo: old }],
    [ben.headers, { photos: [two, one, old, one] }],
    [ben.headers, { album: `${ben.id}:${album}` }],
    [people.ada.headers, { photos: houses }],
    [people.ada.headers, { search: 'tag:sea' }],
  ];
  for (const [headers, scope] of wanted)
    for (const chosen of settings) {
      const what = JSON.stringify({ ...scope, ...chosen });
      const before = await look(await draft(headers, { ...scope, ...chosen }), headers, ids);
      const made = await ask(headers, 'POST', '/api/shares', { ...scope, ...chosen });
      expect(made.statusCode, made.body).toBe(201);
      expect(before, what).toEqual(await look(made.json<{ path: string }>().path, {}, ids));
      expect(before.filter((text) => / 200 /.test(text)).length, what).toBeGreaterThan(6);
    }

  // What is in the trash leaves a draft, as it leaves a link.
  const path = await draft(ben.headers, { photos: [one, gone] });
  await ask(ben.headers, 'PATCH', `/api/photos/${gone}`, { trashed: true });
  const { photos } = (await home.app.inject({ url: `${path}/api/photos`, headers: ben.headers })).json<{
    photos: { id: string }[];
  }>();
  expect(photos.map(({ id }) => id)).toEqual([one]);
  const share = (await home.app.inject({ url: `${path}/api/share`, headers: ben.headers })).json<object>();
  expect(share).toMatchObject({ draft: true, photos: 1 });
});

test('a draft makes nothing, and takes no photos', async () => {
  const { home, people, ask, ben, put, draft } = await openShared();
  const ids = [put(ben.id), put(ben.id)];
  const before = { change: home.library.lastChange(), audit: home.access.audit.list(100) };
  const path = await draft(ben.headers, { photos: ids });
  expect((await home.app.inject({ url: `${path}/api/photos`, headers: ben.headers })).statusCode).toBe(200);
  home.access.shares.flush();
  expect(home.library.lastChange()).toBe(before.change);
  expect(home.access.audit.list(100)).toEqual(before.audit);
  for (const { headers } of [ben, people.ada]) {
    expect((await ask(headers, 'GET', '/api/shares')).json()).toEqual({ shares: [] });
    expect((await ask(headers, 'GET', '/api/albums/shared')).json()).toMatchObject({ albums: [] });
  }
  const tus = { ...ben.headers, 'tus-resumable': '1.0.0', 'upload-length': '3' };
  expectError(
    await home.app.inject({ method: 'POST', url: `${path}/api/contributions`, headers: tus }),
    403,
    'forbidden',
  );
  expect((await ask(ben.headers, 'POST', '/api/shares/draft', { photos: ids, uploads: true })).statusCode).toBe(400);
  const edit = await ask(ben.headers, 'PATCH', `${path}/api/photos/${ids[0]}`, { title: 'x' });
  expectError(edit, 403, 'forbidden');
});

test('a draft opens in the session that made it, and nowhere else', async () => {
  const { home, people, ask, ben, put, draft } = await openShared();
  const path = await draft(ben.headers, { photo: put(ben.id), title: 'Secret title' });
  const open = (headers: Headers) => home.app.inject({ url: `${path}/api/share`, headers });
  expect((await open(ben.headers)).statusCode).toBe(200);
  for (const headers of [{}, ben.enter(), people.ada.headers, people.cleo.headers]) {
    expectError(await open(headers), 404, 'not-found');
    expectError(await home.app.inject({ url: `${path}/api/photos`, headers }), 401, 'unauthorized');
    // Neither does the page of its address say more than that of no link.
    expect((await home.app.inject({ url: path, headers })).body).not.toContain('Secret title');
  }
  expectError(await ask(ben.headers, 'POST', `${path}/api/share`, { password: 'something' }), 404, 'not-found');

  // It ends with the next one of the session, with the session, and after ten minutes.
  const next = await draft(ben.headers, { photo: put(ben.id) });
  expectError(await open(ben.headers), 404, 'not-found');
  const status = async (headers: Headers, at = next): Promise<number> =>
    (await home.app.inject({ url: `${at}/api/photos`, headers })).statusCode;
  expect(await status(ben.headers)).toBe(200);
  await home.clock.advance(draftAge - 1);
  expect(await status(ben.headers)).toBe(200);
  await home.clock.advance(1);
  expect(await status(ben.headers)).toBe(401);
  const other = ben.enter();
  const last = await draft(other, { photo: put(ben.id) });
  expect(await status(other, last)).toBe(200);
  await ask(other, 'DELETE', '/api/session');
  expect(await status(other, last)).toBe(401);
});

test('a draft is made by whoever may make the link, and ends with that right', async () => {
  const { home, people, ask, ben, put, draft, close } = await openShared();
  const [mine, hers, houses, lost] = [put(ben.id), put(people.cleo.id), put(house), 'f'.repeat(64)];
  const album = (await ask(people.cleo.headers, 'POST', '/api/albums/shared', { name: 'Hers' })).json<{
    album: string;
  }>();
  const trashed = put(ben.id);
  await ask(ben.headers, 'PATCH', `/api/photos/${trashed}`, { trashed: true });
  const refused = [
    { photos: [mine, trashed] },
    ...[{ photo: hers }, { photo: lost }, { photos: [hers] }, { photos: [mine, lost] }, { photos: [houses] }],
    ...[{ album: `${people.cleo.id}:${album.album}` }, { search: 'tag:sea' }, {}, { photo: mine, photos: [mine] }],
  ];
  for (const scope of refused) {
    const [wanted, found] = await Promise.all(
      ['/api/shares', '/api/shares/draft'].map((url) => ask(ben.headers, 'POST', url, scope)),
    );
    expect(found!.statusCode, JSON.stringify(scope)).toBe(wanted!.statusCode);
    expect(found!.statusCode).toBeGreaterThanOrEqual(400);
    expect(found!.json()).toEqual(wanted!.json());
  }
  const path = await draft(ben.headers, { photo: mine });
  const status = async (): Promise<number> =>
    (await home.app.inject({ url: `${path}/api/photos`, headers: ben.headers })).statusCode;
  expect(await status()).toBe(200);
  home.access.accounts.remove(ben.id, commandLine);
  expect(await status()).toBe(401);
  close({ on: false, reason: 'off' });
  expectError(await ask(people.ada.headers, 'POST', '/api/shares/draft', { photos: [houses] }), 409, 'conflict');
});

test('without accounts a draft opens on this machine, until there is an owner', async () => {
  const home = await openHome();
  const id = await home.add();
  const made = await home.app.inject({ method: 'POST', url: '/api/shares/draft', payload: { photo: id } });
  const { path } = made.json<{ path: string }>();
  const open = async (): Promise<number> => (await home.app.inject(`${path}/api/photos`)).statusCode;
  expect(await open()).toBe(200);
  const { id: owner } = home.access.accounts.add({ name: 'Ada', role: 'owner' }, commandLine);
  home.access.accounts.setPassword(owner, 'no hash', commandLine);
  expect(await open()).toBe(401);
});
