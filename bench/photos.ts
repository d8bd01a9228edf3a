/**
 * Large distinct JPEGs with real EXIF for benches, made from the real photos beside the project if they exist,
 * otherwise from the sample pictures. Made once per machine, in the temporary folder.
 */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
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

/** A folder with `count` distinct JPEGs of `megapixels` (4:3), 3 to 5 MB each at 12 megapixels. Returns its path. */
export async function bigPhotos(count: number, megapixels: number): Promise<string> {
  const folder = join(benchFolder, `${megapixels}mp`);
  mkdirSync(folder, { recursive: true });
  const width = Math.round(Math.sqrt((megapixels * 1e6 * 4) / 3));
  const height = Math.round((width * 3) / 4);
  const from = await sources();
  for (let n = 0; n < count; n++) {
    const path = join(folder, `IMG_${String(n).padStart(4, '0')}.jpg`);
    if (existsSync(path) && statSync(path).size > 0) continue;
    writeFileSync(path, await bigPhoto(from[n % from.length]!, n, width, height));
  }
  return folder;
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
