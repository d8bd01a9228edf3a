/** Photos from guests: sent through a share link, seen by whoever made it alone, approved or declined. */
import { expect, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { lockPhotos } from '../../src/album/lock-photos.js';
import { openGuestPhotos } from '../../src/album/guest-photos.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { withSighting } from '../../src/document/arrival.js';
import { withEnd } from '../../src/document/grants.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { endingWait } from '../../src/ingest/arrival-holder.js';
import type { Library } from '../../src/library/library.js';
import { linkIn } from '../../src/access/permissions.js';
import { openNoteKnown } from '../../src/access/known-from-guests.js';
import { recordSighting } from '../../src/ingest/record-original.js';
import { photo } from '../document/documents.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

const encode = (pairs: Record<string, string>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

const author = (library: Library) => ({ at: library.stampAfter(undefined), by: 'owner' });

interface Made {
  path: string;
  share: { id: string; album: string };
}
interface Waiting {
  photos: { photo: { id: string }; from: { link: string; guest?: string }[] }[];
}

test('a guest sends photos within the limits; only the creator of the link sees them before approval', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben, cleo } = people;
  const { library, app, clock } = home;
  const album = (await ask(ben.headers, 'POST', '/api/albums/shared', { name: 'Party' })).json<{ album: string }>()
    .album;
  const name = `${ben.id}:${album}`;
  const share = (limits: unknown, scope: object = { album: name }) =>
    ask(ben.headers, 'POST', '/api/shares', { ...scope, uploads: limits });
  const { path, share: link } = (await share({ photos: 3, bytes: 100, photosPerDay: 2 })).json<Made>();
  const plain = (await share(false)).json<Made>();

  const begin = (to: string, metadata: Record<string, string>, length = 3) =>
    app.inject({
      ...{ method: 'POST', url: `${to}/api/contributions` },
      headers: { 'tus-resumable': '1.0.0', 'upload-length': `${length}`, 'upload-metadata': encode(metadata) },
    });
  expectError(await begin(plain.path, { filename: 'a.jpg' }), 403, 'forbidden');
  expectError(await app.inject({ method: 'POST', url: '/api/contributions', headers: ben.headers }), 403, 'forbidden');
  // Nothing else is open to guests.
  for (const url of ['/api/uploads', '/api/uploads/check', '/api/upload'])
    expectError(await app.inject({ method: 'POST', url: path + url, payload: {} }), 403, 'forbidden');

  // A name is hostile text; a folder, whom it is for and a hash change nothing.
  const hostile = '<b>Mo/\u0007\n‮ \ud800 ' + 'x'.repeat(200);
  const sent = await begin(path, {
    filename: 'a.jpg',
    guest: hostile,
    folder: 'x/y',
    for: 'house',
    sha256: 'f'.repeat(64),
  });
  expect([sent.statusCode, sent.body]).toEqual([201, '']);
  const location = String(sent.headers['location']);
  expect(location.startsWith(`${path}/api/contributions/`)).toBe(true);
  const upload = (await home.spool.uploads.find(location.split('/').at(-1)!))!;
  expect(upload.holder).toBe(ben.id);
  expect(linkIn(upload.by)).toMatchObject({ link: link.id });
  expect(linkIn(upload.by)?.guest).toMatch(/^<b>Mo\/ /);
  expect([...linkIn(upload.by)!.guest!].length).toBe(60);
  expect((await app.inject(location)).json()).toEqual({ state: 'uploading', bytes: 0, length: 3 });
  expectError(await app.inject(location.replace(path, plain.path)), 403, 'forbidden');
  const other = (await share(true)).json<Made>();
  expectError(await app.inject(location.replace(path, other.path)), 404, 'not-found');

  // The limits: per day, in bytes, in all; what was given up does not count.
  expectError(await begin(path, {}, 98), 413, 'too-large');
  const second = await begin(path, { filename: 'b.jpg' });
  expectError(await begin(path, {}), 429, 'slow-down');
  const gone = await app.inject({
    ...{ method: 'DELETE', url: String(second.headers['location']) },
    headers: { 'tus-resumable': '1.0.0' },
  });
  expect(gone.statusCode).toBe(204);
  expect((await begin(path, { filename: 'c.jpg' })).statusCode).toBe(201);
  await clock.advance(86_400_000);
  expect((await begin(path, { filename: 'd.jpg' })).statusCode).toBe(201);
  expectError(await begin(path, {}), 413, 'too-large');

  // What became of it: an item of Ben whose only sighting is the guest’s.
  const put = (digit: string): string => {
    const item = { holder: ben.id, sha256: digit.repeat(64) };
    library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: upload.by } }));
    return publicIdOf(item);
  };
  const [one, two] = [put('a'), put('b')];
  await ask(ben.headers, 'PATCH', '/api/photos', { ids: [one, two], audience: 'family' });
  const seenBy = async (headers: Record<string, string>, url = '/api/photos'): Promise<string[]> =>
    (await app.inject({ url, headers }))
      .json<{ photos: { id: string }[] }>()
      .photos.map(({ id }) => id)
      .sort();
  const waiting = async (headers: Record<string, string>): Promise<Waiting['photos']> =>
    (await ask(headers, 'GET', '/api/guest-photos')).json<Waiting>().photos;
  expect((await waiting(ben.headers)).map(({ photo: { id } }) => id).sort()).toEqual([one, two].sort());
  expect((await waiting(ben.headers))[0]!.from).toEqual([linkIn(upload.by)]);
  // They wait beside his timeline, and exist for nobody else.
  expect(await seenBy(ben.headers)).toEqual([]);
  expect(await seenBy(ben.headers, '/api/photos?q=is:guest')).toEqual([one, two].sort());
  for (const headers of [ada.headers, cleo.headers]) {
    expect(await waiting(headers)).toEqual([]);
    expect((await ask(headers, 'POST', '/api/guest-photos/approve', { ids: [one] })).json()).toEqual({
      ...{ changed: 0, missing: [one], refused: [] },
    });
    expectError(await ask(headers, 'GET', `/api/photos/${one}`), 404, 'not-found');
  }
  expect(await seenBy({}, `${path}/api/photos`)).toEqual([]);

  // Ending the link first changes nothing about what waits.
  await ask(ben.headers, 'DELETE', `/api/shares/${link.id}`);
  expectError(await begin(path, {}), 401, 'unauthorized');
  expect((await ask(ben.headers, 'POST', '/api/guest-photos/approve', { ids: [one] })).json()).toEqual({
    ...{ changed: 1, missing: [], refused: [] },
  });
  expect((await ask(ben.headers, 'POST', '/api/guest-photos/decline', { ids: [one, two] })).json()).toEqual({
    ...{ changed: 1, missing: [], refused: [one] },
  });
  expect(await waiting(ben.headers)).toEqual([]);
  expect(await seenBy(ben.headers)).toEqual([one]);
  expect(await seenBy(cleo.headers)).toEqual([one]);
  expect(await seenBy({}, `${plain.path}/api/photos`)).toEqual([one]);
  expect(await seenBy(ben.headers, '/api/photos?q=is:trashed')).toEqual([two]);
  expect((await ask(ben.headers, 'GET', `/api/photos/${two}`)).json()).toMatchObject({ trashed: true });

  expectError(await share(true, { photo: one }), 400, 'invalid');
  close({ on: false, server: 'cabin', reason: 'cabin is too old.' });
  expectError(await share(true), 409, 'conflict');
  expectError(await begin(other.path, {}), 409, 'conflict');
  expectError(await ask(ben.headers, 'GET', '/api/guest-photos'), 409, 'conflict');
});

test('an upload by a guest counts from when its file is in incoming, whatever is cancelled then; one that cannot begin does not', async () => {
  const { home, people, ask } = await openPeople();
  const { app, spool } = home;
  const album = (await ask(people.ben.headers, 'POST', '/api/albums/shared', { name: 'Party' })).json<{
    album: string;
  }>();
  const wanted = { album: `${people.ben.id}:${album.album}`, uploads: { photos: 2 } };
  const { path } = (await ask(people.ben.headers, 'POST', '/api/shares', wanted)).json<Made>();
  const tus = { 'tus-resumable': '1.0.0' };
  const payload = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
  const headers = { ...tus, 'upload-length': '4', 'content-type': 'application/offset+octet-stream' };
  const send = () => app.inject({ method: 'POST', url: `${path}/api/contributions`, headers, payload });
  const { begin, find } = spool.uploads;
  spool.uploads.begin = () => Promise.reject(new PhotospoolError('disk-full', 'The disk is full.'));
  for (let n = 0; n < 2; n++) expectError(await send(), 507, 'disk-full');
  spool.uploads.begin = begin;

  for (let n = 0; n < 2; n++) {
    const sent = await send();
    expect(sent.statusCode, sent.body).toBe(201);
    // As a request sees it that comes while the file is hashed, and is answered when it is in incoming.
    spool.uploads.find = async (id) => ({ ...(await find(id))!, state: 'checking' });
    const cancelled = await app.inject({ method: 'DELETE', url: String(sent.headers['location']), headers: tus });
    expect(cancelled.statusCode).toBe(204);
    spool.uploads.find = find;
  }
  expectError(await send(), 413, 'too-large');
});

test('whoever brings what only guests had brought ends its wait, in sight of the access that was ended', async () => {
  const { home, people } = await openPeople();
  const { library } = home;
  const { ben, cleo } = people;
  const sharing = `sharing:${ben.id}`;
  const guest = photo({ sighting: { by: 'link:x' } });
  const bring = (by: string): string[] => {
    const after = withSighting(guest, { ...Object.values(guest.sightings)[0]!, by });
    return Object.keys(endingWait(library, guest, after, { holder: ben.id, by }).edits.under ?? {});
  };
  expect(bring(`person:${ben.id}`)).toEqual([]);
  library.update(sharing, () => withEnd({ format: 1, kind: 'sharing' }, `person:${cleo.id}`, author(library)) as Body);
  expect(bring('link:y')).toEqual([]);
  expect(bring(`person:${ben.id}`)).toEqual([expect.stringContaining(`${sharing} person:${cleo.id} `)]);
});

test('an owner approves what guests send for an album of the house', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, cleo } = people;
  const { library } = home;
  const made = await ask(ada.headers, 'POST', '/api/albums/shared', { name: 'Party', holder: 'house' });
  const { album } = made.json<{ album: string }>();
  const { share } = (
    await ask(ada.headers, 'POST', '/api/shares', { album: `house:${album}`, uploads: true })
  ).json<Made>();
  const item = { holder: 'house', sha256: 'a'.repeat(64) };
  library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by: `link:${share.id}` } }));
  home.access.guests.begin(
    { id: share.id, limits: { photos: 1, bytes: 1, photosPerDay: 1, bytesPerDay: 1 }, album: share.album },
    ...(['u', 1] as const),
  );
  const id = publicIdOf(item);
  await ask(ada.headers, 'PATCH', `/api/photos/${id}`, { audience: 'family' });
  expectError(await ask(cleo.headers, 'GET', `/api/photos/${id}`), 404, 'not-found');
  // No route lets a program approve or decline; nor would the photo be decided about if one did: it sees the photo, no more.
  const { secret } = home.access.tokens.make('reader', ['read', 'edit'], commandLine);
  const program = home.access.recognise({ direct: false, token: secret })!;
  const { catalog, clock, gate } = home.parts;
  const guests = openGuestPhotos({
    ...{ library, catalog, clock, gate: gate! },
    albumOf: (link) => home.access.guests.albumOf(link),
    known: home.access.knownFromGuests,
  });
  const nothing = { changed: 0, missing: [], refused: [id] };
  expect(guests.approve(program, [id])).toEqual(nothing);
  expect(await guests.decline(program, [id])).toEqual(nothing);
  await ask(ada.headers, 'POST', '/api/guest-photos/approve', { ids: [id] });
  expect((await ask(cleo.headers, 'GET', `/api/photos/${id}`)).statusCode).toBe(200);
  expect((await ask(ada.headers, 'GET', `/api/albums/house/${album}`)).json()).toMatchObject({ count: 1 });
});

/** What guests send through a link of ben to an album of his. */
async function openParty() {
  const opened = await openPeople();
  const { home, people, ask } = opened;
  const { ben } = people;
  const { library } = home;
  const made = await ask(ben.headers, 'POST', '/api/albums/shared', { name: 'Party' });
  const album = `${ben.id}:${made.json<{ album: string }>().album}`;
  const link = (await ask(ben.headers, 'POST', '/api/shares', { album, uploads: true })).json<Made>();
  const limits = { photos: 9, bytes: 9, photosPerDay: 9, bytesPerDay: 9 };
  home.access.guests.begin({ id: link.share.id, limits, album }, 'u', 1);
  const note = openNoteKnown(home.db, library, home.clock);
  const by = `link:${link.share.id}/Mo`;
  const itemOfBen = (digit: string) => ({ holder: ben.id, sha256: digit.repeat(64) });
  const known = async (headers: Record<string, string>, url = '/api/guest-photos'): Promise<string[]> =>
    (await ask(headers, 'GET', url))
      .json<{ photos: { photo: { id: string }; known?: string }[] }>()
      .photos.flatMap((one) => (one.known === undefined ? [] : [one.photo.id]));
  return {
    ...{ ...opened, link, album, by, note, known },
    /** A photo that ben has; its public id. */
    has(digit: string, sender = `person:${ben.id}`): string {
      library.update<PhotoDocument>(itemId(itemOfBen(digit)), () => photo({ sighting: { by: sender } }));
      return publicIdOf(itemOfBen(digit));
    },
    /** The bytes of it arrive from a guest, or from somebody else. */
    arrives(digit: string, sender = by, noteKnown: typeof note = note): void {
      const times = { seen: '2026-11-25T10:00:00.000Z', modified: '2024-07-01T12:00:00.000Z' };
      const arrival = { ...times, file: 'f', name: 'g.jpg', claim: 'c', holder: ben.id, by: sender };
      recordSighting({ library, mayHold: () => true, noteKnown }, itemOfBen(digit), arrival);
    },
    bodyOf: (digit: string) => library.get<PhotoDocument>(itemId(itemOfBen(digit)))!.body,
    decide: async (headers: Record<string, string>, how: string, ids: string[], more: object = {}) =>
      (await ask(headers, 'POST', `/api/guest-photos/${how}`, { ids, ...more })).json<unknown>(),
    inAlbum: async (): Promise<string[]> =>
      (await home.app.inject(`${link.path}/api/photos`)).json<Waiting>().photos.map((one) => (one as never)['id']),
  };
}

test('a photo that its holder has already is approved into the album, or only dismissed', async () => {
  const { home, people, ask, link, by, known, ...party } = await openParty();
  const { ada, ben, cleo } = people;
  const [one, two] = [party.has('a'), party.has('b')];
  await ask(ben.headers, 'PATCH', '/api/photos', { ids: [one, two], audience: 'family' });
  party.arrives('a');
  party.arrives('b');
  party.arrives('b', `link:${link.share.id}/Other`);

  // It is listed for ben alone, and stays where it is; the guest sees nothing.
  const listed = (await ask(ben.headers, 'GET', '/api/guest-photos')).json<Waiting>().photos;
  expect(listed.map(({ photo: { id }, from }) => [id, from]).sort()).toEqual(
    [one, two].map((id) => [id, [linkIn(by)]]).sort(),
  );
  expect(listed).toMatchObject([{ known: '2026-11-24T10:00:00.000Z' }, { known: '2026-11-24T10:00:00.000Z' }]);
  expect((await ask(ben.headers, 'GET', '/api/photos')).json<{ photos: unknown[] }>().photos).toHaveLength(2);
  expect(await party.inAlbum()).toEqual([]);
  const before = [party.bodyOf('a'), party.bodyOf('b')];
  for (const { headers } of [ada, cleo]) {
    expect(await known(headers)).toEqual([]);
    for (const [how, more] of [['approve'], ['decline'], ['decline', { undo: true }]] as const)
      expect(await party.decide(headers, how, [one], more)).toEqual({ changed: 0, missing: [], refused: [one] });
  }
  expectError(await ask({}, 'GET', `${link.path}/api/guest-photos`), 403, 'forbidden');
  expect([party.bodyOf('a'), party.bodyOf('b')]).toEqual(before);

  // Approved, it is in the album and asks no more, also when it is sent again.
  const changed = { changed: 1, missing: [], refused: [] };
  expect(await party.decide(ben.headers, 'approve', [one])).toEqual(changed);
  expect(await party.inAlbum()).toEqual([one]);
  party.arrives('a');
  expect(await known(ben.headers)).toEqual([two]);
  expect(await party.decide(ben.headers, 'approve', [one])).toEqual({ changed: 0, missing: [], refused: [one] });

  // An album that ben can't add to takes nothing, and the photo stays listed.
  const elsewhere = { album: `${ada.id}:${'0'.repeat(26)}` };
  const refused = { changed: 0, missing: [], refused: [two] };
  expect(await party.decide(ben.headers, 'approve', [two], elsewhere)).toEqual(refused);
  expect(await known(ben.headers)).toEqual([two]);

  // Declined, nothing becomes of the photo, also when it is sent again; unless that is undone.
  expect(await party.decide(ben.headers, 'decline', [two])).toEqual(changed);
  party.arrives('b');
  expect(await known(ben.headers)).toEqual([]);
  expect(party.bodyOf('b').edits).toEqual(before[1]!.edits);
  expect((await ask(ben.headers, 'GET', `/api/photos/${two}`)).json()).toMatchObject({ trashed: false });
  expect(await party.decide(ben.headers, 'decline', [two], { undo: true })).toEqual(changed);
  expect(await known(ben.headers)).toEqual([two]);
  expect(await party.inAlbum()).toEqual([one]);
});

test('pages hold as many photos as requested, first those that their holder has already', async () => {
  const { home, people, ask, album, by, ...party } = await openParty();
  const { ben } = people;
  for (const digit of ['a', 'b', 'c']) {
    party.has(digit);
    if (digit !== 'b') await home.clock.advance(1_000);
    party.arrives(digit);
  }
  for (const digit of ['d', 'e']) party.has(digit, by);
  type Page = Waiting & { next: string | null };
  const pages = async (limit: number): Promise<string[][]> => {
    const read: string[][] = [];
    for (let next: string | null = ''; next !== null;) {
      const from = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page: Page = (await ask(ben.headers, 'GET', `/api/guest-photos?limit=${limit}${from}`)).json<Page>();
      read.push(page.photos.map(({ photo }) => photo.id));
      ({ next } = page);
    }
    return read;
  };
  const [all] = await pages(100);
  expect(all).toHaveLength(5);
  for (const limit of [1, 2, 3, 4, 5]) {
    const read = await pages(limit);
    expect(read.flat(), String(limit)).toEqual(all);
    expect(read.map(({ length }) => length).slice(0, -1), String(limit)).toEqual(read.slice(1).map(() => limit));
    expect(read.at(-1)!.length, String(limit)).toBeGreaterThan(0);
  }
  for (const bad of ['known:', 'known:1:x', 'x'])
    expectError(await ask(ben.headers, 'GET', `/api/guest-photos?cursor=${bad}`), 400, 'invalid');
});

test('photos in the trash, locked ones and those of a removed album are not listed until they are back', async () => {
  const { home, people, ask, album, known, ...party } = await openParty();
  const { ben } = people;
  const id = party.has('a');
  party.arrives('a');
  const trashed = (value: boolean) => ask(ben.headers, 'PATCH', `/api/photos/${id}`, { trashed: value });
  await trashed(true);
  expect(await known(ben.headers)).toEqual([]);
  expect(await party.decide(ben.headers, 'approve', [id])).toEqual({ changed: 0, missing: [], refused: [id] });
  await trashed(false);
  expect(await known(ben.headers)).toEqual([id]);

  const removed = (value: boolean) =>
    ask(ben.headers, 'PATCH', `/api/albums/${album.replace(':', '/')}`, { removed: value });
  await removed(true);
  expect(await known(ben.headers)).toEqual([]);
  await removed(false);
  expect(await known(ben.headers)).toEqual([id]);

  const who = home.access.recognise({ direct: false, session: /=(.*)/.exec(ben.headers['cookie']!)![1]! })!;
  await lockPhotos(home, who, [id]);
  expect((await ask(ben.headers, 'GET', `/api/photos/${id}`)).statusCode).toBe(404);
  expect(await known(ben.headers)).toEqual([]);
  expect(await party.decide(ben.headers, 'approve', [id])).toEqual({ changed: 0, missing: [id], refused: [] });
});

test('a photo that waits is still meant for the album when its holder brings it too', async () => {
  const { people, by, known, ...party } = await openParty();
  const id = party.has('a', by);
  party.arrives('a');
  expect(await known(people.ben.headers)).toEqual([]);
  party.arrives('a', `person:${people.ben.id}`);
  expect(await known(people.ben.headers)).toEqual([id]);
  await party.decide(people.ben.headers, 'approve', [id]);
  expect(await party.inAlbum()).toEqual([id]);
});

test('the sighting of a guest and its row are written together, and rows of purged photos go', async () => {
  const { home, people, known, note, ...party } = await openParty();
  const id = party.has('a');
  const before = party.bodyOf('a');
  const crash: typeof note = (item, sender) => {
    note(item, sender);
    throw new Error('crash');
  };
  expect(() => party.arrives('a', undefined, crash)).toThrow('crash');
  expect([party.bodyOf('a'), await known(people.ben.headers)]).toEqual([before, []]);
  party.arrives('a');
  party.arrives('a');
  expect(await known(people.ben.headers)).toEqual([id]);

  home.library.update(
    itemId({ holder: people.ben.id, sha256: 'a'.repeat(64) }),
    (body) => body && (purge(body, { at: home.library.stampAfter(body), by: 'owner' }) as unknown as Body),
  );
  expect(await known(people.ben.headers)).toEqual([]);
  openNoteKnown(home.db, home.library, home.clock);
  expect(home.db.prepare('SELECT * FROM access_guest_known').all()).toEqual([]);
});
