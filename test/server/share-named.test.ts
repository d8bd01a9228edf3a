/**
 * Turning an album of the house that exists by name into one with members, and back: what it keeps, what its links show,
 * and what a failure leaves.
 */
import { expect, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { local } from '../../src/access/viewer.js';
import { changeAllNow } from '../../src/album/edit-photos.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { photo } from '../document/documents.js';
import { expectError, listenOn, sha256 } from './fixture.js';
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

const turn = ({ ask, people }: People, headers = people.ada.headers, members: object[] = []) =>
  ask(headers, 'POST', '/api/albums/shared', { named: 'Iceland', members });

/** The path of the album that was made. */
const urlOf = (made: Awaited<ReturnType<typeof turn>>): string => {
  expect(made.statusCode, made.body).toBe(201);
  const { holder, album } = made.json<{ holder: string; album: string }>();
  return `/api/albums/${holder}/${album}`;
};

const back = ({ ask, people }: People, url: string, headers = people.ada.headers) =>
  ask(headers, 'POST', `${url}/unshare`);

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

test('it keeps its title, description, cover and order, and undoing it gives the photos their name again', async () => {
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

  const revision = (): number => parseInt(world.home.library.get(photoId(a))!.rev, 10);
  const first = revision();
  const made = await turn(world, ada.headers, [{ person: ben.id, right: 'view' }]);
  // One write for the entry and the name.
  expect(revision()).toBe(first + 1);
  const url = urlOf(made);
  const { holder, album } = made.json<{ holder: string; album: string }>();
  const kept = { name: 'Iceland', description: 'Ten days.', cover: c, sort: 'manual', count: 4 };
  expect(made.json()).toMatchObject({ holder: 'house', right: 'holder', ...kept });
  const q = `in:${holder}:${album}`;
  expect(await listed(world, q)).toEqual(order);
  expect(await listed(world, named)).toEqual([]);
  expect(await listed(world, 'album:"North"')).toEqual([d, c, b, a]);
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

  // A photo that is edited, in the trash or deleted permanently is no reason against it.
  await ask(ada.headers, 'PATCH', `/api/photos/${a}`, { title: 'Geysir', trashed: true });
  expectError(await back(world, url, ben.headers), 403, 'forbidden');
  expectError(await back(world, url, people.cleo.headers), 404, 'not-found');
  expect((await back(world, url)).json()).toEqual({ named: 'Iceland' });
  await ask(ada.headers, 'PATCH', `/api/photos/${a}`, { trashed: false });
  expect((await listed(world, named)).filter((id) => id !== trashed)).toEqual(order);
  expect(await listed(world, q)).toEqual([]);
  for (const { headers } of [ada, ben]) expectError(await ask(headers, 'GET', url), 404, 'not-found');
  expectError(await back(world, url), 404, 'not-found');
  // It can be shared again.
  expect((await turn(world)).json()).toMatchObject({ count: 5, description: 'Ten days.' });
});

/** What a visitor of a link sees, in the order of its album. */
async function visited({ home }: People, path: string): Promise<unknown> {
  const get = async (url: string) => (await home.app.inject(`${path}${url}`)).json<object>();
  const { tiles } = (await get('/api/tiles?order=album')) as { tiles: { id: string }[] };
  const photos = await Promise.all(tiles.map(({ id }) => get(`/api/photos/${id}`)));
  // The name of the album by name is no longer one of the photo’s.
  for (const one of photos as { albums: string[] }[]) one.albums = one.albums.filter((name) => name !== 'Iceland');
  return { share: await get('/api/share'), timeline: await get('/api/timeline'), tiles, photos };
}

/** All links as their owners see them, without what they are to and their last use. */
async function links({ ask, people }: People) {
  const { shares } = (await ask(people.ada.headers, 'GET', '/api/shares')).json<{
    shares: { id: string; album?: string; search?: string; lastUsed?: string }[];
  }>();
  shares.sort((one, other) => (one.id < other.id ? -1 : 1));
  const rest = shares.map(({ album: _album, search: _search, lastUsed: _used, ...one }) => one);
  return { to: shares.map(({ album, search }) => album ?? search), rest };
}

/** Makes links to the album by name; their paths. */
async function openLinks({ ask, people }: People): Promise<string[]> {
  const paths: string[] = [];
  for (const more of [{}, { originals: true, expires: '2027-01-31', uploads: true, title: 'For you' }]) {
    const made = await ask(people.ada.headers, 'POST', '/api/shares', { search: named, ...more });
    expect(made.statusCode, made.body).toBe(201);
    paths.push(made.json<{ path: string }>().path);
  }
  return paths;
}

test('its links follow it and back: visitors see the same photos, and nothing more', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada, ben } = people;
  home.access.accounts.change(ben.id, { canEdit: true }, commandLine);
  const [a, b, c, d] = (await openIceland(world)) as [string, string, string, string];
  await ask(ada.headers, 'POST', '/api/albums/named', { album: 'Iceland', description: 'Ten days.', sort: 'oldest' });
  await ask(ada.headers, 'POST', '/api/albums/named', { album: 'Iceland', move: { ids: [d], before: b } });
  // Members see it, but no link does: Ben may edit, but not share.
  const e = await home.add({ original: Buffer.from('Ben’s'), taken: '2024-01-06T12:00:00.000' });
  await ask(ada.headers, 'PATCH', `/api/photos/${e}`, { audience: 'family' });
  const put = await ask(ben.headers, 'PATCH', '/api/photos', { ids: [e], albums: { add: ['Iceland'] } });
  expect(put.json()).toMatchObject({ changed: 1 });
  const paths = await openLinks(world);
  const spelled = await ask(ada.headers, 'POST', '/api/shares', { search: 'album:íCELAND', title: 'x' });
  const longer = await ask(ada.headers, 'POST', '/api/shares', { search: `${named} type:photo` });
  paths.push(spelled.json<{ path: string }>().path);
  const before = { links: await links(world), seen: await Promise.all(paths.map((path) => visited(world, path))) };
  expect(before.seen[0]).toMatchObject({ tiles: [a, d, b, c].map((id) => ({ id })), share: { photos: 4 } });
  const events = home.access.audit.list(100).entries.length;

  const url = urlOf(await turn(world, ada.headers, [{ person: ben.id, right: 'add' }]));
  expect((await ask(ben.headers, 'GET', url)).json()).toMatchObject({ count: 5 });
  const after = await links(world);
  const album = url.slice('/api/albums/'.length).replace('/', ':');
  expect([...after.to].sort()).toEqual([`${named} type:photo`, album, album, album]);
  expect(after.rest).toEqual(before.links.rest);
  expect(await Promise.all(paths.map((path) => visited(world, path)))).toEqual(before.seen);
  expect(longer.statusCode).toBe(201);
  for (const path of paths) expectError(await home.app.inject(`${path}/api/photos/${e}`), 404, 'not-found');
  const noted = home.access.audit.list(100).entries.slice(0, -events);
  expect(noted.map(({ what, who }) => [what, who])).toEqual([1, 2, 3].map(() => ['share-changed', 'ada']));
  // A new link shows what its owner sees in the album, with its text.
  const fresh = (await ask(ada.headers, 'POST', '/api/shares', { album })).json<{
    path: string;
    share: { id: string };
  }>();
  expect(await visited(world, fresh.path)).toMatchObject({ share: { photos: 5, description: 'Ten days.' } });
  // What changes in the album changes for visitors.
  await ask(ada.headers, 'PATCH', `/api/photos/${a}`, { trashed: true });
  expect(await visited(world, paths[0]!)).toMatchObject({ share: { photos: 3 } });
  await ask(ada.headers, 'PATCH', `/api/photos/${a}`, { trashed: false });

  // The other link would be over.
  expectError(await back(world, url), 409, 'conflict');
  await ask(ada.headers, 'DELETE', `/api/shares/${fresh.share.id}`);
  expect((await back(world, url)).statusCode).toBe(200);
  expect(await links(world)).toEqual(before.links);
  expect(await Promise.all(paths.map((path) => visited(world, path)))).toEqual(before.seen);
});

test('a link that has expired follows, and shows the photos once it is extended', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  await openIceland(world);
  const expires = new Date(home.clock.now() + 1_000).toISOString();
  const made = await ask(people.ada.headers, 'POST', '/api/shares', { search: named, expires });
  const { path, share } = made.json<{ path: string; share: { id: string } }>();
  await home.clock.advance(2_000);
  urlOf(await turn(world));
  expectError(await home.app.inject(`${path}/api/photos`), 401, 'unauthorized');
  await ask(people.ada.headers, 'PATCH', `/api/shares/${share.id}`, { expires: null });
  expect(await visited(world, path)).toMatchObject({ share: { photos: 4 } });
});

test('open pages of a link hear of no photo that is gone', async () => {
  const world = await openPeople();
  const { home } = world;
  await openIceland(world);
  const [path] = await openLinks(world);
  const port = await listenOn(home.app);
  const ended = new AbortController();
  const page = await fetch(`http://127.0.0.1:${port}${path!}/api/events`, { signal: ended.signal });
  let text = '';
  const read = (async () => {
    for await (const part of page.body!) text += Buffer.from(part).toString();
  })();
  await expect.poll(() => text).toContain('hello');
  urlOf(await turn(world));
  // At once: it would hear of months with fewer photos otherwise.
  await read;
  expect(text).not.toContain('"photos"');
});

/** Sends a photo as a guest through a link to the album by name; what sends it, and what approves it. */
async function openGuest(world: People) {
  const { home, people, ask } = world;
  await openIceland(world);
  const [, path] = await openLinks(world);
  const { id: link } = home.access.shares.list().find(({ uploads }) => uploads)!;
  const send = async (name: string): Promise<string> => {
    const begun = await home.app.inject({
      ...{ method: 'POST', url: `${path!}/api/contributions` },
      headers: { 'tus-resumable': '1.0.0', 'upload-length': '3', 'upload-metadata': '' },
    });
    expect(begun.statusCode, begun.body).toBe(201);
    const id = sha256(name);
    home.library.update<PhotoDocument>(photoId(id), () => photo({ sighting: { by: `link:${link}` } }));
    await home.clock.advance(1_000);
    return id;
  };
  const approve = (id: string) => ask(people.ada.headers, 'POST', '/api/guest-photos/approve', { ids: [id] });
  const count = async (url: string): Promise<number> =>
    (await ask(people.ada.headers, 'GET', url)).json<{ count: number }>().count;
  return { path: path!, send, approve, count };
}

test('what guests sent through its links before is for the album', async () => {
  const world = await openPeople();
  const { path, send, approve, count } = await openGuest(world);
  const id = await send('early');
  const url = urlOf(await turn(world));
  expect(await count(url)).toBe(4);
  expect((await approve(id)).json()).toMatchObject({ changed: 1 });
  expect(await count(url)).toBe(5);
  expect(await visited(world, path)).toMatchObject({ share: { photos: 5 } });
  expectError(await back(world, url), 409, 'conflict');
});

test('what guests send through its links then keeps it from being undone', async () => {
  const world = await openPeople();
  const { send, approve, count } = await openGuest(world);
  await send('early');
  const url = urlOf(await turn(world));
  const id = await send('late');
  expectError(await back(world, url), 409, 'conflict');
  expect((await approve(id)).json()).toMatchObject({ changed: 1 });
  expect(await count(url)).toBe(5);
});

test('it can’t be undone once something of the shared album would be lost', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada, ben, cleo } = people;
  const ids = (await openIceland(world)) as [string, string, string, string, string];
  await ask(ada.headers, 'PATCH', '/api/photos', { ids, audience: 'family' });
  const more = await home.add({ original: Buffer.from('one more'), taken: '2024-01-07T12:00:00.000' });
  const [own, same] = ['a'.repeat(64), ids[0]].map((sha256) => {
    const item = { holder: ben.id, sha256 };
    home.library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: `person:${ben.id}` } }));
    return publicIdOf(item);
  });
  const changes: Record<string, (url: string) => Promise<unknown>> = {
    title: (url) => ask(ada.headers, 'PATCH', url, { name: 'Island' }),
    description: (url) => ask(ada.headers, 'PATCH', url, { description: 'Eleven days.' }),
    cover: (url) => ask(ada.headers, 'PATCH', url, { cover: ids[0] }),
    order: (url) => ask(ada.headers, 'POST', `${url}/order`, { move: { ids: [ids[3]], before: ids[1] } }),
    'a member': (url) => ask(ada.headers, 'PUT', `${url}/members/${cleo.id}`, { right: 'view' }),
    'who left': (url) => ask(ben.headers, 'DELETE', `${url}/members/${ben.id}`),
    exchange: async (url) => {
      await ask(ada.headers, 'POST', `${url}/entries/remove`, { ids: [ids[0]] });
      await ask(ada.headers, 'POST', `${url}/entries`, { ids: [more] });
    },
    'a photo less': (url) => ask(ada.headers, 'POST', `${url}/entries/remove`, { ids: [ids[0]] }),
    'the same photo of a member': (url) => ask(ben.headers, 'POST', `${url}/entries`, { ids: [same] }),
    'a photo of a member': (url) => ask(ben.headers, 'POST', `${url}/entries`, { ids: [own] }),
    'a comment': () => ask(ben.headers, 'POST', `/api/photos/${ids[1]}/comments`, { text: 'Cold!' }),
    deletion: (url) => ask(ada.headers, 'PATCH', url, { removed: true }),
  };
  for (const [what, change] of Object.entries(changes)) {
    const url = urlOf(await turn(world, ada.headers, [{ person: ben.id, right: 'add' }]));
    const done = await change(url);
    expect((done as { statusCode?: number } | undefined)?.statusCode ?? 200, what).toBeLessThan(300);
    const refused = expectError(await back(world, url), 409, 'conflict');
    expect(refused.message, what).toBe('The shared album has changed since then. You can delete it on its page.');
    // For the next one.
    await ask(ada.headers, 'PATCH', url, { removed: true });
    await ask(ada.headers, 'PATCH', '/api/photos', { ids: ids.slice(0, 4), albums: { add: ['Iceland'] } });
  }
  // A comment on another photo, and other edits, are nothing of it.
  const url = urlOf(await turn(world));
  await ask(ada.headers, 'POST', `/api/photos/${more}/comments`, { text: 'Cold!' });
  await ask(ada.headers, 'PATCH', `/api/photos/${ids[1]}`, { rating: 4 });
  expect((await back(world, url)).statusCode).toBe(200);
  // Any other album was never one by name.
  const other = urlOf(await ask(ada.headers, 'POST', '/api/albums/shared', { name: 'x', holder: 'house' }));
  expectError(await back(world, other), 403, 'forbidden');
});

test('the answer has the changes that give its photos the name again, for programs that undo edits', async () => {
  const world = await openPeople();
  await openIceland(world);
  const { undo } = (await turn(world)).json<{ undo: { ids: string[] }[] }>();
  const back = await world.ask(world.people.ada.headers, 'PATCH', '/api/photos/each', { each: undo });
  expect(back.json()).toMatchObject({ changed: 4, missing: [] });
  expect(await listed(world, named)).toHaveLength(4);
});

test('a failure half way leaves the album and its links as they were, and it can be turned then', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { library } = home;
  await openIceland(world);
  const [path] = await openLinks(world);
  const order = await listed(world, named);
  const before = { links: await links(world), seen: await visited(world, path!) };
  const isBefore = async (): Promise<void> => {
    expect(albumsIn(world)).toBe(0);
    expect(await listed(world, named)).toEqual(order);
    expect(await links(world)).toEqual(before.links);
    expect(await visited(world, path!)).toEqual(before.seen);
  };
  const { update } = library;
  const failAfter = async (most: number, work: () => ReturnType<typeof turn>): Promise<void> => {
    let calls = 0;
    library.update = (...given) => {
      if (++calls > most) throw new Error('the disk is full');
      return update(...given);
    };
    expect((await work()).statusCode, `${most}`).toBe(500);
    library.update = update;
  };
  for (const most of [1, 3, 5]) {
    await failAfter(most, () => turn(world));
    await isBefore();
  }
  const { put } = library.local.turnedAlbums;
  library.local.turnedAlbums.put = () => {
    throw new Error('the disk is full');
  };
  expect((await turn(world)).statusCode).toBe(500);
  library.local.turnedAlbums.put = put;
  await isBefore();
  const unknown = [{ person: '01JD0000000000000000000009', right: 'view' }];
  expectError(await turn(world, people.ada.headers, unknown), 404, 'not-found');
  await isBefore();

  const made = await turn(world);
  expect(made.json()).toMatchObject({ count: 4 });
  const url = urlOf(made);
  const turned = await links(world);
  for (const most of [0, 1, 3]) {
    await failAfter(most, () => back(world, url));
    expect(await links(world)).toEqual(turned);
    expect(await listed(world, named)).toEqual([]);
    expect(await visited(world, path!)).toEqual(before.seen);
  }
  expect((await back(world, url)).statusCode).toBe(200);
  expect(await links(world)).toEqual(before.links);
});

test('what another process writes in between counts', async () => {
  const world = await openPeople();
  const { home } = world;
  await openIceland(world);
  const [path] = await openLinks(world);
  const late = await home.add({ original: Buffer.from('late'), taken: '2024-01-06T12:00:00.000' });
  const { transaction } = home.library;
  home.library.transaction = (work) => {
    home.library.transaction = transaction;
    changeAllNow(home.library, local, [late], { albums: { add: ['Iceland'] } });
    return transaction(work);
  };
  const made = await turn(world);
  expect(made.json()).toMatchObject({ count: 5 });
  expect(await visited(world, path!)).toMatchObject({ share: { photos: 5 } });
  home.library.transaction = (work) => {
    home.library.transaction = transaction;
    world.home.library.update(`members:house:${made.json<{ album: string }>().album}`, (body) => ({
      ...body!,
      other: 1,
    }));
    return transaction(work);
  };
  expectError(await back(world, urlOf(made)), 409, 'conflict');
});

test('links show a guest’s photo with the name once it is approved', async () => {
  const world = await openPeople();
  const { path, send, approve } = await openGuest(world);
  const id = await send('early');
  await world.ask(world.people.ada.headers, 'PATCH', `/api/photos/${id}`, { albums: { add: ['Iceland'] } });
  urlOf(await turn(world));
  expect(await visited(world, path)).toMatchObject({ share: { photos: 4 } });
  expect((await approve(id)).json()).toMatchObject({ changed: 1 });
  expect(await visited(world, path)).toMatchObject({ share: { photos: 5 } });
});

test('it can’t be undone while a photo that was added is in the trash', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  await openIceland(world);
  const url = urlOf(await turn(world));
  const more = await home.add({ original: Buffer.from('one more'), taken: '2024-01-07T12:00:00.000' });
  await ask(people.ada.headers, 'POST', `${url}/entries`, { ids: [more] });
  await ask(people.ada.headers, 'PATCH', `/api/photos/${more}`, { trashed: true });
  expectError(await back(world, url), 409, 'conflict');
});

test('photos lose the name in every spelling that finds it, and get back their own', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const [a] = (await openIceland(world)) as [string];
  const other = await home.add({ original: Buffer.from('another'), taken: '2024-01-08T12:00:00.000' });
  await ask(people.ada.headers, 'PATCH', `/api/photos/${other}`, { albums: { add: ['ÍCELAND', 'iceland'] } });
  await ask(people.ada.headers, 'PATCH', `/api/photos/${other}`, { albums: { remove: ['iceland'] } });
  const url = urlOf(await turn(world));
  expect([namesOf(world, a), namesOf(world, other)]).toEqual([['North'], []]);
  expectError(await turn(world), 404, 'not-found');
  expect((await back(world, url)).statusCode).toBe(200);
  expect([namesOf(world, a).sort(), namesOf(world, other)]).toEqual([['Iceland', 'North'], ['ÍCELAND']]);
});

test('photos of the owner’s own library that have the name stay out of it', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  await openIceland(world);
  const { id } = people.ada;
  const item = { holder: id, sha256: 'b'.repeat(64) };
  // Another program wrote it.
  const albums = { Iceland: { present: true, at: home.library.stampAfter(undefined), by: `person:${id}` } };
  home.library.update<PhotoDocument>(itemId(item), () => {
    const own = photo({ sighting: { by: `person:${id}` } });
    return { ...own, edits: { ...own.edits, albums } };
  });
  expect(await listed(world, named)).toContain(publicIdOf(item));
  const url = urlOf(await turn(world));
  expect((await ask(people.ada.headers, 'GET', url)).json()).toMatchObject({ count: 4 });
  expect(await listed(world, named)).toEqual([publicIdOf(item)]);
});

test('a link that another process creates in between follows, too', async () => {
  const world = await openPeople();
  const { home } = world;
  await openIceland(world);
  const { list } = home.access.shares;
  const { transaction } = home.library;
  // It is not there yet before the transaction.
  home.access.shares.list = () => [];
  home.library.transaction = (work) => {
    home.library.transaction = transaction;
    home.access.shares.list = list;
    return transaction(work);
  };
  const [path] = await openLinks(world);
  urlOf(await turn(world));
  expect(await visited(world, path!)).toMatchObject({ share: { photos: 4 } });
});

test('edits of another server that arrive later change nothing that its links show', async () => {
  const world = await openPeople();
  const { home } = world;
  const { library } = home;
  const [a, b, c, d] = (await openIceland(world)) as [string, string, string, string];
  const [path] = await openLinks(world);
  const before = [a, b, c].map((id) => library.get<PhotoDocument>(photoId(id))!);
  const old = library.sign(before[0]!.body);
  urlOf(await turn(world));
  const seen = await visited(world, path!);
  const by = 'owner';
  const late = library.sign(before[1]!.body);
  // An older edit of something else, a later one that sets the name, and one that takes the photo out of the album by name.
  const edits = [
    { tags: { ice: { present: true, ...old, by } } },
    { albums: { ...before[1]!.body.edits.albums, Iceland: { present: true, ...late, by } } },
    { albums: { ...before[2]!.body.edits.albums, Iceland: { present: false, ...old, by } } },
  ];
  for (const [n, { id, rev, body }] of before.entries()) {
    const revisions = [`${parseInt(rev, 10) + 1}-${'f'.repeat(32)}`, rev];
    library.insert([{ id, revisions, deleted: false, body: { ...body, edits: { ...body.edits, ...edits[n] } } }]);
  }
  expect(library.get<PhotoDocument>(photoId(a))!.body.edits.tags).toHaveProperty('ice');
  expect(namesOf(world, a)).toEqual(['North']);
  expect(namesOf(world, b).sort()).toEqual(['Iceland', 'North']);
  expect(namesOf(world, c)).toEqual(['North']);
  expect(((await visited(world, path!)) as { tiles: object[] }).tiles).toEqual((seen as { tiles: object[] }).tiles);
  expect((seen as { tiles: object[] }).tiles.map((tile) => (tile as { id: string }).id)).toEqual([d, c, b, a]);
});

test('only an owner can turn an album', async () => {
  const world = await openPeople();
  const { ada, ben } = world.people;
  expectError(await turn(world), 404, 'not-found');
  expectError(await turn(world, ben.headers), 403, 'forbidden');
  const ids = await openIceland(world);
  await world.ask(ada.headers, 'PATCH', '/api/photos', { ids, audience: 'family' });
  await openLinks(world);
  expectError(await turn(world, ben.headers), 403, 'forbidden');
  expect(albumsIn(world)).toBe(0);
  urlOf(await turn(world));
});

test('a link that was deleted follows too, and neither prevents sharing nor undoing it', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada } = people;
  await openIceland(world);
  const [path] = (await openLinks(world)) as [string];
  const before = await visited(world, path);
  const kept = await links(world);
  for (const { id } of home.access.shares.list()) await ask(ada.headers, 'DELETE', `/api/shares/${id}`);
  const deleted = home.access.shares.restorable().map(({ id }) => id);
  const restore = () => Promise.all(deleted.map((id) => ask(ada.headers, 'POST', `/api/shares/${id}/restore`)));
  const url = urlOf(await turn(world));
  expectError(await home.app.inject(`${path}/api/share`), 404, 'not-found');
  expect((await restore()).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  expect(await visited(world, path)).toEqual(before);
  for (const id of deleted) await ask(ada.headers, 'DELETE', `/api/shares/${id}`);

  // A new link to the shared album does not prevent the undo once it is deleted, and can't be restored after it.
  const album = url.slice('/api/albums/'.length).replace('/', ':');
  const fresh = (await ask(ada.headers, 'POST', '/api/shares', { album })).json<{ share: { id: string } }>();
  await ask(ada.headers, 'DELETE', `/api/shares/${fresh.share.id}`);
  expect((await back(world, url)).statusCode).toBe(200);
  expectError(await ask(ada.headers, 'POST', `/api/shares/${fresh.share.id}/restore`), 409, 'conflict');
  expect((await restore()).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  expect(await links(world)).toEqual(kept);
  expect(await visited(world, path)).toEqual(before);
});
