/** Share links to albums with members, and to a selection of one’s own photos. */
import { expect, test } from 'vitest';
import { withEnd } from '../../src/document/grants.js';
import { itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { photo } from '../document/documents.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

interface Made {
  path: string;
  share: { id: string; album?: string; title: string };
}

test('a link to an album shows the photos added by its holder, while the album exists', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben, cleo } = people;
  const { library, app } = home;
  const put = (holder: string, digit: string): string => {
    const item: Item = { holder, sha256: digit.repeat(64) };
    library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: `person:${holder}` } }));
    return publicIdOf(item);
  };
  const [shared, kept, added, other] = [put(ben.id, 'a'), put(ben.id, 'b'), put(cleo.id, 'c'), put(ben.id, 'd')];
  const idsBy = async (path: string): Promise<string[]> => {
    const answer = await app.inject(`${path}/api/photos`);
    return answer.json<{ photos: { id: string }[] }>().photos.map(({ id }) => id);
  };
  const { album } = (await ask(ben.headers, 'POST', '/api/albums/shared', { name: 'Pier' })).json<{ album: string }>();
  const [name, url] = [`${ben.id}:${album}`, `/api/albums/${ben.id}/${album}`];
  await app.inject({
    method: 'PUT',
    url: `${url}/members/${cleo.id}`,
    headers: ben.headers,
    payload: { right: 'add' },
  });
  await ask(ben.headers, 'POST', `${url}/entries`, { ids: [shared] });
  await ask(cleo.headers, 'POST', `${url}/entries`, { ids: [added] });
  expect((await ask(ben.headers, 'GET', url)).json()).toMatchObject({ count: 2 });

  // Only its holder: for a member it is somebody else’s, for an owner of the house it does not exist.
  expectError(await ask(cleo.headers, 'POST', '/api/shares', { album: name }), 403, 'forbidden');
  expectError(await ask(ada.headers, 'POST', '/api/shares', { album: name }), 404, 'not-found');
  expectError(await ask(ben.headers, 'POST', '/api/shares', { album: name, photo: shared }), 400, 'invalid');
  expectError(await ask(ada.headers, 'POST', '/api/shares', { search: `in:${name}` }), 400, 'invalid');
  const made = await ask(ben.headers, 'POST', '/api/shares', { album: name, details: true });
  expect(made.statusCode, made.body).toBe(201);
  const { path, share } = made.json<Made>();
  expect(share).toMatchObject({ album: name, title: 'Pier', over: false });
  expect(await idsBy(path)).toEqual([shared]);
  expect((await app.inject(`${path}/api/timeline`)).json()).toMatchObject([{ count: 1 }]);
  for (const id of [kept, added]) expectError(await app.inject(`${path}/api/photos/${id}`), 404, 'not-found');
  expect((await app.inject(`${path}/api/photos?q=in:${name}`)).body).toContain(shared);

  // A photo that is locked leaves the album for good.
  const item: Item = { holder: ben.id, sha256: 'a'.repeat(64) };
  library.update<PhotoDocument>(itemId(item), (body) => {
    const lock = { at: library.stampAfter(body), by: `person:${ben.id}` };
    return { ...body!, edits: withEnd(body!.edits, '*', lock) };
  });
  expect(await idsBy(path)).toEqual([]);

  // A selection becomes an untitled album.
  const nothing = 'e'.repeat(64);
  expectError(await ask(ben.headers, 'POST', '/api/shares', { photos: [kept, nothing] }), 404, 'not-found');
  expectError(await ask(ben.headers, 'POST', '/api/shares', { photos: [kept, added] }), 400, 'invalid');
  expectError(await ask(ben.headers, 'POST', '/api/shares', { photos: [added] }), 403, 'forbidden');
  const chosen = (await ask(ben.headers, 'POST', '/api/shares', { photos: [kept, other] })).json<Made>();
  expect((await idsBy(chosen.path)).sort()).toEqual([kept, other].sort());
  expect(chosen.share.title).toBe('');
  await ask(ben.headers, 'PATCH', `/api/photos/${other}`, { trashed: true });
  expect(await idsBy(chosen.path)).toEqual([kept]);
  expect((await ask(ben.headers, 'GET', '/api/albums/shared')).json<{ albums: object[] }>().albums).toMatchObject([
    { name: '', count: 1 },
    { name: 'Pier' },
  ]);

  await ask(ben.headers, 'PATCH', url, { removed: true });
  expectError(await app.inject(`${path}/api/photos`), 401, 'unauthorized');
  const list = async () => (await ask(ben.headers, 'GET', '/api/shares')).json<{ shares: object[] }>().shares;
  expect(await list()).toEqual(expect.arrayContaining([expect.objectContaining({ id: share.id, over: true })]));
  expect((await ask(ada.headers, 'GET', '/api/shares')).json()).toEqual({ shares: [] });
  await ask(ben.headers, 'PATCH', url, { removed: false });
  expect((await app.inject(`${path}/api/photos`)).statusCode).toBe(200);

  close({ on: false, server: 'cabin', reason: 'cabin is too old.' });
  for (const scope of [{ album: name }, { photos: [kept] }])
    expectError(await ask(ben.headers, 'POST', '/api/shares', scope), 409, 'conflict');
});
