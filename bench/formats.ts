/**
 * HEIC and RAW, pictures per second, compared with the bare tools in the same run: heif-dec to JPEG, and ExifTool's
 * extraction of the preview. HEIC with heif-dec and with WebAssembly alone. Requires a real HEIC (`../shared/photos`,
 * or paths as arguments).
 * `npm run bench formats [pictures] [rounds] [HEIC files]`
 */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exiftoolPath } from 'exiftool-vendored';
import sharp from 'sharp';
import { openDecoders } from '../src/photo/decode/decoder-pool.js';
import type { Format } from '../src/photo/formats/identify.js';
import { raws } from '../test/photo/raws.js';
import { median, root, table } from './run.js';

export const title = 'HEIC and RAW per second, against heif-dec and ExifTool';

const call = promisify(execFile);
const heic: Format = { type: 'image/heic', family: 'heif', name: 'HEIC' };
const nef: Format = { type: 'image/x-nikon-nef', family: 'raw', name: 'Nikon RAW (NEF)' };
const workers = availableParallelism();

/** Runs `work` for each, one per core at a time; returns pictures per second. */
async function perSecond(paths: readonly string[], work: (path: string) => Promise<unknown>): Promise<number> {
  const left = [...paths];
  const lane = async (): Promise<void> => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) await work(path);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: workers }, lane));
  return (paths.length / (performance.now() - began)) * 1000;
}

async function ours(paths: readonly string[], format: Format, path = process.env['PATH']): Promise<number> {
  const before = process.env['PATH'];
  const decoders = openDecoders({ workers });
  try {
    process.env['PATH'] = path;
    // A running server has started its decoders already.
    await Promise.all(paths.slice(0, workers).map((one) => decoders.render(one, format)));
    return await perSecond(paths, (one) => decoders.render(one, format));
  } finally {
    process.env['PATH'] = before;
    await decoders.close();
  }
}

/** Measures and prints. Arguments: pictures of each kind (8), rounds (3), HEIC files. */
export async function run([pictures = '8', runs = '3', ...args]: readonly string[]): Promise<void> {
  const [count, rounds] = [Number(pictures), Number(runs)];
  const folder = mkdtempSync(join(tmpdir(), 'bench-formats-'));
  try {
    const real = join(root, '../shared/photos/immich-test-assets/formats/heic/IMG_2682.heic');
    const heics = (args.length > 0 ? args : [real]).filter((path) => existsSync(path));
    const copies = heics.length === 0 ? [] : Array.from({ length: count }, (_, n) => join(folder, `${n}.heic`));
    for (const [n, path] of copies.entries()) copyFileSync(heics[n % heics.length]!, path);
    const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
    const create = { width: 6000, height: 4000, channels: 3, background: '#468', noise } as const;
    const preview = await sharp({ create }).blur(2).jpeg({ quality: 90 }).toBuffer();
    const raw = Array.from({ length: count }, (_, n) => join(folder, `${n}.nef`));
    for (const path of raw) writeFileSync(path, raws['Nikon RAW (NEF)']!({ preview, width: 6000, height: 4000 }));
    const exiftool = await exiftoolPath();
    // A PATH with links to Perl only, without heif-dec.
    const bare = join(folder, 'nothing');
    const rows: [string, () => Promise<number>][] = [
      ['heif-dec to JPEG', () => perSecond(copies, (path) => call('heif-dec', ['--quiet', path, `${path}.jpg`]))],
      ['HEIC, with heif-dec', () => ours(copies, heic)],
      ['HEIC, WebAssembly', () => ours(copies, heic, bare)],
      [
        'ExifTool -b, a process each',
        () =>
          perSecond(raw, (path) =>
            call(exiftool, ['-b', '-PreviewImage', '-JpgFromRaw', path], { maxBuffer: 1 << 28 }),
          ),
      ],
      ['RAW', () => ours(raw, nef)],
    ];
    const usable = rows.filter(([name]) => copies.length > 0 || !/HEIC|heif/.test(name));
    const figures = new Map(usable.map(([name]) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round++)
      for (const [name, measure] of usable) {
        const rate = await measure();
        figures.get(name)!.push(rate);
        console.error(`round ${round + 1}: ${name}: ${rate.toFixed(2)}/s, load ${loadavg()[0]!.toFixed(1)}`);
      }
    process.stdout.write(
      `${table(
        ['', 'pictures/s, median', 'all'],
        [...figures].map(([name, all]) => [name, median(all).toFixed(2), all.map((one) => one.toFixed(2)).join(' ')]),
      )}\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
