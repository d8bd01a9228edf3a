/**
 * The peak memory of importing large photos: resident memory of the process and its children, shared pages counted
 * once, sampled five times a second. `npm run bench memory [photos] [megapixels]`. Linux.
 */
import { rmSync } from 'node:fs';
import { photospool } from './ingest.js';
import { benchHome, bigPhotos } from './photos.js';
import { table } from './run.js';

/** The question of this bench. */
export const title = 'Memory: the peak while big photos are taken in with 2 workers';

/** Runs it. Arguments: photos (200), megapixels (24). */
export async function run([photos = '200', megapixels = '24']: string[]): Promise<void> {
  const { peak, seconds } = await photospool(await bigPhotos(Number(photos), Number(megapixels)), 2);
  const speed = (Number(photos) / seconds).toFixed(1);
  console.log(`\n${photos} photos of ${megapixels} megapixels, 2 workers\n`);
  console.log(
    table(['photos/s', 'peak MiB', 'wanted', ''], [[speed, peak.toFixed(0), 'below 700', peak < 700 ? 'yes' : 'no']]),
  );
  rmSync(benchHome, { recursive: true, force: true });
}
