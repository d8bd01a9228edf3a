/** Colours are correct in every colour space: compared with values computed from the standards. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { toUsual } from '../../src/photo/decode/color-conversion.js';
import { headLength, identify } from '../../src/photo/formats/identify.js';
import { render } from '../../src/photo/decode/render.js';
import type { Pictures } from '../../src/photo/decode/renditions.js';
import { isSrgb } from '../../src/photo/decode/srgb-profile.js';
import { makeUncompressed } from '../../src/photo/decode/uncompressed-tiff.js';
import { temporaryFolder } from '../folder.js';
import { deltaE, hdrSignal, lab, labOf, scene, spaces, type Three } from './colour.js';
import { colourAt, expectPressed, shown } from './pictures.js';

/** Patches within every space tested here: greys, skin, sky, leaves, and near-primaries. */
const patches: Three[] = [
  [128, 128, 128],
  [240, 240, 240],
  [194, 150, 130],
  [98, 122, 157],
  [87, 108, 67],
  [175, 54, 60],
  [70, 148, 73],
  [56, 61, 150],
  [231, 199, 31],
];
const edge = 40;

/** The patches side by side, as pixels of 8 or 16 bits. */
function strip(bits: 8 | 16): { data: Buffer; width: number; height: number } {
  const [width, height] = [patches.length * edge, edge];
  const samples = bits === 8 ? new Uint8Array(width * height * 3) : new Uint16Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const patch = patches[Math.floor((i % width) / edge)]!;
    samples.set(bits === 8 ? patch : patch.map((value) => value * 257), i * 3);
  }
  return { data: Buffer.from(samples.buffer), width, height };
}

/** The profile of a space from libvips; `adobe` is built below. */
async function profileOf(name: 'p3' | 'srgb'): Promise<Uint8Array> {
  const made = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    .withIccProfile(name)
    .tiff()
    .toBuffer();
  return (await sharp(made).metadata()).icc!;
}

const fixed = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(Math.round(value * 65_536));
  return bytes;
};

/** A curve of ICC.1:2001: one number is a gamma in 256ths, more are samples in 65,535ths. */
function curveOf(...values: number[]): Buffer {
  const curve = Buffer.alloc(12 + values.length * 2);
  curve.write('curv', 'latin1');
  curve.writeUInt32BE(values.length, 8);
  for (const [n, value] of values.entries()) curve.writeUInt16BE(value, 12 + n * 2);
  return curve;
}

/** A matrix profile (ICC.1:2001) of three primaries, adapted to D50, and one curve. */
function matrixProfile(primaries: readonly (readonly number[])[], curve: Buffer): Buffer {
  const xyz = (values: readonly number[]): Buffer =>
    Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), ...values.map(fixed)]);
  const description = Buffer.alloc(104);
  description.write('desc', 0, 'latin1');
  description.writeUInt32BE(6, 8);
  description.write('Built\0', 12, 'latin1');
  const copyright = Buffer.from('text\0\0\0\0none\0\0\0\0', 'latin1');
  const [red, green, blue] = primaries;
  const tags: [string, Buffer][] = [
    ['desc', description],
    ['cprt', copyright],
    ['wtpt', xyz([0.9642, 1, 0.8249])],
    ['rXYZ', xyz(red!)],
    ['gXYZ', xyz(green!)],
    ['bXYZ', xyz(blue!)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  const table = Buffer.alloc(4 + tags.length * 12);
  table.writeUInt32BE(tags.length);
  let at = 128 + table.length;
  for (const [n, [name, bytes]] of tags.entries()) {
    table.write(name, 4 + n * 12, 'latin1');
    table.writeUInt32BE(at, 8 + n * 12);
    table.writeUInt32BE(bytes.length, 12 + n * 12);
    at += bytes.length;
  }
  const head = Buffer.alloc(128);
  head.writeUInt32BE(at);
  head.writeUInt32BE(0x02100000, 8);
  head.write('mntrRGB XYZ ', 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  for (const [n, value] of [0.9642, 1, 0.8249].entries()) head.set(fixed(value), 68 + n * 4);
  return Buffer.concat([head, table, ...tags.map(([, bytes]) => bytes)]);
}

/** Of Adobe RGB (1998), from its chromaticities and gamma 563/256. */
const adobeProfile = (): Buffer =>
  matrixProfile(
    [
      [0.60974, 0.31111, 0.01947],
      [0.20528, 0.62567, 0.06087],
      [0.14919, 0.06322, 0.74457],
    ],
    curveOf(563),
  );

const srgbPrimaries = [
  [0.43607, 0.22249, 0.01392],
  [0.38515, 0.71687, 0.09708],
  [0.14307, 0.06061, 0.7141],
];

/** sRGB as cameras store it: with a curve of 1,024 samples (IEC 61966-2-1). */
function sampledSrgb(): Buffer {
  const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const samples = Array.from({ length: 1024 }, (_, n) => Math.round(linear(n / 1023) * 65_535));
  return matrixProfile(srgbPrimaries, curveOf(...samples));
}

/** A file whose pixels are the patches in a space, with that space's profile. */
function tagged(icc: Uint8Array | undefined, bits: 8 | 16): Buffer {
  const { data, width, height } = strip(bits);
  const { file, pixels } = makeUncompressed({ width, height, channels: 3, bits }, icc);
  pixels.set(data);
  return file;
}

async function renderBytes(bytes: Uint8Array): Promise<Pictures> {
  const path = join(temporaryFolder(), 'a');
  writeFileSync(path, bytes);
  const found = identify(bytes.subarray(0, headLength));
  if (found.kind !== 'photo') throw new Error(found.reason);
  return shown(await render(path, found.format));
}

/** The largest ΔE of the patches in both renditions. */
async function worst(bytes: Uint8Array, space: keyof typeof spaces): Promise<number> {
  const { thumb, preview } = await renderBytes(bytes);
  const each = [thumb, preview].flatMap((picture) =>
    patches.map(async (patch, n) => {
      const pixel = await colourAt(picture.bytes, (n + 0.5) / patches.length, 0.5);
      return deltaE(labOf(pixel), labOf(patch, space));
    }),
  );
  return Math.max(...(await Promise.all(each)));
}

/** As `Sharp.toBuffer` in a format that keeps the profile. */
const as = (file: Buffer, change: (image: Sharp) => Sharp): Promise<Buffer> =>
  change(sharp(file).keepIccProfile()).toBuffer();

describe('ΔE of every patch is below 3, and mostly invisible', () => {
  test.each(['tiff', 'png', 'webp', 'avif', 'jpeg'] as const)('Display P3 in %s', async (format) => {
    const file = tagged(await profileOf('p3'), 8);
    const options = format === 'tiff' ? {} : format === 'png' ? {} : { quality: 95, chromaSubsampling: '4:4:4' };
    expect(await worst(await as(file, (image) => image.toFormat(format, options)), 'p3')).toBeLessThan(3);
  });

  test.each([8, 16] as const)('Adobe RGB, %i bits', async (bits) => {
    expect(await worst(tagged(adobeProfile(), bits), 'adobe')).toBeLessThan(3);
  });

  test.each([8, 16] as const)('no profile, %i bits', async (bits) => {
    expect(await worst(tagged(undefined, bits), 'srgb')).toBeLessThan(3);
  });

  it('CMYK is shown like print: paper is white, and each ink has its colour', async () => {
    const inks = [
      [0, 0, 0, 0],
      [255, 0, 0, 0],
      [0, 255, 0, 0],
      [0, 0, 255, 0],
      [0, 0, 0, 255],
    ];
    const { file, pixels } = makeUncompressed({ width: inks.length * edge, height: edge, channels: 4, bits: 8 });
    for (let i = 0; i < pixels.length / 4; i++) pixels.set(inks[Math.floor((i % (inks.length * edge)) / edge)]!, i * 4);
    // PhotometricInterpretation becomes "separated", and the tag for alpha becomes the one that declares CMYK inks.
    const entry = (tag: number): number => file.indexOf(Buffer.from([tag & 255, tag >> 8, 3, 0]), 8 + pixels.length);
    file.writeUInt16LE(5, entry(0x106) + 8);
    file.writeUInt16LE(1, entry(0x152) + 8);
    file.writeUInt16LE(0x14c, entry(0x152));
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    const { preview } = await renderBytes(file);
    const shownInks = await Promise.all(inks.map((_, n) => colourAt(preview.bytes, (n + 0.5) / inks.length, 0.5)));
    const [paper, cyan, magenta, yellow, black] = shownInks.map((pixel) => labOf(pixel)) as [
      Three,
      Three,
      Three,
      Three,
      Three,
    ];
    expect(paper[0]).toBeGreaterThan(97);
    expect(black[0]).toBeLessThan(25);
    // As printed by ISO 12647-2, within the gamut of a screen: cyan tends to green and blue, magenta to red, yellow to
    // yellow.
    expect(deltaE(cyan, [55, -37, -50])).toBeLessThan(35);
    expect(deltaE(magenta, [48, 74, -3])).toBeLessThan(25);
    expect(deltaE(yellow, [89, -5, 93])).toBeLessThan(25);
  });
});

describe('a profile that means sRGB', () => {
  test('is recognised by what it does, not by its bytes', async () => {
    const gamma = matrixProfile(srgbPrimaries, curveOf(563));
    const all = [await profileOf('srgb'), sampledSrgb(), gamma, adobeProfile(), await profileOf('p3')];
    expect(await Promise.all(all.map(isSrgb))).toEqual([true, true, false, false, false]);
  });

  test.each([1, 6])('changes no byte of the pictures (scale %i)', async (scale) => {
    const { data, width, height } = strip(8);
    const plain = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize(width * scale, height * scale, { kernel: 'nearest' })
      .raw()
      .toBuffer();
    const [without, ...others] = await Promise.all(
      [undefined, sampledSrgb(), await profileOf('srgb')].map(async (icc) => {
        const shape = { width: width * scale, height: height * scale, channels: 3, bits: 8 } as const;
        const { file, pixels } = makeUncompressed(shape, icc);
        pixels.set(plain);
        const { thumb, preview } = await renderBytes(file);
        return [Buffer.from(thumb.bytes), Buffer.from(preview.bytes)];
      }),
    );
    for (const one of others) expect(one).toEqual(without);
  });
});

describe('without a profile, by H.273 code points', () => {
  const both = (colours: Three[], primaries: number): number[][] => {
    const samples = Uint16Array.from(colours.flat(), (value) => value * 257);
    const bytes = toUsual(samples, { primaries, transfer: 13 });
    return colours.map((_, n) => [...bytes.subarray(n * 3, n * 3 + 3)]);
  };

  it('P3 is as accurate as 8 bits allow', () => {
    for (const [n, pixel] of both(patches, 12).entries())
      expect(deltaE(labOf(pixel), labOf(patches[n]!, 'p3'))).toBeLessThan(1);
  });

  it('HDR keeps white white, grey grey, and brighter values below white', () => {
    // PQ of 0, 20, 100, 203, 400, 1000 and 10,000 cd/m².
    const signals = [0, 0.4, 0.5081, 0.5807, 0.6526, 0.7518, 1];
    const samples = Uint16Array.from(signals.flatMap((value) => Array<number>(3).fill(value * 65_535)));
    const bytes = toUsual(samples, { primaries: 9, transfer: 16 });
    const greys = signals.map((_, n) => [...bytes.subarray(n * 3, n * 3 + 3)]);
    for (const [r = 0, g = 0, b = 0] of greys) expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(2);
    const levels = greys.map(([r]) => r!);
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    expect(levels[0]).toBe(0);
    expect(levels[5]).toBe(255);
    // Half of reference white is kept: 100/203 is 0.4926 in linear light, 187 in sRGB.
    expect(levels[2]).toBeGreaterThan(183);
    expect(levels[2]).toBeLessThan(191);
  });
});

describe.each([
  ['pq', 16],
  ['hlg', 18],
] as const)('a scene in %s', (name, transfer) => {
  const through = (pixels: readonly (readonly number[])[]): number[][] => {
    const samples = Uint16Array.from(
      pixels.flatMap((pixel) => hdrSignal(pixel, name)),
      (value) => value * 65_535,
    );
    const bytes = toUsual(samples, { primaries: 9, transfer });
    return pixels.map((_, n) => [...bytes.subarray(n * 3, n * 3 + 3)]);
  };

  it('keeps its colours where every screen can show them', () => {
    for (const [n, pixel] of through(scene.asItIs).entries())
      expect(deltaE(labOf(pixel), labOf(scene.asItIs[n]!)), scene.asItIs[n]!.join()).toBeLessThan(1.5);
  });

  it('keeps its hues and stays bright where it is compressed', () => {
    const pixels = through(scene.pressed);
    for (const [n, pixel] of pixels.entries()) expectPressed(pixel, scene.pressed[n]!);
    expect(pixels[0]![0]).toBeGreaterThan(pixels[1]![0]! + 8);
  });
});

test.each(['scene-pq.heic', 'scene-hlg.heic', 'scene-pq.avif', 'scene-hlg.avif'])(
  '%s looks like its scene, in both renditions',
  async (name) => {
    const path = join(import.meta.dirname, 'heic', name);
    const found = identify(readFileSync(path).subarray(0, headLength));
    if (found.kind !== 'photo') throw new Error(found.reason);
    const { thumb, preview } = shown(await render(path, found.format));
    const all = [...scene.asItIs, ...scene.pressed];
    for (const picture of [thumb, preview])
      for (const [n, pixel] of all.entries()) {
        const seen = await colourAt(picture.bytes, (n + 0.5) / all.length, 0.5);
        if (n >= scene.asItIs.length) expectPressed(seen, pixel);
        else expect(deltaE(labOf(seen), labOf(pixel)), `${pixel.join()}: ${seen.join()}`).toBeLessThan(4);
      }
  },
);

it('the reference implementation has the right white and differences of colour spaces', () => {
  expect(deltaE(labOf([255, 255, 255]), [100, 0, 0])).toBeLessThan(0.1);
  expect(deltaE(lab(spaces.p3([0.8, 0.2, 0.2])), labOf([204, 51, 51]))).toBeGreaterThan(5);
});
