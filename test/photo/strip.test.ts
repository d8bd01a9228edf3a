/**
 * Originals without private metadata: no tag that names a place, a device or a person is left, and every pixel is
 * unchanged.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { openReader } from '../../src/photo/facts/exiftool.js';
import { strip } from '../../src/photo/strip/strip-metadata.js';

const folder = mkdtempSync(join(tmpdir(), 'photospool-strip-'));
const reader = openReader({ processes: 1 });
afterAll(async () => {
  await reader.close();
  rmSync(folder, { recursive: true, force: true });
});

const told =
  /GPS|Serial|Owner|Artist|Copyright|Creator|By-line|Author|Comment|Description|Make|Model|Date|Location|City|XMP|IPTC|Trailer|Preview/;

/** Tags of a file that reveal more than the picture. */
async function tagsOf(bytes: Buffer): Promise<string[]> {
  const path = join(folder, 'a.bin');
  writeFileSync(path, bytes);
  const answer = await reader.ask(path);
  if (answer.kind === 'ended') throw new Error(answer.why);
  return Object.keys(answer.answer).filter(
    (tag) => told.test(tag) && !/^(?:System|ExifTool|ICC|File|Composite|JFIF)/.test(tag),
  );
}
const pixels = async (bytes: Buffer): Promise<string> =>
  (await sharp(bytes).autoOrient().raw().toBuffer()).toString('base64');

async function picture(type: 'jpeg' | 'png', orientation: number): Promise<Buffer> {
  const noise = Buffer.from(Array.from({ length: 60 * 40 * 3 }, (_, n) => (n * 7919) % 251));
  return sharp(noise, { raw: { width: 60, height: 40, channels: 3 } })
    .withMetadata({ orientation })
    .withExif({
      IFD0: { Artist: 'zq-owner', Make: 'Canon', Model: 'EOS', Copyright: 'zq-owner' },
      IFD2: { BodySerialNumber: 'zq-serial', CameraOwnerName: 'zq-owner' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '39/1 7/1 0/1', GPSLongitudeRef: 'W', GPSLongitude: '108/1 24/1 0/1' },
    })
    .toFormat(type)
    .toBuffer();
}

test.each([1, 3, 6, 8])('a JPEG rotated by %i has no metadata and looks the same', async (orientation) => {
  const plain = await picture('jpeg', orientation);
  // With a comment, and a second picture after its end, as phones write.
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 10]), Buffer.from('zq-note!')]);
  const given = Buffer.concat([plain.subarray(0, 2), comment, plain.subarray(2), plain]);
  expect((await tagsOf(given)).length).toBeGreaterThan(5);
  const bare = strip(given, 'image/jpeg')!;
  expect(await tagsOf(bare)).toEqual([]);
  expect(bare.toString('latin1')).not.toContain('zq-');
  expect(await pixels(bare)).toBe(await pixels(plain));
});

test('a progressive JPEG and a PNG too', async () => {
  const progressive = await sharp(await picture('jpeg', 1))
    .keepMetadata()
    .jpeg({ progressive: true })
    .toBuffer();
  const png = await picture('png', 1);
  for (const [bytes, type] of [
    [progressive, 'image/jpeg'],
    [png, 'image/png'],
  ] as const) {
    expect(bytes.toString('latin1')).toContain('zq-');
    const bare = strip(bytes, type)!;
    expect(await tagsOf(bare)).toEqual([]);
    expect(bare.toString('latin1')).not.toContain('zq-');
    expect(await pixels(bare)).toBe(await pixels(bytes));
  }
});

test('truncated files, other formats, and files without a picture are rejected', async () => {
  const bytes = await picture('jpeg', 1);
  expect(strip(bytes.subarray(0, bytes.length - 2), 'image/jpeg')).toBeUndefined();
  expect(strip(bytes.subarray(0, 30), 'image/jpeg')).toBeUndefined();
  expect(strip(Buffer.from('no picture at all'), 'image/jpeg')).toBeUndefined();
  expect(strip(Buffer.from('no picture at all'), 'image/png')).toBeUndefined();
  expect(strip(bytes, 'image/heic')).toBeUndefined();
});

const shared = join(import.meta.dirname, '../../../shared/photos');
test.skipIf(!existsSync(shared))(
  'real photos have no metadata, and all their pixels',
  { timeout: 120_000 },
  async () => {
    const names = readdirSync(shared, { recursive: true, encoding: 'utf8' }).filter((name) => /\.jpe?g$/i.test(name));
    let looked = 0;
    for (const name of names.slice(0, 12)) {
      const bytes = readFileSync(join(shared, name));
      const bare = strip(bytes, 'image/jpeg');
      if (!bare) continue;
      looked++;
      expect(await tagsOf(bare), name).toEqual([]);
      expect(await pixels(bare), name).toBe(await pixels(bytes));
    }
    expect(looked).toBeGreaterThan(0);
  },
);
