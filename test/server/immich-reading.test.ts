/** The Immich-compatible API: photos, their files, the timeline and the trash, as each viewer sees them. */
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { findPhoto } from '../../src/album/find-photos.js';
import { openMemberAlbums } from '../../src/album/member-albums.js';
import { openPartners } from '../../src/album/partners.js';
import { lockPhotos } from '../../src/album/lock-photos.js';
import type { May, Viewer } from '../../src/access/permissions.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { assetUuid } from '../../src/server/immich/uuids.js';
import { openHome, sha256, shareHome, type Home } from './fixture.js';
import { call, hashOf, type Headers } from './immich-client.js';
import { openPeople } from './people-home.js';
import { exists, kinds, linkHeader, openDoors, roles, tracesOf, type Guests, type RoleName } from './roles.js';

let guests: Guests;
const shared = shareHome(async (home) => {
  guests = await openDoors(home, kinds);
  for (const { id, original } of kinds) home.library.local.sha1s.put(id, hashOf('sha1', original.toString()));
});

/** The credentials of a role for this API: people have a session of it. */
function headersOf(role: RoleName): Headers {
  const { access } = shared();
  const { [linkHeader]: _link, cookie, ...rest } = guests.headersOf(role);
  const [, session] = /^photospool=(.*)$/.exec(cookie ?? '') ?? [];
  const found = session === undefined ? undefined : access.sessions.find(session);
  if (!found) return rest;
  const { secret } = access.sessions.start(found.person, { address: '', browser: '', use: 'client' });
  guests.secrets.add(secret);
  return { authorization: `Bearer ${secret}` };
}
const isClient = (role: RoleName): boolean => /^(owner|family|editor|token )/.test(role);
const sees = (role: RoleName): boolean => /^(owner|family|editor|token read|token edit)$/.test(role);

/** All ids of the timeline, by its months. */
async function timelineOf(home: Home, headers: Headers, query = 'withPartners=true'): Promise<string[]> {
  const buckets = await call(home, 'GET', `/timeline/buckets?${query}`, headers);
  const ids: string[] = [];
  for (const { timeBucket, count } of buckets.json<{ timeBucket: string; count: number }[]>()) {
    const bucket = await call(home, 'GET', `/timeline/bucket?${query}&timeBucket=${timeBucket}`, headers);
    const { id, isTrashed } = bucket.json<{ id: string[]; isTrashed: boolean[] }>();
    expect([id.length, isTrashed.length]).toEqual([count, count]);
    ids.push(...id);
  }
  return ids;
}

describe.each(roles)('%s', (role) => {
  it('finds the photos that exist for it, by id and in lists, and no trace of others', async () => {
    const home = shared();
    const headers = headersOf(role);
    const told: string[] = [];
    for (const kind of kinds) {
      const uuid = assetUuid(kind.id);
      const isThere = exists(role, kind) && sees(role);
      for (const path of ['', '/thumbnail', '/original']) {
        const answer = await call(home, 'GET', `/assets/${uuid}${path}`, headers);
        const status = !isClient(role) ? 401 : !sees(role) ? 403 : isThere ? 200 : 404;
        expect([path, answer.status]).toEqual([path, status]);
        told.push(answer.body);
        if (path === '/original' && isThere) expect(answer.bytes).toEqual(kind.original);
        if (path === '' && isThere)
          expect(answer.json()).toMatchObject({
            ...{ id: uuid, originalFileName: `${kind.mark}.jpg`, isTrashed: kind.trashed, type: 'IMAGE' },
            checksum: Buffer.from(hashOf('sha1', kind.original.toString()), 'hex').toString('base64'),
            exifInfo: { city: kind.mark, latitude: 12.5, model: kind.mark, description: `common ${kind.mark}` },
          });
      }
    }
    const lists = ['/timeline/buckets', '/albums', '/albums/statistics', '/assets/statistics', '/users', '/partners'];
    for (const path of lists) told.push((await call(home, 'GET', path, headers)).body);
    if (sees(role)) {
      const visible = kinds.filter((kind) => exists(role, kind));
      const uuids = (trashed: boolean): string[] =>
        visible.filter((kind) => kind.trashed === trashed).map(({ id }) => assetUuid(id));
      expect((await timelineOf(home, headers)).sort()).toEqual(uuids(false).sort());
      expect((await timelineOf(home, headers, 'withPartners=true&isTrashed=true')).sort()).toEqual(uuids(true).sort());
      const statistics = (await call(home, 'GET', '/assets/statistics', headers)).json<{ total: number }>();
      expect(statistics.total).toBe(uuids(false).length);
    }
    const hidden = kinds.filter((kind) => !exists(role, kind) || !sees(role)).flatMap(tracesOf);
    for (const text of told) for (const trace of hidden) expect(text).not.toContain(trace);
    for (const secret of guests.secrets) expect(told.join()).not.toContain(secret);
  });
});

describe('changes', () => {
  const token = ({ access }: Home, may: readonly May[]): Headers => ({
    'x-api-key': access.tokens.make(may.join('-'), may, commandLine).secret,
  });

  it('of favourite, archive, description, time and rating are those of the page', async () => {
    const home = await openHome();
    const id = await home.add();
    const uuid = assetUuid(id);
    const headers = token(home, ['edit']);
    const changed = await call(home, 'PUT', `/assets/${uuid}`, headers, {
      ...{ isFavorite: true, visibility: 'archive', description: 'words', rating: 4 },
      ...{ dateTimeOriginal: '2021-02-03T04:05:06.000+02:00', latitude: 1.5, longitude: 2.5 },
    });
    expect(changed.json()).toMatchObject({
      ...{ isFavorite: true, visibility: 'archive', isArchived: true, fileCreatedAt: '2021-02-03T02:05:06.000Z' },
      localDateTime: '2021-02-03T04:05:06.000Z',
      exifInfo: { description: 'words', rating: 4, latitude: 1.5, longitude: 2.5, timeZone: 'UTC+02:00' },
    });
    expect(await timelineOf(home, headers)).toEqual([]);
    expect(await timelineOf(home, headers, 'visibility=archive')).toEqual([uuid]);
    const back = await call(home, 'PUT', '/assets', headers, {
      ids: [uuid],
      isFavorite: false,
      visibility: 'timeline',
    });
    expect(back.status).toBe(204);
    expect(await timelineOf(home, headers)).toEqual([uuid]);
  });

  it('move photos to the trash and back, and never delete them', async () => {
    const home = await openHome();
    const uuid = assetUuid(await home.add());
    const headers = token(home, ['edit']);
    expect((await call(home, 'DELETE', '/assets', headers, { ids: [uuid], force: true })).status).toBe(403);
    expect(await timelineOf(home, headers)).toEqual([uuid]);
    expect((await call(home, 'DELETE', '/assets', headers, { ids: [uuid] })).status).toBe(204);
    expect([await timelineOf(home, headers), await timelineOf(home, headers, 'isTrashed=true')]).toEqual([[], [uuid]]);
    const restored = await call(home, 'POST', '/trash/restore/assets', headers, { ids: [uuid] });
    expect([restored.json(), await timelineOf(home, headers)]).toEqual([{ count: 1 }, [uuid]]);
  });

  it('are refused without the right, for photos that do not exist, and as garbage', async () => {
    const home = await openHome();
    const id = await home.add();
    const uuid = assetUuid(id);
    const reader = token(home, ['read']);
    for (const [method, path, body] of [
      ['PUT', `/assets/${uuid}`, { isFavorite: true }],
      ['PUT', '/assets', { ids: [uuid], visibility: 'archive' }],
      ['DELETE', '/assets', { ids: [uuid] }],
      ['POST', '/trash/restore/assets', { ids: [uuid] }],
    ] as const)
      expect([method, path, (await call(home, method, path, reader, body)).status]).toEqual([method, path, 403]);
    const headers = token(home, ['edit']);
    const nowhere = assetUuid('f'.repeat(64));
    expect((await call(home, 'DELETE', '/assets', headers, { ids: [uuid, nowhere] })).status).toBe(404);
    expect(await timelineOf(home, headers)).toEqual([uuid]);
    for (const body of [{ isFavorite: 'yes' }, { visibility: 'locked' }, { rating: 9 }, { dateTimeOriginal: 'x' }])
      expect((await call(home, 'PUT', `/assets/${uuid}`, headers, body)).status).toBe(400);
    for (const odd of ['x', '%00', uuid.toUpperCase(), id, `${uuid}0`, '..%2f..%2fetc'])
      expect((await call(home, 'GET', `/assets/${odd}`, headers)).status).toBe(404);
    for (const bucket of ['', 'x', '2024-13-01', "2024-07-01' OR 1"])
      expect(
        (await call(home, 'GET', `/timeline/bucket?timeBucket=${encodeURIComponent(bucket)}`, headers)).status,
      ).toBe(400);
    for (const unknown of ['albumId', 'userId'])
      expect((await call(home, 'GET', `/timeline/buckets?${unknown}=${uuid}`, headers)).status).toBe(404);
  });

  it('serve videos and originals in ranges', async () => {
    const home = await openHome();
    const video = Buffer.from('the bytes of a video');
    const uuid = assetUuid(await home.add({ type: 'video/mp4', original: video }));
    const headers = { ...token(home, ['read']), range: 'bytes=4-8' };
    const part = await call(home, 'GET', `/assets/${uuid}/original`, headers);
    expect([part.status, part.body]).toEqual([206, 'bytes']);
  });
});

it('photos of people, archived, locked, trashed, in albums and of partners, are seen as on the page', async () => {
  const { home, people } = await openPeople();
  const { library, clock, access, parts } = home;
  const { gate } = parts;
  const [ada, ben, cleo] = [people.ada.id, people.ben.id, people.cleo.id];
  const session = (who: { enter: () => Record<string, string> }): string => who.enter()['cookie']!.split('=')[1]!;
  const viewerOf = (person: { enter: () => Record<string, string> }): Viewer =>
    access.recognise({ direct: false, session: session(person) })!;
  const template = library.get<PhotoDocument>(photoId(await home.add({ name: 'template.jpg' })))!.body;
  const items = new Map<string, string>();
  for (const holder of [ben, cleo])
    for (const name of ['plain', 'archived', 'locked', 'trashed', 'in album', 'family']) {
      // Both have the same bytes of each.
      const item = { holder, sha256: sha256(name) };
      library.update<PhotoDocument>(itemId(item), () => template);
      library.local.sha1s.put(item.sha256, hashOf('sha1', name));
      items.set(`${holder === ben ? 'ben' : 'cleo'} ${name}`, publicIdOf(item));
    }
  const of = (name: string): string => items.get(name)!;
  for (const [name, person] of [
    ['ben', people.ben],
    ['cleo', people.cleo],
  ] as const) {
    const who = viewerOf(person);
    await changePhotos(library, who, [of(`${name} archived`)], { archived: true });
    await changePhotos(library, who, [of(`${name} trashed`)], { trashed: true });
    await changePhotos(library, who, [of(`${name} family`)], { audience: 'family' });
    await lockPhotos(home, who, [of(`${name} locked`)]);
  }
  const albums = openMemberAlbums({ library, clock, gate });
  const { album } = albums.create(viewerOf(people.ben), ben, 'Summer');
  albums.give(viewerOf(people.ben), album, cleo, 'view');
  albums.add(viewerOf(people.ben), album, [of('ben in album')]);
  openPartners({ library, gate }).give(viewerOf(people.cleo), ben);

  const clients: [string, Headers, Viewer][] = [];
  for (const [name, person] of [
    ['ada', people.ada],
    ['ben', people.ben],
    ['cleo', people.cleo],
  ] as const) {
    const { secret } = access.sessions.start(person.id, { address: '', browser: '', use: 'client' });
    const who = access.recognise({ direct: false, clientSession: secret })!;
    clients.push([name, { authorization: `Bearer ${secret}` }, who]);
    for (const may of ['read', 'edit'] as const) {
      const { secret: token } = access.tokens.make(`${name} ${may}`, [may], commandLine, { ada, ben, cleo }[name]);
      clients.push([`${name}’s token ${may}`, { 'x-api-key': token }, access.recognise({ direct: false, token })!]);
    }
  }
  const { secret: token } = access.tokens.make('house', ['edit'], commandLine);
  clients.push(['the house’s token', { 'x-api-key': token }, access.recognise({ direct: false, token })!]);

  for (const [client, headers, who] of clients) {
    const inTimeline = await timelineOf(home, headers);
    const inTrash = await timelineOf(home, headers, 'withPartners=true&isTrashed=true');
    for (const [name, id] of items) {
      const uuid = assetUuid(id);
      const isSeen = findPhoto(library, who, id) !== undefined;
      expect([client, name, (await call(home, 'GET', `/assets/${uuid}`, headers)).status]).toEqual([
        ...[client, name, isSeen ? 200 : 404],
      ]);
      expect([client, name, (await call(home, 'GET', `/assets/${uuid}/thumbnail`, headers)).status === 404]).toEqual([
        ...[client, name, !isSeen],
      ]);
      if (!isSeen) expect(inTimeline.concat(inTrash)).not.toContain(uuid);
      if (name.endsWith('locked')) expect(isSeen).toBe(false);
      // What is not seen can't be changed, and is answered like what does not exist.
      if (!isSeen)
        expect((await call(home, 'PUT', `/assets/${uuid}`, headers, { isFavorite: true })).status).toBeOneOf([
          403, 404,
        ]);
    }
  }
  const [, cleos] = clients.find(([name]) => name === 'cleo')!;
  const [, bens] = clients.find(([name]) => name === 'ben')!;
  expect(await timelineOf(home, bens, '')).not.toContain(assetUuid(of('cleo plain')));
  // Of two visible items with the same bytes a list shows one's own.
  expect(await timelineOf(home, bens)).toContain(assetUuid(of('ben family')));
  expect(await timelineOf(home, bens)).not.toContain(assetUuid(of('cleo family')));
  const inAlbum = (await call(home, 'GET', '/albums', cleos)).json<{ id: string; albumName: string }[]>();
  expect(inAlbum.map(({ albumName }) => albumName)).toEqual(['Summer']);
  expect(await timelineOf(home, cleos, `albumId=${inAlbum[0]!.id}`)).toEqual([assetUuid(of('ben in album'))]);
  const partners = async (headers: Headers, direction: string): Promise<string[]> =>
    (await call(home, 'GET', `/partners?direction=${direction}`, headers))
      .json<{ name: string }[]>()
      .map(({ name }) => name);
  expect(await partners(bens, 'shared-with')).toEqual(['Photospool', 'cleo']);
  expect(await partners(cleos, 'shared-by')).toEqual(['ben']);
});
