/**
 * Videos on a public server: the renditions of public videos are there, motion photos play, and what is withdrawn is
 * removed.
 */
import { expect, test } from 'vitest';
import type { Facts, PhotoDocument } from '../../src/document/photo-document.js';
import { photoId } from '../../src/document/photo-document.js';
import { rotationPatches, withPatches } from '../../src/video/rotate-track.js';
import { tinyFilm } from '../video/films.js';
import { sha256 } from './homes.js';
import { openPublicServer, openPublisher, type Public, type Publisher } from './publishing.js';

const soon = { timeout: 60_000, interval: 50 };
const identifier = '4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C';

interface Bench {
  vps: Public;
  home: Publisher;
  /** Adds a photo with these facts and with clips made from it; returns its id. */
  add(n: number, facts: Partial<Facts>, clips: readonly ('hover' | 'video')[]): Promise<string>;
  /** The response to a visitor. */
  media(id: string, which: string): Promise<{ status: number; text: string }>;
}

const filmOf = (n: number, name: string): string => `${name} film of ${n}`;

async function begin(): Promise<Bench> {
  const [vps, home] = [await openPublicServer(), await openPublisher()];
  const token = await vps.token('home');
  await vps.start();
  home.publish(vps.url(), token);
  return {
    vps,
    home,
    async add(n, facts, clips) {
      const id = await home.add(n);
      const made: [string, object][] = [];
      for (const name of clips) {
        const film = Buffer.from(filmOf(n, name));
        await home.blobs.put(film);
        const of = { at: '0002', sha256: sha256(film), type: 'video/mp4', width: 64, height: 48, bytes: film.length };
        made.push([name, of]);
      }
      home.library.update(photoId(id), (body) => {
        const before = body as unknown as PhotoDocument;
        const now = { ...before, facts: { ...before.facts, ...facts }, clips: Object.fromEntries(made) };
        return now;
      });
      return id;
    },
    async media(id, which) {
      const answer = await fetch(`${vps.url()}/media/${home.opaque(id)}/${which}`);
      return { status: answer.status, text: await answer.text() };
    },
  };
}

test('a public video has its length and plays; when withdrawn, its transcodes are removed from the disk', async () => {
  const { vps, home, add, media } = await begin();
  const facts = { type: 'video/mp4', seconds: 74, playable: true as const, codecs: { video: 'h264' } };
  const id = await add(1, facts, ['hover', 'video']);
  home.edit(id, { audience: 'public' });
  for (const which of ['hover', 'video'])
    await expect.poll(() => media(id, which), soon).toEqual({ status: 200, text: filmOf(1, which) });
  expect(await vps.photo(home.opaque(id))).toMatchObject({ type: 'video/mp4', seconds: 74 });
  home.edit(id, { audience: 'family' });
  await expect.poll(async () => (await vps.disk()).includes(filmOf(1, 'video')), soon).toBe(false);
  expect((await media(id, 'video')).status).toBe(404);
});

test('a rotated public video plays rotated, and as it was after an undo', async () => {
  const { vps, home } = await begin();
  const id = await home.add(1);
  const film = tinyFilm();
  await home.blobs.put(film);
  const clip = { at: '0002', sha256: sha256(film), type: 'video/mp4', width: 64, height: 48, bytes: film.length };
  home.library.update(photoId(id), (body) => {
    const before = body as unknown as PhotoDocument;
    const facts = { ...before.facts, type: 'video/mp4', width: 64, height: 48, seconds: 1 };
    return { ...before, facts, clips: { video: clip } };
  });
  home.edit(id, { audience: 'public' });
  const played = async (): Promise<string> => {
    const answer = await fetch(`${vps.url()}/media/${home.opaque(id)}/video`);
    return sha256(Buffer.from(await answer.arrayBuffer()));
  };
  await expect.poll(played, soon).toBe(sha256(film));
  const readAt = (at: number, length: number) => Promise.resolve(film.subarray(at, at + length));
  home.edit(id, { develop: { rotate: 3 } });
  await expect.poll(played, soon).toBe(sha256(withPatches(film, 0, await rotationPatches(readAt, film.length, 3))));
  expect(await vps.photo(home.opaque(id))).toMatchObject({ width: 48, height: 64 });
  home.edit(id, { develop: null });
  await expect.poll(played, soon).toBe(sha256(film));
});

test('a later transcode follows', async () => {
  const { vps, home, add, media } = await begin();
  const id = await add(1, { type: 'video/mp4', seconds: 3 }, []);
  home.edit(id, { audience: 'public' });
  await expect.poll(() => vps.ids(), soon).toEqual([home.opaque(id)]);
  expect((await media(id, 'video')).status).toBe(404);
  const film = Buffer.from('made at last');
  await home.blobs.put(film);
  const clip = { at: '0002', sha256: sha256(film), type: 'video/mp4', width: 2, height: 2, bytes: film.length };
  home.library.update(photoId(id), (body) => body && { ...body, clips: { video: clip } });
  home.edit(id, { title: 'Wakes the projection' });
  await expect.poll(() => media(id, 'video'), soon).toEqual({ status: 200, text: 'made at last' });
});

test('the halves of a Live Photo are one photo with a clip; their common identifier stays at home', async () => {
  const { vps, home, add, media } = await begin();
  const photo = await add(1, { pair: identifier }, []);
  const film = await add(2, { type: 'video/quicktime', pair: identifier, seconds: 2 }, ['hover', 'video']);
  home.edit(photo, { audience: 'public' });
  home.edit(film, { audience: 'public' });
  const tiles = async (): Promise<unknown> =>
    ((await (await fetch(`${vps.url()}/api/tiles`)).json()) as { tiles: object[] }).tiles;
  await expect.poll(tiles, soon).toMatchObject([{ id: home.opaque(photo), motion: true }]);
  await expect.poll(() => media(photo, 'video'), soon).toEqual({ status: 200, text: filmOf(2, 'video') });
  expect(await vps.photo(home.opaque(photo))).toMatchObject({ motion: true });
  expect((await vps.disk()).includes(identifier)).toBe(false);
});

test('a motion photo plays its extracted clip', async () => {
  const { vps, home, add, media } = await begin();
  const id = await add(1, { motion: { at: 400, bytes: 500 } }, ['video']);
  home.edit(id, { audience: 'public' });
  for (const which of ['hover', 'video'])
    await expect.poll(() => media(id, which), soon).toEqual({ status: 200, text: filmOf(1, 'video') });
  expect(await vps.photo(home.opaque(id))).toMatchObject({ motion: true });
});
