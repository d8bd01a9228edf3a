/** Albums and comments that arrive before the ends that their authors had seen: others do not see them until these are here. */
import { expect, test } from 'vitest';
import { readUnder, withEnd } from '../../src/document/grants.js';
import { itemId, membersId, publicIdOf } from '../../src/document/item-id.js';
import { own } from '../../src/document/json-values.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { photo } from '../document/documents.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

test('an album and a comment wait for the ends that their authors had seen', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, ben, cleo } = people;
  const { library, app } = home;
  const item = { holder: ben.id, sha256: 'a'.repeat(64) };
  library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: `person:${ben.id}` } }));
  const id = publicIdOf(item);
  const { album } = (await ask(ben.headers, 'POST', '/api/albums/shared', { name: 'Pier' })).json<{ album: string }>();
  const [name, url] = [`${ben.id}:${album}`, `/api/albums/${ben.id}/${album}`];
  const right = (person: string) => ({ url: `${url}/members/${person}`, headers: ben.headers });
  for (const { id: person } of [ada, cleo])
    await app.inject({ method: 'PUT', ...right(person), payload: { right: 'view' } });
  await ask(ben.headers, 'POST', `${url}/entries`, { ids: [id] });
  await app.inject({ method: 'DELETE', ...right(ada.id) });

  // What is written after Ada was removed relies on that end.
  await ask(ben.headers, 'PATCH', url, { name: 'Without Ada' });
  const words = await ask(ben.headers, 'POST', `/api/photos/${id}/comments`, { text: 'At last.' });
  const comment = words.json<{ id: string }>().id;
  const documents = [`own-album:${name}`, `comment:${id}:${comment}`];
  const heads = (document: string): string[] | undefined =>
    readUnder(own(library.get(document)?.body, 'under'))[membersId(name)];
  for (const document of documents) expect(heads(document)).toEqual([expect.stringMatching(`^person:${ada.id} `)]);

  const comments = async (headers: Record<string, string>): Promise<unknown[]> =>
    (await ask(headers, 'GET', `/api/photos/${id}/comments`)).json<{ comments: unknown[] }>().comments;
  expect((await ask(cleo.headers, 'GET', url)).json()).toMatchObject({ name: 'Without Ada', count: 1 });
  expect(await comments(cleo.headers)).toHaveLength(1);

  // As on a server that has not received the end of somebody yet.
  await ask(ben.headers, 'PATCH', `/api/photos/${id}`, { audience: 'family' });
  const end = `person:${people.ada.id} 001764000000000-0000-late`;
  const author = { at: library.stamp(), by: `person:${ben.id}` };
  for (const document of documents)
    library.update(document, (body) => ({
      ...body!,
      under: { ...(own(body, 'under') as object), [`${membersId(name)} ${end}`]: author },
    }));
  expectError(await ask(cleo.headers, 'GET', url), 404, 'not-found');
  expect((await ask(cleo.headers, 'GET', `/api/photos?q=in:${name}`)).json()).toMatchObject({ photos: [] });
  expect((await ask(cleo.headers, 'GET', `/api/photos/${id}`)).statusCode).toBe(200);
  expect(await comments(cleo.headers)).toEqual([]);
  expect((await ask(ben.headers, 'GET', url)).statusCode).toBe(200);
  expect(await comments(ben.headers)).toHaveLength(1);

  // It arrives.
  library.update(membersId(name), (body) =>
    withEnd(body!, `person:${ada.id}`, { at: '001764000000000-0000-late', by: author.by }),
  );
  expect((await ask(cleo.headers, 'GET', url)).statusCode).toBe(200);
  expect(await comments(cleo.headers)).toHaveLength(1);
});
