/** The Immich-compatible API: what a client that keeps a copy of the library is sent, and that its copy equals what it sees. */
import { expect, it } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import type { May, Viewer } from '../../src/access/permissions.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { lockPhotos } from '../../src/album/lock-photos.js';
import { openMemberAlbums } from '../../src/album/member-albums.js';
import { openPartners } from '../../src/album/partners.js';
import { local } from '../../src/access/viewer.js';
import { yieldToEventLoop } from '../../src/base/async/yield.js';
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

/** Calls `work` once in each stream of the home, when the photos are known and before those of a kind are sent. */
function whenSending({ library }: Home, kind: string, work: () => void): void {
  const { synced } = library.local;
  const { after } = synced;
  synced.after = (client, of, ...rest) => {
    if (of === kind) work();
    return after(client, of, ...rest);
  };
}

/** Two people: ben, with photos, and cleo, whose phone has a copy. */
async function openTwo() {
  const { home, people } = await openPeople();
  const { library, clock, access, parts } = home;
  const { ben, cleo } = people;
  const viewer = access.recognise({ direct: false, session: ben.enter()['cookie']!.split('=')[1]! })!;
  const template = library.get<PhotoDocument>(photoId(await home.add({ name: 'template.jpg' })))!.body;
  const add = (name: string): string => {
    const item = { holder: ben.id, sha256: sha256(`${ben.id} ${name}`) };
    library.update<PhotoDocument>(itemId(item), () => template);
    return publicIdOf(item);
  };
  const albums = openMemberAlbums({ library, clock, gate: parts.gate });
  const partners = openPartners({ library, gate: parts.gate });
  return { home, ben, cleo, viewer, add, albums, partners, phone: tokenOf(home, 'phone', ['read'], cleo.id) };
}

it('a photo that is locked or unshared while a stream runs is not sent', async () => {
  const { home, cleo, viewer, add, albums, partners, phone } = await openTwo();
  const [kept, locked, inAlbum, lockedInAlbum] = [add('kept'), add('locked'), add('in album'), add('locked there')];
  await changePhotos(home.library, viewer, [inAlbum, lockedInAlbum], { archived: true });
  partners.give(viewer, cleo.id);
  const { album } = albums.create(viewer, viewer.person!, 'Summer');
  albums.add(viewer, album, [inAlbum, lockedInAlbum]);
  albums.give(viewer, album, cleo.id, 'view');
  whenSending(home, 'PartnerAssetV2', () => void lockPhotos(home, viewer, [locked]));
  whenSending(home, 'AlbumV2', () => void lockPhotos(home, viewer, [lockedInAlbum]));
  const lines = JSON.stringify(await stream(home, phone));
  for (const id of [kept, inAlbum]) expect(lines).toContain(assetUuid(id));
  for (const id of [locked, lockedInAlbum]) expect(lines).not.toContain(assetUuid(id));
});

it('photos of a partner or album whose sharing ends while a stream runs are not sent', async () => {
  const { home, cleo, viewer, add, albums, partners, phone } = await openTwo();
  const [ofPartner, inAlbum] = [add('of partner'), add('in album')];
  await changePhotos(home.library, viewer, [inAlbum], { archived: true });
  partners.give(viewer, cleo.id);
  const { album } = albums.create(viewer, viewer.person!, 'Summer');
  albums.add(viewer, album, [inAlbum]);
  albums.give(viewer, album, cleo.id, 'view');
  whenSending(home, 'PartnerAssetV2', () => partners.end(viewer, cleo.id));
  whenSending(home, 'AlbumAssetCreateV2', () => albums.end(viewer, album, cleo.id));
  const lines = await stream(home, phone);
  expect(lines.at(-1)!.type).toBe('SyncCompleteV1');
  // The album was, with its cover, when it was still shared.
  const later = JSON.stringify(lines.filter(({ type }) => type !== 'AlbumV2'));
  for (const id of [ofPartner, inAlbum]) expect(later).not.toContain(assetUuid(id));
});

it('a stream ends, incomplete, when its token is revoked', async () => {
  const home = await openHome();
  const id = await home.add();
  const phone = tokenOf(home, 'phone', ['read']);
  whenSending(home, 'AssetV2', () => home.access.tokens.revoke('phone', commandLine));
  const lines = await stream(home, phone);
  expect(JSON.stringify(lines)).not.toContain(assetUuid(id));
  expect(lines.map(({ type }) => type)).not.toContain('SyncCompleteV1');
});

it('a stream without news lets other requests run every few hundred photos', async () => {
  const home = await openHome();
  const template = home.library.get<PhotoDocument>(photoId(await home.add()))!.body;
  for (let n = 1; n < 1_000; n++) home.library.update<PhotoDocument>(photoId(sha256(`photo ${n}`)), () => template);
  const phone = tokenOf(home, 'phone', ['read']);
  await acknowledge(home, phone, await stream(home, phone));
  const { getMany } = home.library;
  let [inTurn, most, all] = [0, 0, 0];
  home.library.getMany = (ids: readonly string[]) => {
    [inTurn, all] = [inTurn + ids.length, all + ids.length];
    most = Math.max(most, inTurn);
    return getMany(ids);
  };
  let runs = true;
  const turns = (async () => {
    for (; runs; await yieldToEventLoop()) inTurn = 0;
  })();
  expect(await stream(home, phone)).toHaveLength(1);
  runs = false;
  await turns;
  // Photos, and their metadata.
  expect(all).toBe(2_000);
  expect(most).toBeLessThanOrEqual(400);
});

it('what a client has is forgotten when its token is revoked or its session ends', async () => {
  const { home, people } = await openPeople();
  const { access, db } = home;
  await home.add();
  const rows = () =>
    db.prepare<{ client: string }>('SELECT client FROM synced_client UNION SELECT client FROM synced_entity').all()
      .length;
  const bearer = (): Headers => {
    const { secret } = access.sessions.start(people.ada.id, { address: '', browser: '', use: 'client' });
    return { authorization: `Bearer ${secret}` };
  };
  const clients = [
    tokenOf(home, 'house', ['read']),
    tokenOf(home, 'hers', ['read'], people.cleo.id),
    bearer(),
    bearer(),
  ];
  for (const headers of clients) await acknowledge(home, headers, await stream(home, headers));
  expect(rows()).toBe(4);
  access.tokens.revoke('house', commandLine);
  access.tokens.revoke('hers', commandLine, people.cleo.id);
  expect(rows()).toBe(2);
  await call(home, 'POST', '/auth/logout', clients[2]);
  expect(rows()).toBe(1);
  access.sessions.endAll(people.ada.id);
  expect(rows()).toBe(0);
});

it('tokens, which manage no sharing, get no members of albums and no people whom their person shows photos', async () => {
  const { home, ben, cleo, viewer, add, albums, partners } = await openTwo();
  const { album } = albums.create(viewer, ben.id, 'Summer');
  albums.add(viewer, album, [add('one')]);
  albums.give(viewer, album, cleo.id, 'view');
  partners.give(viewer, cleo.id);
  const users = async (headers: Headers) => {
    const lines = await stream(home, headers);
    const [shown] = (await call(home, 'GET', '/albums', headers)).json<[{ albumUsers: { user: { id: string } }[] }]>();
    const given = (await call(home, 'GET', '/partners?direction=shared-by', headers)).json<{ id: string }[]>();
    return {
      inCopy: lines.flatMap(({ type, data }) => (type === 'AlbumUserV1' ? [data['userId']] : [])),
      inAlbum: shown.albumUsers.map(({ user }) => user.id),
      given: given.map(({ id }) => id),
      pairs: lines.flatMap(({ type, data }) => (type === 'PartnerV1' ? [data['sharedWithId']] : [])),
    };
  };
  const [own, hers] = [userUuid(ben.id), userUuid(cleo.id)];
  const token = await users(tokenOf(home, 'bens', ['read'], ben.id));
  expect(token).toMatchObject({ inCopy: [own], inAlbum: [own], given: [] });
  expect(token.pairs).not.toContain(hers);
  const { secret } = home.access.sessions.start(ben.id, { address: '', browser: '', use: 'client' });
  const session = await users({ authorization: `Bearer ${secret}` });
  expect(session).toMatchObject({ inCopy: [own, hers], inAlbum: [own, hers], given: [hers] });
  expect(session.pairs).toContain(hers);
});
