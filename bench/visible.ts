/**
 * From the rename into `incoming` to the painted tile of the photo in a real browser with the album open; compared with
 * the time that sharp alone needs for the two renditions of the same photo, in turn. `npm run bench visible [photos]`
 */
import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { openFiles } from '../src/base/files.js';
import { exiftool } from 'exiftool-vendored';
import sharp from 'sharp';
import { openChromium } from '../test/browser/chromium.js';
import { twoRenditions } from './floor.js';
import { bigPhotos } from './photos.js';
import { median, table } from './run.js';
import { makeHome, startServer } from './server.js';

/** The question of this bench. */
export const title = 'Drop to visible: from the rename into incoming to the tile in a browser';

/** Runs it. Arguments: how many photos (30), how many synthetic ones are there before (0). */
export async function run([photos = '30', before = '0']: string[]): Promise<void> {
  const set = await bigPhotos(Number(photos), 12);
  const server = await startServer(makeHome(Number(before)));
  const { browser, close } = await openChromium();
  sharp.cache(false);
  sharp.concurrency(1);
  const [visible, floor]: number[][] = [[], []];
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(server.url);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    for (let n = 0; n < Number(photos); n++) {
      const from = join(server.home, `drop-${n}.jpg`);
      copyFileSync(join(set, `IMG_${String(n).padStart(4, '0')}.jpg`), from);
      // Newer than all others, so that it appears at the top of the page.
      const AllDates = `2027:01:01 ${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00`;
      await exiftool.write(from, { AllDates }, { writeArgs: ['-overwrite_original'] });
      const { sha256 } = await openFiles().hash(from);
      let began = performance.now();
      await twoRenditions(from);
      floor!.push(performance.now() - began);
      const shown = page.waitForFunction((id) => {
        const image = document.querySelector<HTMLImageElement>(`[data-id="${id}"] img`);
        return image !== null && image.complete && image.naturalWidth > 0;
      }, sha256);
      began = performance.now();
      renameSync(from, join(server.home, 'incoming', `drop-${n}.jpg`));
      await shown;
      visible!.push(performance.now() - began);
    }
  } finally {
    await exiftool.end();
    await close();
    await server.stop();
  }
  const [seen, alone] = [median(visible!), median(floor!)];
  const limit = 1.5 * alone + 300;
  console.log(
    `\n${photos} photos of 12 megapixels, one after the other, ${before} photos in the library before (medians)\n`,
  );
  console.log(
    table(
      ['sharp alone', 'drop to visible', 'wanted below 1.5 x + 300 ms', ''],
      [[`${alone.toFixed(0)} ms`, `${seen.toFixed(0)} ms`, `${limit.toFixed(0)} ms`, seen < limit ? 'yes' : 'no']],
    ),
  );
}
