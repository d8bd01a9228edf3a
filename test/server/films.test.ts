/** Videos over HTTP: who gets what, completely and in ranges, and how a clip follows its photo. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { photoId, type Audience, type Facts, type PhotoDocument } from '../../src/document/photo-document.js';
import { assetUuid } from '../../src/server/immich/uuids.js';
import { photo as documentOf } from '../document/documents.js';
import { expectError, openHome, sha256, type Home } from './fixture.js';
import { call, receiveFiles, upload } from './immich-client.js';
import { openDoors, type RoleName } from './roles.js';

const pair = '4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C';
const original = Buffer.from('the original with its position in it '.repeat(40));

type Response = Awaited<ReturnType<Home['app']['inject']>>;

interface Told {
  name?: string;
  original?: Buffer;
  facts: Partial<Facts>;
  clips?: readonly ('hover' | 'video')[];
  audience?: Audience;
}

const filmOf = (id: string, name: string): Buffer => Buffer.from(`${name} film of ${id}`);

/** Adds a video or photo with these films. */
async function put(home: Home, { facts, clips = [], audience, ...sample }: Told): Promise<string> {
  const id = await home.add({ type: facts.type ?? 'image/jpeg', ...sample });
  for (const name of clips) {
    const path = home.parts.blobs.rendition(sha256(filmOf(id, name)));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, filmOf(id, name));
  }
  home.library.update<PhotoDocument>(photoId(id), (body) => {
    const made = clips.map((name) => {
      const bytes = filmOf(id, name);
      return [name, { at: '0001', sha256: sha256(bytes), type: 'video/mp4', width: 2, height: 2, bytes: bytes.length }];
    });
    const edits = audience && { audience: [{ value: audience, at: home.library.stamp(), by: 'owner' }] };
    return (
      body && {
        ...body,
        facts: { ...body.facts, ...facts },
        clips: Object.fromEntries(made) as object,
        edits: { ...edits },
      }
    );
  });
  return id;
}

async function openAlbum(): Promise<{
  home: Home;
  get: (role: RoleName, url: string, headers?: object) => Promise<Response>;
}> {
  const home = await openHome();
  const guests = await openDoors(home, []);
  home.access.settings.change({ visitors: true });
  return {
    home,
    get: (role, url, headers = {}) => home.app.inject({ url, headers: { ...guests.headersOf(role), ...headers } }),
  };
}

const video = { type: 'video/mp4', seconds: 3 };

describe('a video', () => {
  it('that browsers play is sent unchanged to viewers with access to originals; others get one without metadata', async () => {
    const { home, get } = await openAlbum();
    const facts = { ...video, playable: true };
    const id = await put(home, { original, facts, clips: ['hover', 'video'], audience: 'public' });
    for (const role of ['owner', 'family', 'token read'] as const)
      expect((await get(role, `/media/${id}/video`)).rawPayload.equals(original)).toBe(true);
    const sent = await get('visitor', `/media/${id}/video`);
    expect([sent.statusCode, sent.body, sent.headers['content-type']]).toEqual([
      200,
      filmOf(id, 'video').toString(),
      'video/mp4',
    ]);
    expect((await get('visitor', `/media/${id}/hover`)).body).toBe(filmOf(id, 'hover').toString());
  });

  it('is reported as pending until it is transcoded, and never replaced by the original for viewers without access to it', async () => {
    const { home, get } = await openAlbum();
    const id = await put(home, { original, facts: { ...video, playable: true }, audience: 'public' });
    expectError(await get('visitor', `/media/${id}/video`), 404, 'on-its-way');
    expectError(await get('owner', `/media/${id}/hover`), 404, 'on-its-way');
  });

  it('that is private is transcoded for a link without originals, or the viewer learns why not', async () => {
    const { home, get } = await openAlbum();
    const id = await put(home, { original, facts: { ...video, playable: true } });
    const asked: string[] = [];
    const able = { yes: true };
    home.made.playable = (sha256) => (asked.push(sha256), able.yes);
    const by = { by: 'owner', who: 'owner' };
    const shared = { scope: { photo: id }, title: '', originals: false, details: true };
    const { secret } = await home.access.shares.make(shared, by);
    const url = `/s/${secret}/media/${id}/video`;
    expectError(await get('nobody', url), 404, 'on-its-way');
    able.yes = false;
    expect(expectError(await get('nobody', url), 403, 'forbidden').message).toContain(
      'can be played only from its original',
    );
    expect(asked).toEqual([id, id]);
    // Those who may have the original get it, and nothing is transcoded for them.
    expect((await get('owner', `/media/${id}/video`)).rawPayload.equals(original)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('that browsers can’t play is sent anyway until a transcode exists', async () => {
    const { home, get } = await openAlbum();
    const id = await put(home, { original, facts: { ...video, type: 'video/quicktime' } });
    const first = await get('owner', `/media/${id}/video`);
    expect(first.rawPayload.equals(original)).toBe(true);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    const made = await put(home, {
      original: Buffer.from('b'),
      facts: { ...video, type: 'video/quicktime' },
      clips: ['video'],
    });
    const better = await get('owner', `/media/${made}/video?v=${sha256(`thumb of ${made}`).slice(0, 8)}`);
    expect(better.body).toBe(filmOf(made, 'video').toString());
    expect(better.headers['cache-control']).toContain('immutable');
    // Rotated, it is another one at the address without a version.
    expect((await get('owner', `/media/${made}/video`)).headers['cache-control']).toBe('private, no-cache');
  });

  it('is sent in ranges', async () => {
    const { home, get } = await openAlbum();
    const id = await put(home, { original, facts: { ...video, playable: true } });
    const part = await get('owner', `/media/${id}/video`, { range: 'bytes=10-19' });
    expect([part.statusCode, part.rawPayload, part.headers['content-range']]).toEqual([
      206,
      original.subarray(10, 20),
      `bytes 10-19/${original.length}`,
    ]);
  });

  it('does not exist for viewers who may not see it; a photo has no video', async () => {
    const { home, get } = await openAlbum();
    const id = await put(home, { original, facts: video, clips: ['hover', 'video'] });
    for (const role of ['family', 'visitor'] as const)
      for (const which of ['hover', 'video']) expectError(await get(role, `/media/${id}/${which}`), 404, 'not-found');
    expectError(await get('nobody', `/media/${id}/video`), 401, 'unauthorized');
    expectError(await get('owner', `/media/${await home.add()}/video`), 404, 'not-found');
  });

  it('has length and codecs', async () => {
    const { home, get } = await openAlbum();
    const id = await put(home, { facts: { ...video, codecs: { video: 'h264' } }, clips: ['hover'] });
    expect((await get('owner', `/api/photos/${id}`)).json()).toMatchObject({
      ...{ seconds: 3, codecs: { video: 'h264' } },
      renditions: { hover: { type: 'video/mp4' } },
    });
    const { tiles } = (await get('owner', '/api/tiles')).json<{ tiles: object[] }>();
    expect(tiles).toMatchObject([{ id, seconds: 3, type: 'video/mp4' }]);
  });
});

describe('a motion photo', () => {
  it('plays from its original for viewers with access to it, until its clip is extracted', async () => {
    const { home, get } = await openAlbum();
    const motion = { at: 100, bytes: 50 };
    const facts = { bytes: original.length, motion };
    const id = await put(home, { original, facts, audience: 'public' });
    const sent = await get('family', `/media/${id}/video`);
    expect([sent.statusCode, sent.rawPayload, sent.headers['content-type']]).toEqual([
      200,
      original.subarray(100, 150),
      'video/mp4',
    ]);
    const part = await get('family', `/media/${id}/video`, { range: 'bytes=40-' });
    expect([part.rawPayload, part.headers['content-range']]).toEqual([original.subarray(140, 150), 'bytes 40-49/50']);
    expectError(await get('visitor', `/media/${id}/video`), 404, 'on-its-way');
    expect((await get('visitor', `/api/photos/${id}`)).json()).toMatchObject({ motion: true });
  });

  it('is read only within its file', async () => {
    const { home, get } = await openAlbum();
    const id = await put(home, { original, facts: { bytes: original.length, motion: { at: 100, bytes: 9e9 } } });
    expectError(await get('owner', `/media/${id}/video`), 404, 'not-found');
  });
});

describe('a Live Photo', () => {
  const live = async (
    home: Home,
    photo: Audience | undefined,
    film: Audience | undefined,
  ): Promise<[string, string]> => [
    await put(home, { original: Buffer.from('picture'), facts: { pair }, ...(photo && { audience: photo }) }),
    await put(home, {
      original: Buffer.from('film'),
      facts: { ...video, pair },
      clips: ['hover', 'video'],
      ...(film && { audience: film }),
    }),
  ];

  it('plays its clip for every viewer of the photo', async () => {
    const { home, get } = await openAlbum();
    const [photo, film] = await live(home, 'public', undefined);
    for (const role of ['owner', 'family', 'visitor'] as const) {
      expect((await get(role, `/media/${photo}/video`)).body).toBe(filmOf(film, 'video').toString());
      expect((await get(role, `/media/${photo}/hover`)).body).toBe(filmOf(film, 'hover').toString());
      expect((await get(role, `/api/photos/${photo}`)).json()).toMatchObject({ motion: true });
      expect((await get(role, '/api/home')).json()).toMatchObject({ photos: 1 });
    }
    // At its own address only the owner can get the film.
    expectError(await get('visitor', `/media/${film}/video`), 404, 'not-found');
  });

  it('is still for viewers who may not see its clip', async () => {
    const { home, get } = await openAlbum();
    const [photo] = await live(home, 'public', 'family');
    expect((await get('family', `/api/photos/${photo}`)).json()).toMatchObject({ motion: true });
    expect((await get('visitor', `/api/photos/${photo}`)).json()).not.toHaveProperty('motion');
    expectError(await get('visitor', `/media/${photo}/video`), 404, 'not-found');
    expectError(await get('visitor', `/media/${photo}/hover`), 404, 'not-found');
  });

  it('is shared and trashed with its clip', async () => {
    const { home, get } = await openAlbum();
    const [photo, film] = await live(home, undefined, undefined);
    const edit = async (change: object, url = `/api/photos/${photo}`): Promise<void> => {
      const headers = { authorization: `Bearer ${'c'.repeat(43)}` };
      const answer = await home.app.inject({ method: 'PATCH', url, headers, payload: change });
      expect(answer.statusCode).toBe(200);
    };
    const shown = async (role: RoleName, id: string): Promise<number> =>
      (await get(role, `/api/photos/${id}`)).statusCode;
    await edit({ audience: 'public' });
    expect([await shown('visitor', photo), await shown('visitor', film)]).toEqual([200, 200]);
    await edit({ audience: 'private' });
    expect([await shown('visitor', photo), await shown('visitor', film), await shown('family', film)]).toEqual([
      404, 404, 404,
    ]);
    await edit({ ids: [photo], audience: 'family', trashed: true }, '/api/photos');
    expect([await shown('family', photo), await shown('family', film)]).toEqual([404, 404]);
    await edit({ ids: [photo], trashed: false, title: 'Here' }, '/api/photos');
    expect([await shown('family', photo), await shown('family', film)]).toEqual([200, 200]);
    expect((await get('owner', `/api/photos/${film}`)).json()).toMatchObject({ title: '' });
  });

  it('is trashed and restored with its clip and its RAW by an app', async () => {
    const { home, get } = await openAlbum();
    const shot = { taken: '2024-07-01T10:00:00', camera: { model: 'One' }, pair };
    const photo = await put(home, { name: 'IMG_7.jpg', facts: shot, audience: 'public' });
    const raw = await put(home, {
      name: 'IMG_7.dng',
      facts: { ...shot, type: 'image/x-adobe-dng' },
      audience: 'public',
    });
    const film = await put(home, { facts: { ...video, pair }, clips: ['video'], audience: 'public' });
    const shown = async (): Promise<number[]> =>
      Promise.all([photo, raw, film].map(async (id) => (await get('visitor', `/api/photos/${id}`)).statusCode));
    const headers = { 'x-api-key': home.access.tokens.make('app', ['edit'], commandLine).secret };
    const ids = [assetUuid(photo)];
    expect(await shown()).toEqual([200, 200, 200]);
    expect((await call(home, 'DELETE', '/assets', headers, { ids })).status).toBe(204);
    expect(await shown()).toEqual([404, 404, 404]);
    expect((await call(home, 'POST', '/trash/restore/assets', headers, { ids })).status).toBe(200);
    expect(await shown()).toEqual([200, 200, 200]);
  });

  it('is trashed with its clip by an app that asked for it while the photo was in the spool', async () => {
    const { home, get } = await openAlbum();
    receiveFiles(home);
    const film = await put(home, { facts: { ...video, pair }, clips: ['video'], audience: 'public' });
    const headers = { 'x-api-key': home.access.tokens.make('app', ['edit'], commandLine).secret };
    const { id } = (await upload(home, headers, 'coming')).json<{ id: string }>();
    expect((await call(home, 'DELETE', '/assets', headers, { ids: [id] })).status).toBe(204);
    const { facts } = documentOf();
    home.library.update<PhotoDocument>(photoId(sha256('coming')), () => documentOf({ facts: { ...facts, pair } }));
    const isTrashed = async (of: string): Promise<unknown> =>
      (await get('owner', `/api/photos/${of}`)).json<{ trashed?: unknown }>().trashed;
    await expect.poll(() => isTrashed(sha256('coming'))).toBe(true);
    await expect.poll(() => isTrashed(film)).toBe(true);
    expectError(await get('visitor', `/media/${film}/video`), 404, 'not-found');
  });
});
