/**
 * The speed of ingest, compared with the floor (sharp alone, both renditions) and the classical recipe, in turn and in
 * the same run. `npm run bench ingest [photos] [runs] [megapixels]`
 */
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { benchHome, bigPhotos } from './photos.js';
import { cli, measure, median, root, table, type Measured } from './run.js';

/** What this bench asks. */
export const title = 'Ingest: photos per second against sharp alone, peak memory, bytes written';

const workers = Math.max(2, availableParallelism());

/** Runs it. Arguments: photos (200), runs (3), megapixels (12). */
export async function run([photos = '200', runs = '3', megapixels = '12']: string[]): Promise<void> {
  const set = await bigPhotos(Number(photos), Number(megapixels));
  const python = await measure('/usr/bin/python3', ['-c', 'import PIL']).then(
    () => true,
    () => false,
  );
  const contestants: Record<string, () => Promise<Measured>> = {
    floor: () => measure(process.execPath, ['--import', 'tsx', join(root, 'bench/floor.ts'), set, String(workers)]),
    photospool: () => photospool(set),
    ...(python && {
      'classic 800x600 + 220x146': () => classic(set, [800, 600, 220, 146]),
      'classic 2048 + 512': () => classic(set, [2048, 2048, 2048, 512]),
    }),
  };
  const results = new Map<string, Measured[]>();
  let kept: number | undefined;
  for (let n = 0; n < Number(runs); n++) {
    for (const [name, contest] of Object.entries(contestants)) {
      // The classical recipe is slow and only for reference: once is enough.
      if (n > 0 && name.startsWith('classic')) continue;
      const measured = await contest();
      if (name === 'photospool') kept = sizeOf(join(benchHome, '.photospool'));
      results.set(name, [...(results.get(name) ?? []), measured]);
      console.error(
        `${name}: ${(Number(photos) / measured.seconds).toFixed(2)} photos/s, ${measured.peak.toFixed(0)} MiB`,
      );
    }
  }
  const floor = results.get('floor')!.map(({ seconds }) => seconds);
  const rows = [...results].map(([name, measured]) => {
    const seconds = measured.map((one) => one.seconds);
    const ratios = seconds.map((one, n) => (floor[n] ?? Number.NaN) / one);
    const speed = (Number(photos) / median(seconds)).toFixed(1);
    const peak = Math.max(...measured.map((one) => one.peak)).toFixed(0);
    return [name, speed, median(ratios).toFixed(2), peak, median(measured.map(({ written }) => written)).toFixed(0)];
  });
  console.log(
    `\n${photos} distinct photos of ${megapixels} megapixels, ${workers} workers, ${runs} runs in turn (medians)\n`,
  );
  console.log(table(['', 'photos/s', 'of the floor', 'peak MiB', 'written MB'], rows));
  if (kept !== undefined) console.log(`\nPhotospool keeps ${(kept / 1e6).toFixed(0)} MB beside the originals.`);
  rmSync(benchHome, { recursive: true, force: true });
}

/** The bytes of all files in a folder. */
function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** A copy of the set in a separate folder: every contestant finds its files in the page cache. */
function fresh(set: string): string {
  const home = benchHome;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(home, 'work'), { recursive: true });
  mkdirSync(join(home, 'done'));
  cpSync(set, join(home, 'incoming'), { recursive: true });
  return home;
}

/** Imports a folder of photos into a separate home, as a whole process. */
export function photospool(set: string, count = workers): Promise<Measured> {
  const home = fresh(set);
  return measure(process.execPath, [
    cli,
    ...['process', '--home', home, '--settle', '0', '--workers', String(count), '--json'],
  ]);
}

function classic(set: string, sizes: number[]): Promise<Measured> {
  const home = fresh(set);
  const folders = ['incoming', 'work', 'done'].map((name) => join(home, name));
  return measure('/usr/bin/python3', [join(root, 'bench/classic.py'), ...folders, ...sizes.map(String)]);
}
