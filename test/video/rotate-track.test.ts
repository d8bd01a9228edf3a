/** The bytes that turn a video: the matrix of its track, whatever else is in the file. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeBox } from '../../src/photo/formats/heif-boxes.js';
import type { ReadAt } from '../../src/photo/formats/format-family.js';
import { rotationPatches, withPatches } from '../../src/video/rotate-track.js';
import { temporaryFolder } from '../folder.js';
import { noFfmpeg, tinyFilm, tools } from './films.js';

const reader =
  (bytes: Buffer): ReadAt =>
  (at, length) =>
    Promise.resolve(bytes.subarray(at, at + length));

async function turned(film: Buffer, turns: 1 | 2 | 3): Promise<Buffer> {
  return withPatches(film, 0, await rotationPatches(reader(film), film.length, turns));
}

const fixed = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value * 0x10000);
  return bytes;
};

/** A header of a track, 64 by 48, with the matrix a b c d; `version` 1 has long times. */
function track(handler: string, [a, b, c, d]: readonly [number, number, number, number], version = 0): Buffer {
  const none = Buffer.alloc(4);
  const matrix = [fixed(a), fixed(b), none, fixed(c), fixed(d), none, none, none, Buffer.from([0x40, 0, 0, 0])];
  const times = Buffer.alloc(version === 1 ? 48 : 36);
  const header = makeBox('tkhd', Buffer.from([version, 0, 0, 7]), times, ...matrix, fixed(64), fixed(48));
  const told = makeBox('hdlr', Buffer.alloc(8), Buffer.from(handler), Buffer.alloc(12));
  return makeBox('trak', header, makeBox('mdia', told));
}

const movie = (...tracks: Buffer[]): Buffer =>
  Buffer.concat([makeBox('ftyp', Buffer.from('isom')), makeBox('mdat', Buffer.alloc(100)), makeBox('moov', ...tracks)]);

/** The matrix a b c d x y of the only track with pictures. */
async function matrixOf(film: Buffer, turns: 1 | 2 | 3): Promise<number[]> {
  const [patch, ...others] = await rotationPatches(reader(film), film.length, turns);
  expect(others).toEqual([]);
  expect(patch?.bytes.readInt32BE(32)).toBe(0x40000000);
  return [0, 4, 12, 16, 24, 28].map((at) => patch!.bytes.readInt32BE(at) / 0x10000 + 0);
}

const upright = [1, 0, 0, 1] as const;

describe('a rotated video', () => {
  test.each([
    [1, [0, 1, -1, 0, 48, 0]],
    [2, [-1, 0, 0, -1, 64, 48]],
    [3, [0, -1, 1, 0, 0, 64]],
  ] as const)('by %i quarter turns has the matrix for it, beginning at the origin', async (turns, matrix) => {
    for (const version of [0, 1])
      expect(await matrixOf(movie(track('soun', upright), track('vide', upright, version)), turns)).toEqual(matrix);
    // A matrix that says nothing is upright.
    expect(await matrixOf(movie(track('vide', [0, 0, 0, 0])), turns)).toEqual(matrix);
  });

  test('that a phone recorded upright is turned further', async () => {
    const portrait = movie(track('vide', [0, 1, -1, 0]));
    expect(await matrixOf(portrait, 1)).toEqual([-1, 0, 0, -1, 64, 48]);
    expect(await matrixOf(portrait, 3)).toEqual([1, 0, 0, 1, 0, 0]);
  });

  test('differs in nothing but the matrix, in whatever parts it is read', async () => {
    const film = tinyFilm();
    const whole = await turned(film, 1);
    expect(whole).toHaveLength(film.length);
    const changed = [...whole.keys()].filter((at) => whole[at] !== film[at]);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.at(-1)! - changed[0]!).toBeLessThan(36);
    const patches = await rotationPatches(reader(film), film.length, 1);
    for (const size of [1, 7, 1000]) {
      const parts: Buffer[] = [];
      for (let at = 0; at < film.length; at += size) parts.push(withPatches(film.subarray(at, at + size), at, patches));
      expect(Buffer.concat(parts).equals(whole)).toBe(true);
    }
  });

  test('is sent as it is if nothing in it can be turned', async () => {
    const long = movie(track('vide', upright));
    for (const odd of [
      Buffer.alloc(0),
      Buffer.from('RIFF....AVI '),
      movie(),
      movie(track('soun', upright)),
      long.subarray(0, -90),
      Buffer.alloc(4096),
    ])
      expect(await rotationPatches(reader(odd), odd.length, 1)).toEqual([]);
  });

  test.skipIf(noFfmpeg)('is upright for ffmpeg after the other turns', async () => {
    const path = join(temporaryFolder(), 'a.mp4');
    const degreesOf = (film: Buffer): number => {
      writeFileSync(path, film);
      const ffprobe = tools.kind === 'found' ? tools.tools.ffprobe : 'ffprobe';
      const args = [
        '-v',
        'error',
        '-select_streams',
        'v',
        '-show_entries',
        'stream_side_data=rotation',
        '-of',
        'csv=p=0',
      ];
      return Number(
        execFileSync(ffprobe, [...args, path])
          .toString()
          .replace(/,/g, '')
          .trim() || 0,
      );
    };
    // ffmpeg counts counterclockwise.
    expect(degreesOf(await turned(tinyFilm(), 1))).toBe(-90);
    expect(Math.abs(degreesOf(await turned(tinyFilm(), 2)))).toBe(180);
    expect(degreesOf(await turned(tinyFilm(), 3))).toBe(90);
    expect(degreesOf(await turned(await turned(tinyFilm(), 3), 1))).toBe(0);
  });
});
