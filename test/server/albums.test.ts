/**
 * Saved searches and suggested albums over HTTP: who sees them, what they find, and that decisions about them are kept.
 */
import { expect, test } from 'vitest';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { invite, openOwned } from './accounts.js';
import { openBrowser } from './browser.js';
import { expectError, openHome, type Home } from './fixture.js';

interface Saved {
  id: string;
  name: string;
  q: string;
  count: number;
  tile?: { id: string };
}

async function dropInto(home: Home, folder: string): Promise<string> {
  const id = await home.add();
  home.library.update<PhotoDocument>(photoId(id), (body) => {
    const photo = body!;
    const [key, sighting] = Object.entries(photo.sightings)[0]!;
    return { ...photo, sightings: { [key]: { ...sighting, folder } } };
  });
  return id;
}

test('a search is saved, updates itself, is renamed, removed and restored', async () => {
  const home = await openHome();
  const { ask } = openBrowser(home.app);
  const list = async (): Promise<Saved[]> => (await ask('GET', '/api/albums/saved')).json<{ albums: Saved[] }>().albums;
  const made = await ask('POST', '/api/albums/saved', { name: 'Sea', q: 'tag:sea' });
  expect(made.statusCode).toBe(201);
  const { id } = made.json<Saved>();
  expect(await list()).toMatchObject([{ id, name: 'Sea', q: 'tag:sea', count: 0 }]);
  const photo = await home.add({ tags: ['sea'] });
  expect(await list()).toMatchObject([{ count: 1, tile: { id: photo } }]);
  const change = (body: object) => ask('PATCH', `/api/albums/saved/${id}`, body);
  expect((await change({ name: 'The sea', q: 'tag:sea -tag:work' })).statusCode).toBe(200);
  expect(await list()).toMatchObject([{ name: 'The sea', q: 'tag:sea -tag:work' }]);
  await change({ removed: true });
  expect(await list()).toEqual([]);
  await change({ removed: false });
  expect(await list()).toMatchObject([{ name: 'The sea', count: 1 }]);
  for (const [name, q] of [
    ['x', '  '],
    ['x', 'nokey:y'],
    ['  ', 'tag:x'],
  ] as const)
    expectError(await ask('POST', '/api/albums/saved', { name, q }), 400, 'invalid');
  expectError(await ask('PATCH', '/api/albums/saved/01JD0000000000000000000000', { name: 'x' }), 404, 'not-found');
});

test('family sees searches that match a visible photo, a visitor and a link none', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await home.add({ tags: ['sea'] });
  await owner.ask('POST', '/api/albums/saved', { name: 'Sea', q: 'tag:sea' });
  await owner.ask('POST', '/api/albums/saved', { name: 'A surprise', q: 'tag:gift' });
  await owner.ask('POST', '/api/albums/saved', { name: 'All but one folder', q: '-folder:secret' });
  const { browser: family } = await invite(owned, 'Ben');
  const names = async (browser: typeof family): Promise<string[]> =>
    (await browser.ask('GET', '/api/albums/saved')).json<{ albums: Saved[] }>().albums.map(({ name }) => name);
  expect(await names(owner)).toEqual(['A surprise', 'All but one folder', 'Sea']);
  expect(await names(family)).toEqual([]);
  await owner.ask('PATCH', `/api/photos/${id}`, { audience: 'public' });
  expect(await names(family)).toEqual(['Sea']);
  home.access.settings.change({ visitors: true });
  expect(await names(openBrowser(home.app))).toEqual([]);
  const { path } = (await owner.ask('POST', '/api/shares', { search: 'tag:sea', details: true })).json<{
    path: string;
  }>();
  expect((await home.app.inject(`${path}/api/albums/saved`)).json()).toEqual({ albums: [] });
  expectError(await family.ask('POST', '/api/albums/saved', { name: 'x', q: 'tag:x' }), 403, 'forbidden');
});

test('folders suggest albums; accepted or dismissed ones are not suggested again', async () => {
  const home = await openHome();
  const { ask } = openBrowser(home.app);
  const [first, second] = [await dropInto(home, 'Iceland'), await dropInto(home, 'Trips/Iceland')];
  await dropInto(home, 'Alone');
  await dropInto(home, '2024/07');
  for (let n = 0; n < 3; n++) await dropInto(home, 'Wedding');
  const suggested = async (): Promise<[string, number][]> =>
    (await ask('GET', '/api/albums/suggested'))
      .json<{ albums: { name: string; count: number }[] }>()
      .albums.map(({ name, count }) => [name, count]);
  expect((await suggested()).sort()).toEqual([
    ['Iceland', 2],
    ['Wedding', 3],
  ]);
  const about = await ask('GET', '/api/albums/suggested/photos?name=Iceland');
  const { ids } = about.json<{ ids: string[] }>();
  expect(ids.sort()).toEqual([first, second].sort());
  const accepted = await ask('PATCH', '/api/photos', { ids, albums: { add: ['Iceland'] }, undo: true });
  expect(await suggested()).toEqual([['Wedding', 3]]);
  const { undo } = accepted.json<{ undo: object[] }>();
  const undone = await ask('PATCH', '/api/photos/each', { each: undo, undo: true });
  expect((await suggested()).sort()).toEqual([
    ['Iceland', 2],
    ['Wedding', 3],
  ]);
  await ask('PATCH', '/api/photos/each', { each: undone.json<{ undo: object[] }>().undo });
  expect(await suggested()).toEqual([['Wedding', 3]]);
  // Photos that a person removes are not suggested again, even if they were added again and that was undone.
  await ask('PATCH', '/api/photos', { ids, albums: { remove: ['Iceland'] } });
  const added = await ask('PATCH', '/api/photos', { ids, albums: { add: ['Iceland'] }, undo: true });
  await ask('PATCH', '/api/photos/each', { each: added.json<{ undo: object[] }>().undo });
  expect(await suggested()).toEqual([['Wedding', 3]]);
  await ask('POST', '/api/albums/suggested', { name: 'Wedding', declined: true });
  await dropInto(home, 'Wedding');
  expect(await suggested()).toEqual([]);
  await ask('POST', '/api/albums/suggested', { name: 'Wedding', declined: false });
  expect(await suggested()).toEqual([['Wedding', 4]]);
  const rest = (await ask('GET', '/api/albums/suggested/photos?name=Wedding')).json<{ ids: string[] }>().ids;
  await ask('PATCH', '/api/photos', { ids: rest.slice(0, 3), trashed: true });
  expect(await suggested()).toEqual([]);
});

test('a photo of an album becomes its cover for viewers who may see it; undone, it no longer is', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const [one, other, apart] = [await home.add(), await home.add(), await home.add()];
  const name = 'A "quoted" summer';
  await owner.ask('PATCH', '/api/photos', { ids: [one, other], albums: { add: [name] } });
  const { browser: family } = await invite(owned, 'Ben');
  const covers = async (browser: typeof family): Promise<[string, string][]> =>
    (await browser.ask('GET', '/api/albums/covers'))
      .json<{ covers: { album: string; tile: { id: string } }[] }>()
      .covers.map(({ album, tile }) => [album, tile.id]);
  const choose = (photo: string | null, album = name) => owner.ask('POST', '/api/albums/covers', { album, photo });
  expect((await choose(one)).json()).toEqual({ before: null });
  expect((await choose(other)).json()).toEqual({ before: one });
  expect(await covers(owner)).toEqual([[name, other]]);
  expect(await covers(family)).toEqual([]);
  await owner.ask('PATCH', '/api/photos', { ids: [one, other], audience: 'public' });
  expect(await covers(family)).toEqual([[name, other]]);
  home.access.settings.change({ visitors: true });
  expect(await covers(openBrowser(home.app))).toEqual([]);
  expectError(await choose(apart), 404, 'not-found');
  expectError(await choose(null, 'Nothing'), 404, 'not-found');
  expectError(await family.ask('POST', '/api/albums/covers', { album: name, photo: one }), 403, 'forbidden');
  await owner.ask('PATCH', `/api/photos/${other}`, { trashed: true });
  expect(await covers(owner)).toEqual([]);
  await owner.ask('PATCH', `/api/photos/${other}`, { trashed: false });
  expect((await choose(null)).json()).toEqual({ before: other });
  expect(await covers(owner)).toEqual([]);
});
