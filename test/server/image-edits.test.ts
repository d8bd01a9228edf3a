/**
 * Edited pictures over HTTP: nobody who may not have the original sees what was cut away, by any address, before the new
 * picture is made or after; and who may edit can always go back.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openBlobs } from '../../src/archive/blob-store.js';
import { openFiles } from '../../src/base/files.js';
import { silent } from '../../src/base/log.js';
import type { Develop } from '../../src/document/develop.js';
import { applyChange } from '../../src/document/edits.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { filesBeside } from '../../src/home/picture-jobs.js';
import { openDevelopJobs, type DevelopJobs } from '../../src/ingest/develop-jobs.js';
import type { Archive } from '../../src/archive/archive.js';
import { convert, render } from '../../src/photo/decode/render.js';
import type { Film } from '../../src/video/ffprobe.js';
import { rotationPatches, withPatches } from '../../src/video/rotate-track.js';
import { openFilms, type Films } from '../../src/video/transcode.js';
import { quarters } from '../photo/painted.js';
import { tinyFilm } from '../video/films.js';
import { invite, openOwned, type Owned } from './accounts.js';
import { openBrowser, type Browser } from './browser.js';
import { expectError, sha256, type Home } from './fixture.js';
import { filesOf as zipped } from './stored-zip.js';

const jpeg = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' } as const;
const left = { crop: { left: 0, top: 0, width: 0.5, height: 1 } } satisfies Develop;
const right = { crop: { left: 0.5, top: 0, width: 0.5, height: 1 } } satisfies Develop;

/** A picture of its own; red is left, green right. */
const painted = (n: number): Promise<Buffer> =>
  quarters(400 + n, 300)
    .jpeg({ quality: 90 })
    .toBuffer();

const noFfmpeg = openFilms({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] });

/** Makes the picture of every video; red is left, green right. */
const painter: Films = {
  ...noFfmpeg,
  missing: [],
  look: () => Promise.resolve({ seconds: 1, pictures: { width: 64, height: 48 } } as Film),
  poster: async (_source, _film, _edge, to) => {
    await quarters(64, 48).png().toFile(to);
  },
};

/** What makes the edited pictures of a home. */
async function openJobs(home: Home, films: Films = noFfmpeg): Promise<DevelopJobs> {
  const files = openFiles();
  return openDevelopJobs({
    ...{ db: home.db, library: home.library, files, clock: home.clock, log: silent, lanes: 1 },
    archive: { resolve: home.parts.blobs.original } as unknown as Archive,
    blobs: await openBlobs(join(home.folder, 'blobs'), files),
    films,
    render: (path, format, asIs, develop) => render(path, format, asIs, develop),
    onChange: () => () => undefined,
    indexed: () => Promise.resolve(),
    filesBeside: (id) => filesBeside(home.catalog, id),
  });
}

/** Whether green, which is in the right half of the original only, is in a picture. */
async function showsRight(bytes: Buffer): Promise<boolean> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const green = Array.from({ length: info.width * info.height }, (_, n) => data.subarray(n * 3, n * 3 + 3));
  return green.some(([red = 0, colour = 0, blue = 0]) => colour > 130 && red < 110 && blue < 110);
}

/** Changes a photo as somebody; the status. */
const edit = async (who: Browser, id: string, change: object): Promise<number> =>
  (await who.ask('PATCH', `/api/photos/${id}`, change)).statusCode;

/** Somebody who asks for pictures. */
interface Asker {
  name: string;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  post(url: string, payload: object): Promise<LightMyRequestResponse>;
}

/** A browser, below the address of a link if there is one. */
function asker(home: Home, name: string, { cookies }: Browser, base = ''): Asker {
  const sent = { host: 'localhost:4780', cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; ') };
  return {
    name,
    get: (url, headers = {}) => home.app.inject({ url: base + url, headers: { ...sent, ...headers } }),
    post: (url, payload) => home.app.inject({ method: 'POST', url: base + url, payload, headers: sent }),
  };
}

/** Everybody who is not an owner: a family member, a visitor, and links with and without originals and details. */
async function others(owned: Owned, id: string): Promise<Asker[]> {
  const { home, owner } = owned;
  await owner.ask('PATCH', '/api/access', { visitors: true });
  const family = await invite(owned, 'Ada');
  const links = await Promise.all(
    [{}, { originals: true }, { originals: true, details: true }].map(
      async (options) =>
        (await owner.ask('POST', '/api/shares', { photo: id, ...options })).json<{ path: string }>().path,
    ),
  );
  return [
    asker(home, 'family', family.browser),
    asker(home, 'visitor', openBrowser(home.app)),
    ...links.map((path, n) => asker(home, `link ${n}`, openBrowser(home.app), path)),
  ];
}

/** A public photo of a home, with its real pictures. */
async function publicPhoto({ home, owner }: Owned, n = 0): Promise<string> {
  const id = await home.add({ original: await painted(n) });
  const path = home.parts.blobs.original(home.library.local.originals.find(id)!.path);
  const rendered = await render(path, jpeg);
  if ('unshown' in rendered) throw new Error('it has no picture');
  const blobs = await openBlobs(join(home.folder, 'blobs'), openFiles());
  const store = async ({ bytes, ...picture }: typeof rendered.thumb) => ({
    ...{ sha256: await blobs.put(bytes), bytes: bytes.length },
    ...picture,
  });
  const pictures = { thumb: await store(rendered.thumb), preview: await store(rendered.preview) };
  home.library.update<PhotoDocument>(photoId(id), (body) => ({
    ...body!,
    facts: { ...body!.facts, width: 400 + n, height: 300 },
    renditions: { recipe: 1, ...pictures, thumbhash: rendered.thumbhash },
  }));
  expect(await edit(owner, id, { audience: 'public' })).toBe(200);
  return id;
}

test('what was cut away is seen by nobody else, before and after the new picture is made', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  home.made.bare = async (original, develop) => {
    const to = home.parts.blobs.temporary();
    await convert(home.parts.blobs.original(original), jpeg, to, develop);
    return { path: to, type: 'image/jpeg', remove: async () => undefined };
  };
  const id = await publicPhoto(owned);
  const all = await others(owned, id);
  const before = (await owner.ask('GET', `/api/photos/${id}`)).json<{ renditions: { thumb: { sha256: string } } }>();
  const old = before.renditions.thumb.sha256;
  const urls = ['thumb', 'preview'].flatMap((one) => [
    `/media/${id}/${one}`,
    `/media/${id}/${one}?v=${old.slice(0, 8)}`,
  ]);
  for (const { name, get } of all) expect(await showsRight((await get(urls[0]!)).rawPayload), name).toBe(true);

  expect(await edit(owner, id, { develop: left })).toBe(200);
  for (const { name, get } of all) {
    for (const url of urls) {
      const answer = await get(url, { 'if-none-match': `"${old}"` });
      expect([name, url, answer.statusCode]).toEqual([name, url, 404]);
      expectError(answer, 404, 'on-its-way');
    }
    const photo = await get(`/api/photos/${id}`);
    expect(photo.json(), name).toMatchObject({ renditions: {}, width: 200, height: 300 });
    const tiles = await get(`/api/tiles`);
    for (const answer of [photo, tiles]) expect(answer.body, name).not.toMatch(/thumbhash|"v"|sha256|develop/);
    expect((await get(`/media/${id}/unedited`)).statusCode, name).toBe(404);
  }
  expect((await openBrowser(home.app).ask('GET', '/api/feed.xml')).body).not.toContain('enclosure');
  // Who may edit it sees the picture from before meanwhile, which no browser keeps.
  const meanwhile = await owner.ask('GET', urls[0]!);
  expect(await showsRight(meanwhile.rawPayload)).toBe(true);
  expect(meanwhile.headers['cache-control']).toBe('private, no-cache');
  expect((await owner.ask('GET', `/api/photos/${id}`)).json()).toMatchObject({ developing: true, develop: left });

  expect(await (await openJobs(home)).drain()).toBe(1);
  for (const { name, get } of [...all, asker(home, 'owner', owner)]) {
    for (const url of urls) {
      const answer = await get(url, { 'if-none-match': `"${old}"` });
      expect([name, url, answer.statusCode]).toEqual([name, url, 200]);
      expect(await showsRight(answer.rawPayload), `${name} ${url}`).toBe(false);
    }
    const { tiles } = (await get(`/api/tiles`)).json<{ tiles: Record<string, unknown>[] }>();
    expect(tiles, name).toMatchObject([{ id, width: 200, height: 300, edited: true, v: expect.any(String) as string }]);
    expect(tiles[0]!['v']).not.toBe(old.slice(0, 8));
  }
  expect((await openBrowser(home.app).ask('GET', '/api/feed.xml')).body).toContain('enclosure');

  // Originals: what is shown, without a byte of the original, for those who may have originals at all.
  const original = readFileSync(home.parts.blobs.original(home.library.local.originals.find(id)!.path));
  for (const { name, get, post } of all) {
    const answer = await get(`/originals/${id}`);
    const gives = name === 'family' || name === 'link 1' || name === 'link 2';
    expect([name, answer.statusCode]).toEqual([name, gives ? 200 : 404]);
    if (gives) expect(await showsRight(answer.rawPayload), name).toBe(false);
    const packed = await post(`/api/downloads`, { ids: [id] });
    expect([403, 404], name).toContain(packed.statusCode);
    // As it is shown, for those who may have originals in an archive.
    const edited = await post(`/api/downloads`, { ids: [id], edited: true });
    if (edited.statusCode !== 201) expect(name).not.toBe('family');
    else {
      const sent = await get(edited.json<{ path: string }>().path);
      const files = zipped(sent.rawPayload);
      expect([...files.keys()], name).toEqual([expect.stringMatching(/\.jpg$/)]);
      expect(await showsRight([...files.values()][0]!), name).toBe(false);
    }
  }
  // An original that can’t be read here does not break off an archive: it has the picture that is shown.
  const path = home.parts.blobs.original(home.library.local.originals.find(id)!.path);
  chmodSync(path, 0o600);
  writeFileSync(path, 'no picture');
  const { path: archive } = (await owner.ask('POST', '/api/downloads', { ids: [id], edited: true })).json<{
    path: string;
  }>();
  const [shown] = [...zipped((await owner.ask('GET', archive)).rawPayload).values()];
  expect(await showsRight(shown!)).toBe(false);
  writeFileSync(path, original);
  expect((await owner.ask('GET', `/originals/${id}`)).rawPayload.equals(original)).toBe(true);
  expect((await owner.ask('POST', '/api/downloads', { ids: [id] })).statusCode).toBe(201);
  expect(await showsRight((await owner.ask('GET', `/media/${id}/unedited`)).rawPayload)).toBe(true);

  // Restored, it is seen at once.
  expect(await edit(owner, id, { develop: null })).toBe(200);
  for (const { name, get } of all) expect(await showsRight((await get(urls[0]!)).rawPayload), name).toBe(true);
  expectError(await owner.ask('GET', `/media/${id}/unedited`), 404, 'not-found');
});

test('a link gives originals of edited photos as taken only if its maker chose that, and never shows them', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  home.made.bare = async (original, develop) => {
    const to = home.parts.blobs.temporary();
    await convert(home.parts.blobs.original(original), jpeg, to, develop);
    return { path: to, type: 'image/jpeg', remove: async () => undefined };
  };
  const id = await publicPhoto(owned);
  const original = readFileSync(home.parts.blobs.original(home.library.local.originals.find(id)!.path));
  await edit(owner, id, { develop: left });
  await (await openJobs(home)).drain();
  const make = async (options: object, url = '/api/shares'): Promise<{ path: string; share: { id: string } }> =>
    (await owner.ask('POST', url, { photo: id, ...options })).json();
  const [bare, whole, none] = [
    await make({ originals: true, unedited: true }),
    await make({ originals: true, unedited: true, details: true }),
    await make({ unedited: true }),
  ];
  const visitor = (path: string): Asker => asker(home, 'visitor', openBrowser(home.app), path);
  const get = (path: string, url: string) => visitor(path).get(url);
  for (const { path } of [bare, whole, none]) {
    for (const one of ['thumb', 'preview'])
      expect(await showsRight((await get(path, `/media/${id}/${one}`)).rawPayload)).toBe(false);
    expectError(await get(path, `/media/${id}/unedited`), 404, 'not-found');
    expect((await get(path, `/api/photos/${id}`)).body).not.toContain('develop');
  }
  for (const url of [`/originals/${id}`, `/originals/${id}?download`])
    expectError(await get(none.path, url), 404, 'not-found');
  // Its pages show the edited picture, also in the pixels of the original; the originals are downloads.
  const download = `/originals/${id}?download`;
  for (const { path } of [bare, whole]) {
    const shown = await get(path, `/originals/${id}`);
    expect(shown.statusCode).toBe(200);
    expect(await showsRight(shown.rawPayload)).toBe(false);
  }
  expect((await get(whole.path, download)).rawPayload.equals(original)).toBe(true);
  expect(await showsRight((await get(bare.path, download)).rawPayload)).toBe(true);
  const draft = await make({ originals: true, unedited: true, details: true }, '/api/shares/draft');
  const mine = await owner.ask('GET', `${draft.path}${download}`);
  expect(mine.rawPayload.equals(original)).toBe(true);
  const unpacked = async (path: string, edited: boolean): Promise<Buffer> => {
    const { path: archive } = (await visitor(path).post('/api/downloads', { ids: [id], edited })).json<{
      path: string;
    }>();
    return [...zipped((await get(path, archive)).rawPayload).values()][0]!;
  };
  expect((await unpacked(whole.path, false)).equals(original)).toBe(true);
  expect(await showsRight(await unpacked(whole.path, true))).toBe(false);

  // The choice is listed, told to its visitors, and taken back at once.
  const listed = async (): Promise<object> =>
    (await owner.ask('GET', '/api/shares'))
      .json<{ shares: { id: string; unedited: boolean }[] }>()
      .shares.find((one) => one.id === whole.share.id)!;
  expect(await listed()).toMatchObject({ unedited: true });
  expect((await get(whole.path, '/api/share')).json()).toMatchObject({ unedited: true });
  await owner.ask('PATCH', `/api/shares/${whole.share.id}`, { unedited: false });
  expect(await listed()).toMatchObject({ unedited: false });
  expect((await get(whole.path, '/api/share')).json()).not.toHaveProperty('unedited');
  expect(await showsRight((await get(whole.path, download)).rawPayload)).toBe(false);
  expectError(await visitor(whole.path).post('/api/downloads', { ids: [id] }), 404, 'not-found');
  expect(await make({})).toMatchObject({ share: { unedited: false } });
  // It is over when originals are.
  expect(none).toMatchObject({ share: { originals: false, unedited: false } });
  const change = async (settings: object): Promise<unknown> =>
    (await owner.ask('PATCH', `/api/shares/${whole.share.id}`, settings)).json();
  expect(await change({ unedited: true })).toMatchObject({ share: { unedited: true } });
  expect(await change({ originals: false })).toMatchObject({ share: { originals: false, unedited: false } });
  expect(await change({ unedited: true })).toMatchObject({ share: { unedited: false } });
  expect(await change({ originals: true })).toMatchObject({ share: { originals: true, unedited: false } });
});

test('what can’t be made shows no picture to others, and the one of the original to who may edit', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await publicPhoto(owned);
  home.library.local.originals.put({ ...home.library.local.originals.find(id)!, path: '2024/07/gone.bin' });
  await edit(owner, id, { develop: left });
  const jobs = await openJobs(home);
  expect(await jobs.drain()).toBe(0);
  const family = await invite(owned, 'Ada');
  expectError(await family.browser.ask('GET', `/media/${id}/thumb`), 404, 'on-its-way');
  expect((await owner.ask('GET', `/media/${id}/thumb`)).statusCode).toBe(200);
});

test('a killed process goes on with what it had not made', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await publicPhoto(owned);
  await edit(owner, id, { develop: left });
  // The feed was read, and the process ended before anything was made.
  const stop = new AbortController();
  stop.abort();
  await (await openJobs(home)).drain(stop.signal);
  expect(await (await openJobs(home)).drain()).toBe(1);
  expect((await owner.ask('GET', `/api/photos/${id}`)).json()).not.toHaveProperty('developing');
});

test('many photos are rotated in one change, each further, and one undo brings all back', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const ids = [await publicPhoto(owned, 1), await publicPhoto(owned, 2)];
  const film = await home.add({ type: 'video/mp4' });
  await edit(owner, ids[0]!, { develop: { ...left, rotate: 3 } });
  const made = await owner.ask('PATCH', '/api/photos', { ids: [...ids, film], turn: 1, undo: true });
  const answer = made.json<{ changed: number; refused: string[]; undo: object[] }>();
  expect(answer).toMatchObject({ changed: 3 });
  expect(answer).not.toHaveProperty('refused');
  const shown = async (): Promise<unknown[]> =>
    Promise.all(
      ids.map(async (id) => (await owner.ask('GET', `/api/photos/${id}`)).json<{ develop?: Develop }>().develop),
    );
  expect(await shown()).toEqual([left, { rotate: 1 }]);
  expect((await owner.ask('PATCH', '/api/photos/each', { each: answer.undo })).json()).toMatchObject({ changed: 3 });
  expect(await shown()).toEqual([{ ...left, rotate: 3 }, undefined]);
  for (const wrong of [
    { develop: { rotate: 5 } },
    { develop: { crop: { left: 0.9, top: 0, width: 0.5, height: 1 } } },
    { develop: { ...left, filter: 'sepia' } },
  ])
    expect(await edit(owner, ids[0]!, wrong), JSON.stringify(wrong)).toBe(400);
  expect(await edit(owner, film, { develop: { rotate: 1 } })).toBe(200);
  for (const develop of [left, { rotate: 2, straighten: 3 }]) {
    const refused = expectError(await owner.ask('PATCH', `/api/photos/${film}`, { develop }), 403, 'forbidden');
    expect(refused.message).toBe('Videos can’t be cropped or straightened.');
    const some = await owner.ask('PATCH', '/api/photos', { ids: [ids[1]!, film], develop });
    expect(some.json()).toMatchObject({ changed: 1, refused: [film] });
  }
  expect((await owner.ask('PATCH', '/api/photos', { ids, turn: 1, develop: null })).statusCode).toBe(400);
});

test('a rotated video is played, downloaded and shown rotated, by everybody and at once, without a new file', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const original = tinyFilm();
  const id = await home.add({ type: 'video/mp4', name: 'a.mp4', original });
  home.library.update<PhotoDocument>(photoId(id), (body) => ({
    ...body!,
    facts: { ...body!.facts, width: 64, height: 48, playable: true },
  }));
  home.made.bare = () =>
    Promise.resolve({
      path: home.parts.blobs.original(home.library.local.originals.find(id)!.path),
      type: 'video/mp4',
      remove: () => Promise.resolve(),
    });
  await edit(owner, id, { audience: 'public' });
  const turned = async (turns: 1 | 2 | 3): Promise<Buffer> => {
    const readAt = (at: number, length: number) => Promise.resolve(original.subarray(at, at + length));
    return withPatches(original, 0, await rotationPatches(readAt, original.length, turns));
  };
  const all = await others(owned, id);
  const own = asker(home, 'owner', owner);
  const [family] = all as [Asker];
  const whole = all.find(({ name }) => name === 'link 2')!;
  const url = `/media/${id}/video`;
  const first = await own.get(url);
  expect(first.rawPayload.equals(original)).toBe(true);
  expect(await edit(owner, id, { develop: { rotate: 1 } })).toBe(200);
  for (const { name, get } of [own, family, whole]) {
    const played = await get(url, { 'if-none-match': first.headers.etag as string });
    expect([name, played.statusCode]).toEqual([name, 200]);
    expect(played.rawPayload.equals(await turned(1)), name).toBe(true);
    expect(played.headers.etag).not.toBe(first.headers.etag);
    const part = await get(url, { range: 'bytes=100-4000' });
    expect(part.rawPayload.equals((await turned(1)).subarray(100, 4001)), name).toBe(true);
    expect((await get(url, { 'if-none-match': played.headers.etag as string })).statusCode).toBe(304);
  }

  // Its picture is rotated, too, as soon as it is made; without ffmpeg it is not.
  expect(await (await openJobs(home)).drain()).toBe(0);
  await home.clock.advance(600_001);
  expect(await (await openJobs(home, painter)).drain()).toBe(1);
  for (const { name, get } of [own, ...all]) {
    const thumb = await sharp((await get(`/media/${id}/thumb`)).rawPayload).metadata();
    expect([name, thumb.width, thumb.height]).toEqual([name, 48, 64]);
    expect((await get(`/api/photos/${id}`)).json(), name).toMatchObject({ width: 48, height: 64 });
    const { tiles } = (await get('/api/tiles')).json<{ tiles: object[] }>();
    expect(tiles, name).toMatchObject([{ id, width: 48, height: 64, edited: true }]);
  }

  // Who sees the history gets the original, or the rotated one on request; others get it as it is played.
  expect((await own.get(`/originals/${id}`)).rawPayload.equals(original)).toBe(true);
  expect((await own.get(`/originals/${id}?download&edited`)).rawPayload.equals(await turned(1))).toBe(true);
  for (const { name, get } of all) {
    const answer = await get(`/originals/${id}?download`);
    expect([name, answer.statusCode]).toEqual([name, name === 'visitor' || name === 'link 0' ? 404 : 200]);
    if (answer.statusCode === 200) expect(answer.rawPayload.equals(await turned(1)), name).toBe(true);
  }
  const packed = async ({ get, post }: Asker, edited: boolean): Promise<Buffer> => {
    const { path } = (await post('/api/downloads', { ids: [id], edited })).json<{ path: string }>();
    const files = zipped((await get(path)).rawPayload);
    expect([...files.keys()]).toEqual(['a.mp4']);
    return files.get('a.mp4')!;
  };
  expect((await packed(own, false)).equals(original)).toBe(true);
  for (const [who, edited] of [
    [own, true],
    [family, true],
    [family, false],
    [whole, false],
  ] as const)
    expect((await packed(who, edited)).equals(await turned(1)), who.name).toBe(true);

  // A visitor gets the transcoded one, which is not made again either.
  const clip = Buffer.concat([original, Buffer.from('free')]);
  home.library.update<PhotoDocument>(photoId(id), (body) => ({
    ...body!,
    clips: {
      video: { at: '0004', sha256: sha256(clip), type: 'video/mp4', width: 64, height: 48, bytes: clip.length },
    },
  }));
  mkdirSync(dirname(home.parts.blobs.rendition(sha256(clip))), { recursive: true });
  writeFileSync(home.parts.blobs.rendition(sha256(clip)), clip);
  const visitor = all.find(({ name }) => name === 'visitor')!;
  expect((await visitor.get(url)).rawPayload.subarray(0, -4).equals(await turned(1))).toBe(true);

  // Turned further, and back.
  await owner.ask('PATCH', '/api/photos', { ids: [id], turn: 1 });
  expect((await visitor.get(url)).rawPayload.subarray(0, -4).equals(await turned(2))).toBe(true);
  await edit(owner, id, { develop: null });
  expect((await own.get(url, { 'if-none-match': first.headers.etag as string })).statusCode).toBe(304);
});

test('a family member who may edit cuts more away, and shows again only what they cut away themselves', async () => {
  const owned = await openOwned();
  const { owner } = owned;
  const id = await publicPhoto(owned);
  const ada = await invite(owned, 'Ada');
  expect(await edit(ada.browser, id, { develop: left })).toBe(403);
  await owner.ask('PATCH', `/api/people/${ada.id}`, { canEdit: true });
  const inLeft = { crop: { left: 0.1, top: 0.1, width: 0.2, height: 0.5 } };
  for (const [change, status] of [
    [{ rotate: 1 }, 200],
    [null, 200],
    [left, 200],
    [right, 200],
  ] as const)
    expect(await edit(ada.browser, id, { develop: change }), JSON.stringify(change)).toBe(status);
  expect(await edit(owner, id, { develop: left })).toBe(200);
  for (const [change, status] of [
    [null, 403],
    [right, 403],
    [{ ...left, rotate: 1 }, 200],
    [inLeft, 200],
    [left, 200],
    [{ rotate: 1 }, 403],
  ] as const)
    expect(await edit(ada.browser, id, { develop: change }), JSON.stringify(change)).toBe(status);
  // Nor once the document has forgotten what somebody else cut away.
  for (let n = 0; n < 9; n++) await edit(ada.browser, id, { develop: { ...inLeft, rotate: (n % 3) + 1 } });
  expect(await edit(ada.browser, id, { develop: null })).toBe(403);
  expect((await ada.browser.ask('PATCH', '/api/photos', { ids: [id], turn: 1 })).json()).toMatchObject({ changed: 1 });
});

test('a rotation by somebody who had not heard of a crop lets nobody show again what it cut away', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await publicPhoto(owned);
  const ada = await invite(owned, 'Ada');
  await owner.ask('PATCH', `/api/people/${ada.id}`, { canEdit: true });
  const at = (n: number, epoch: string): string => `${String(n).padStart(15, '0')}-0000-${epoch}`;
  const develop = [
    { value: { rotate: 1 as const }, at: at(6, 'b'), by: 'person:ben' },
    { value: left, at: at(5, 'a'), by: 'owner' },
  ];
  home.library.update<PhotoDocument>(photoId(id), (body) => ({ ...body!, edits: { ...body!.edits, develop } }));
  expect(await edit(ada.browser, id, { develop: { ...left, rotate: 2 } })).toBe(200);
  for (const more of [null, { rotate: 1 }]) expect(await edit(ada.browser, id, { develop: more })).toBe(403);
});

test('the other files of a shot have what was cut away no more than the photo', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await publicPhoto(owned);
  const film = await home.add({ type: 'video/mp4' });
  for (const one of [id, film])
    home.library.update<PhotoDocument>(photoId(one), (body) => ({
      ...body!,
      facts: { ...body!.facts, pair: 'ABCDEFGHIJ' },
    }));
  await edit(owner, film, { audience: 'family' });
  const ada = await invite(owned, 'Ada');
  const motion = async (who: Browser): Promise<unknown> =>
    (await who.ask('GET', `/api/photos/${id}`)).json<{ motion?: true }>().motion;
  const plays = async (who: Browser, one: string): Promise<number> =>
    (await who.ask('GET', `/media/${one}/video`)).statusCode;
  expect([await motion(ada.browser), await plays(ada.browser, id), await plays(ada.browser, film)]).toEqual([
    true,
    200,
    200,
  ]);
  await edit(owner, id, { develop: left });
  expect([await motion(ada.browser), await plays(ada.browser, id), await plays(ada.browser, film)]).toEqual([
    undefined,
    404,
    404,
  ]);
  for (const url of [`/originals/${film}`, `/media/${film}/thumb`])
    expect((await ada.browser.ask('GET', url)).statusCode, url).toBe(404);
  expect(await plays(owner, film)).toBe(200);
  expect((await ada.browser.ask('GET', '/api/tiles')).body).not.toContain('motion');
  await edit(owner, id, { develop: null });
  expect([await motion(ada.browser), await plays(ada.browser, id), await plays(ada.browser, film)]).toEqual([
    true,
    200,
    200,
  ]);
});

test('files of a shot that arrive after the edit do not have what was cut away either', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await publicPhoto(owned);
  const jobs = await openJobs(home);
  const pair = (one: string): unknown =>
    home.library.update<PhotoDocument>(photoId(one), (body) => ({
      ...body!,
      facts: { ...body!.facts, pair: 'ABCDEFGHIJ' },
    }));
  pair(id);
  await edit(owner, id, { develop: left });
  await jobs.drain();
  const film = await home.add({ type: 'video/mp4' });
  pair(film);
  const raw = await home.add({ type: 'image/x-canon-cr2', name: 'IMG_1.CR2' });
  const [rawThen, jpegLater] = [
    await home.add({ type: 'image/x-canon-cr2', name: 'IMG_2.CR2' }),
    await home.add({ name: 'IMG_2.JPG', away: true }),
  ];
  await jobs.drain();
  const ada = await invite(owned, 'Ada');
  await owner.ask('PATCH', '/api/photos', { ids: [id, film, raw], audience: 'family' });
  for (const url of [`/media/${film}/video`, `/originals/${film}`, `/media/${raw}/thumb`])
    expect((await ada.browser.ask('GET', url)).statusCode, url).toBe(404);
  const shown = async (one: string): Promise<unknown> =>
    (await owner.ask('GET', `/api/photos/${one}`)).json<{ develop?: Develop }>().develop;
  expect(await shown(raw)).toEqual(left);
  // A photo follows an edit of its RAW only if it arrived later; otherwise whoever edited the RAW left it as it is.
  await edit(owner, id, { develop: null });
  await jobs.drain();
  expect([await shown(raw), await shown(id)]).toEqual([undefined, undefined]);
  expect((await ada.browser.ask('GET', `/media/${film}/video`)).statusCode).toBe(200);
  const alone = home.library.sign(home.library.get<PhotoDocument>(photoId(rawThen))!.body);
  home.library.update<PhotoDocument>(photoId(rawThen), (body) =>
    applyChange(body!, { develop: left }, { ...alone, by: 'owner' }),
  );
  await jobs.drain();
  expect(await shown(jpegLater)).toBeUndefined();
  home.library.update<PhotoDocument>(photoId(jpegLater), (body) => ({
    ...body!,
    sightings: {
      'x y': { at: new Date(Date.now() + 60_000).toISOString(), server: 'x', name: 'IMG_2.JPG', modified: '' },
    },
  }));
  await jobs.drain();
  expect(await shown(jpegLater)).toEqual(left);
});
