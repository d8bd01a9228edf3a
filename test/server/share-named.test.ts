/** Turning an album of the house that exists by name into one with members: what it keeps, and what a failure leaves. */
import { expect, test } from 'vitest';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

type People = Awaited<ReturnType<typeof openPeople>>;

/** Makes the album “Iceland” of four photos, and a fifth in the trash; their ids. */
async function openIceland(world: People): Promise<string[]> {
  const { home, people, ask } = world;
  const ids: string[] = [];
  for (const n of [1, 2, 3, 4, 5])
    ids.push(await home.add({ original: Buffer.from(`photo ${n}`), taken: `2024-01-0${n}T12:00:00.000` }));
  await ask(people.ada.headers, 'PATCH', '/api/photos', { ids, albums: { add: ['Iceland', 'North'] } });
  await ask(people.ada.headers, 'PATCH', `/api/photos/${ids[4]!}`, { trashed: true });
  return ids;
}

const turn = ({ ask, people }: People, headers = people.ada.headers) =>
  ask(headers, 'POST', '/api/albums/shared', { named: 'Iceland' });

/** The photos of a search in the order of its album. */
async function listed({ ask, people }: People, q: string): Promise<string[]> {
  const url = `/api/tiles?order=album&q=${encodeURIComponent(q)}`;
  return (await ask(people.ada.headers, 'GET', url)).json<{ tiles: { id: string }[] }>().tiles.map(({ id }) => id);
}

const named = 'album:"Iceland"';
const albumsIn = ({ home }: People): number => home.library.count('own-album:');
const namesOf = ({ home }: People, id: string): string[] =>
  Object.entries(home.library.get<PhotoDocument>(photoId(id))!.body.edits.albums ?? {}).flatMap(
    ([name, { present }]) => (present ? name : []),
  );

test('it keeps its title, description, cover and order, and an undo gives the photos their name again', async () => {
  const world = await openPeople();
  const { people, ask } = world;
  const { ada, ben } = people;
  const ids = await openIceland(world);
  const [a, b, c, d, trashed] = ids as [string, string, string, string, string];
  await ask(ada.headers, 'POST', '/api/albums/named', { album: 'Iceland', description: 'Ten days.', sort: 'oldest' });
  await ask(ada.headers, 'POST', '/api/albums/named', { album: 'Iceland', move: { ids: [d], before: b } });
  await ask(ada.headers, 'POST', '/api/albums/covers', { album: 'Iceland', photo: c });
  const order = [a, d, b, c];
  expect(await listed(world, named)).toEqual(order);

  const made = await turn(world);
  expect(made.statusCode, made.body).toBe(201);
  const { holder, album, undo } = made.json<{ holder: string; album: string; undo: { ids: string[] }[] }>();
  const kept = { name: 'Iceland', description: 'Ten days.', cover: c, sort: 'manual', count: 4 };
  expect(made.json()).toMatchObject({ holder: 'house', right: 'holder', ...kept });
  const q = `in:${holder}:${album}`;
  expect(await listed(world, q)).toEqual(order);
  expect(await listed(world, named)).toEqual([]);
  expect(await listed(world, 'album:"North"')).toEqual([d, c, b, a]);
  const url = `/api/albums/${holder}/${album}`;
  await ask(ada.headers, 'PUT', `${url}/members/${ben.id}`, { right: 'view' });
  expect((await ask(ben.headers, 'GET', url)).json()).toMatchObject({ ...kept, right: 'view' });

  // Once more, there is nothing to turn; what can’t be shared has kept its name, and the album by name its settings.
  expectError(await turn(world), 404, 'not-found');
  expect(albumsIn(world)).toBe(1);
  expect(namesOf(world, trashed).sort()).toEqual(['Iceland', 'North']);
  await ask(ada.headers, 'PATCH', `/api/photos/${trashed}`, { trashed: false });
  expect(await listed(world, named)).toEqual([trashed]);
  expect((await ask(ada.headers, 'GET', '/api/albums/named?album=Iceland')).json()).toMatchObject({
    description: 'Ten days.',
  });

  const back = await ask(ada.headers, 'PATCH', '/api/photos/each', { each: undo });
  expect(back.json()).toMatchObject({ changed: 4, missing: [] });
  expect((await listed(world, named)).filter((id) => id !== trashed)).toEqual(order);
  expect(await listed(world, q)).toEqual(order);
});

test('a failure half way leaves the album as it was, and it can be turned then', async () => {
  const world = await openPeople();
  const { library } = world.home;
  const [a, b, c, d] = await openIceland(world);
  const { update } = library;
  for (const most of [1, 4, 7]) {
    let calls = 0;
    library.update = (...given) => {
      if (++calls > most) throw new Error('the disk is full');
      return update(...given);
    };
    expect((await turn(world)).statusCode, `${most}`).toBe(500);
    library.update = update;
    expect(albumsIn(world)).toBe(0);
    expect(await listed(world, named)).toEqual([d, c, b, a]);
  }
  expect((await turn(world)).json()).toMatchObject({ count: 4 });
  expect(albumsIn(world)).toBe(1);
});

test('only an owner can turn an album, and not while a link shows it', async () => {
  const world = await openPeople();
  const { people, ask } = world;
  const { ada, ben } = people;
  expectError(await turn(world), 404, 'not-found');
  expectError(await turn(world, ben.headers), 403, 'forbidden');
  const ids = await openIceland(world);
  await ask(ada.headers, 'PATCH', '/api/photos', { ids, audience: 'family' });
  const { share } = (await ask(ada.headers, 'POST', '/api/shares', { search: 'album:iceland' })).json<{
    share: { id: string };
  }>();
  // The answer does not tell of the link.
  expectError(await turn(world, ben.headers), 403, 'forbidden');
  expectError(await turn(world), 409, 'conflict');
  await ask(ada.headers, 'DELETE', `/api/shares/${share.id}`);
  const other = await ask(ada.headers, 'POST', '/api/shares', { search: 'album:iceland type:photo' });
  expect(other.statusCode).toBe(201);
  expect((await turn(world)).statusCode).toBe(201);
  expect(albumsIn(world)).toBe(1);
});
