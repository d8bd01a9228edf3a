/**
 * Many files at once: 10,000 files of one name in as many folders, and 20,000 files that arrive together while folders
 * are renamed. Through a whole home, with real decoders; each photo must be in the archive exactly once, and nowhere
 * else.
 */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { readConfig } from '../src/base/config.js';
import { silent } from '../src/base/log.js';
import { openHome } from '../src/home/open-home.js';
import { openSpool } from '../src/home/open-spool.js';
import type { Options, Result, Subject } from './subject.js';

/** Distinct PNGs of one pixel, each encoding its number. */
async function makePictures(count: number, seed: number): Promise<Buffer[]> {
  const pixel = { raw: { width: 1, height: 1, channels: 3 as const } };
  const picture = await sharp(Buffer.from([seed & 255, 0, 0]), pixel)
    .png()
    .toBuffer();
  return Array.from({ length: count }, (_, n) => Buffer.concat([picture, Buffer.from(`${seed} ${n}`)]));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !/\/\.[^/]*$|\.lock/.test(path));
}

/** Counts files whose bytes no longer exist, and those that exist more than once. */
function count(folders: string[], expected: readonly string[]): { lost: number; doubled: number } {
  const times = new Map<string, number>();
  for (const path of folders.flatMap(filesBelow)) {
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    times.set(hash, (times.get(hash) ?? 0) + 1);
  }
  return {
    lost: expected.filter((hash) => !times.has(hash)).length,
    doubled: [...times.values()].filter((n) => n > 1).length,
  };
}

async function run({ seed, scale, say }: Options): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), 'photospool-names-'));
  try {
    const config = readConfig(home, { settle: '0', rescan: '1' }, {});
    const opened = await openHome(config, silent);
    const spool = await openSpool(opened, silent);
    const [same, atOnce] = [Math.ceil(10_000 * scale), Math.ceil(20_000 * scale)];
    const pictures = await makePictures(same + atOnce, seed);
    let stored = 0;
    spool.on(({ type }) => type === 'stored' && ++stored % 1000 === 0 && say(`${stored} stored`));
    for (let n = 0; n < same; n++) {
      mkdirSync(join(config.incoming, `roll ${n}`));
      writeFileSync(join(config.incoming, `roll ${n}`, 'IMG_0001.png'), pictures[n]!);
    }
    await spool.pass();
    const afterNames = stored;
    await spool.watch();
    const aside = join(home, 'aside');
    for (let n = 0; n < atOnce; n++) {
      if (n % 500 === 0) mkdirSync(join(aside, `${n / 500}`), { recursive: true });
      writeFileSync(join(aside, `${Math.floor(n / 500)}`, `${n}.png`), pictures[same + n]!);
    }
    renameSync(aside, join(config.incoming, 'trip'));
    // A busy machine may be slow; only a standstill ends the test.
    let [seen, since] = [stored, Date.now()];
    for (let n = 0, name = 'trip'; stored < same + atOnce && Date.now() - since < 120_000; n++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (stored > seen) [seen, since] = [stored, Date.now()];
      // Renamed while it is scanned, as long as it exists.
      const next = `trip ${n}`;
      if (n < 20 && statSync(join(config.incoming, name), { throwIfNoEntry: false })) {
        renameSync(join(config.incoming, name), join(config.incoming, next));
        name = next;
      }
    }
    await spool.close();
    await opened.close();
    const hashes = pictures.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
    const left = filesBelow(config.incoming).length + filesBelow(config.work).length;
    return {
      figures: {
        'files of one name': same,
        stored: afterNames,
        'files at once': atOnce,
        'stored of them': stored - afterNames,
      },
      ...count([config.incoming, config.work, config.done], hashes),
      failures: left === 0 ? [] : [`${left} files are left in incoming or work`],
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The torture test. */
export const subject: Subject = {
  title: 'thousands of files of one name, and thousands at once, in moving folders',
  run,
};
