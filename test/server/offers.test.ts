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
