/** The Immich-compatible API: signing in, and sending photos into albums. */
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import type { May } from '../../src/access/permissions.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { local } from '../../src/access/viewer.js';
import { house, itemId, publicIdOf } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { mostAwaitedAlbums, openAwaitedPhotos } from '../../src/library/awaited-photos.js';
import { buildApp } from '../../src/server/app.js';
import { assetUuid } from '../../src/server/immich/uuids.js';
import { listenOn, manualClock, openHome, sha256, type Home } from './fixture.js';
import { call, filesIn, form, hashOf, receiveFiles, upload, type Headers } from './immich-client.js';
import { openPeople } from './people-home.js';

/** Tokens of a home are named t1, t2, …. */
const made = new WeakMap<object, number>();
const token = ({ access }: Home, may: readonly May[], person?: string): Headers => {
  made.set(access, (made.get(access) ?? 0) + 1);
  return { 'x-api-key': access.tokens.make(`t${made.get(access)}`, may, commandLine, person).secret };
};

/** A home with an account, whose spool writes files. */
async function open(): Promise<Home & { ada: string }> {
  const home = await openHome();
  receiveFiles(home);
  const { id: ada } = home.access.accounts.add({ name: 'ada', role: 'owner' }, commandLine);
  await home.access.signing.setPassword(ada, 'a long password', commandLine);
  return { ...home, ada };
}

/** Records a photo as ingest does, for the house or a person. */
async function record(home: Home, text: string, holder = house): Promise<string> {
  const { library } = home;
  const sha = sha256(text);
  library.local.sha1s.put(sha, hashOf('sha1', text));
  if (holder === house) return home.add({ original: Buffer.from(text) });
  const other = await home.add({ original: Buffer.from(`another photo than ${text}`) });
  library.local.originals.put({ ...library.local.originals.find(other)!, sha256: sha, path: `2024/07/${sha}.bin` });
  const { body } = library.get<PhotoDocument>(photoId(other))!;
  library.update<PhotoDocument>(itemId({ holder, sha256: sha }), () => body);
  return publicIdOf({ holder, sha256: sha });
}

describe('before there is an account', () => {
  it('calls respond to this machine alone', async () => {
    const home = await openHome();
    const forwarded = { 'x-forwarded-for': '203.0.113.9' };
    for (const path of ['/.well-known/immich', '/server/ping', '/users/me', '/nothing']) {
      expect((await call(home, 'GET', path, forwarded)).status).toBe(404);
      expect((await call(home, 'POST', path, forwarded)).status).toBe(404);
    }
    expect((await call(home, 'GET', '/.well-known/immich')).json()).toEqual({ api: { endpoint: '/immich/api' } });
    expect((await call(home, 'GET', '/server/ping')).json()).toEqual({ res: 'pong' });
    expect((await call(home, 'GET', '/users/me')).status).toBe(200);
  });
});

it('the features that apps show are those that are here', async () => {
  const home = await open();
  const features = (await call(home, 'GET', '/server/features')).json<Record<string, boolean>>();
  expect(Object.keys(features).filter((name) => features[name])).toEqual(['passwordLogin', 'trash', 'sidecar']);
  const config = (await call(home, 'GET', '/server/config')).json<Record<string, unknown>>();
  expect(config).toMatchObject({
    isInitialized: true,
    publicUsers: false,
    maintenanceMode: false,
    oauthButtonText: '',
  });
  const login = await call(home, 'POST', '/auth/login', {}, { email: 'ada', password: 'a long password' });
  const headers = { authorization: `Bearer ${login.json<{ accessToken: string }>().accessToken}` };
  const trashDays = async (as: Record<string, string> = headers): Promise<unknown> =>
    (await call(home, 'GET', '/server/config', as)).json<{ trashDays: number }>().trashDays;
  expect(await trashDays()).toBe(36_500);
  const ada = home.access.people.named('ada')[0]!.id;
  home.library.local.trashDays.choose(ada, { days: 30, by: `person:${ada}` });
  expect(await trashDays()).toBe(30);
  // Strangers learn no choice.
  home.library.local.trashDays.choose('house', { days: 60, by: `person:${ada}` });
  expect(await trashDays({ 'x-forwarded-for': '203.0.113.9' })).toBe(36_500);
});

describe('signing in', () => {
  it('takes name and password, and the session ends with the call for it', async () => {
    const home = await open();
    const answer = await call(home, 'POST', '/auth/login', {}, { email: 'ada', password: 'a long password' });
    expect(answer.status).toBe(201);
    const { accessToken, userId } = answer.json<{ accessToken: string; userId: string }>();
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await call(home, 'POST', '/auth/validateToken', headers)).json()).toEqual({ authStatus: true });
    expect((await call(home, 'GET', '/users/me', headers)).json()).toMatchObject({ id: userId, name: 'ada' });
    // What it opens is this API, not the page: neither as a token nor as its cookie, and it confirms no identity.
    const cookie = { cookie: `photospool=${accessToken}` };
    expect((await home.app.inject({ url: '/api/photos', headers: cookie })).statusCode).toBe(401);
    expect((await home.app.inject({ url: '/api/me/sessions', headers: cookie })).statusCode).toBe(401);
    expect(home.access.recognise({ direct: false, clientSession: accessToken })).toMatchObject({ confirmed: false });
    const devices = home.db.prepare<{ n: number }>('SELECT count(*) AS n FROM access_device').get();
    expect(devices).toEqual({ n: 0 });
    expect((await home.app.inject({ url: '/api/photos', headers })).statusCode).toBe(401);
    expect((await call(home, 'POST', '/auth/logout', headers)).json()).toMatchObject({ successful: true });
    expect((await call(home, 'GET', '/users/me', headers)).status).toBe(401);
  });

  it('takes the address that a user is shown with, and a token as password', async () => {
    const home = await open();
    const { email } = (await call(home, 'GET', '/users/me', token(home, ['read'], home.ada))).json<{ email: string }>();
    const byAddress = await call(home, 'POST', '/auth/login', {}, { email, password: 'a long password' });
    expect(byAddress.status).toBe(201);
    const secret = token(home, ['read'])['x-api-key']!;
    const byToken = await call(home, 'POST', '/auth/login', {}, { email: 'anything', password: secret });
    expect(byToken.json()).toMatchObject({ accessToken: secret });
    const wrong = await call(home, 'POST', '/auth/login', {}, { email: 'x', password: `${secret}x` });
    expect([wrong.status, wrong.json<{ message: string }>().message]).toEqual([
      401,
      'Wrong name or password. Check both, or ask the owner for a new link.',
    ]);
  });

  it('refuses wrong passwords, and makes guessing wait as on the page', async () => {
    const home = await open();
    const attempt = (password: string) => call(home, 'POST', '/auth/login', {}, { email: 'ada', password });
    const statuses = [];
    for (let n = 0; n < 7; n++) statuses.push((await attempt(`wrong ${n}`)).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    const late = await attempt('a long password');
    expect([late.status, late.headers['retry-after']]).toEqual([429, expect.any(String)]);
  });

  it('by password is refused with a second factor', async () => {
    const home = await open();
    home.db.exec('PRAGMA foreign_keys = OFF');
    const { factors } = home.access;
    const state = factors.state(home.ada);
    factors.state = (person) => (person === home.ada ? { ...state, on: true } : state);
    const answer = await call(home, 'POST', '/auth/login', {}, { email: 'ada', password: 'a long password' });
    expect(answer.status).toBe(401);
    expect(answer.json<{ message: string }>().message).toContain('second factor');
  });

  it('again and again ends no session of the page', async () => {
    const home = await open();
    const { sessions } = home.access;
    const page = sessions.start(home.ada, { address: '127.0.0.1', browser: 'a browser' });
    for (let n = 0; n < 60; n++) sessions.start(home.ada, { address: '127.0.0.1', browser: 'an app', use: 'client' });
    expect(sessions.find(page.secret)).toBeDefined();
    expect(sessions.list(home.ada)).toHaveLength(51);
  });

  it('is needed: the cookies of the page do not count, nor do unknown and revoked tokens', async () => {
    const home = await open();
    const { secret } = home.access.sessions.start(home.ada, { address: '127.0.0.1', browser: 'a browser' });
    const [revoked, bearer] = [token(home, ['edit']), { authorization: `Bearer ${secret}` }];
    home.access.tokens.revoke('t1', commandLine);
    home.access.settings.change({ visitors: true });
    for (const headers of [
      {},
      { cookie: `photospool=${secret}` },
      bearer,
      revoked,
      { 'x-api-key': secret },
    ] as Headers[])
      for (const [method, path] of [
        ['GET', '/users/me'],
        ['GET', '/albums'],
        ['POST', '/auth/validateToken'],
        ['POST', '/assets/bulk-upload-check'],
      ] as const)
        expect((await call(home, method, path, headers, method === 'POST' ? { assets: [] } : undefined)).status).toBe(
          401,
        );
    expect((await upload(home, revoked, 'bytes')).status).toBe(401);
    expect(filesIn(home)).toEqual([]);
  });

  it('tells what a token may do', async () => {
    const home = await open();
    const permissions = async (may: readonly May[]): Promise<string[]> =>
      (await call(home, 'GET', '/api-keys/me', token(home, may))).json<{ permissions: string[] }>().permissions;
    expect(await permissions(['upload'])).toEqual(['user.read', 'server.about', 'asset.upload']);
    expect(await permissions(['read'])).toContain('asset.view');
    expect(await permissions(['read'])).not.toContain('asset.upload');
    expect(await permissions(['edit'])).toEqual(expect.arrayContaining(['asset.upload', 'asset.delete']));
  });
});

describe('an upload', () => {
  it('is put into incoming with its sender and its time', async () => {
    const home = await open();
    const answer = await upload(home, token(home, ['upload']), 'the bytes');
    expect([answer.status, answer.json()]).toEqual([201, { id: assetUuid(sha256('the bytes')), status: 'created' }]);
    const [file, ...others] = filesIn(home);
    expect(others).toEqual([]);
    expect(file).toMatchObject({ text: 'the bytes', modified: Date.parse('2020-05-06T07:08:09.000Z') });
    expect(file!.path).toMatch(/^\.photospool-from\/[^/]+\/a\.jpg$/);
  });

  it('may have its fields before or after the file, and a sidecar', async () => {
    const home = await open();
    const made = form({
      assetData: { name: 'a.jpg', bytes: Buffer.from('photo') },
      fileCreatedAt: '2020-05-06T07:08:09.000Z',
      sidecarData: { name: 'a.jpg.xmp', bytes: Buffer.from('<x/>') },
    });
    const headers = { ...token(home, ['upload']), ...made.headers };
    expect((await call(home, 'POST', '/assets', headers, made.payload)).status).toBe(201);
    expect(filesIn(home).map(({ path, text }) => [path.split('/').at(-1), text])).toEqual([
      ['a.jpg', 'photo'],
      ['a.jpg.xmp', '<x/>'],
    ]);
    expect(filesIn(home)[0]!.modified).toBe(Date.parse('2020-05-06T07:08:09.000Z'));
  });

  it('whose name is taken has its sidecar by the name that it got', async () => {
    const home = await open();
    const headers = token(home, ['upload']);
    const sidecar = (text: string) => ({ sidecarData: { name: 'a.jpg.xmp', bytes: Buffer.from(text) } });
    expect((await upload(home, headers, 'one', sidecar('<one/>'))).status).toBe(201);
    expect((await upload(home, headers, 'two', sidecar('<two/>'))).status).toBe(201);
    const files = Object.fromEntries(filesIn(home).map(({ path, text }) => [path.split('/').at(-1)!, text])) as Record<
      string,
      string
    >;
    const second = Object.keys(files).find((name) => files[name] === 'two')!;
    expect(second).not.toBe('a.jpg');
    expect(files).toEqual({ 'a.jpg': 'one', 'a.jpg.xmp': '<one/>', [second]: 'two', [`${second}.xmp`]: '<two/>' });
  });

  it('of a known photo leaves its sidecar by that photo’s name', async () => {
    const home = await open();
    await home.add({ original: Buffer.from('known'), name: 'IMG_1.jpg' });
    const answer = await upload(home, token(home, ['edit']), 'known', {
      sidecarData: { name: 'other.xmp', bytes: Buffer.from('<x/>') },
    });
    expect(answer.json()).toMatchObject({ status: 'duplicate' });
    expect(filesIn(home).map(({ path, text }) => [path.split('/').at(-1), text])).toEqual([['IMG_1.jpg.xmp', '<x/>']]);
  });

  it('that can’t be placed leaves no sidecar either', async () => {
    const home = await open();
    const place = home.spool.place;
    let calls = 0;
    home.spool.place = (stream, name, by, still, ...rest) =>
      place(
        stream,
        name,
        by,
        calls++ === 0
          ? () => {
              throw new Error('no space');
            }
          : still,
        ...rest,
      );
    const answer = await upload(home, token(home, ['upload']), 'photo', {
      sidecarData: { name: 'a.jpg.xmp', bytes: Buffer.from('<x/>') },
    });
    expect(answer.status).toBe(500);
    expect(filesIn(home)).toEqual([]);
  });

  it('keeps no listeners while the spool is slower than the sender', async () => {
    const home = await open();
    const place = home.spool.place;
    let most = 0;
    home.spool.place = (stream, ...rest) => {
      stream.on('drain', () => (most = Math.max(most, stream.listenerCount('close'))));
      return place(stream, ...rest);
    };
    const made = form({ assetData: { name: 'a.jpg', bytes: Buffer.alloc(2_000_000, 'x') } });
    const chunks = made.payload.match(/[^]{1,65536}/g)!;
    const headers = { ...token(home, ['upload']), ...made.headers };
    const payload = Readable.from(chunks.map((chunk) => Buffer.from(chunk, 'latin1')));
    const answer = await home.app.inject({ method: 'POST', url: '/immich/api/assets', headers, payload });
    expect(answer.statusCode).toBe(201);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(8);
  });

  it('in the spool can be changed: what is asked is done when it is recorded, or for none of the photos', async () => {
    const home = await open();
    const headers = token(home, ['edit']);
    const { id } = (await upload(home, headers, 'coming')).json<{ id: string }>();
    const { id: second } = (await upload(home, headers, 'second')).json<{ id: string }>();
    const nowhere = assetUuid('f'.repeat(64));
    const values = {
      ...{ description: 'words', rating: 4, dateTimeOriginal: '2021-02-03T04:05:06.000+02:00' },
      ...{ latitude: 1.5, longitude: 2.5 },
    };
    const missing = await call(home, 'PUT', '/assets', headers, { ids: [second, nowhere], isFavorite: true });
    expect(missing.status).toBe(404);
    // Its response would have the photo.
    expect((await call(home, 'PUT', `/assets/${second}`, headers, { isFavorite: true })).status).toBe(404);
    expect((await call(home, 'PUT', '/assets', headers, { ids: [id], ...values })).status).toBe(204);
    expect((await call(home, 'DELETE', '/assets', headers, { ids: [id] })).status).toBe(204);
    await record(home, 'coming');
    await record(home, 'second');
    await expect.poll(() => home.library.local.awaited.pending()).toEqual([]);
    expect((await call(home, 'GET', `/assets/${id}`, headers)).json()).toMatchObject({
      ...{ isTrashed: true, fileCreatedAt: '2021-02-03T02:05:06.000Z' },
      exifInfo: { description: 'words', rating: 4, latitude: 1.5, longitude: 2.5 },
    });
    expect((await call(home, 'GET', `/assets/${second}`, headers)).json()).toMatchObject({ isFavorite: false });
  });

  it('is changed by no later token of the same name', async () => {
    const { home, people } = await openPeople();
    receiveFiles(home);
    for (const [name, person] of [
      ['t1', undefined],
      ['t2', people.ben.id],
    ] as const) {
      const headers = token(home, ['edit'], person);
      const sent = await upload(home, headers, `coming ${name}`);
      expect(sent.statusCode, sent.body).toBe(201);
      const { id } = sent.json<{ id: string }>();
      expect((await call(home, 'DELETE', '/assets', headers, { ids: [id] })).status).toBe(204);
      const sender = `token:${person === undefined ? '' : `${person}/`}${name}`;
      expect(home.library.local.awaited.beginning(sender, '')).toHaveLength(1);
      home.access.tokens.revoke(name, commandLine, person);
      expect(home.library.local.awaited.beginning(sender, '')).toEqual([]);
    }
  });

  it('has the same answers before and after it is recorded, for a sender who does not see it', async () => {
    const home = await open();
    const sender = token(home, ['upload']);
    const { id } = (await upload(home, sender, 'sent')).json<{ id: string }>();
    const answers = async () => [
      (await call(home, 'PUT', '/assets', sender, { ids: [id], isFavorite: true })).status,
      (await call(home, 'DELETE', '/assets', sender, { ids: [id] })).status,
      (await call(home, 'PUT', `/assets/${id}`, sender, { isFavorite: true })).status,
    ];
    const before = await answers();
    expect(before).toEqual([204, 204, 404]);
    await record(home, 'sent');
    const { awaited } = home.library.local;
    await expect.poll(() => awaited.pending()).toEqual([]);
    expect(await answers()).toEqual(before);
    await expect.poll(() => awaited.pending()).toEqual([]);
    expect(home.library.get<PhotoDocument>(photoId(sha256('sent')))!.body.edits.trashed).toBeUndefined();
    const by = {
      at: home.library.stampAfter(home.library.get(photoId(sha256('sent')))!.body),
      by: `person:${home.ada}`,
    };
    home.library.update<object>(photoId(sha256('sent')), (photo) => photo && purge(photo as PhotoDocument, by));
    expect(home.library.get(photoId(sha256('sent')))).toBeUndefined();
    expect(await answers()).toEqual(before);
  });

  it('loses no change that comes while others are made', async () => {
    const home = await open();
    const headers = token(home, ['edit']);
    const { id } = (await upload(home, headers, 'coming', { isFavorite: 'true' })).json<{ id: string }>();
    const { awaited } = home.library.local;
    const settle = awaited.settle.bind(awaited);
    awaited.settle = (photo) => {
      awaited.settle = settle;
      awaited.add({ ...photo, change: { description: 'words' } });
      return settle(photo);
    };
    await record(home, 'coming');
    await expect.poll(() => awaited.pending()).toEqual([]);
    expect((await call(home, 'GET', `/assets/${id}`, headers)).json()).toMatchObject({
      ...{ isFavorite: true, exifInfo: { description: 'words' } },
    });
  });

  it('that was sent to an older version is waited for', async () => {
    const [db, clock] = [openSqlite(':memory:'), manualClock()];
    onTestFinished(() => db.close());
    db.exec(`CREATE TABLE awaited_photo (id TEXT NOT NULL, sender TEXT NOT NULL, change TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (id, sender)) WITHOUT ROWID;
      INSERT INTO awaited_photo VALUES ('${'a'.repeat(64)}', 'a', '{"favourite":true}', ${clock.now()})`);
    const awaited = openAwaitedPhotos(db, clock);
    const photo = { sender: 'a', id: 'a'.repeat(64), change: { favourite: true } };
    expect([awaited.pending(), awaited.takesAlbums(photo, { named: ['Rome'] }), awaited.settle(photo)]).toEqual([
      [photo],
      true,
      true,
    ]);
  });

  it('that an older version counted the albums of is waited for', () => {
    const [db, clock] = [openSqlite(':memory:'), manualClock()];
    onTestFinished(() => db.close());
    db.exec(`CREATE TABLE awaited_photo (id TEXT NOT NULL, sender TEXT NOT NULL, change TEXT NOT NULL, at INTEGER NOT NULL,
      albums INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (id, sender)) WITHOUT ROWID;
      INSERT INTO awaited_photo VALUES ('${'a'.repeat(64)}', 'a', '{"named":["Rome"]}', ${clock.now()}, 100)`);
    const awaited = openAwaitedPhotos(db, clock);
    const photo = { sender: 'a', id: 'a'.repeat(64) };
    for (let n = 0; n < mostAwaitedAlbums; n++) awaited.add({ ...photo, change: { named: [`Album ${n}`] } });
    expect(awaited.takesAlbums(photo, { named: ['Album 7'] })).toBe(true);
    expect(awaited.takesAlbums(photo, { named: ['Oslo'] })).toBe(false);
  });

  it('is not waited for longer than 30 days', async () => {
    const [db, clock] = [openSqlite(':memory:'), manualClock()];
    onTestFinished(() => db.close());
    const awaited = openAwaitedPhotos(db, clock);
    const rows = () => db.prepare<{ n: number }>('SELECT count(*) AS n FROM awaited_photo').get()!.n;
    const photo = (id: string) => ({ sender: 'a', id: id.repeat(64), change: { favourite: true } });
    const found = ({ sender, id }: { sender: string; id: string }) => [
      ...[awaited.find(sender, id), awaited.beginning(sender, id.slice(0, 12)), awaited.pending(id), awaited.pending()],
    ];
    awaited.add(photo('a'));
    expect(found(photo('a'))).toEqual([photo('a'), [photo('a')], [photo('a')], [photo('a')]]);
    await clock.advance(31 * 86_400_000);
    expect(found(photo('a'))).toEqual([undefined, [], [], []]);
    expect(rows()).toBe(1);
    awaited.add(photo('b'));
    expect([rows(), awaited.pending()]).toEqual([1, [photo('b')]]);
  });

  it('whose change can’t be made keeps no other from being changed, nor the server from starting', async () => {
    const home = await open();
    const [bad, good] = [await record(home, 'bad'), await record(home, 'good')];
    const { awaited } = home.library.local;
    const headers = token(home, ['edit']);
    awaited.add({ sender: 'token:t1', id: bad, change: { rating: 99 } });
    awaited.add({ sender: 'token:t1', id: good, change: { description: 'words' } });
    const next = await buildApp(home.parts);
    onTestFinished(() => next.close());
    await next.ready();
    await expect.poll(() => awaited.pending().map(({ id }) => id)).toEqual([bad]);
    expect((await call(home, 'GET', `/assets/${assetUuid(good)}`, headers)).json()).toMatchObject({
      exifInfo: { description: 'words' },
    });
    expect(home.logged).not.toEqual([]);
  });

  it('has the name in the field for it: apps send files under temporary names in the background', async () => {
    const home = await open();
    const headers = token(home, ['upload']);
    const file = { name: 'A1B2C3-D4E5.jpg', bytes: Buffer.from('the bytes') };
    for (const filename of ['IMG_0001.HEIC', '../..\\0/IMG_0002.HEIC', ''])
      await upload(home, headers, '', { assetData: { ...file, bytes: Buffer.from(filename) }, filename });
    const names = filesIn(home).map(({ path }) => path.split('/').at(-1));
    expect(names.sort()).toEqual(['A1B2C3-D4E5.jpg', 'IMG_0001.HEIC', 'IMG_0002.HEIC']);
  });

  it('of the moving part of a Live Photo, which apps call hidden, is a video like any other', async () => {
    const home = await open();
    const answer = await upload(home, token(home, ['upload']), 'a clip', {
      visibility: 'hidden',
      livePhotoVideoId: '',
    });
    expect(answer.status).toBe(201);
    expect(filesIn(home)).toHaveLength(1);
  });

  it('is refused and leaves nothing if its SHA-1 is another one, in either notation', async () => {
    const home = await open();
    const headers = token(home, ['upload']);
    const right = hashOf('sha1', 'the bytes');
    const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
    for (const checksum of [hashOf('sha1', 'other'), base64(hashOf('sha1', 'other')), 'no hash']) {
      const answer = await upload(home, headers, 'the bytes', {}, { 'x-immich-checksum': checksum });
      expect(answer.status).toBe(checksum === 'no hash' ? 400 : 422);
      expect(filesIn(home)).toEqual([]);
    }
    for (const checksum of [right.toUpperCase(), base64(right)])
      expect((await upload(home, headers, 'the bytes', {}, { 'x-immich-checksum': checksum })).status).toBe(201);
  });

  it('of a photo that the receiver has is a duplicate, and nothing is kept', async () => {
    const home = await open();
    const id = await record(home, 'the bytes');
    const answer = await upload(home, token(home, ['edit']), 'the bytes');
    expect([answer.status, answer.json()]).toEqual([200, { id: assetUuid(id), status: 'duplicate' }]);
    expect(filesIn(home)).toEqual([]);
  });

  it.each([
    ['no file', { assetData: 'text' }],
    ['a locked photo', { visibility: 'locked' }],
  ])('with %s is refused and leaves nothing', async (_what, more) => {
    const home = await open();
    expect((await upload(home, token(home, ['edit']), 'the bytes', more)).status).toBe(400);
    expect(filesIn(home)).toEqual([]);
  });

  it.each([
    '',
    '--x\r\n',
    'garbage',
    '--x\r\nContent-Disposition: form-data; name="assetData"; filename="a.jpg"\r\n\r\nabc',
  ])('of the body %j is refused and leaves nothing', async (payload) => {
    const home = await open();
    const headers = { ...token(home, ['edit']), 'content-type': 'multipart/form-data; boundary=x' };
    const answer = await call(home, 'POST', '/assets', headers, payload);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.json()).toMatchObject({ statusCode: answer.status, message: expect.stringMatching(/\.$/) });
    expect(filesIn(home)).toEqual([]);
  });

  it('that breaks off leaves nothing', async () => {
    const home = await open();
    const port = await listenOn(home.app);
    const made = form({ assetData: { name: 'a.jpg', bytes: Buffer.alloc(500_000, 'x') } });
    const headers = { ...token(home, ['edit']), ...made.headers, 'content-length': made.payload.length + 9 };
    await new Promise<void>((resolve) => {
      const request = httpRequest({ port, method: 'POST', path: '/immich/api/assets', headers });
      request.on('error', () => resolve());
      request.write(made.payload.slice(0, 400_000), () => setTimeout(() => request.destroy(), 50));
    });
    await expect.poll(() => filesIn(home)).toEqual([]);
  });

  it('needs the right when it takes effect', async () => {
    const home = await open();
    expect((await upload(home, token(home, ['read']), 'x')).status).toBe(403);
    const headers = token(home, ['upload']);
    const place = home.spool.place;
    home.spool.place = (stream, ...rest) => {
      stream.once('end', () => home.access.tokens.revoke('t2', commandLine));
      return place(stream, ...rest);
    };
    expect((await upload(home, headers, 'x')).status).toBe(401);
    expect(filesIn(home)).toEqual([]);
    expect(home.library.local.awaited.beginning('token:t2', '')).toEqual([]);
  });

  it('is for the person whose token sends it, and another person’s bytes are new to them', async () => {
    const { home, people } = await openPeople();
    receiveFiles(home);
    const [ben, cleo] = [token(home, ['edit'], people.ben.id), token(home, ['edit'], people.cleo.id)];
    await record(home, 'the bytes', people.ben.id);
    const mine = await upload(home, ben, 'the bytes');
    const theirs = await upload(home, cleo, 'the bytes');
    expect([mine.status, theirs.status]).toEqual([200, 201]);
    const idOf = (holder: string): string => assetUuid(publicIdOf({ holder, sha256: sha256('the bytes') }));
    expect(mine.json()).toEqual({ id: idOf(people.ben.id), status: 'duplicate' });
    expect(theirs.json()).toEqual({ id: idOf(people.cleo.id), status: 'created' });
    expect(filesIn(home).map(({ path }) => path)).toEqual([expect.stringMatching(/^\.photospool-for\//)]);
  });
});

describe('the check of hashes', () => {
  const check = async (home: Home, headers: Headers, ...texts: string[]): Promise<string[]> => {
    const assets = texts.map((text) => ({ id: text, checksum: hashOf('sha1', text) }));
    const answer = await call(home, 'POST', '/assets/bulk-upload-check', headers, { assets });
    const { results } = answer.json<{ results: { id: string; action: string; assetId?: string }[] }>();
    expect(results.map(({ id }) => id)).toEqual(texts);
    return results.map(({ action, assetId }) => [action, assetId].join(' ').trim());
  };

  it('knows photos of the receiver alone, in the trash or not, with originals here', async () => {
    const home = await open();
    const headers = token(home, ['edit']);
    const [kept, gone] = [await record(home, 'kept'), await record(home, 'gone')];
    await changePhotos(home.library, local, [gone], { trashed: true });
    const away = await home.add({ original: Buffer.from('away'), away: true });
    home.library.local.sha1s.put(away, hashOf('sha1', 'away'));
    expect(await check(home, headers, 'kept', 'gone', 'away', 'never')).toEqual([
      `reject ${assetUuid(kept)}`,
      `reject ${assetUuid(gone)}`,
      'accept',
      'accept',
    ]);
    // Who only uploads sees no photos.
    expect(await check(home, token(home, ['upload']), 'kept')).toEqual(['accept']);
  });

  it('tells nobody of another person’s photos, nor of the house’s to those who do not see them', async () => {
    const { home, people } = await openPeople();
    const [ben, cleo] = [token(home, ['edit'], people.ben.id), token(home, ['edit'], people.cleo.id)];
    const id = await record(home, 'of ben', people.ben.id);
    await record(home, 'of the house');
    expect(await check(home, ben, 'of ben', 'of the house')).toEqual([`reject ${assetUuid(id)}`, 'accept']);
    expect(await check(home, cleo, 'of ben', 'of the house')).toEqual(['accept', 'accept']);
    expect(await check(home, token(home, ['edit']), 'of ben')).toEqual(['accept']);
  });

  it('does the same work for photos of others as for those that nobody has, each hash once', async () => {
    const { home, people } = await openPeople();
    const ben = token(home, ['edit'], people.ben.id);
    const [reader, sender] = [token(home, ['upload']), token(home, ['edit'], people.cleo.id)];
    await record(home, 'of ben', people.ben.id);
    await record(home, 'of the house');
    const looked = vi.spyOn(home.catalog, 'seenAmong');
    const read = vi.spyOn(home.library, 'getMany');
    // How many photos a check looks up, and whose documents it reads.
    const work = async (headers: Headers, ...texts: string[]): Promise<{ looked: number; read: string[] }> => {
      looked.mockClear();
      read.mockClear();
      await check(home, headers, ...texts);
      const ids = read.mock.calls.flatMap(([asked]) => asked);
      return { looked: looked.mock.calls.flatMap(([asked]) => asked).length, read: ids };
    };
    for (const [headers, text] of [
      [sender, 'of ben'],
      [sender, 'of the house'],
      [reader, 'of the house'],
      [reader, 'of ben'],
    ] as const) {
      const nothing = await work(headers, 'never');
      expect(nothing).toEqual({ looked: 1, read: [] });
      expect(await work(headers, text)).toEqual(nothing);
      expect(await work(headers, ...Array.from({ length: 50 }, () => text))).toEqual(nothing);
    }
    // A photo of one’s own is read.
    expect(await work(ben, 'of ben')).not.toEqual(await work(ben, 'never'));
  });

  it('takes as many paths at once as clients send', async () => {
    const home = await open();
    const texts = Array.from({ length: 5_000 }, (_, n) => `${'a long path/'.repeat(20)}${n}.jpg`);
    expect(await check(home, token(home, ['edit']), ...texts)).toEqual(texts.map(() => 'accept'));
  });

  it('refuses garbage', async () => {
    const home = await open();
    const headers = token(home, ['edit']);
    for (const body of [{}, { assets: 1 }, { assets: [{ id: 1, checksum: 'x' }] }, 'text'])
      expect((await call(home, 'POST', '/assets/bulk-upload-check', headers, body)).status).toBeGreaterThanOrEqual(400);
    const odd = {
      assets: [
        { id: 'a', checksum: "' OR 1" },
        { id: 'b', checksum: '' },
      ],
    };
    expect((await call(home, 'POST', '/assets/bulk-upload-check', headers, odd)).json()).toEqual({
      results: [
        { id: 'a', action: 'accept' },
        { id: 'b', action: 'accept' },
      ],
    });
  });
});

describe('albums', () => {
  const create = async (home: Home, headers: Headers, albumName: string): Promise<string> =>
    (await call(home, 'POST', '/albums', headers, { albumName })).json<{ id: string }>().id;
  const list = async (home: Home, headers: Headers): Promise<[string, number][]> =>
    (await call(home, 'GET', '/albums', headers))
      .json<{ albumName: string; assetCount: number }[]>()
      .map(({ albumName, assetCount }) => [albumName, assetCount]);

  it('of the house are made by name, and filled with photos that are here or in the spool', async () => {
    const home = await open();
    const headers = token(home, ['edit']);
    const here = await record(home, 'here');
    const { id: coming } = (await upload(home, headers, 'coming', { isFavorite: 'true' })).json<{ id: string }>();
    const album = await create(home, headers, 'Rome');
    expect(await list(home, headers)).toEqual([['Rome', 0]]);
    const nowhere = assetUuid('f'.repeat(64));
    const put = await call(home, 'PUT', `/albums/${album}/assets`, headers, {
      ids: [assetUuid(here), coming, nowhere, 'garbage'],
    });
    expect(put.json()).toEqual([
      { id: assetUuid(here), success: true },
      { id: coming, success: true },
      { id: nowhere, success: false, error: 'not_found' },
      { id: 'garbage', success: false, error: 'not_found' },
    ]);
    expect(await list(home, headers)).toEqual([['Rome', 1]]);
    await record(home, 'coming');
    await expect.poll(() => list(home, headers)).toEqual([['Rome', 2]]);
    await expect.poll(() => home.library.local.awaited.pending()).toEqual([]);
    const photo = await home.app.inject({
      url: `/api/photos/${sha256('coming')}`,
      headers: { authorization: `Bearer ${headers['x-api-key']}` },
    });
    expect(photo.json()).toMatchObject({ favourite: true, albums: ['Rome'] });
  });

  it('wait for a photo in limited number', async () => {
    const home = await open();
    const headers = token(home, ['edit']);
    const { id } = (await upload(home, headers, 'coming')).json<{ id: string }>();
    const outcomes = [];
    for (let n = 0; n <= mostAwaitedAlbums; n++) {
      const album = await create(home, headers, `Album ${n}`);
      const put = await call(home, 'PUT', `/albums/${album}/assets`, headers, { ids: [id] });
      outcomes.push(put.json<{ success: boolean }[]>()[0]!.success);
    }
    expect(outcomes.filter(Boolean)).toHaveLength(mostAwaitedAlbums);
    expect(outcomes.at(-1)).toBe(false);
    // No new ones after it is recorded: the answer would show that.
    await record(home, 'coming');
    await expect.poll(() => home.library.local.awaited.pending()).toEqual([]);
    const { awaited } = home.library.local;
    const [sender] = awaited.beginning('token:t1', '');
    expect(awaited.takesAlbums(sender!, { named: ['Another one'] })).toBe(false);
    // One of these again is none more.
    expect(awaited.takesAlbums(sender!, { named: ['Album 7'] })).toBe(true);
  });

  it('get no photo of a sender who lost the right meanwhile', async () => {
    const home = await open();
    const headers = token(home, ['edit']);
    const { id } = (await upload(home, headers, 'coming', { isFavorite: 'true' })).json<{ id: string }>();
    const album = await create(home, headers, 'Rome');
    await call(home, 'PUT', `/albums/${album}/assets`, headers, { ids: [id] });
    home.access.tokens.revoke('t1', commandLine);
    await record(home, 'coming');
    await expect.poll(() => home.library.local.awaited.pending()).toEqual([]);
    expect(await list(home, token(home, ['edit']))).toEqual([]);
  });

  it('can’t be filled with what others sent, and are made by nobody who may not edit', async () => {
    const home = await open();
    const [one, other] = [token(home, ['edit']), token(home, ['edit'])];
    const { id } = (await upload(home, one, 'coming')).json<{ id: string }>();
    const album = await create(home, other, 'Rome');
    const put = await call(home, 'PUT', `/albums/${album}/assets`, other, { ids: [id] });
    expect(put.json()).toEqual([{ id, success: false, error: 'not_found' }]);
    // An album without photos is its maker's alone.
    expect(await list(home, one)).toEqual([]);
    expect((await call(home, 'GET', `/albums/${album}`, one)).status).toBe(404);
    for (const may of ['read', 'upload'] as const)
      expect((await call(home, 'POST', '/albums', token(home, [may]), { albumName: 'x' })).status).toBe(403);
  });

  it('of people are made in a session, as on the page, and not by tokens', async () => {
    const { home, people } = await openPeople();
    receiveFiles(home);
    await home.access.signing.setPassword(people.ben.id, 'a long password', commandLine);
    const sent = await call(home, 'POST', '/auth/login', {}, { email: 'ben', password: 'a long password' });
    const ben = { authorization: `Bearer ${sent.json<{ accessToken: string }>().accessToken}` };
    await home.app.inject({
      ...{ method: 'PUT', url: '/api/me/upload-to', headers: people.ben.enter(), payload: { to: 'me' } },
    });
    const { id } = (await upload(home, ben, 'coming')).json<{ id: string }>();
    const album = await create(home, ben, 'Rome');
    const put = await call(home, 'PUT', `/albums/${album}/assets`, ben, { ids: [id] });
    expect(put.json()).toEqual([{ id, success: true }]);
    await record(home, 'coming', people.ben.id);
    await expect.poll(() => list(home, ben)).toEqual([['Rome', 1]]);
    const byToken = token(home, ['edit'], people.ben.id);
    expect((await call(home, 'POST', '/albums', byToken, { albumName: 'x' })).status).toBe(403);
    expect(await list(home, token(home, ['edit'], people.cleo.id))).toEqual([]);
  });
});

it('what is not covered is answered as such, in the form that clients show', async () => {
  const home = await open();
  for (const [method, path] of [
    ['GET', '/people'],
    ['PUT', '/server/ping'],
    ['DELETE', '/users/me'],
  ] as const) {
    const answer = await call(home, method, path, token(home, ['edit']));
    expect([answer.status, answer.json()]).toMatchObject([
      404,
      { statusCode: 404, error: 'Not Found', message: 'This call is not supported.' },
    ]);
  }
});
