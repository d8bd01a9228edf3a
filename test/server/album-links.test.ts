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

  // Owners read in the audit that he shares, but not what.
  const audit = (await ask(ada.headers, 'GET', '/api/audit')).json<{ entries: { what: string; by?: string }[] }>();
  expect(audit.entries.filter(({ what }) => what === 'share-made')).toHaveLength(2);
  expect(JSON.stringify(audit)).not.toContain('Pier');

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

test('a preview tells what a link would show and what not, and a selection becomes an album; nothing else is made', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, ben, cleo } = people;
  const { library } = home;
  const put = (holder: string, digit: string, by = holder): string => {
    const item: Item = { holder, sha256: digit.repeat(64) };
    library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: `person:${by}` } }));
    return publicIdOf(item);
  };
  const [one, two, gone, other] = [put(ben.id, 'a'), put(ben.id, 'b'), put(ben.id, 'c'), put(cleo.id, 'd')];
  const [ours, theirs] = [put('house', '1', ada.id), put('house', '2', ben.id)];
  await ask(ben.headers, 'PATCH', `/api/photos/${gone}`, { trashed: true });
  const preview = async (headers: Record<string, string>, scope: object) => {
    const answer = await ask(headers, 'POST', '/api/shares/preview', scope);
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json<{ count: number; tiles: { id: string }[]; ids?: string[]; left: object }>();
  };
  await ask(cleo.headers, 'PATCH', `/api/photos/${other}`, { audience: 'family' });
  const chosen = await preview(ben.headers, { photos: [one, two, gone, other] });
  expect(chosen).toMatchObject({ count: 2, ids: [one, two], left: { others: 1, trashed: 1 } });
  expect(chosen.tiles.map(({ id }) => id)).toEqual([one, two]);
  // What a viewer may not see leaves no trace.
  expect(await preview(ada.headers, { photos: [ours, one] })).toMatchObject({ count: 1, ids: [ours], left: {} });
  await ask(ada.headers, 'PATCH', '/api/photos', { ids: [ours, theirs], tags: { add: ['pier'] } });
  await ask(ada.headers, 'PATCH', `/api/photos/${theirs}`, { tags: { remove: ['pier'] } });
  expect(await preview(ada.headers, { search: 'tag:pier' })).toMatchObject({ count: 1, left: {} });
  expectError(await ask(ben.headers, 'POST', '/api/shares/preview', { search: 'tag:pier' }), 403, 'forbidden');
  expectError(await ask(ben.headers, 'POST', '/api/shares/preview', {}), 400, 'invalid');
  const albums = async () =>
    (await ask(ben.headers, 'GET', '/api/albums/shared')).json<{ albums: { count: number; name: string }[] }>().albums;
  expect(await albums()).toEqual([]);

  const made = await ask(ben.headers, 'POST', '/api/albums/shared', { ids: chosen.ids! });
  expect(made.statusCode, made.body).toBe(201);
  const { album } = made.json<{ album: string }>();
  expect(made.json()).toMatchObject({ name: '', count: 2, right: 'holder', members: [] });
  const url = `/api/albums/${ben.id}/${album}`;
  await ask(ben.headers, 'PATCH', url, { description: ' By the sea ' });
  expect(await albums()).toMatchObject([{ count: 2, description: 'By the sea' }]);
  const { path } = (await ask(ben.headers, 'POST', '/api/shares', { album: `${ben.id}:${album}` })).json<Made>();
  expect((await home.app.inject(`${path}/api/share`)).json()).toMatchObject({ description: 'By the sea', photos: 2 });
  await ask(ben.headers, 'PATCH', url, { description: '' });
  expect((await albums())[0]).not.toHaveProperty('description');
  await ask(ben.headers, 'PUT', `${url}/members/${cleo.id}`, { right: 'add' });
  await ask(cleo.headers, 'POST', `${url}/entries`, { ids: [other] });
  // A link shows the photos of its album’s holder, members see all.
  expect(await preview(ben.headers, { album: `${ben.id}:${album}` })).toMatchObject({ count: 2, left: { others: 1 } });
  expectError(
    await ask(cleo.headers, 'POST', '/api/shares/preview', { album: `${ben.id}:${album}` }),
    403,
    'forbidden',
  );
  expectError(await ask(ben.headers, 'POST', '/api/albums/shared', { ids: [one, other] }), 400, 'invalid');
});
