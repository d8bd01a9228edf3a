/**
 * Originals without private metadata, of the types other than JPEG and PNG: no tag is left, and the picture is
 * unchanged.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it, test } from 'vitest';
import { openReader } from '../../src/photo/facts/exiftool.js';
import { headLength, identify } from '../../src/photo/formats/identify.js';
import { render } from '../../src/photo/decode/render.js';
import { strip } from '../../src/photo/strip/strip-metadata.js';
import { temporaryFolder } from '../folder.js';
import { largePhotos, quarters, realPhotos, shown, writeTags } from './pictures.js';

const reader = openReader({ processes: 1 });
afterAll(() => reader.close());

/** Groups and names of tags that reveal more than the picture. */
const groups =
  /^(?:XMP|IPTC|ExifIFD|InteropIFD|GPS|IFD1|SubIFD|Photoshop|MakerNotes|Keys|UserData|JUMBF|Trailer|Samsung|Apple)/;
const names =
  /GPS|Serial|Owner|Artist|Copyright|Creator|By-line|Author|Comment|Description|Make|Model|Date|Location|City|Exif|Trailer|Preview|Thumb|Software|HostComputer/;

const words = [
  ...['-IFD0:Artist=zq-owner', '-IFD0:Make=zq-make', '-ExifIFD:SerialNumber=zq-serial', '-ExifIFD:OwnerName=zq-owner'],
  ...[
    '-GPSLatitude=39.1',
    '-GPSLatitudeRef=N',
    '-GPSLongitude=108.4',
    '-GPSLongitudeRef=W',
    '-XMP-dc:Creator=zq-owner',
  ],
  ...['-XMP-dc:Description=zq-words', '-XMP-photoshop:City=zq-city'],
];

/** Tags of these bytes that reveal more than the picture. */
async function tagsOf(bytes: Buffer): Promise<string[]> {
  const path = join(temporaryFolder(), 'a.bin');
  writeFileSync(path, bytes);
  const answer = await reader.ask(path);
  if (answer.kind === 'ended') throw new Error(answer.why);
  return Object.keys(answer.answer).filter((tag) => {
    const [group = '', name = ''] = tag.split(':');
    if (/^(?:System|ExifTool|ICC|File|Composite|SourceFile)/.test(group)) return false;
    return groups.test(group) || names.test(name);
  });
}

/** The picture that the album renders from these bytes, without the gain map of an HDR photo: stripping removes it. */
async function pictureOf(bytes: Buffer): Promise<string> {
  const found = identify(bytes.subarray(0, headLength));
  if (found.kind !== 'photo') throw new Error(found.reason);
  const path = join(temporaryFolder(), 'a.bin');
  writeFileSync(path, bytes);
  const { width, height, preview } = shown(await render(path, found.format));
  const pixels = await sharp(preview.bytes).raw().toBuffer();
  return `${width} × ${height} ${createHash('sha256').update(pixels).digest('hex')}`;
}

/** A file with these bytes, and with text in every tag that ExifTool can write. */
async function wordy(name: string, bytes: Buffer, ...more: string[]): Promise<Buffer> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  await writeTags(path, ...words, ...more);
  return readFileSync(path);
}

const heic = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'heic', `${name}.heic`));
const picture = (): Sharp => quarters(120, 80);

const made: [string, string, () => Promise<Buffer>][] = [
  ['a WebP', 'image/webp', async () => wordy('a.webp', await picture().webp().toBuffer())],
  [
    'a WebP that is turned',
    'image/webp',
    async () => wordy('a.webp', await picture().webp().toBuffer(), '-IFD0:Orientation#=6'),
  ],
  [
    'a WebP with transparency and colours',
    'image/webp',
    async () =>
      wordy('a.webp', await picture().ensureAlpha(0.5).withIccProfile('p3').webp({ lossless: true }).toBuffer()),
  ],
  ['an AVIF', 'image/avif', async () => wordy('a.avif', await picture().avif({ effort: 0 }).toBuffer())],
  [
    'an AVIF with transparency',
    'image/avif',
    async () => wordy('a.avif', await picture().ensureAlpha(0.5).avif({ effort: 0 }).toBuffer()),
  ],
  ...['plain', 'turned', 'grid', 'p3', 'nclx', 'deep', 'pq', 'several'].map(
    (name): [string, string, () => Promise<Buffer>] => [
      `the HEIC ${name}`,
      'image/heic',
      () => wordy('a.heic', heic(name)),
    ],
  ),
  [
    'a TIFF',
    'image/tiff',
    async () => wordy('a.tif', await picture().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer()),
  ],
  [
    'a TIFF of tiles, turned, in its own colours',
    'image/tiff',
    async () =>
      wordy(
        'a.tif',
        await picture()
          .withIccProfile('p3')
          .tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 })
          .toBuffer(),
        '-IFD0:Orientation#=8',
        '-IPTC:City=zq-city',
      ),
  ],
  [
    'a TIFF of 16 bits',
    'image/tiff',
    async () => wordy('a.tif', await picture().toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer()),
  ],
];

test.each(made)('%s has no metadata and looks the same', async (_name, type, make) => {
  const bytes = await make();
  expect(bytes.toString('latin1')).toContain('zq-');
  expect((await tagsOf(bytes)).length).toBeGreaterThan(5);
  const bare = strip(bytes, type)!;
  expect(bare.toString('latin1')).not.toContain('zq-');
  expect(await tagsOf(bare)).toEqual([]);
  expect(await pictureOf(bare)).toBe(await pictureOf(bytes));
});

describe('a JPEG XL', () => {
  const box = (type: string, content: string): Buffer => {
    const bytes = Buffer.from(`\0\0\0\0${type}${content}`, 'latin1');
    bytes.writeUInt32BE(bytes.length);
    return bytes;
  };
  const kept = [box('JXL ', '\r\n\x87\n'), box('ftyp', 'jxl \0\0\0\0jxl '), box('jxlc', '\xff\x0a-pixels-')];

  it('keeps its codestream and nothing else', () => {
    const others = ['Exif', 'xml ', 'brob', 'jbrd', 'jumb', 'zqzq'].map((type) => box(type, 'zq-owner'));
    expect(strip(Buffer.concat([...kept.slice(0, 2), ...others, kept[2]!, ...others]), 'image/jxl')).toEqual(
      Buffer.concat(kept),
    );
    expect(strip(Buffer.concat([...kept, Buffer.from('zq')]), 'image/jxl')).toBeUndefined();
  });
});

describe('incompletely understood files are rejected:', () => {
  it('truncated files', async () => {
    for (const [, type, make] of made.filter(([name]) => /grid|a TIFF$|an AVIF$|a WebP$/.test(name))) {
      const bytes = strip(await make(), type)!;
      expect(strip(bytes.subarray(0, bytes.length - 100), type), type).toBeUndefined();
      expect(strip(bytes.subarray(0, 40), type), type).toBeUndefined();
    }
  });

  it('a sequence of pictures, a protected item, data in another file', () => {
    const plain = heic('plain');
    const sequence = Buffer.concat([plain, Buffer.from('\0\0\0\x08moov', 'latin1')]);
    expect(strip(sequence, 'image/heic')).toBeUndefined();
    const foreign = Buffer.from(plain);
    const iloc = foreign.indexOf('iloc');
    // The data reference index of the first item, after its id and construction method.
    foreign.writeUInt16BE(1, iloc + 4 + 4 + 2 + 2 + 2 + (foreign[iloc + 4] === 0 ? 0 : 2));
    expect(strip(foreign, 'image/heic')).toBeUndefined();
  });

  it('a TIFF with JPEG pixels, which contain text of their own', async () => {
    expect(strip(await picture().tiff({ compression: 'jpeg' }).toBuffer(), 'image/tiff')).toBeUndefined();
  });
});

test('shuffled bytes break nothing', async () => {
  for (const [, type, make] of made.slice(0, 14)) {
    const bytes = await make();
    for (let n = 0; n < 100; n++) {
      const broken = Buffer.from(bytes);
      for (let k = 0; k < 4; k++)
        broken[(n * 7919 + k * 104_729) % Math.min(bytes.length, 1500)] = (n * 31 + k * 97) & 255;
      const bare = strip(broken, type);
      expect(bare === undefined || bare.length <= broken.length + 26, type).toBe(true);
    }
  }
});

describe.skipIf(!existsSync(realPhotos))('of real photos (skipped without ../shared/photos)', () => {
  test.each(largePhotos)('%s has no metadata and looks the same', { timeout: 240_000 }, async (name) => {
    const bytes = readFileSync(join(realPhotos, name));
    const found = identify(bytes.subarray(0, headLength));
    const bare = strip(bytes, found.kind === 'photo' ? found.format.type : '')!;
    expect(await tagsOf(bare)).toEqual([]);
    expect(await pictureOf(bare)).toBe(await pictureOf(bytes));
  });
});
