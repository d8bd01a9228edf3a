/** Previews keep the gain map of their originals, so that HDR screens show them as bright as they were taken. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readIso, readXmp, writeIso, writeXmp, type Gains } from '../../src/photo/decode/gain-map-metadata.js';
import { render } from '../../src/photo/decode/render.js';
import { previewEdge, type Pictures } from '../../src/photo/decode/renditions.js';
import { temporaryFolder } from '../folder.js';
import { writeTags } from './pictures.js';
import { withHeicMap } from './gain-heic.js';
import { appleJpeg, ultraHdr, type AppleBrightness } from './gain-maps.js';

const format = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' };

async function file(bytes: Buffer, ...tags: string[]): Promise<string> {
  const path = join(temporaryFolder(), 'a.jpg');
  writeFileSync(path, bytes);
  if (tags.length > 0) await writeTags(path, ...tags);
  return path;
}
const pictures = async (path: string, ...rest: [boolean?, object?]): Promise<Pictures> =>
  (await render(path, format, ...rest)) as Pictures;
/** The gain map of a picture, and the gains in its corners, by rows. */
async function mapOf({ bytes }: { bytes: Uint8Array }) {
  const { gainMap, ...about } = await sharp(bytes).metadata();
  if (!gainMap) return undefined;
  // A map of one channel stays one.
  expect((await sharp(gainMap.image).metadata()).channels).toBe(1);
  const { data, info } = await sharp(gainMap.image).greyscale().raw().toBuffer({ resolveWithObject: true });
  const last = info.width * (info.height - 1);
  const corners = [0, info.width - 1, last, last + info.width - 1].map((at) => data[at]! > 127);
  return { width: info.width, height: info.height, corners, about };
}

const rational = [0, 2, 1, 1 / 64, 1 / 64] as const;
const [min, max, gamma, baseOffset, alternateOffset] = rational;
/** The metadata that ultraHdr writes. */
const usual: Gains = {
  channels: [{ min, max, gamma, baseOffset, alternateOffset }],
  baseHeadroom: 0,
  alternateHeadroom: 2,
};

/** Other metadata, for each colour. */
const colours: Gains = {
  channels: [0, 1, 2].map((n) => ({
    ...{ min: -0.5 * n, max: 1.25 + n, gamma: 0.5 + n },
    ...{ baseOffset: n / 64, alternateOffset: n / 128 },
  })),
  ...{ baseHeadroom: 0.25, alternateHeadroom: 3.5 },
};

/** The segment of a JPEG's map that begins with this text, by position and content. */
function partOf(map: Uint8Array, begin: string): { at: number; content: Buffer } {
  const bytes = Buffer.from(map);
  const at = bytes.indexOf(begin, 0, 'latin1') - 4;
  return { at, content: bytes.subarray(at + 4 + begin.length, at + 2 + bytes.readUInt16BE(at + 2)) };
}
const [isoBegin, xmpBegin] = ['urn:iso:std:iso:ts:21496:-1\0', 'http://ns.adobe.com/xap/1.0/\0'];

/** What libultrahdr, in libvips, reads from a picture: it writes the same again. */
async function readByOthers(picture: Uint8Array): Promise<Gains | undefined> {
  const image = sharp(picture) as Sharp & { keepGainMap(): Sharp };
  const again = await image.keepGainMap().jpeg().toBuffer();
  const { gainMap } = await sharp(again).metadata();
  return gainMap && readIso(partOf(gainMap.image, isoBegin).content);
}

function expectAlike(read: Gains | undefined, wanted: Gains): void {
  expect(read?.baseHeadroom).toBeCloseTo(wanted.baseHeadroom, 4);
  expect(read?.alternateHeadroom).toBeCloseTo(wanted.alternateHeadroom, 4);
  for (const [n, channel] of wanted.channels.entries())
    for (const [name, value] of Object.entries<number>({ ...channel }))
      expect(read!.channels[n]![name as keyof typeof channel], name).toBeCloseTo(value, 4);
}

it('a preview has the map, scaled alike, and no other metadata', async () => {
  const path = await file(await ultraHdr(4000, 3000), '-GPSLatitude=39.1', '-GPSLatitudeRef=N', '-XMP-dc:Title=secret');
  const { preview, thumb, ...rest } = await pictures(path);
  expect(rest).toMatchObject({ width: 4000, height: 3000, gainMap: true });
  expect([preview.width, preview.height]).toEqual([previewEdge, 1536]);
  const map = await mapOf(preview);
  expect(map).toMatchObject({ width: 512, height: 384, corners: [false, true, false, true] });
  expect(map!.about).toMatchObject({ width: previewEdge, height: 1536 });
  // Its own XMP announces the map.
  expect([map!.about.exif, map!.about.icc, map!.about.orientation]).toEqual([undefined, undefined, undefined]);
  for (const text of ['secret', 'GPS']) expect(Buffer.from(preview.bytes).includes(text)).toBe(false);
  expect(await mapOf(thumb)).toBeUndefined();
});

it.each([
  [2, [true, false, true, false]],
  [3, [true, false, true, false]],
  [4, [false, true, false, true]],
  [5, [false, false, true, true]],
  [6, [false, false, true, true]],
  [7, [true, true, false, false]],
  [8, [true, true, false, false]],
])('that of an original with the orientation %s has the map, rotated alike', async (orientation, corners) => {
  const path = await file(await ultraHdr(4000, 3000), `-Orientation#=${orientation}`, '-XMP-dc:Title=secret');
  const { preview, gainMap } = await pictures(path);
  const isTurned = orientation > 4;
  const size = isTurned ? [1536, previewEdge] : [previewEdge, 1536];
  expect([preview.width, preview.height, gainMap]).toEqual([...size, true]);
  const map = await mapOf(preview);
  const [width, height] = isTurned ? [384, 512] : [512, 384];
  expect(map).toMatchObject({ width, height, corners, about: { width: size[0], height: size[1] } });
  expect([map!.about.icc, map!.about.exif, map!.about.orientation]).toEqual([undefined, undefined, undefined]);
  expect(Buffer.from(preview.bytes).includes('secret')).toBe(false);
});

it('an edited picture has the map of what it shows', async () => {
  const path = await file(await ultraHdr(800, 600), '-Orientation#=6');
  const crop = { left: 0.5, top: 0.6, width: 0.5, height: 0.4 };
  const edited = await pictures(path, false, { rotate: 1, crop });
  expect([edited.preview.width, edited.preview.height, edited.gainMap]).toEqual([320, 300, true]);
  // The bright part alone: nothing of what was cut away is in the file.
  expect(await mapOf(edited.preview)).toMatchObject({ width: 80, height: 75, corners: [true, true, true, true] });
  const straightened = await pictures(path, false, { straighten: 5 });
  expect(straightened.gainMap).toBe(true);
  expect(await mapOf(straightened.preview)).toMatchObject({ corners: [false, false, true, true] });
});

it('other originals have none', async () => {
  const plain = await pictures(
    await file(
      await sharp(await ultraHdr(800, 600))
        .jpeg()
        .toBuffer(),
    ),
  );
  expect(plain.gainMap).toBeUndefined();
  expect(await mapOf(plain.preview)).toBeUndefined();
});

it('a broken map leaves the preview as it is without one', async () => {
  const whole = await ultraHdr(800, 600);
  const { preview, gainMap } = await pictures(await file(whole.subarray(0, whole.length - 400)));
  expect([preview.width, preview.height, gainMap]).toEqual([800, 600, undefined]);
});

it('a map that is larger than its picture is left out', async () => {
  const { preview, gainMap } = await pictures(await file(await ultraHdr(1600, 1200, 1)));
  expect([gainMap, await mapOf(preview)]).toEqual([undefined, undefined]);
  expect(preview.bytes.length).toBeLessThan(1 << 16);
});

describe('how to apply a map', () => {
  it('is in the preview in both forms, and libultrahdr reads either', async () => {
    const { preview } = await pictures(await file(await ultraHdr(800, 600)));
    const { gainMap } = await sharp(preview.bytes).metadata();
    expectAlike(readIso(partOf(gainMap!.image, isoBegin).content), usual);
    expectAlike(readXmp(partOf(gainMap!.image, xmpBegin).content.toString()), usual);
    for (const form of [isoBegin, xmpBegin]) {
      // Without the other one, whose segments become comments.
      const alone = Buffer.from(preview.bytes);
      const other = form === isoBegin ? xmpBegin : isoBegin;
      for (let at = alone.indexOf(other); at !== -1; at = alone.indexOf(other, at)) {
        alone[at - 3] = 0xfe;
        alone.fill(0x20, at, at + other.length);
      }
      expectAlike(await readByOthers(alone), usual);
    }
  });

  it('is read as it was written, also for each colour', () => {
    for (const gains of [usual, colours]) {
      expectAlike(readIso(writeIso(gains)), gains);
      expectAlike(readXmp(writeXmp(gains)), gains);
    }
    // As attributes, with the defaults of the specification.
    const space = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"';
    expectAlike(readXmp(`<a ${space} hdrgm:GainMapMax="2" hdrgm:HDRCapacityMax='2'/>`), usual);
  });

  it('is not read from malformed metadata, or of a picture for HDR screens', () => {
    const bytes = writeIso(colours);
    for (let length = 0; length < bytes.length; length++) expect(readIso(bytes.subarray(0, length))).toBeUndefined();
    for (let at = 0; at < bytes.length; at++) {
      const broken = Buffer.from(bytes);
      broken[at] = 0xff;
      const read = readIso(broken);
      for (const value of read?.channels.flatMap((channel) => Object.values<number>({ ...channel })) ?? [])
        expect(Math.abs(value)).toBeLessThan(65);
    }
    const xmp = writeXmp(usual);
    expect(readXmp(xmp.replace('"False"', '"True"'))).toBeUndefined();
    expect(readXmp(xmp.replace('ns.adobe.com/hdr-gain-map', 'example.org'))).toBeUndefined();
    for (const value of ['', 'x', '-1', '1e99', 'Infinity'])
      expect(readXmp(xmp.replace(/(hdrgm:HDRCapacityMax=")[^"]*/, `$1${value}`)), value).toBeUndefined();
    expect(readIso(writeIso({ ...usual, baseHeadroom: 2, alternateHeadroom: 0 }))).toBeUndefined();
  });
});

describe('of an iPhone’s JPEG', () => {
  /** The headroom by Apple's formula, from the maker note's tags 33 and 48. */
  const cases: [AppleBrightness, number][] = [
    [{ maker: { 33: 0.5, 48: 0.005 } }, 2 ** 1.7],
    [{ maker: { 33: 0.5, 48: 1 } }, 2 ** 1.5],
    [{ maker: { 33: 1, 48: 0.01 } }, 2 ** 2.3],
    [{ maker: { 33: 1.5, 48: 1 } }, 4],
    [{ maker: { 48: 0 } }, 2 ** 1.8],
    [{ headroom: 4.5 }, 4.5],
  ];

  it.each(cases)('%j, the map shows the same', async (brightness, headroom) => {
    const { preview, gainMap } = await pictures(await file(await appleJpeg(800, 600, brightness)));
    expect(gainMap).toBe(true);
    const { image } = (await sharp(preview.bytes).metadata()).gainMap!;
    const gains = readIso(partOf(image, isoBegin).content)!;
    expectAlike(await readByOthers(preview.bytes), gains);
    expect(2 ** gains.alternateHeadroom).toBeCloseTo(headroom, 3);
    const [{ min, max, gamma, baseOffset, alternateOffset }] = gains.channels as [Gains['channels'][0]];
    expect([baseOffset, alternateOffset]).toEqual([0, 0]);
    const { data, info } = await sharp(image).greyscale().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([400, 300]);
    for (const x of [10, 100, 200, 300, 390]) {
      // The gain of the standard, and that of Apple for the sample that was written there.
      const shown = 2 ** (min + (max - min) * (data[150 * 400 + x]! / 255) ** (1 / gamma));
      const sample = x / 400;
      const linear = sample < 0.081 ? sample / 4.5 : ((sample + 0.099) / 1.099) ** (1 / 0.45);
      expect(shown / (1 + (headroom - 1) * linear), `at ${x}`).toBeCloseTo(1, 1);
    }
  });

  it('the map is rotated with it', async () => {
    const path = await file(await appleJpeg(800, 600, { headroom: 4 }, 6));
    const { preview, gainMap } = await pictures(path);
    expect([preview.width, preview.height, gainMap]).toEqual([600, 800, true]);
    expect(await mapOf(preview)).toMatchObject({ width: 300, height: 400, corners: [false, false, true, true] });
    for (const text of ['Apple', 'HDRGainMap']) expect(Buffer.from(preview.bytes).includes(text)).toBe(false);
  });

  it('without its brightness the preview has no map', async () => {
    const { gainMap } = await pictures(await file(await appleJpeg(800, 600, { maker: {} })));
    expect(gainMap).toBeUndefined();
  });
});

describe('of HEIC', () => {
  const heic = { type: 'image/heic', family: 'heif', name: 'HEIC' };
  const bytesOf = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'heic', `${name}.heic`));
  async function picturesOf(bytes: Buffer): Promise<Pictures> {
    const path = join(temporaryFolder(), 'a.heic');
    writeFileSync(path, bytes);
    return (await render(path, heic)) as Pictures;
  }

  // The picture, which is its own map here, has much red in its upper left and lower right corner.
  it.each(['plain', 'turned', 'deep'])('%s.heic keeps Apple’s map, upright', async (name) => {
    const { preview, gainMap } = await picturesOf(withHeicMap(bytesOf(name), { apple: { maker: { 33: 1.5, 48: 1 } } }));
    expect([preview.width, preview.height, gainMap]).toEqual([160, 96, true]);
    expect(await mapOf(preview)).toMatchObject({ width: 160, height: 96, corners: [true, false, false, true] });
    const gains = { ...{ min: 0, max: 2, gamma: 1 }, baseOffset: 0, alternateOffset: 0 };
    expectAlike(await readByOthers(preview.bytes), { channels: [gains], baseHeadroom: 0, alternateHeadroom: 2 });
  });

  it('has the headroom in its XMP, too', async () => {
    const { preview } = await picturesOf(withHeicMap(bytesOf('plain'), { apple: { headroom: 3 } }));
    expect(2 ** (await readByOthers(preview.bytes))!.alternateHeadroom).toBeCloseTo(3, 4);
  });

  it.each([
    ['one channel', usual],
    ['colours', colours],
  ])('keeps the map of the standard, with %s', async (_, gains) => {
    const { preview, gainMap } = await picturesOf(withHeicMap(bytesOf('plain'), { iso: writeIso(gains) }));
    expect(gainMap).toBe(true);
    expectAlike(await readByOthers(preview.bytes), gains);
    const { image } = (await sharp(preview.bytes).metadata()).gainMap!;
    expect((await sharp(image).metadata()).channels).toBe(gains.channels.length);
  });

  it('without numbers, or broken, leaves the preview as it is without one', async () => {
    for (const how of [{ apple: { maker: {} } }, { iso: writeIso(usual).subarray(0, 40) }])
      expect((await picturesOf(withHeicMap(bytesOf('plain'), how))).gainMap).toBeUndefined();
    const broken = withHeicMap(bytesOf('plain'), { apple: { headroom: 3 } }, Buffer.alloc(500, 7));
    const { preview, gainMap } = await picturesOf(broken);
    expect([preview.width, preview.height, gainMap]).toEqual([160, 96, undefined]);
  });

  it('of a picture for HDR screens is left out', async () => {
    expect((await picturesOf(withHeicMap(bytesOf('pq'), { apple: { headroom: 3 } }))).gainMap).toBeUndefined();
  });
});
