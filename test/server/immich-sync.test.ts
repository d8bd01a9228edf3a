/** The Immich-compatible API: what a client that keeps a copy of the library is sent, and that its copy equals what it sees. */
import { expect, it } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import type { May, Viewer } from '../../src/access/permissions.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { lockPhotos } from '../../src/album/lock-photos.js';
import { openMemberAlbums } from '../../src/album/member-albums.js';
import { openPartners } from '../../src/album/partners.js';
import { local } from '../../src/access/viewer.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { assetUuid, userUuid } from '../../src/server/immich/uuids.js';
import { openHome, sha256, type Home } from './fixture.js';
import { call, type Headers } from './immich-client.js';
import { openPeople } from './people-home.js';

const types = [
  ...['AuthUsersV1', 'UsersV1', 'PartnersV1', 'AssetsV2', 'AssetExifsV1', 'PartnerAssetsV2', 'PartnerAssetExifsV1'],
  ...['AlbumsV2', 'AlbumUsersV1', 'AlbumAssetsV2', 'AlbumAssetExifsV1', 'AlbumToAssetsV1', 'MemoriesV1', 'StacksV1'],
];

interface Line {
  type: string;
  data: Record<string, string>;
  ack: string;
}

/** The lines of a stream. */
async function stream(home: Home, headers: Headers, more: object = {}): Promise<Line[]> {
  const answer = await call(home, 'POST', '/sync/stream', headers, { types, ...more });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/jsonlines+json']);
  return answer.body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** Acknowledges the last line of each type, as clients do. */
async function acknowledge(home: Home, headers: Headers, lines: readonly Line[]): Promise<void> {
  const acks = [...new Map(lines.map(({ type, ack }) => [type, ack])).values()];
  expect((await call(home, 'POST', '/sync/ack', headers, { acks })).status).toBe(204);
}

/** The lines without those about people and the end. */
const ofPhotos = (lines: readonly Line[]): [string, string][] =>
  lines
    .filter(({ type }) => !/^(AuthUser|User|Partner|SyncComplete)(Delete)?V1$/.test(type))
    .map(({ type, data }) => [type, data['id'] ?? data['assetId'] ?? data['albumId'] ?? '']);

const tokenOf = ({ access }: Home, name: string, may: readonly May[], person?: string): Headers => ({
  'x-api-key': access.tokens.make(name, may, commandLine, person).secret,
});

it('everything is sent once, then what changes, and removals of what was sent', async () => {
  const home = await openHome();
  const headers = tokenOf(home, 'phone', ['edit']);
  const [one, two] = [await home.add(), await home.add()];
  const [a, b] = [assetUuid(one), assetUuid(two)];
  await changePhotos(home.library, local, [one], { albums: { add: ['Rome'] } });
  const first = await stream(home, headers);
  expect(first.at(-1)).toMatchObject({ type: 'SyncCompleteV1', data: {} });
  const album = first.find(({ type }) => type === 'AlbumV2')!.data['id']!;
  expect(ofPhotos(first).sort()).toEqual(
    [
      ...['AssetV2', 'AssetExifV1'].flatMap((type) => [a, b].map((id) => [type, id])),
      ...[
        ['AlbumV2', album],
        ['AlbumUserV1', album],
        ['AlbumToAssetV1', a],
      ],
    ].sort(),
  );
  // What was not acknowledged is sent again.
  expect(ofPhotos(await stream(home, headers))).toHaveLength(ofPhotos(first).length);
  await acknowledge(home, headers, await stream(home, headers));
  expect((await stream(home, headers)).map(({ type }) => type)).toEqual(['SyncCompleteV1']);

  await changePhotos(home.library, local, [one], { favourite: true, albums: { remove: ['Rome'] } });
  const second = await stream(home, headers);
  expect(ofPhotos(second)).toEqual([
    ['AssetV2', a],
    ['AlbumDeleteV1', album],
    ['AlbumUserDeleteV1', album],
    ['AlbumToAssetDeleteV1', a],
  ]);
  expect(second[0]!.data).toMatchObject({ isFavorite: true });
  await acknowledge(home, headers, second);
  expect(await stream(home, headers)).toHaveLength(1);

  // A photo in the trash is sent as such; one that was purged is removed.
  await changePhotos(home.library, local, [two], { trashed: true });
  const third = await stream(home, headers);
  expect(third[0]!.data).toMatchObject({ id: b, deletedAt: expect.any(String) as string });
  await acknowledge(home, headers, third);
  expect(
    (await home.app.inject({ method: 'POST', url: '/api/trash/empty', payload: { ids: [two] } })).json(),
  ).toMatchObject({
    purged: 1,
  });
  expect(ofPhotos(await stream(home, headers))).toEqual([['AssetDeleteV1', b]]);
});

it('each client has a copy of its own, which a reset sends anew', async () => {
  const home = await openHome();
  await home.add();
  const [phone, tablet] = [tokenOf(home, 'phone', ['read']), tokenOf(home, 'tablet', ['read'])];
  const lines = await stream(home, phone);
  await acknowledge(home, tablet, lines);
  expect(await stream(home, tablet)).toHaveLength(lines.length);
  const again = await stream(home, phone);
  expect(again).toHaveLength(lines.length);
  await acknowledge(home, phone, again);
  expect(await stream(home, phone)).toHaveLength(1);
  expect(await stream(home, phone, { reset: true })).toHaveLength(lines.length);
  await acknowledge(home, phone, await stream(home, phone));
  expect((await call(home, 'DELETE', '/sync/ack', phone, { types: ['AssetV2'] })).status).toBe(204);
  expect((await stream(home, phone)).map(({ type }) => type)).toEqual(['AssetV2', 'SyncCompleteV1']);
});

it('a new token of the same name, and a new sign-in with one, begin with an empty copy', async () => {
  const home = await openHome();
  await home.add();
  const first = tokenOf(home, 'phone', ['read']);
  const lines = await stream(home, first);
  await acknowledge(home, first, lines);
  expect(await stream(home, first)).toHaveLength(1);
  const login = { email: 'phone', password: first['x-api-key']! };
  expect((await call(home, 'POST', '/auth/login', {}, login)).status).toBe(201);
  expect(await stream(home, first)).toHaveLength(lines.length);
  await acknowledge(home, first, await stream(home, first));
  home.access.tokens.revoke('phone', commandLine);
  expect(await stream(home, tokenOf(home, 'phone', ['read']))).toHaveLength(lines.length);
});

it('each acknowledged line is written once', async () => {
  const home = await openHome();
  for (let n = 0; n < 3; n++) await home.add();
  const headers = tokenOf(home, 'phone', ['read']);
  const { synced } = home.library.local;
  const { confirm } = synced;
  let written = 0;
  synced.confirm = (client, kind, entities) => {
    written += entities.length;
    confirm(client, kind, entities);
  };
  const acks = (await stream(home, headers)).filter(({ type }) => type === 'AssetV2').map(({ ack }) => ack);
  expect(acks).toHaveLength(3);
  await call(home, 'POST', '/sync/ack', headers, { acks: [acks[0]] });
  await call(home, 'POST', '/sync/ack', headers, { acks });
  await call(home, 'POST', '/sync/ack', headers, { acks });
  expect(written).toBe(3);
});

it('garbage is refused or ignored, and who sees no photos has no copy', async () => {
  const home = await openHome();
  await home.add();
  const headers = tokenOf(home, 'phone', ['read']);
  for (const body of [{}, { types: 'AssetsV2' }, { types: [1] }])
    expect((await call(home, 'POST', '/sync/stream', headers, body)).status).toBe(400);
  const lines = await stream(home, headers);
  const acks = ['', 'x', 'AssetV2|1|0', `AssetV2|${lines[0]!.ack.split('|')[1]}|-1`, "AssetV2|'|1e9", '__proto__|x|0'];
  expect((await call(home, 'POST', '/sync/ack', headers, { acks })).status).toBe(204);
  expect(await stream(home, headers)).toHaveLength(lines.length);
  for (const [method, path, body] of [
    ['POST', '/sync/stream', { types }],
    ['POST', '/sync/ack', { acks: [] }],
    ['GET', '/sync/ack', undefined],
  ] as const) {
    expect((await call(home, method, path, tokenOf(home, `${method} ${path}`, ['upload']), body)).status).toBe(403);
  }
});

it('people get their own photos, those of partners and of albums, and lose them when that ends', async () => {
  const { home, people } = await openPeople();
  const { library, clock, access, parts } = home;
  const { gate } = parts;
  const { ben, cleo } = people;
  const viewerOf = (one: { enter: () => Record<string, string> }): Viewer =>
    access.recognise({ direct: false, session: one.enter()['cookie']!.split('=')[1]! })!;
  const template = library.get<PhotoDocument>(photoId(await home.add({ name: 'template.jpg' })))!.body;
  const add = (holder: string, name: string): string => {
    const item = { holder, sha256: sha256(`${holder} ${name}`) };
    library.update<PhotoDocument>(itemId(item), () => template);
    return publicIdOf(item);
  };
  const [plain, archived, locked, inAlbum] = ['plain', 'archived', 'locked', 'album'].map((name) =>
    add(ben.id, name),
  ) as [string, string, string, string];
  const hers = add(cleo.id, 'hers');
  await changePhotos(library, viewerOf(ben), [archived, inAlbum], { archived: true });
  await lockPhotos(home, viewerOf(ben), [locked]);
  const albums = openMemberAlbums({ library, clock, gate });
  const { album } = albums.create(viewerOf(ben), ben.id, 'Summer');
  albums.add(viewerOf(ben), album, [inAlbum]);

  const headers = tokenOf(home, 'phone', ['read'], cleo.id);
  const before = await stream(home, headers);
  expect(ofPhotos(before)).toEqual([
    ['AssetV2', assetUuid(hers)],
    ['AssetExifV1', assetUuid(hers)],
  ]);
  await acknowledge(home, headers, before);

  openPartners({ library, gate }).give(viewerOf(ben), cleo.id);
  albums.give(viewerOf(ben), album, cleo.id, 'view');
  const shared = await stream(home, headers);
  const uuid = shared.find(({ type }) => type === 'AlbumV2')!.data['id']!;
  expect(ofPhotos(shared)).toEqual([
    ['PartnerAssetV2', assetUuid(plain)],
    ['PartnerAssetExifV1', assetUuid(plain)],
    ['AlbumV2', uuid],
    ['AlbumUserV1', uuid],
    ['AlbumAssetCreateV2', assetUuid(inAlbum)],
    ['AlbumAssetExifCreateV1', assetUuid(inAlbum)],
    ['AlbumToAssetV1', assetUuid(inAlbum)],
  ]);
  expect(shared.find(({ type }) => type === 'PartnerAssetV2')!.data['ownerId']).toBe(userUuid(ben.id));
  for (const id of [archived, locked]) expect(JSON.stringify(shared)).not.toContain(assetUuid(id));
  await acknowledge(home, headers, shared);
  expect(await stream(home, headers)).toHaveLength(1);

  // What changes out of sight is no news, and nothing is said of what was never sent.
  await changePhotos(library, viewerOf(ben), [archived], { title: 'words' });
  add(ben.id, 'another');
  await changePhotos(library, viewerOf(ben), [add(ben.id, 'hidden')], { archived: true });
  expect(ofPhotos(await stream(home, headers)).map(([type]) => type)).toEqual(['PartnerAssetV2', 'PartnerAssetExifV1']);

  await lockPhotos(home, viewerOf(ben), [plain]);
  albums.end(viewerOf(ben), album, cleo.id);
  const ended = await stream(home, headers);
  expect(ofPhotos(ended).filter(([type]) => /Delete/.test(type))).toEqual([
    ['PartnerAssetDeleteV1', assetUuid(plain)],
    ['AlbumDeleteV1', uuid],
    ['AlbumUserDeleteV1', uuid],
    ['AlbumToAssetDeleteV1', assetUuid(inAlbum)],
  ]);
  await acknowledge(home, headers, ended);
  openPartners({ library, gate }).end(viewerOf(ben), cleo.id);
  expect(ofPhotos(await stream(home, headers)).map(([type]) => type)).toEqual(['PartnerAssetDeleteV1']);
});

it('photos of guests that wait for approval are sent to no client, and are in no timeline', async () => {
  const home = await openHome();
  const headers = tokenOf(home, 'phone', ['edit']);
  const [own, waiting] = [await home.add(), await home.add()];
  home.library.update<PhotoDocument>(
    photoId(waiting),
    (photo) =>
      photo && {
        ...photo,
        sightings: Object.fromEntries(
          Object.entries(photo.sightings).map(([key, sighting]) => [key, { ...sighting, by: 'link:x' }]),
        ),
      },
  );
  const lines = ofPhotos(await stream(home, headers));
  expect(new Set(lines.map(([, id]) => id))).toEqual(new Set([assetUuid(own)]));
  const buckets = (await call(home, 'GET', '/timeline/buckets', headers)).json<{ count: number }[]>();
  expect(buckets.map(({ count }) => count)).toEqual([1]);
});
