/**
 * Visual similarity, with pictures generated here: copies are similar, other pictures are not, and a blank picture is
 * similar to nothing.
 */
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { bitsApart, detailOf, lookLength, lookOf, lookPixels, partsOf } from '../../src/document/perceptual-hash.js';
import { isAlike, lookBounds } from '../../src/document/same-picture.js';
import { look } from '../../src/photo/decode/render.js';
import { copies, jpegOf, page, scene, sky } from '../looks.js';

const seeds = Array.from({ length: 16 }, (_, n) => n + 1);
let scenes: Uint8Array[] = [];
beforeAll(async () => {
  scenes = await Promise.all(seeds.map(async (seed) => look(await jpegOf(scene(seed)))));
});

/** The pairs of similar pictures. */
const pairs = (looks: readonly Uint8Array[]): [number, number][] =>
  looks.flatMap((a, at) =>
    looks.slice(at + 1).flatMap((b, k): [number, number][] => (isAlike(a, b) ? [[at, at + 1 + k]] : [])),
  );

describe('a picture', () => {
  it.each(Object.keys(copies))('matches its copy, %s', async (how) => {
    for (const [at, seed] of seeds.entries()) {
      const copy = await look(await copies[how]!(scene(seed)));
      expect(isAlike(scenes[at]!, copy), `scene ${seed}`).toBe(true);
      expect(isAlike(copy, scenes[at]!), `scene ${seed}, the other way`).toBe(true);
    }
  });

  it('matches no other, nor its mirror image, nor another colour of it', async () => {
    expect(pairs(scenes)).toEqual([]);
    expect(isAlike(scenes[0]!, await look(await jpegOf(scene(seeds[0]!).flop())))).toBe(false);
    const turned = await sharp(await jpegOf(scene(seeds[0]!)))
      .modulate({ hue: 120 })
      .jpeg()
      .toBuffer();
    expect(isAlike(scenes[0]!, await look(turned))).toBe(false);
  });

  it('of a page of text matches its copy, and no other page', async () => {
    const pages = await Promise.all(seeds.map(async (seed) => look(await jpegOf(page(seed)))));
    expect(pairs(pages)).toEqual([]);
    expect(isAlike(pages[0]!, await look(await copies['at quality 40']!(page(seeds[0]!))))).toBe(true);
  });

  it('without content has no detail: skies, black, white', async () => {
    const plain = (background: string) => sharp({ create: { width: 300, height: 200, channels: 3, background } });
    const pictures = [...seeds.slice(0, 4).map(sky), plain('#000'), plain('#fff')];
    for (const picture of pictures) expect(detailOf(await look(await jpegOf(picture)))).toBeLessThan(lookBounds.detail);
    for (const one of scenes) expect(detailOf(one)).toBeGreaterThan(lookBounds.detail);
  });
});

describe('a perceptual hash', () => {
  it('depends on pixels alone, has a fixed length, and holds the sign of each frequency', () => {
    const pixels = (value: (x: number, y: number) => number): Uint8Array =>
      Uint8Array.from({ length: lookPixels * lookPixels * 3 }, (_, at) =>
        value(Math.floor(at / 3) % lookPixels, Math.floor(at / 3 / lookPixels)),
      );
    const across = lookOf(pixels((x) => 255 - x * 8));
    expect(across).toHaveLength(lookLength);
    expect(lookOf(pixels((x) => 255 - x * 8))).toEqual(across);
    // Bright on the left: half a wave across has a positive sign, mirrored a negative one.
    expect(partsOf(across)[0]! & 2).toBe(2);
    expect(partsOf(lookOf(pixels((x) => x * 8)))[0]! & 2).toBe(0);
    expect(partsOf(lookOf(pixels((_, y) => 255 - y * 8)))[0]! & 256).toBe(256);
    expect([...across.subarray(264)].every((colour) => colour === 128)).toBe(true);
  });

  it('is compared by the bits of all parts', () => {
    expect(bitsApart([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
    expect(bitsApart([1, 0, 0x8000, 0], [0, 3, 0, 0])).toBe(4);
    expect(bitsApart([0xffff, 0xffff, 0xffff, 0xffff], [0, 0, 0, 0])).toBe(64);
  });
});
