/** Offers over HTTP: who makes, sees, accepts and ends one, and what others get. */
import { expect, test } from 'vitest';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { photo } from '../document/documents.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

test('a person offers photos to another, who accepts; then the giver trashes the originals', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ben, cleo, ada } = people;
  const item = { holder: ben.id, sha256: 'b'.repeat(64) };
  home.library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: `person:${ben.id}` } }));
  const id = publicIdOf(item);
  const made = await ask(ben.headers, 'POST', '/api/offers', { to: cleo.id, ids: [id, 'f'.repeat(64)] });
  expect(made.statusCode).toBe(201);
  const { offers, missing } = made.json<{ offers: { offer: string }[]; missing: string[] }>();
  expect(missing).toEqual(['f'.repeat(64)]);
  const offer = { giver: ben.id, giverName: 'ben', to: cleo.id, toName: 'cleo', offer: offers[0]!.offer };
  expect(offers).toEqual([{ ...offer, made: expect.any(String) as string, state: 'open', photos: 1 }]);
  const url = `/api/offers/${ben.id}/${offer.offer}`;

  expect((await ask(cleo.headers, 'GET', '/api/offers')).json()).toMatchObject({ given: [], received: [offer] });
  expect((await ask(cleo.headers, 'GET', url)).json()).toMatchObject({ ...offer, ids: [id] });
  expect((await ask(cleo.headers, 'GET', '/api/photos?q=')).body).toContain(id);
  // For others, owners among them, it does not exist.
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/accept'],
    ['POST', '/trash'],
  ] as const)
    expectError(await ask(ada.headers, method, url + path), 404, 'not-found');
  expect((await ask(ada.headers, 'GET', '/api/offers')).json()).toEqual({ given: [], received: [] });
  expectError(await ask(ben.headers, 'POST', `${url}/accept`), 403, 'forbidden');
  expectError(await ask(ben.headers, 'POST', `${url}/trash`), 409, 'conflict');
  expectError(
    await ask(ben.headers, 'POST', '/api/offers', { to: cleo.id, ids: [id], from: 'house' }),
    403,
    'forbidden',
  );

  expect((await ask(cleo.headers, 'POST', `${url}/accept`)).json()).toEqual({ saved: 1, known: 0, missing: 0 });
  expect((await ask(ben.headers, 'GET', '/api/offers')).json()).toMatchObject({
    given: [{ ...offer, state: 'accepted', taken: 1 }],
  });
  expect((await ask(ben.headers, 'GET', url)).json()).toMatchObject({ ids: [id], movable: [id] });
  expect((await ask(ben.headers, 'POST', `${url}/trash`)).json()).toEqual({ changed: 1 });
  expect((await ask(ben.headers, 'DELETE', url)).json()).toEqual({ changed: false });

  close({ on: false, reason: 'cabin runs an older version of Photospool. Upgrade it.' });
  const before = home.library.lastChange();
  for (const [method, path, body] of [
    ['GET', '/api/offers'],
    ['POST', '/api/offers', { to: cleo.id, ids: [id] }],
    ['GET', url],
    ['DELETE', url],
    ['POST', `${url}/accept`],
    ['POST', `${url}/trash`],
  ] as const)
    expectError(await ask(ben.headers, method, path, body), 409, 'conflict');
  expect(home.library.lastChange()).toBe(before);
});

test('a clip and a RAW are offered with their photo, and go to the trash with it', async () => {
  const { home, people, ask } = await openPeople();
  const { ben, cleo } = people;
  const put = (digit: string, facts: object, name: string): string => {
    const item = { holder: ben.id, sha256: digit.repeat(64) };
    const made = photo({ sighting: { by: `person:${ben.id}`, name } });
    home.library.update<PhotoDocument>(itemId(item), () => ({ ...made, facts: { ...made.facts, ...facts } }));
    return publicIdOf(item);
  };
  const shot = { taken: '2024-07-01T10:00:00', camera: { model: 'One' }, pair: 'ABCDEFGHIJ' };
  const id = put('b', shot, 'IMG_7.jpg');
  const others = [
    put('c', { ...shot, type: 'image/x-adobe-dng' }, 'IMG_7.dng'),
    put('d', { pair: 'ABCDEFGHIJ', type: 'video/quicktime' }, 'IMG_7.mov'),
  ];
  const all = [id, ...others];
  const made = await ask(ben.headers, 'POST', '/api/offers', { to: cleo.id, ids: [id] });
  const { offer } = made.json<{ offers: { offer: string }[] }>().offers[0]!;
  const url = `/api/offers/${ben.id}/${offer}`;
  expect((await ask(cleo.headers, 'POST', `${url}/accept`)).json()).toEqual({ saved: 3, known: 0, missing: 0 });
  const found = (await ask(ben.headers, 'GET', url)).json<{ ids: string[]; movable: string[] }>();
  expect([found.ids[0], found.ids.length, found.movable.length]).toEqual([id, 3, 3]);

  // Once Cleo no longer holds the clip, the photo stays with it.
  const hers = publicIdOf({ holder: cleo.id, sha256: 'd'.repeat(64) });
  await ask(cleo.headers, 'PATCH', `/api/photos/${hers}`, { trashed: true });
  const movable = async () => (await ask(ben.headers, 'GET', url)).json<{ movable: string[] }>().movable;
  expect(await movable()).not.toContain(id);
  await ask(cleo.headers, 'PATCH', `/api/photos/${hers}`, { trashed: false });

  expect((await ask(ben.headers, 'POST', `${url}/trash`)).json()).toEqual({ changed: 3 });
  for (const one of all)
    expect((await ask(ben.headers, 'GET', `/api/photos/${one}`)).json()).toMatchObject({ trashed: true });
});

test('an owner lets a person publish, and stops it; closing an account ends the sign-in alone', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben, cleo } = people;
  const url = `/api/people/${ben.id}/publishing`;
  const publishes = async (): Promise<unknown[]> => {
    const listed = await ask(ada.headers, 'GET', '/api/people');
    return listed.json<{ people: { name: string; publishes?: true }[] }>().people.filter((one) => one.publishes);
  };
  expectError(await ask(cleo.headers, 'PUT', url), 403, 'forbidden');
  expectError(await ask(ada.headers, 'PUT', `/api/people/${'0'.repeat(26)}/publishing`), 404, 'not-found');
  expect((await ask(ada.headers, 'PUT', url)).json()).toEqual({ changed: true });
  expect((await ask(ada.headers, 'PUT', url)).json()).toEqual({ changed: false });
  expect(await publishes()).toMatchObject([{ name: 'ben' }]);
  expect((await ask(ada.headers, 'DELETE', url)).json()).toEqual({ changed: true });
  expect(await publishes()).toEqual([]);

  expectError(await ask(cleo.headers, 'DELETE', `/api/people/${ben.id}/sign-in`), 403, 'forbidden');
  expect((await ask(ada.headers, 'DELETE', `/api/people/${ben.id}/sign-in`)).json()).toEqual({ closed: true });
  expectError(await ask(ben.headers, 'GET', '/api/offers'), 401, 'unauthorized');
  expect(home.access.accounts.find(ben.id)).toMatchObject({ name: 'ben', passwordSet: false });
  expectError(await ask(ada.headers, 'DELETE', `/api/people/${ada.id}/sign-in`), 409, 'conflict');
  close({ on: false, reason: 'cabin runs an older version of Photospool. Upgrade it.' });
  for (const method of ['PUT', 'DELETE'] as const) expectError(await ask(ada.headers, method, url), 409, 'conflict');
});
