/** A person’s own library over HTTP: the storage that it uses, where uploads go, stuck files, ends of access that are lost. */
import { expect, test } from 'vitest';
import type { LargestFiles, StorageUse } from '../../src/api/answer-types.js';
import { commandLine } from '../../src/access/actor.js';
import { setUploadTarget, uploadTarget } from '../../src/access/upload-target.js';
import { house, itemId, membersId, publicIdOf, sharingId } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { photo } from '../document/documents.js';
import { memory, replicate } from '../library/libraries.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

const off = { on: false, reason: 'cabin.example runs an older version. Upgrade it.' } as const;

test('the storage counts every item in full; the trash is included for its person only, and rounded for owners', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben, cleo } = people;
  const { library } = home;
  const ofHouse = await home.add();
  const { body } = library.get<PhotoDocument>(photoId(ofHouse))!;
  const put = (holder: string, sha256: string, bytes: number, trashed = false): void => {
    const edits = trashed ? { trashed: [{ value: true, at: library.stamp(), by: `person:${holder}` }] } : {};
    library.update<PhotoDocument>(itemId({ holder, sha256 }), () => ({
      ...{ ...body, facts: { ...body.facts, bytes }, edits: { ...body.edits, ...edits } },
    }));
  };
  put(ben.id, ofHouse, 100_000_001);
  put(ben.id, 'b'.repeat(64), 5_000_000_000);
  put(ben.id, 'c'.repeat(64), 7, true);
  put(cleo.id, 'b'.repeat(64), 5_000_000_000);
  put(ben.id, 'd'.repeat(64), 1_000);
  library.update<PhotoDocument>(itemId({ holder: ben.id, sha256: 'd'.repeat(64) }), (photo) => {
    const at = library.stampAfter(photo);
    return (
      photo && { ...photo, edits: { ...photo.edits, ends: { [`* ${at}`]: { at, by: `person:${ben.id}`, saw: {} } } } }
    );
  });
  const own = async ({ headers }: typeof ben): Promise<unknown> =>
    (await ask(headers, 'GET', '/api/me/storage')).json<unknown>();
  const none = { photos: 0, bytes: 0 };
  expect(await own(ben)).toEqual({ photos: 4, bytes: 5_100_001_008, trash: { photos: 1, bytes: 7 } });
  expect(await own(cleo)).toEqual({ photos: 1, bytes: 5_000_000_000, trash: none });
  expect(await own(ada)).toEqual({ ...none, trash: none });
  const told = { house: { photos: 1, bytes: body.facts.bytes, trash: none } };
  const each = async (): Promise<unknown> => (await ask(ada.headers, 'GET', '/api/storage')).json<unknown>();
  expect(await each()).toEqual({
    ...told,
    people: [
      { person: ada.id, name: 'ada', ...none },
      { person: ben.id, name: 'ben', photos: 2, bytes: 5_200_000_000 },
      { person: cleo.id, name: 'cleo', photos: 1, bytes: 5_000_000_000 },
    ],
  });
  expectError(await ask(ben.headers, 'GET', '/api/storage'), 403, 'forbidden');

  // What others do with the same bytes changes nothing.
  library.update<object>(
    itemId({ holder: cleo.id, sha256: 'b'.repeat(64) }),
    (photo) => photo && purge(photo as PhotoDocument, { at: library.stampAfter(photo), by: `person:${cleo.id}` }),
  );
  expect(await own(ben)).toMatchObject({ photos: 4, bytes: 5_100_001_008 });
  expect(await own(cleo)).toEqual({ ...none, trash: none });
  home.access.accounts.remove(ben.id, commandLine);
  expect(await each()).toMatchObject({ people: [{}, { name: 'ben', removed: true, photos: 2 }, { name: 'cleo' }] });
  close(off);
  expectError(await ask(cleo.headers, 'GET', '/api/me/storage'), 409, 'conflict');
  expect(await each()).toEqual({ ...told, people: [] });
});

test('what takes the space is told by kind, year and file, of one’s own and for owners of the house, without locked photos', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben } = people;
  const { library } = home;
  const ofHouse = await home.add();
  const { body } = library.get<PhotoDocument>(photoId(ofHouse))!;
  expect((await ask(ada.headers, 'GET', '/api/storage/use')).json<StorageUse>().disk?.free).toBe(123_456_789);
  const put = (sha256: string, facts: object, edits: object = {}): string => {
    library.update<PhotoDocument>(itemId({ holder: ben.id, sha256 }), () => ({
      ...{ ...body, facts: { ...body.facts, ...facts }, edits: { ...body.edits, ...edits } },
    }));
    return sha256;
  };
  const one = { at: library.stamp(), by: `person:${ben.id}` };
  put('b'.repeat(64), { bytes: 10, taken: '2019-05-01T10:00:00.000' });
  put('c'.repeat(64), { bytes: 500, type: 'video/mp4', taken: '2020-05-01T10:00:00.000' });
  put('d'.repeat(64), { bytes: 70, type: 'image/x-canon-cr2', taken: '2020-07-01T10:00:00.000' });
  put('e'.repeat(64), { bytes: 3 }, { trashed: [{ value: true, ...one }] });
  const use = async ({ headers }: typeof ben) => (await ask(headers, 'GET', '/api/storage/use')).json<StorageUse>();
  expect(await use(ben)).toEqual({
    ...{ photos: 3, bytes: 580, house: false, trash: { photos: 1, bytes: 3 } },
    kinds: [
      { kind: 'photo', photos: 1, bytes: 10 },
      { kind: 'video', photos: 1, bytes: 500 },
      { kind: 'raw', photos: 1, bytes: 70 },
    ],
    years: [
      { year: '2020', photos: 2, bytes: 570 },
      { year: '2019', photos: 1, bytes: 10 },
    ],
  });
  expect(await use(ada)).toMatchObject({ photos: 1, bytes: body.facts.bytes, house: true });
  // Not to the byte: a file that somebody has already takes no room.
  expect((await use(ada)).disk).toEqual({ free: 120_000_000, size: 1_000_000_000 });
  const largest = async ({ headers }: typeof ben) =>
    (await ask(headers, 'GET', '/api/storage/largest')).json<LargestFiles>().files.map(({ bytes }) => bytes);
  expect(await largest(ben)).toEqual([500, 70, 10]);
  expect(await largest(ada)).toEqual([body.facts.bytes]);

  // A change of the kind, the year or the place moves it; a locked photo is in none of them.
  put('c'.repeat(64), { bytes: 400, type: 'image/jpeg', taken: '2019-05-01T10:00:00.000' });
  library.update<PhotoDocument>(itemId({ holder: ben.id, sha256: 'd'.repeat(64) }), (photo) => {
    const at = library.stampAfter(photo);
    const ends = { [`* ${at}`]: { at, by: `person:${ben.id}`, saw: {} } };
    return photo && { ...photo, edits: { ...photo.edits, ends } };
  });
  expect(await use(ben)).toMatchObject({
    ...{ photos: 2, bytes: 410, trash: { photos: 1, bytes: 3 } },
    ...{ kinds: [{ kind: 'photo', photos: 2 }], years: [{ year: '2019', photos: 2, bytes: 410 }] },
  });
  expect(await largest(ben)).toEqual([400, 10]);
  close(off);
  expect(await use(ada)).toMatchObject({ photos: 1, house: true });
});

test('uploads go to the person’s chosen destination, on every server', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben, cleo } = people;
  const target = async (headers: Record<string, string>): Promise<unknown> =>
    (await ask(headers, 'GET', '/api/me/upload-to')).json<unknown>();
  const set = (headers: Record<string, string>, to: string) =>
    home.app.inject({ method: 'PUT', url: '/api/me/upload-to', headers, payload: { to } });
  const upload = async (headers: Record<string, string>, ...whose: string[]): Promise<string> => {
    const metadata = ['filename YQ==', ...whose.map((one) => `for ${Buffer.from(one).toString('base64')}`)].join(',');
    const answer = await home.app.inject({
      ...{ method: 'POST', url: '/api/uploads' },
      headers: { ...headers, 'tus-resumable': '1.0.0', 'upload-length': '3', 'upload-metadata': metadata },
    });
    expect(answer.statusCode, answer.body).toBe(201);
    const found = await home.spool.uploads.find(String(answer.headers['location']).split('/').at(-1)!);
    return found!.holder ?? house;
  };
  // Those of owners go to the house, those of others are their own, until they choose.
  expect([await target(ada.headers), await upload(ada.headers)]).toEqual([{ to: 'house' }, house]);
  expect([await target(ben.headers), await upload(ben.headers)]).toEqual([{ to: 'me' }, ben.id]);
  expect((await set(ben.headers, 'house')).json()).toEqual({ to: 'house' });
  expect(await upload(ben.headers)).toBe(house);
  expect((await set(ben.headers, 'me')).json()).toEqual({ to: 'me' });
  expectError(await set(ben.headers, 'cleo'), 400, 'invalid');
  expect([await upload(ben.headers), await upload(ben.headers, 'house')]).toEqual([ben.id, house]);
  expect([await target(cleo.headers), await upload(cleo.headers)]).toEqual([{ to: 'me' }, cleo.id]);
  const form = await home.app.inject({
    ...{
      method: 'POST',
      url: '/api/upload',
      headers: { ...ben.headers, 'content-type': 'multipart/form-data; boundary=x' },
    },
    payload: '--x\r\nContent-Disposition: form-data; name="f"; filename="1.jpg"\r\n\r\nabc\r\n--x--\r\n',
  });
  expect([form.statusCode, home.spool.receivers.at(-1)]).toEqual([201, ben.id]);

  const other = memory({}, 7).library;
  replicate(home.library, other);
  const there = ({ id }: { id: string }, on = true) => uploadTarget(other, { id, role: 'family' }, on);
  expect([there(ben), there(cleo), there(ben, false), there(cleo, false)]).toEqual(['me', 'me', 'me', 'house']);
  setUploadTarget(other, ben.id, 'house', `person:${ben.id}`);
  replicate(other, home.library);
  expect([await target(ben.headers), home.access.people.waiting()]).toEqual([{ to: 'house' }, []]);
  // It changes nothing of the person’s rights, and nothing goes to everybody because their library is off.
  await set(ben.headers, 'me');
  close(off);
  const refused = await home.app.inject({
    ...{ method: 'POST', url: '/api/uploads' },
    headers: { ...ben.headers, 'tus-resumable': '1.0.0', 'upload-length': '3', 'upload-metadata': 'filename YQ==' },
  });
  expectError(refused, 409, 'conflict');
  // Who chose nothing can still upload.
  expect(await upload(cleo.headers)).toBe(house);
});

test('people try their own stuck files again and move them to the trash, and no others', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, ben } = people;
  for (const { headers, id } of [ada, ben])
    for (const [url, body] of [
      ['/api/me/arrivals/retry', { names: ['a.jpg'], asIs: true }],
      ['/api/me/arrivals/trash', { names: 'all' }],
    ] as const) {
      home.spool.sees = undefined;
      const answer = await ask(headers, 'POST', url, body);
      expect(answer.statusCode, answer.body).toBe(200);
      // Not even an owner decides there about the house’s.
      expect([house, ada.id, ben.id].map((holder) => home.spool.sees?.(holder))).toEqual([
        false,
        id === ada.id,
        id === ben.id,
      ]);
    }
});

test('no token decides about stuck files, and one that may only upload does not list what others sent', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, ben } = people;
  for (const { headers, id } of [ada, ben])
    for (const may of ['upload', 'edit', 'read'] as const) {
      const made = await ask(headers, 'POST', '/api/tokens', { name: may, may: [may], for: 'me' });
      const bearer = { authorization: `Bearer ${made.json<{ token: string }>().token}` };
      const list = await ask(bearer, 'GET', '/api/me/arrivals');
      if (may === 'edit') expect(list.statusCode, list.body).toBe(200);
      else expectError(list, 403, 'forbidden');
      home.spool.sees = undefined;
      for (const url of ['/api/me/arrivals/retry', '/api/me/arrivals/trash'])
        expectError(
          await ask(bearer, 'POST', url, { names: 'all', ...(url.endsWith('y') && { asIs: true }) }),
          403,
          'forbidden',
        );
      expect([id, home.spool.sees]).toEqual([id, undefined]);
    }
});

test('lost ends are listed for, and confirmed by, those who may confirm them', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben, cleo } = people;
  const { library } = home;
  const stamp = '001764000000000-0000-k3';
  const give = (set: string, to: string, by: string): string => {
    const key = `${to} ${stamp}`;
    const at = library.stamp();
    const gives = { [`${to} partner ${at}`]: { at, by, saw: { self: [key] } } };
    library.update<object>(set, () => ({
      format: 1,
      kind: set.split(':')[0] === 'library' ? 'people' : 'sharing',
      gives,
    }));
    return key;
  };
  const ofHouse = { set: 'library:people', key: give('library:people', `person:${cleo.id}`, 'owner') };
  const ofBen = { set: sharingId(ben.id), key: give(sharingId(ben.id), `person:${cleo.id}`, `person:${ben.id}`) };
  const lost = async ({ headers }: typeof ben): Promise<unknown> =>
    (await ask(headers, 'GET', '/api/ends/lost')).json<{ ends: unknown }>().ends;
  const sentences = ['cleo was removed from the family.', 'cleo is no longer a partner of ben.'];
  expect(await lost(ada)).toEqual([{ ...ofHouse, holder: 'house', waiting: 1, sentence: sentences[0] }]);
  expect(await lost(ben)).toEqual([{ ...ofBen, holder: ben.id, waiting: 1, sentence: sentences[1] }]);
  expect(await lost(cleo)).toEqual([]);

  const confirm = async ({ headers }: typeof ben, ...ends: object[]): Promise<unknown> =>
    (await ask(headers, 'POST', '/api/ends/confirm', { ends })).json<unknown>();
  for (const who of [cleo, ada]) expect(await confirm(who, ofBen)).toEqual({ confirmed: 0 });
  expect(await confirm(ben, ofHouse, ofBen, { set: 'x', key: 'y' })).toEqual({ confirmed: 1 });
  expect(await confirm(ben, ofBen)).toEqual({ confirmed: 0 });
  expect([await lost(ben), await lost(ada)]).toMatchObject([[], [ofHouse]]);
  const [entry] = home.access.audit.list(1).entries;
  expect(entry).toMatchObject({ what: 'end-confirmed', who: 'ben', detail: sentences[1] });
  close(off);
  expectError(await ask(ada.headers, 'GET', '/api/ends/lost'), 409, 'conflict');
});

test('a lost end of a photo in an album is told without the name of an album that does not exist for its reader', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, ben } = people;
  const { library } = home;
  const made = await ask(ada.headers, 'POST', '/api/albums/shared', { name: 'Secret' });
  const album = `${ada.id}:${made.json<{ album: string }>().album}`;
  const at = library.stamp();
  const saw = { self: [`${album} 001764000000000-0000-k3`] };
  const gives = { [`${album} entry ${at}`]: { at, by: `person:${ben.id}`, saw } };
  const body = photo({ sighting: { by: `person:${ben.id}` } });
  library.update<PhotoDocument>(itemId({ holder: ben.id, sha256: 'a'.repeat(64) }), () => ({
    ...body,
    edits: { ...body.edits, gives },
  }));
  const told = async (): Promise<string[]> =>
    (await ask(ben.headers, 'GET', '/api/ends/lost'))
      .json<{ ends: { sentence: string }[] }>()
      .ends.map(({ sentence }) => sentence);
  expect(await told()).toEqual(['A photo was removed from an album.']);
  await ask(ada.headers, 'PUT', `/api/albums/${album.replace(':', '/')}/members/${ben.id}`, { right: 'view' });
  expect(await told()).toEqual(['A photo was removed from the album “Secret”.']);
});

test('a lost end of a photo that its reader does not see names no photo, and can be confirmed', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, ben } = people;
  const { library } = home;
  const made = await ask(ada.headers, 'POST', '/api/albums/shared', { name: 'Pier' });
  const set = membersId(`${ada.id}:${made.json<{ album: string }>().album}`);
  const taken = publicIdOf({ holder: ben.id, sha256: 'a'.repeat(64) });
  const at = library.stamp();
  const give = { at, by: `person:${ada.id}`, saw: { self: [`item:${taken} 001764000000000-0000-k3`] } };
  library.update<{ gives?: object }>(set, (body) => ({
    ...{ format: 1, kind: 'members', ...body },
    gives: { ...body?.gives, [`person:${ben.id} view ${at}`]: give },
  }));
  const { body, json } = await ask(ada.headers, 'GET', '/api/ends/lost');
  expect(body).not.toContain(taken);
  const { ends } = json<{ ends: { set: string; key: string; sentence: string }[] }>();
  expect(ends).toMatchObject([{ set, sentence: 'A photo was removed from the album “Pier”.' }]);
  const named = ends.map(({ set, key }) => ({ set, key }));
  expect((await ask(ada.headers, 'POST', '/api/ends/confirm', { ends: named })).json()).toEqual({ confirmed: 1 });
  expect((await ask(ada.headers, 'GET', '/api/ends/lost')).json()).toEqual({ ends: [] });
});
