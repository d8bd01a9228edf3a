/** What people say about their uploads over HTTP: the album that a photo goes into, and who sees it. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { setUploadAudience } from '../../src/access/upload-target.js';
import { local } from '../../src/access/viewer.js';
import { changeNow } from '../../src/album/edit-photos.js';
import { findPhoto } from '../../src/album/find-photos.js';
import { house, itemId, publicIdOf, type Holder } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { mostAwaitedAlbums } from '../../src/library/awaited-photos.js';
import { buildApp } from '../../src/server/app.js';
import type { App } from '../../src/server/context.js';
import { expectError } from './fixture.js';
import { receiveFiles, upload as uploadByApp } from './immich-client.js';
import { assetUuid } from '../../src/server/immich/uuids.js';
import { openPeople } from './people-home.js';

type People = Awaited<ReturnType<typeof openPeople>>;
type Headers = Record<string, string>;

/** The headers of an app in which a person signed in. */
function inApp({ home }: People, { id }: { id: string }): Headers {
  const { secret } = home.access.sessions.start(id, { address: '127.0.0.1', browser: 'an app', use: 'client' });
  return { authorization: `Bearer ${secret}` };
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
const idOf = (text: string, holder: Holder): string => publicIdOf({ holder, sha256: sha256Of(text) });

/** Begins an upload with this metadata; with a text, which is all of it. */
const begin = (app: App, headers: Headers, metadata: Record<string, string>, text?: string) =>
  app.inject({
    ...{ method: 'POST', url: '/api/uploads', ...(text !== undefined && { payload: text }) },
    headers: {
      ...headers,
      ...{ 'tus-resumable': '1.0.0', 'upload-length': `${text?.length ?? 3}` },
      ...(text !== undefined && { 'content-type': 'application/offset+octet-stream' }),
      'upload-metadata': Object.entries({ filename: 'a.jpg', ...metadata })
        .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
        .join(','),
    },
  });

/** Sends a file in one request, as the page does. */
const send = (app: App, headers: Headers, text: string, metadata: Record<string, string> = {}) =>
  begin(app, headers, { sha256: sha256Of(text), ...metadata }, text);

/** The spool reports that it has imported bytes that were here. */
function imported({ home }: People, text: string): void {
  for (const listener of home.spool.listeners) listener({ type: 'duplicate', name: 'a.jpg', sha256: sha256Of(text) });
}

/**
 * Records a photo as ingest does, for the house or a person, and resolves when its row is settled. `by`: its sender; by
 * default the holder, or the owner.
 */
async function record(world: People, text: string, holder: Holder = house, by?: string): Promise<string> {
  const id = await bring(world, text, holder, by);
  await settled(world.home, id);
  return id;
}

/** The same, without waiting for its row. */
async function bring(
  { home, people }: People,
  text: string,
  holder: Holder = house,
  by = `person:${holder === house ? people.ada.id : holder}`,
): Promise<string> {
  const { library, clock } = home;
  const sent = { by, at: clock.now() };
  if (holder === house) await home.add({ original: Buffer.from(text), sent });
  else {
    const other = await home.add({ original: Buffer.from(`another photo than ${text}`), sent });
    const sha256 = sha256Of(text);
    library.local.originals.put({ ...library.local.originals.find(other)!, sha256, path: `2024/07/${sha256}.bin` });
    const { body } = library.get<PhotoDocument>(photoId(other))!;
    library.update<PhotoDocument>(itemId({ holder, sha256 }), () => body);
  }
  return idOf(text, holder);
}

/** Resolves when nothing is to be done with a photo, or with any. */
const settled = ({ library }: People['home'], id?: string): Promise<void> =>
  expect.poll(() => library.local.awaited.pending(id)).toEqual([]);

/** The spool imports the bytes once more; resolves when nothing is to be done with the photo. */
async function again(world: People, text: string, holder: Holder): Promise<void> {
  imported(world, text);
  await settled(world.home, idOf(text, holder));
}

/** Whether a person sees a photo. */
const sees = async ({ ask }: People, { headers }: { headers: Headers }, id: string): Promise<boolean> =>
  (await ask(headers, 'GET', `/api/photos/${id}`)).statusCode === 200;

/** The photos of an album with members. */
async function photosIn({ ask }: People, { headers }: { headers: Headers }, album: string): Promise<string[]> {
  const found = (await ask(headers, 'GET', `/api/photos?q=in:${album}`)).json<{ photos: { id: string }[] }>();
  return found.photos.map(({ id }) => id).sort();
}

/** Makes an album with members of a person, or of the house. */
async function makeAlbum({ ask }: People, { headers }: { headers: Headers }, ofHouse = false): Promise<string> {
  const made = await ask(headers, 'POST', '/api/albums/shared', { name: 'Rome', ...(ofHouse && { holder: house }) });
  expect(made.statusCode, made.body).toBe(201);
  const { holder, album } = made.json<{ holder: string; album: string }>();
  return `${holder}:${album}`;
}

const editsOf = ({ library }: People['home'], text: string, holder: Holder): PhotoDocument['edits'] =>
  library.get<PhotoDocument>(itemId({ holder, sha256: sha256Of(text) }))!.body.edits;

test('a photo goes into the album and is visible to the family as its sender said, by an edit of theirs', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ada, ben, cleo } = people;
  const album = await makeAlbum(world, ben);
  expect((await send(home.app, ben.headers, 'one', { album, audience: 'family' })).statusCode).toBe(201);
  expect((await send(home.app, ben.headers, 'two')).statusCode).toBe(201);
  const [one, two] = [await record(world, 'one', ben.id), await record(world, 'two', ben.id)];
  expect(await photosIn(world, ben, album)).toEqual([one]);
  expect([await sees(world, cleo, one), await sees(world, cleo, two)]).toEqual([true, false]);
  expect(editsOf(home, 'one', ben.id).audience).toMatchObject([{ value: 'family', by: `person:${ben.id}` }]);

  const ofHouse = await makeAlbum(world, ada, true);
  const said = { for: 'house', album: ofHouse, 'album-name': 'Summer', audience: 'family' };
  expect((await send(home.app, ada.headers, 'three', said)).statusCode).toBe(201);
  const three = await record(world, 'three');
  expect(await photosIn(world, ada, ofHouse)).toEqual([three]);
  expect(findPhoto(home.library, local, three)).toMatchObject({ albums: ['Summer'], audience: 'family' });
});

test('what the sender may not do is refused before the bytes are sent', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ada, ben, cleo } = people;
  const [theirs, shown] = [await makeAlbum(world, cleo), await makeAlbum(world, cleo)];
  const ofHouse = await makeAlbum(world, ada, true);
  await world.ask(cleo.headers, 'PUT', `/api/albums/${shown.replace(':', '/')}/members/${ben.id}`, { right: 'view' });
  const ask = (headers: Headers, said: Record<string, string>) => send(home.app, headers, 'x', said);
  expectError(await ask(ben.headers, { album: 'Rome' }), 400, 'invalid');
  expectError(await ask(ben.headers, { 'album-name': ' ' }), 400, 'invalid');
  expectError(await ask(ben.headers, { audience: 'public' }), 400, 'invalid');
  expectError(await ask(ben.headers, { album: theirs }), 404, 'not-found');
  expectError(await ask(ben.headers, { album: shown }), 403, 'forbidden');
  // The album of the house takes no photo of a person, and the family does not decide about photos of the house.
  expectError(await ask(ada.headers, { for: 'me', album: ofHouse }), 403, 'forbidden');
  expectError(await ask(ada.headers, { for: 'me', 'album-name': 'Summer' }), 403, 'forbidden');
  expectError(await ask(ben.headers, { for: 'house', audience: 'family' }), 403, 'forbidden');
  expectError(await ask(ben.headers, { for: 'house', 'album-name': 'Summer' }), 403, 'forbidden');
  expect((await ask(ben.headers, { for: 'house', audience: 'private' })).statusCode).toBe(201);
  const { secret } = home.access.tokens.make('phone', ['upload'], commandLine, ben.id);
  expectError(await ask({ authorization: `Bearer ${secret}` }, { audience: 'family' }), 403, 'forbidden');
  expect(home.library.local.awaited.pending()).toMatchObject([{ change: { audience: 'private' } }]);
});

test('rights that ended before the photo is recorded put it nowhere and show it to nobody', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ben, cleo } = people;
  const album = await makeAlbum(world, cleo);
  const member = `/api/albums/${album.replace(':', '/')}/members/${ben.id}`;
  await ask(cleo.headers, 'PUT', member, { right: 'add' });
  await send(home.app, ben.headers, 'one', { album });
  await ask(cleo.headers, 'DELETE', member);
  await ask(cleo.headers, 'PUT', member, { right: 'view' });
  await record(world, 'one', ben.id);
  // Nor later, when they have the right again.
  await ask(cleo.headers, 'PUT', member, { right: 'add' });
  await again(world, 'one', ben.id);
  expect(await photosIn(world, cleo, album)).toEqual([]);

  await send(home.app, ben.headers, 'two', { audience: 'family' });
  home.access.accounts.remove(ben.id, commandLine);
  await record(world, 'two', ben.id);
  expect(editsOf(home, 'two', ben.id).audience).toBeUndefined();
});

test('a photo that is here goes into the album; who sees it stays as it is, and one in the trash stays there alone', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ben, cleo } = people;
  const album = await makeAlbum(world, ben);
  const [kept, gone] = [await record(world, 'kept', ben.id), await record(world, 'gone', ben.id)];
  await world.ask(ben.headers, 'PATCH', `/api/photos`, { ids: [gone], trashed: true });
  const answers = [];
  for (const text of ['kept', 'gone'])
    answers.push((await send(home.app, ben.headers, text, { album, audience: 'family' })).json());
  expect(answers).toMatchObject([
    { state: 'known', photo: kept },
    { state: 'known', photo: gone, trashed: true },
  ]);
  expect(answers[0]).not.toHaveProperty('trashed');
  // Others learn nothing about his photos.
  for (const text of ['kept', 'gone']) expect((await send(home.app, cleo.headers, text)).statusCode).toBe(201);
  await settled(home);
  expect(await photosIn(world, ben, album)).toEqual([kept]);
  await world.ask(ben.headers, 'PATCH', `/api/photos`, { ids: [gone], trashed: false });
  expect(await photosIn(world, ben, album)).toEqual([kept]);
  expect([await sees(world, cleo, kept), await sees(world, cleo, gone)]).toEqual([false, false]);

  // Also when the client did not say the hash beforehand, and the import changes no document.
  const other = await makeAlbum(world, ben);
  await home.clock.advance(1000);
  const begun = await begin(home.app, ben.headers, { album: other, audience: 'family' }, 'kept');
  expect(begun.statusCode, begun.body).toBe(201);
  imported(world, 'kept');
  await settled(home);
  expect(await photosIn(world, ben, other)).toEqual([kept]);
  expect(await sees(world, cleo, kept)).toBe(false);
});

test('a photo that its sender does not see is neither changed nor revealed', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada, ben } = people;
  home.access.accounts.change(ben.id, { role: 'owner' }, commandLine);
  await record(world, 'of the house');
  const before = editsOf(home, 'of the house', house);
  const asked = { for: 'house', 'album-name': 'Summer', audience: 'family' };
  const [known, fresh] = [
    await begin(home.app, ben.headers, asked, 'of the house'),
    await begin(home.app, ben.headers, asked, 'new'),
  ];
  expect([known.statusCode, known.body]).toEqual([201, fresh.body]);
  home.access.accounts.change(ben.id, { role: 'family', canEdit: true }, commandLine);
  imported(world, 'of the house');
  await record(world, 'new', house, `person:${ben.id}`);
  await settled(home);
  expect(editsOf(home, 'of the house', house)).toEqual(before);
  expect(editsOf(home, 'new', house)).not.toHaveProperty('albums');
  expect(editsOf(home, 'new', house).audience).toBeUndefined();
  expect((await ask(ada.headers, 'GET', '/api/albums')).body).not.toContain('Summer');
  // A new upload is refused at once.
  expectError(await begin(home.app, ben.headers, asked, 'new'), 403, 'forbidden');
});

test('the default of a person is for all their uploads, as their own edit, and for photos that are new', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada, ben, cleo } = people;
  receiveFiles(home);
  const url = '/api/me/upload-audience';
  expect((await ask(ben.headers, 'GET', url)).json()).toEqual({ audience: 'private' });
  const older = await record(world, 'older', ben.id);
  await home.clock.advance(1000);
  expect((await ask(ben.headers, 'PUT', url, { audience: 'family' })).json()).toEqual({ audience: 'family' });
  expectError(await ask(ben.headers, 'PUT', url, { audience: 'public' }), 400, 'invalid');
  expect((await ask(cleo.headers, 'GET', url)).json()).toEqual({ audience: 'private' });

  const { secret } = home.access.tokens.make('phone', ['upload'], commandLine, ben.id);
  const form = (headers: Headers, text: string) =>
    home.app.inject({
      ...{ method: 'POST', url: '/api/upload' },
      headers: { ...headers, 'content-type': 'multipart/form-data; boundary=x' },
      payload: `--x\r\nContent-Disposition: form-data; name="f"; filename="1.jpg"\r\n\r\n${text}\r\n--x--\r\n`,
    });
  const dav = (headers: Headers, text: string) =>
    home.app.inject({ method: 'PUT', url: '/dav/incoming/a.jpg', headers, payload: text });
  const basic = { authorization: `Basic ${Buffer.from(`ben:${secret}`).toString('base64')}` };
  expect((await send(home.app, ben.headers, 'page')).statusCode).toBe(201);
  expect((await form({ authorization: `Bearer ${secret}` }, 'form')).statusCode).toBe(201);
  expect((await uploadByApp(home, { 'x-api-key': secret }, 'app')).status).toBe(201);
  expect((await dav(basic, 'webdav')).statusCode).toBe(201);
  // What is said for one upload counts more than the default.
  expect((await send(home.app, ben.headers, 'mine', { audience: 'private' })).statusCode).toBe(201);
  await form(ben.headers, 'older');
  expect(home.library.local.awaited.pending(older)).toHaveLength(1);
  await again(world, 'older', ben.id);
  for (const text of ['page', 'form', 'app', 'webdav']) {
    const id = await record(world, text, ben.id, text === 'page' ? undefined : `token:${ben.id}/phone`);
    expect(await sees(world, cleo, id), text).toBe(true);
    expect(editsOf(home, text, ben.id).audience, text).toMatchObject([{ by: `person:${ben.id}` }]);
  }
  const mine = await record(world, 'mine', ben.id);
  expect([await sees(world, cleo, mine), await sees(world, cleo, older)]).toEqual([false, false]);

  // It is no right: what others of the family send to the house is for its owners to show.
  await send(home.app, ben.headers, 'to the house', { for: 'house' });
  await record(world, 'to the house', house, `person:${ben.id}`);
  expect(editsOf(home, 'to the house', house).audience).toBeUndefined();
  // Chosen by somebody else, it has no effect.
  const choose = (by: string): void =>
    setUploadAudience(home.library, home.access.audit, { id: ada.id, name: 'ada' }, 'family', { by, who: 'x' });
  choose(`person:${ben.id}`);
  expect((await ask(ada.headers, 'GET', url)).json()).toEqual({ audience: 'private' });
  choose(`person:${ada.id}`);
  const { entries } = (await ask(ada.headers, 'GET', '/api/audit')).json<{
    entries: { what: string; detail: string }[];
  }>();
  const told = entries.filter(({ what }) => what === 'upload-audience-changed').map(({ detail }) => detail);
  expect(told).toContain('ben: family');
  await send(home.app, ada.headers, 'of ada');
  expect(await sees(world, cleo, await record(world, 'of ada'))).toBe(true);
});

test('an audience that somebody chose before it could be set stays', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { library } = home;
  await send(home.app, people.ada.headers, 'one', { audience: 'family' });
  // Chosen in the transaction in which the photo is recorded: by another server, or another owner.
  await home.add({ original: Buffer.from('base'), sent: { by: `person:${people.ada.id}`, at: home.clock.now() } });
  const { body } = library.get<PhotoDocument>(photoId(sha256Of('base')))!;
  library.transaction(() => {
    library.update<PhotoDocument>(photoId(sha256Of('one')), () => body);
    changeNow(library, local, sha256Of('one'), { audience: 'private' }, () => true);
  });
  await settled(home);
  expect(editsOf(home, 'one', house).audience).toMatchObject([{ value: 'private', by: 'owner' }]);
});

test('after a crash between edit and row, and after a restart, each is done once', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ben, cleo } = people;
  const { awaited } = home.library.local;
  const album = await makeAlbum(world, ben);
  await send(home.app, ben.headers, 'one', { album, audience: 'family' });
  const { settle } = awaited;
  let failures = 0;
  awaited.settle = () => {
    failures++;
    throw new Error('killed');
  };
  const recording = record(world, 'one', ben.id);
  await expect.poll(() => failures).toBeGreaterThan(0);
  // Neither the edits nor the end of the row were kept.
  expect(editsOf(home, 'one', ben.id).audience).toBeUndefined();
  expect(await photosIn(world, ben, album)).toEqual([]);
  expect(awaited.pending()).toHaveLength(1);

  awaited.settle = settle;
  const again = await buildApp(home.parts);
  await recording;
  expect(await photosIn(world, ben, album)).toEqual([idOf('one', ben.id)]);
  // Taken out and made private since, it stays so.
  const { ask } = world;
  await ask(ben.headers, 'POST', `/api/albums/${album.replace(':', '/')}/entries/remove`, {
    ids: [idOf('one', ben.id)],
  });
  await ask(ben.headers, 'PATCH', '/api/photos', { ids: [idOf('one', ben.id)], audience: 'private' });
  await again.close();
  const third = await buildApp(home.parts);
  await settled(home);
  expect(await photosIn(world, ben, album)).toEqual([]);
  expect(await sees(world, cleo, idOf('one', ben.id))).toBe(false);
  await third.close();
});

test('an upload that is interrupted says the same when it is finished without its sender', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ben } = people;
  const album = await makeAlbum(world, ben);
  const begun = await begin(home.app, ben.headers, { album });
  expect(begun.statusCode, begun.body).toBe(201);
  expect(home.library.local.awaited.pending()).toEqual([]);
  const id = String(begun.headers['location']).split('/').at(-1)!;
  await home.spool.uploads.append(id, Readable.from([Buffer.from('one')]));
  await home.spool.uploads.finish(id);
  expect(home.library.local.awaited.pending()).toMatchObject([{ change: { albums: [album] } }]);
  expect(await photosIn(world, ben, album)).toEqual([]);
  const one = await record(world, 'one', ben.id);
  expect(await photosIn(world, ben, album)).toEqual([one]);
});

test('the row and the answers are the same whether or not the house has the bytes', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada, ben } = people;
  await ask(ben.headers, 'PUT', '/api/me/upload-audience', { audience: 'family' });
  await record(world, 'private');
  await home.clock.advance(1000);
  const { awaited } = home.library.local;
  const app = inApp(world, ben);
  const outcome = async (text: string): Promise<unknown> => {
    const begun = await begin(home.app, ben.headers, { for: 'house' }, text);
    const uuid = assetUuid(idOf(text, house));
    const call = async (body: object) =>
      (await ask(app, 'PUT', '/immich/api/assets', { ids: [uuid], ...body })).statusCode;
    const row = awaited.find(`person:${ben.id}`, idOf(text, house))?.change;
    return [begun.statusCode, begun.body, row, await call({}), await call({ isFavorite: true })];
  };
  const [known, fresh] = [await outcome('private'), await outcome('fresh')];
  expect(known).toEqual(fresh);
  expect(known).toMatchObject([201, '', { audience: 'default' }, 204, 204]);
  const before = editsOf(home, 'private', house);
  await again(world, 'private', house);
  expect(editsOf(home, 'private', house)).toEqual(before);
  expect(await sees(world, ada, idOf('private', house))).toBe(true);
  expect(await sees(world, people.cleo, idOf('private', house))).toBe(false);
});

test('a photo that came here by other means than the upload stays private', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada, ben, cleo } = people;
  const { awaited } = home.library.local;
  await ask(ben.headers, 'PUT', '/api/me/upload-audience', { audience: 'family' });
  const isShown = async (text: string): Promise<boolean> => sees(world, cleo, idOf(text, ben.id));
  for (const text of ['other', 'older', 'elsewhere', 'saved', 'sent']) await send(home.app, ben.headers, text);
  await record(world, 'other', ben.id, 'owner');
  const { library, clock } = home;
  const write = async (text: string, server: string, at: number): Promise<void> => {
    const { body } = library.get<PhotoDocument>(photoId(await home.add()))!;
    const [sighting] = Object.values(body.sightings);
    const told = { ...sighting!, by: `person:${ben.id}`, at: new Date(at).toISOString(), server };
    const sightings = { [`${server} ${told.by} a.jpg`]: told };
    library.update<PhotoDocument>(itemId({ holder: ben.id, sha256: sha256Of(text) }), () => ({ ...body, sightings }));
    await settled(home, idOf(text, ben.id));
  };
  await write('older', library.server, clock.now() - 1);
  await write('elsewhere', 'another', clock.now());
  await write('sent', library.server, clock.now());
  // Saved from the house: the sighting is by the same person, and newer.
  await record(world, 'saved', house, `person:${ada.id}`);
  await ask(ada.headers, 'PATCH', '/api/photos', { ids: [idOf('saved', house)], audience: 'family' });
  const saved = await ask(ben.headers, 'POST', '/api/photos/save', { ids: [idOf('saved', house)] });
  expect(saved.json()).toMatchObject({ saved: 1 });
  await settled(home);
  expect(editsOf(home, 'saved', ben.id).audience).toBeUndefined();
  expect(await Promise.all(['other', 'older', 'elsewhere', 'sent'].map(isShown))).toEqual([false, false, false, true]);
  expect(awaited.pending()).toEqual([]);
});

test('private wins over family, in any order and from any sender', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ben, cleo } = people;
  await ask(ben.headers, 'PUT', '/api/me/upload-audience', { audience: 'family' });
  const { secret } = home.access.tokens.make('phone', ['upload'], commandLine, ben.id);
  const token = { authorization: `Bearer ${secret}` };
  for (const [text, ...uploads] of [
    ['later', [ben.headers, {}], [ben.headers, { audience: 'private' }]],
    ['earlier', [ben.headers, { audience: 'private' }], [ben.headers, { audience: 'family' }]],
    ['of the token', [token, { audience: 'private' }], [ben.headers, { audience: 'family' }]],
  ] as [string, ...[Headers, Record<string, string>][]][]) {
    for (const [headers, said] of uploads)
      expect((await begin(home.app, headers, said, text)).statusCode, text).toBe(201);
    expect(await sees(world, cleo, await record(world, text, ben.id)), text).toBe(false);
  }
});

test('a default ends with the token that sent the file, and with the choice', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ben, cleo } = people;
  const choose = (audience: string) => ask(ben.headers, 'PUT', '/api/me/upload-audience', { audience });
  await choose('family');
  const { secret } = home.access.tokens.make('phone', ['upload'], commandLine, ben.id);
  await send(home.app, { authorization: `Bearer ${secret}` }, 'revoked');
  home.access.tokens.revoke('phone', commandLine, ben.id);
  expect(await sees(world, cleo, await record(world, 'revoked', ben.id, `token:${ben.id}/phone`))).toBe(false);
  await send(home.app, ben.headers, 'chosen');
  await choose('private');
  expect(await sees(world, cleo, await record(world, 'chosen', ben.id))).toBe(false);
});

test('a photo that an app deleted while it was in the spool is neither shown nor put into albums', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ben, cleo } = people;
  const album = await makeAlbum(world, ben);
  await ask(ben.headers, 'PUT', '/api/me/upload-audience', { audience: 'family' });
  await send(home.app, ben.headers, 'one', { album });
  const ids = [assetUuid(idOf('one', ben.id))];
  expect((await ask(inApp(world, ben), 'DELETE', '/immich/api/assets', { ids })).statusCode).toBe(204);
  const one = await record(world, 'one', ben.id);
  expect(editsOf(home, 'one', ben.id)).toMatchObject({ trashed: [{ value: true }] });
  expect(editsOf(home, 'one', ben.id)).not.toHaveProperty('audience');
  await ask(ben.headers, 'PATCH', '/api/photos', { ids: [one], trashed: false });
  expect(await photosIn(world, ben, album)).toEqual([]);
  expect(await sees(world, cleo, one)).toBe(false);
});

test('a crash before the other edits of a photo puts it into no album again', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ben } = people;
  const { awaited } = home.library.local;
  const album = await makeAlbum(world, ben);
  await send(home.app, ben.headers, 'one', { album });
  awaited.add({ sender: `person:${ben.id}`, id: idOf('one', ben.id), change: { favourite: true } });
  const { settle } = awaited;
  // The process ends before the second transaction.
  awaited.settle = (photo, left) => {
    if (left === undefined) throw new Error('killed');
    return settle(photo, left);
  };
  const recording = record(world, 'one', ben.id);
  await expect.poll(() => photosIn(world, ben, album)).toEqual([idOf('one', ben.id)]);
  expect(awaited.pending().map(({ change }) => change)).toEqual([{ favourite: true }]);
  await ask(ben.headers, 'POST', `/api/albums/${album.replace(':', '/')}/entries/remove`, {
    ids: [idOf('one', ben.id)],
  });
  awaited.settle = settle;
  await again(world, 'one', ben.id);
  await recording;
  expect(await photosIn(world, ben, album)).toEqual([]);
  expect(editsOf(home, 'one', ben.id)).toMatchObject({ favourite: [{ value: true }] });
});

test('all photos of a large upload go into its album', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada } = people;
  const album = await makeAlbum(world, ada, true);
  const photos = Array.from({ length: mostAwaitedAlbums + 20 }, (_, n) => `photo ${n}`);
  for (const text of photos)
    expect((await send(home.app, ada.headers, text, { for: 'house', album, 'album-name': 'Rome' })).statusCode).toBe(
      201,
    );
  for (const text of photos) await bring(world, text);
  await settled(home);
  const found = await ask(ada.headers, 'GET', `/api/albums/${album.replace(':', '/')}`);
  expect(found.json()).toMatchObject({ count: photos.length });
  expect((await ask(ada.headers, 'GET', '/api/albums')).json()).toMatchObject([
    { value: 'Rome', count: photos.length },
  ]);
});

test('an upload of one photo into too many albums says so, before and after it is recorded', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ada } = people;
  const into = (text: string, album: string) =>
    send(home.app, ada.headers, text, { for: 'house', 'album-name': album });
  const photo = { sender: `person:${ada.id}`, id: idOf('one', house) };
  // The same one again is none more.
  for (let n = 0; n < 2 * mostAwaitedAlbums; n++)
    home.library.local.awaited.add({ ...photo, change: { named: [`Album ${n % (mostAwaitedAlbums - 1)}`] } });
  for (let n = 0; n < 2; n++) expect((await into('one', 'Rome')).statusCode).toBe(201);
  const over = await into('one', 'Oslo');
  expectError(over, 400, 'invalid');
  expect(over.json()).toMatchObject({ error: { message: 'A photo can be uploaded into at most 100 albums.' } });
  expect((await into('another', 'Oslo')).statusCode).toBe(201);
  const one = await record(world, 'one');
  expectError(await into('one', 'Oslo'), 400, 'invalid');
  expect((await into('one', 'Album 7')).json()).toMatchObject({ state: 'known' });
  expect((await into('one', 'Album 7')).statusCode).toBe(200);
  const { albums } = findPhoto(home.library, local, one)!;
  expect(albums).toHaveLength(mostAwaitedAlbums);
  expect(albums).not.toContain('Oslo');
});
