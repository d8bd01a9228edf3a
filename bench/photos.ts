/**
 * Large distinct JPEGs with real EXIF for benches, made from the real photos beside the project if they exist,
 * otherwise from the sample pictures. Made once per machine, in the temporary folder.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { openFiles } from '../src/base/files.js';
import { placeSamples } from '../src/ingest/samples/sample-photos.js';

/** The working folder of benches. */
export const benchFolder = join(tmpdir(), 'photospool-bench');

/** The home of this bench run: concurrent runs share none. */
export const benchHome = join(benchFolder, `home-${process.pid}`);

/** Folders of real photos with content and EXIF. */
const real = [
  'immich-test-assets/albums/nature',
  'immich-test-assets/formats/jpg',
  'exif-samples/jpg/gps',
  'exif-samples/jpg/mobile',
];

async function sources(): Promise<string[]> {
  const shared = join(import.meta.dirname, '../../shared/photos');
  const found = real
    .map((folder) => join(shared, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => /\.jpe?g$/i.test(path));
  if (found.length > 0) return found;
  const samples = join(benchFolder, 'samples');
  mkdirSync(samples, { recursive: true });
  await placeSamples(samples, openFiles());
  return readdirSync(samples).map((name) => join(samples, name));
}

/** The kinds of photos: as most phones write them, or with a colour profile, which is slower to decode. */
export type PhotoKind = 'plain' | 'srgb';

/**
 * A folder with exactly `count` distinct JPEGs of `megapixels` (4:3), 3 to 5 MB each at 12 megapixels. With `srgb` each
 * has an sRGB profile. Returns its path.
 */
export async function bigPhotos(count: number, megapixels: number, kind: PhotoKind = 'plain'): Promise<string> {
  const all = join(benchFolder, `${megapixels}mp`);
  const folder = `${all}-${kind}-${count}`;
  for (const path of [all, folder]) mkdirSync(path, { recursive: true });
  const width = Math.round(Math.sqrt((megapixels * 1e6 * 4) / 3));
  const height = Math.round((width * 3) / 4);
  const from = await sources();
  for (let n = 0; n < count; n++) {
    const name = `IMG_${String(n).padStart(4, '0')}.jpg`;
    const [made, path] = [join(all, name), join(folder, name)];
    if (!isWhole(made)) writeFileSync(made, await bigPhoto(from[n % from.length]!, n, width, height));
    if (isWhole(path)) continue;
    if (kind === 'plain') linkSync(made, path);
    else writeFileSync(path, withProfile(readFileSync(made), await srgb()));
  }
  return folder;
}

const isWhole = (path: string): boolean => existsSync(path) && statSync(path).size > 0;

/** The sRGB profile of libvips. */
async function srgb(): Promise<Buffer> {
  const create = { width: 1, height: 1, channels: 3, background: '#fff' } as const;
  const jpeg = await sharp({ create }).withIccProfile('srgb').jpeg().toBuffer();
  return (await sharp(jpeg).metadata()).icc!;
}

/** A JPEG with a colour profile after its other application segments. */
function withProfile(jpeg: Buffer, profile: Buffer): Buffer {
  let at = 2;
  while (jpeg[at] === 0xff && (jpeg[at + 1]! & 0xf0) === 0xe0) at += 2 + jpeg.readUInt16BE(at + 2);
  const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]);
  const head = Buffer.from([0xff, 0xe2, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, at), head, body, jpeg.subarray(at)]);
}

/**
 * One photo, enlarged, slightly brighter or darker, and with the noise of a sensor, so that it is as hard to decode as
 * a real one.
 */
async function bigPhoto(source: string, seed: number, width: number, height: number): Promise<Buffer> {
  const noise = await sharp({
    create: {
      width: 1024,
      height: 1024,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 26 },
    },
  })
    .png()
    .toBuffer();
  return sharp(source)
    .autoOrient()
    .resize({ width, height, fit: 'cover' })
    .modulate({ brightness: 0.9 + (seed % 20) / 100 })
    .composite([{ input: noise, tile: true, blend: 'soft-light', left: seed % 13, top: seed % 17 }])
    .keepExif()
    .jpeg({ quality: 90 })
    .toBuffer();
}
