/**
 * The speed of ingest, compared with the floor (sharp alone, both renditions) and the classical recipe, in turn and in
 * the same run, for photos with and without a colour profile; and the CPU time of each step. `npm run bench ingest
 * [photos,photos…] [runs] [megapixels]`
 */
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { benchHome, bigPhotos } from './photos.js';
import { cli, measure, median, root, table, type Measured } from './run.js';
import { stepsOf } from './steps.js';

/** The question of this bench. */
export const title = 'Ingest: photos per second against sharp alone, peak memory, bytes written';

const workers = Math.max(2, availableParallelism());

/** The measurements of one contestant, in turn with the others. */
type Results = Map<string, Measured[]>;

/** Runs it. Arguments: numbers of photos (60,200), runs (3), megapixels (12). */
export async function run([photos = '60,200', runs = '3', megapixels = '12']: string[]): Promise<void> {
  for (const kind of ['plain', 'srgb'] as const) {
    for (const count of photos.split(',').map(Number)) {
      const set = await bigPhotos(count, Number(megapixels), kind);
      const profile = kind === 'srgb' ? 'with an sRGB profile' : 'without a profile';
      console.log(
        `\n${count} distinct photos of ${megapixels} megapixels ${profile}, ${workers} workers, ${runs} runs\n`,
      );
      const results = await compete(set, count, Number(runs), kind === 'plain');
      const kept = sizeOf(join(benchHome, '.photospool'));
      report(results, count);
      console.log(`\nPhotospool keeps ${(kept / 1e6).toFixed(0)} MB beside the originals.\n`);
      await reportSteps(results, set, count);
    }
  }
  rmSync(benchHome, { recursive: true, force: true });
}

/** Runs all contestants in turn; photospool last, whose home stays. */
async function compete(set: string, count: number, runs: number, isWithClassic: boolean): Promise<Results> {
  const python = await measure('/usr/bin/python3', ['-c', 'import PIL']).then(
    () => isWithClassic,
    () => false,
  );
  const contestants: Record<string, () => Promise<Measured>> = {
    floor: () => measure(process.execPath, ['--import', 'tsx', join(root, 'bench/floor.ts'), set, String(workers)]),
    ...(python && {
      'classic 800x600 + 220x146': () => classic(set, [800, 600, 220, 146]),
      'classic 2048 + 512': () => classic(set, [2048, 2048, 2048, 512]),
    }),
    photospool: () => photospool(set),
  };
  const results: Results = new Map();
  for (let n = 0; n < runs; n++) {
    for (const [name, contest] of Object.entries(contestants)) {
      // The classical recipe is slow and only for reference: once is enough.
      if (n > 0 && name.startsWith('classic')) continue;
      const measured = await contest();
      results.set(name, [...(results.get(name) ?? []), measured]);
      console.error(`${name}: ${(count / measured.seconds).toFixed(2)} photos/s, ${measured.peak.toFixed(0)} MiB`);
    }
  }
  return results;
}

/** Prints medians; the ratios are of pairs of runs, one after the other. */
function report(results: Results, count: number): void {
  const floor = results.get('floor')!;
  const rows = [...results].map(([name, measured]) => {
    const middle = (of: (one: Measured) => number): number => median(measured.map(of));
    const speeds = measured.map(({ seconds }, n) => (floor[n]?.seconds ?? Number.NaN) / seconds);
    const costs = measured.map(({ cpu }, n) => cpu / (floor[n]?.cpu ?? Number.NaN));
    return [
      name,
      (count / middle(({ seconds }) => seconds)).toFixed(1),
      median(speeds).toFixed(2),
      ((middle(({ cpu }) => cpu) * 1000) / count).toFixed(0),
      median(costs).toFixed(2),
      Math.max(...measured.map(({ peak }) => peak)).toFixed(0),
      middle(({ written }) => written).toFixed(0),
    ];
  });
  const head = ['', 'photos/s', 'of the floor', 'processor ms/photo', 'of the floor', 'peak MiB', 'written MB'];
  console.log(table(head, rows));
}

/** Prints the CPU time of each step; the rest is that of the whole process. */
async function reportSteps(results: Results, set: string, count: number): Promise<void> {
  const all = (median(results.get('photospool')!.map(({ cpu }) => cpu)) * 1000) / count;
  const steps = await stepsOf(set, benchHome);
  const start = (await photospool(undefined)).cpu * 1000;
  steps.push([`start, ${start.toFixed(0)} ms for all`, start / count]);
  const rest = steps.reduce((left, [, ms]) => left - ms, all);
  steps.push(['claims, moves, start of children, two at a time', rest], ['all', all]);
  console.log(
    table(
      ['step', 'processor ms/photo'],
      steps.map(([name, ms]) => [name, ms.toFixed(1)]),
    ),
  );
}

/** The bytes of all files in a folder. */
function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** A copy of the set in a separate folder: every contestant finds its files in the page cache. */
function fresh(set: string | undefined): string {
  const home = benchHome;
  rmSync(home, { recursive: true, force: true });
  for (const name of ['work', 'done', 'incoming']) mkdirSync(join(home, name), { recursive: true });
  if (set !== undefined) cpSync(set, join(home, 'incoming'), { recursive: true });
  return home;
}

/** Imports a folder of photos, or nothing, into a separate home, as a whole process. */
export function photospool(set: string | undefined, count = workers): Promise<Measured> {
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
