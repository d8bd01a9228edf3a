/** Exports of a person’s library over HTTP, and what owners do with the photos of removed people. */
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { house, itemId, publicIdOf } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { zipExport } from '../../src/server/files/zip-download.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';
import { filesOf } from './stored-zip.js';

type People = Awaited<ReturnType<typeof openPeople>>;

/** Gives a person an item with the bytes of a photo of the house. */
function give(
  { home: { library } }: People,
  holder: string,
  bytes: string,
  more: Partial<PhotoDocument['edits']> = {},
): void {
  const { body } = library.get<PhotoDocument>(photoId(bytes))!;
  const sightings = { x: { ...Object.values(body.sightings)[0]!, name: `${holder.slice(-3)}.jpg` } };
  library.update<PhotoDocument>(itemId({ holder, sha256: bytes }), () => ({
    ...body,
    sightings,
    edits: { ...body.edits, ...more },
  }));
}

const zipOf = async (
  { home }: People,
  headers: Record<string, string>,
  url = '/api/me/export',
): Promise<Map<string, string>> => {
  const answer = await home.app.inject({ url, headers });
  expect(answer.statusCode, answer.body).toBe(200);
  expect(answer.headers).toMatchObject({ 'content-type': 'application/zip', 'cache-control': 'no-store' });
  return new Map([...filesOf(answer.rawPayload)].map(([name, bytes]) => [name, bytes.toString()]));
};

test('a person exports originals, sidecars and albums of their own, under their own names', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ada, ben } = people;
  const words = ['one', 'two', 'three', 'four'];
  const ids: string[] = [];
  for (const word of words) ids.push(await home.add({ original: Buffer.from(word), name: `house-${word}.jpg` }));
  const by = `person:${ben.id}`;
  const said = <T>(value: T) => [{ value, at: home.library.stamp(), by }];
  const album = `${ben.id}:${ada.id}`;
  const register = (value: unknown): object => ({ value, at: home.library.stamp(), by });
  home.library.update<object>(`own-album:${album}`, () => ({ format: 1, kind: 'own-album', name: register('Sea') }));
  const at = home.library.stamp();
  const entry = { [`${album} entry ${at}`]: { at, by, saw: { self: [] } } };
  give(world, ben.id, ids[0]!, { title: said('Mine'), gives: entry });
  give(world, ben.id, ids[1]!);
  give(world, ben.id, ids[2]!, { trashed: said(true) });
  give(world, ben.id, ids[3]!, { ends: { [`* ${at}`]: { at, by, saw: {} } } });
  const files = await zipOf(world, ben.headers);
  const name = ben.id.slice(-3);
  const month = [...files.keys()]
    .map((path) => path.split('/'))
    .find(([top]) => top === 'photos')!
    .slice(1, 3)
    .join('/');
  const originals = [...files].filter(([path]) => path.endsWith('.jpg'));
  expect(originals.map(([path]) => path).sort()).toEqual([
    ...[`photos/${month}/${name} (2).jpg`, `photos/${month}/${name}.jpg`, `trash/${month}/${name}.jpg`],
  ]);
  expect(originals.map(([, text]) => text).sort()).toEqual(['one', 'three', 'two']);
  const titled = originals.find(([, text]) => text === 'one')![0];
  expect([...files].filter(([path]) => path.endsWith('.xmp'))).toEqual([[`${titled}.xmp`, 'a sidecar']]);
  expect(JSON.parse(files.get('library.json')!)).toEqual({
    ...{ format: 1, missing: [] },
    albums: [{ name: 'Sea', members: [], photos: [titled] }],
  });
  expect([...files.keys()].join()).not.toContain('house');
  // An owner exports what they hold themselves, not the house’s; a locked photo is in an export only while the folder is open.
  expect([...(await zipOf(world, ada.headers)).keys()]).toEqual(['library.json']);
  const { library } = home;
  library.local.originals.remove(ids[1]!);
  expect(JSON.parse((await zipOf(world, ben.headers)).get('library.json')!)).toMatchObject({
    missing: [`${name}.jpg`],
  });
});

test('an export that breaks off leaves nothing running, and a person has one at a time', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ben } = people;
  give(world, ben.id, await home.add({ original: Buffer.alloc(2_000_000) }));
  const again = () => home.app.inject({ url: '/api/me/export', headers: ben.headers, payloadAsStream: true });
  const one = await again();
  expect(one.statusCode).toBe(200);
  expectError(await home.app.inject({ url: '/api/me/export', headers: ben.headers }), 429, 'slow-down');
  await pipeline(one.stream(), new PassThrough().resume());
  const two = await again();
  expect(two.statusCode).toBe(200);
  // When the connection breaks, the export ends, and the next one may begin.
  two.raw.res.destroy();
  const next = () => home.app.inject({ url: '/api/me/export', headers: ben.headers });
  await expect.poll(async () => (await next()).statusCode).toBe(200);

  // The work ends with the connection, whatever it was doing.
  let made = 0;
  const make = (): Promise<Buffer> => Promise.resolve(Buffer.alloc(1_000_000 * ++made));
  const files = Array.from({ length: 9 }, (_, n) => ({ kind: 'made' as const, path: `${n}`, taken: '', make }));
  const stream = await new Promise<Readable>((ended) => {
    const archive = zipExport(files, () => ended(archive));
    archive.once('readable', () => archive.destroy());
  });
  expect(stream.destroyed).toBe(true);
  // One may have been made for the pipe before.
  expect(made).toBeLessThan(4);
});

test('owners hand over, export and purge the photos of people who were removed, and of nobody else', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada, ben, cleo } = people;
  const { library, access } = home;
  const shared = await home.add({ original: Buffer.from('shared') });
  const alone = await home.add({ original: Buffer.from('alone') });
  for (const id of [shared, alone]) give(world, ben.id, id);
  const dropFromHouse = (): void =>
    void library.update<object>(
      photoId(alone),
      (body) => body && { format: 1, kind: 'photo', purged: { at: library.stampAfter(body), by: 'owner' } },
    );
  dropFromHouse();
  const [exporting, purging] = [`/api/people/${ben.id}/export`, `/api/people/${ben.id}/purge`] as const;
  const handing = `/api/people/${ben.id}/hand-over` as const;
  access.sessions.confirm(access.sessions.list(ada.id)[0]!.id);
  expectError(await ask(ada.headers, 'GET', exporting), 404, 'not-found');
  expectError(await ask(ada.headers, 'POST', purging), 404, 'not-found');
  expectError(await ask(ada.headers, 'POST', handing, { to: 'house' }), 404, 'not-found');
  access.accounts.remove(ben.id, commandLine);
  expectError(await ask(cleo.headers, 'GET', exporting), 403, 'forbidden');
  expectError(await ask(cleo.headers, 'POST', purging), 403, 'forbidden');
  expectError(await ask(cleo.headers, 'POST', handing, { to: cleo.id }), 403, 'forbidden');
  const files = await zipOf(world, ada.headers, exporting);
  expect([...files.values()].filter((text) => text === 'shared' || text === 'alone')).toHaveLength(2);
  // No view of them is opened.
  const own = publicIdOf({ holder: ben.id, sha256: alone });
  expectError(await ask(ada.headers, 'GET', `/api/photos/${own}`), 404, 'not-found');
  expect((await ask(ada.headers, 'POST', handing, { to: 'house' })).json()).toEqual({ saved: 1, known: 1 });
  expect((await ask(ada.headers, 'GET', `/api/photos/${alone}`)).json()).toMatchObject({ audience: 'private' });
  expectError(await ask(ada.headers, 'POST', handing, { to: 'nobody' }), 404, 'not-found');
  dropFromHouse();
  expect((await ask(ada.headers, 'POST', purging)).json()).toEqual({ purged: 2, left: 0 });
  expect(library.count(`own:${ben.id}:`)).toBe(0);
  expect([library.local.originals.find(shared)?.state, library.local.originals.find(alone)]).toEqual([
    'here',
    undefined,
  ]);
  expect(library.get(itemId({ holder: house, sha256: shared }))).toBeDefined();
  const told = access.audit.list(10).entries.map(({ what, who, detail }) => ({ what, who, detail }));
  expect(told).toContainEqual({ what: 'photos-handed-over', who: 'ada', detail: 'ben, to the family library: 1' });
  for (const what of ['removed-exported', 'removed-purged'])
    expect(told).toContainEqual({ what, who: 'ada', detail: 'ben' });
});

test('a person whose photos arrived here before they did counts as unknown, not as removed', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada } = people;
  const stranger = '01JD0000000000000000000009';
  give(world, stranger, await home.add({ original: Buffer.from('theirs') }));
  home.access.sessions.confirm(home.access.sessions.list(ada.id)[0]!.id);
  expectError(await ask(ada.headers, 'GET', `/api/people/${stranger}/export`), 404, 'not-found');
  expectError(await ask(ada.headers, 'POST', `/api/people/${stranger}/purge`), 404, 'not-found');
  const handing = await ask(ada.headers, 'POST', `/api/people/${stranger}/hand-over`, { to: 'house' });
  expectError(handing, 404, 'not-found');
  expect(home.library.count(`own:${stranger}:`)).toBe(1);
});
