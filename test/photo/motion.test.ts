/** The id that connects a Live Photo, and the position of the video in a motion photo. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import type { Facts } from '../../src/document/photo-document.js';
import { identify } from '../../src/photo/formats/identify.js';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { temporaryFolder } from '../folder.js';
import { livePicture, microVideo, motionPhoto, samsungPhoto, tinyFilm } from '../video/films.js';

const metadata = openMetadata({ processes: 1 });
afterAll(() => metadata.close());

async function factsOf(bytes: Buffer, name = 'a.jpg'): Promise<Facts> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  const found = identify(bytes);
  if (found.kind !== 'photo') throw new Error(found.reason);
  return (await metadata.read(path, found.format, bytes.length)).facts;
}

describe('motion photos', () => {
  const film = tinyFilm();
  test.each([
    ['MicroVideo', microVideo],
    ['MotionPhoto', motionPhoto],
    ["Samsung's trailer", samsungPhoto],
  ])('by %s', async (_name, make) => {
    const bytes = await make(film);
    const { motion } = await factsOf(bytes);
    expect(bytes.subarray(motion!.at, motion!.at + motion!.bytes).equals(film)).toBe(true);
  });

  it('the position in a tag counts only if a video begins there', async () => {
    expect(await factsOf(await microVideo(Buffer.alloc(5000, 'no film at all')))).not.toHaveProperty('motion');
    const whole = await motionPhoto(film);
    expect(await factsOf(whole.subarray(0, whole.length - 100))).not.toHaveProperty('motion');
    expect(await factsOf(await samsungPhoto(Buffer.alloc(99, 'x')))).not.toHaveProperty('motion');
  });

  it('an invalid trailer is ignored', async () => {
    const whole = await samsungPhoto(film);
    for (const at of [4, 8, 16, 20, 24, 28]) {
      const broken = Buffer.from(whole);
      broken.writeUInt32LE(0xffffffff, broken.length - at - 4 < 0 ? 0 : broken.length - at);
      await expect(factsOf(broken)).resolves.toHaveProperty('type', 'image/jpeg');
    }
  });
});

describe('Live Photos', () => {
  it('are paired by Apple’s identifier in the picture', async () => {
    const pair = '4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C';
    expect(await factsOf(await livePicture(pair))).toMatchObject({ pair, camera: { make: 'Apple' } });
  });

  it('no other tag is used for it', async () => {
    expect(await factsOf(await livePicture('a b'))).not.toHaveProperty('pair');
  });
});

describe('films', () => {
  it('have length, size, codecs and their time, which is UTC', async () => {
    expect(await factsOf(tinyFilm(), 'a.mp4')).toMatchObject({
      ...{ type: 'video/mp4', width: 64, height: 48, seconds: 1, codecs: { video: 'h264', audio: 'aac' } },
      ...{ taken: '2024-07-01T10:00:00.000', takenSource: 'quicktime' },
    });
  });
});
