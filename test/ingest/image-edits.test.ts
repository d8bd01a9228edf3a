/**
 * The pictures of edited photos are kept like all others: made per item, checked, repaired, rendered again, named for
 * backups and peers; and those that nothing shows any more are named by nothing.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { renditionsOf } from '../../src/backup/backup-contents.js';
import { newPhoto } from '../../src/document/arrival.js';
import { developKey, developOf, picturesOf, type Develop } from '../../src/document/develop.js';
import { applyChange } from '../../src/document/edits.js';
import { house, itemId } from '../../src/document/item-id.js';
import type { PhotoDocument, Rendition } from '../../src/document/photo-document.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import { developPhoto, lacksDeveloped } from '../../src/ingest/develop-photo.js';
import { repair } from '../../src/ingest/repair-home.js';
import { clipAt, lacks } from '../../src/ingest/transcode-backlog.js';
import { photo, stamp } from '../document/documents.js';
import { rerender } from '../../src/ingest/rerender.js';
import { verifyHome } from '../../src/ingest/verify-home.js';
import { render } from '../../src/photo/decode/render.js';
import type { Film } from '../../src/video/ffprobe.js';
import type { Films } from '../../src/video/transcode.js';
import { tinyFilm } from '../video/films.js';
import { openNamed } from '../../src/sync/blobs/blob-index.js';
import { begin, type SmallHome } from './small-home.js';

const left = { crop: { left: 0, top: 0, width: 0.5, height: 1 } } satisfies Develop;
const person = '1'.padStart(26, '0');

/** A home with a photo that the house and a person have. */
async function shared(): Promise<SmallHome & { ofHouse: string; own: string }> {
  const home = await begin(1);
  const [sha256] = home.hashes as [string];
  const [ofHouse, own] = [itemId({ holder: house, sha256 }), itemId({ holder: person, sha256 })];
  home.library.update<PhotoDocument>(own, () => home.library.get<PhotoDocument>(ofHouse)!.body);
  return { ...home, ofHouse, own, render: (path, format, asIs, develop) => render(path, format, asIs, develop) };
}

const bodyOf = ({ library }: SmallHome, id: string): PhotoDocument => library.get<PhotoDocument>(id)!.body;
const edit = ({ library }: SmallHome, id: string, develop: Develop | null): unknown =>
  library.update<PhotoDocument>(id, (body) => applyChange(body!, { develop }, { ...library.sign(body), by: 'owner' }));
const thumbOf = (home: SmallHome, id: string): Rendition | undefined =>
  viewPhoto('0', bodyOf(home, id), { here: true }).renditions.thumb;

test('two holders of the same bytes edit them differently', async () => {
  const home = await shared();
  edit(home, home.ofHouse, left);
  edit(home, home.own, { rotate: 1 });
  expect([thumbOf(home, home.ofHouse), thumbOf(home, home.own)]).toEqual([undefined, undefined]);
  for (const id of [home.ofHouse, home.own]) expect(await developPhoto(home, id)).toBe(true);
  expect(await developPhoto(home, home.own)).toBe(false);
  const [ours, theirs] = [thumbOf(home, home.ofHouse)!, thumbOf(home, home.own)!];
  expect(ours.width / ours.height).not.toBe(theirs.width / theirs.height);
  expect(ours.sha256).not.toBe(theirs.sha256);
  edit(home, home.ofHouse, null);
  expect(thumbOf(home, home.own)).toEqual(theirs);
});

test.each([true, false])('the picture of a video is rotated with ffmpeg (%s), from its original', async (isThere) => {
  const home = await begin(0);
  const [path, bytes] = ['2024/07/a.mp4', tinyFilm()];
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  mkdirSync(dirname(home.archive.resolve(path)), { recursive: true });
  writeFileSync(home.archive.resolve(path), bytes);
  home.library.local.originals.put({ sha256, path, claim: 'x', bytes: bytes.length, modified: 0, state: 'here' });
  const id = itemId({ holder: house, sha256 });
  const sighting = { at: '2026-01-01T00:00:00.000Z', server: 'x', name: 'a.mp4', modified: '2024-07-01T12:00:00.000Z' };
  const facts = { recipe: 1, type: 'video/mp4', bytes: bytes.length, width: 64, height: 48 };
  home.library.update<PhotoDocument>(id, () => newPhoto({ facts, renditions: { recipe: 1 }, sighting }));
  edit(home, id, { rotate: 1 });
  const films: Films = {
    ...home.films,
    missing: isThere ? [] : ['ffmpeg'],
    look: () => Promise.resolve({ seconds: 1, pictures: { width: 64, height: 48 } } as Film),
    poster: async (source, _film, _edge, to) => {
      expect(source.path).toBe(home.archive.resolve(path));
      await sharp({ create: { width: 64, height: 48, channels: 3, background: '#d02020' } })
        .png()
        .toFile(to);
    },
  };
  const parts = { ...home, films, render: (...args: Parameters<typeof render>) => render(...args) };
  expect(await developPhoto(parts, id)).toBe(isThere);
  expect(lacksDeveloped(home, id) === undefined).toBe(isThere);
  if (isThere) expect(thumbOf(home, id)).toMatchObject({ width: 48, height: 64 });
});

test('a rotated video is transcoded only if its file can’t be turned', () => {
  const clip = { at: clipAt, sha256: 'c'.repeat(64), type: 'video/mp4', width: 2, height: 2, bytes: 1 };
  const of = (type: string, develop: Develop | null): PhotoDocument => ({
    ...photo({ facts: { type, playable: true }, renditions: { recipe: 99 } }),
    clips: { hover: clip },
    edits: { develop: [{ value: develop, at: stamp(1), by: 'owner' }] },
  });
  expect([of('video/webm', null), of('video/mp4', { rotate: 1 })].map((film) => lacks(film))).toEqual([
    undefined,
    undefined,
  ]);
  expect(lacks(of('video/webm', { rotate: 1 }))).toBe('video');
});

test('they are checked, repaired and rendered again', async () => {
  const home = await shared();
  edit(home, home.ofHouse, left);
  await developPhoto(home, home.ofHouse);
  const parts = { ...home, archive: home.archive.folder, blobs: home.blobs.folder };
  const check = async () => (await verifyHome(parts)).findings;
  expect(await check()).toEqual([]);
  writeFileSync(home.blobs.path(thumbOf(home, home.ofHouse)!.sha256), 'broken');
  const found = await check();
  expect(found).toMatchObject([{ kind: 'rendition', renditions: expect.arrayContaining(['thumb']) as unknown }]);
  await repair(found, { ...home, progress: () => undefined });
  expect(found).toMatchObject([{ repaired: true }]);
  expect(await check()).toEqual([]);
  rmSync(home.blobs.path(thumbOf(home, home.ofHouse)!.sha256));
  expect(lacksDeveloped(home, home.ofHouse)).toBeDefined();
  expect(await rerender(home)).toMatchObject({ made: 1, failed: [] });
  expect(await rerender(home)).toMatchObject({ made: 0 });
  expect(await check()).toEqual([]);
});

test('backups and peers get those of the original and of the shown edit, and no others', async () => {
  const home = await shared();
  const named = openNamed(home.db, home.library, () => true);
  edit(home, home.ofHouse, left);
  await developPhoto(home, home.ofHouse);
  const before = thumbOf(home, home.ofHouse)!.sha256;
  const original = bodyOf(home, home.ofHouse).renditions.thumb!.sha256;
  edit(home, home.ofHouse, { rotate: 1 });
  await developPhoto(home, home.ofHouse);
  const now = thumbOf(home, home.ofHouse)!.sha256;
  expect(Object.keys(bodyOf(home, home.ofHouse).developed!)).toEqual([developKey({ rotate: 1 })]);
  await named.follow();
  const backedUp = new Set([...renditionsOf(home.library)].map(({ sha256 }) => sha256));
  for (const [sha256, is] of [
    [original, true],
    [now, true],
    [before, false],
  ] as const)
    expect([named.find(sha256) !== undefined, backedUp.has(sha256)]).toEqual([is, is]);
  // Made for an edit that is not shown any more: not written.
  const shown = developOf(bodyOf(home, home.ofHouse));
  expect(picturesOf(bodyOf(home, home.ofHouse), shown as Develop)?.thumb.sha256).toBe(now);
});
