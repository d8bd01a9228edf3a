/**
 * Which encoders, sizes and settings? Compares them on real photos by bytes, CPU time and appearance, and times
 * `render` against two separate pipelines of sharp. Prints the figures of docs/performance.md.
 *
 * Appearance is measured by SSIMULACRA2 if its program is installed (Debian: libjxl-devtools; 90 is indistinguishable
 * from the original, 70 is high quality, 50 medium), and always by DSSIM.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type ResizeOptions, type Sharp } from 'sharp';
import { render } from '../src/photo/decode/render.js';
import { encoding, previewEdge, thumbBox } from '../src/photo/decode/renditions.js';
import { dssim } from './dssim.js';
import { twoRenditions } from './floor.js';

const photos = [
  'exif-samples/jpg/tests/42_IndexError.jpg',
  'immich-test-assets/albums/text/craft-beer.jpg',
  'immich-test-assets/albums/text/book-beside-flowers.jpg',
  'immich-test-assets/metadata/gps-position/empty_gps.jpg',
].map((name) => join('../shared/photos', name));

type Encode = (image: Sharp) => Sharp;

const previews: Record<string, Encode> = {
  'JPEG q75': (image) => image.jpeg({ quality: 75, optimizeCoding: false }),
  'JPEG q80': (image) => image.jpeg({ quality: 80, optimizeCoding: false }),
  'JPEG q85': (image) => image.jpeg({ quality: 85, optimizeCoding: false }),
  'JPEG q80, Huffman tables of its own': (image) => image.jpeg({ quality: 80, optimizeCoding: true }),
  'JPEG q80, mozjpeg': (image) => image.jpeg({ quality: 80, mozjpeg: true }),
  'WebP q82, effort 0': (image) => image.webp({ quality: 82, effort: 0 }),
  'WebP q82, effort 2': (image) => image.webp({ quality: 82, effort: 2 }),
  'WebP q82, effort 4': (image) => image.webp({ quality: 82, effort: 4 }),
};

const thumbs: Record<string, Encode> = {
  'JPEG q75': (image) => image.jpeg({ quality: 75 }),
  'JPEG q78': (image) => image.jpeg({ quality: 78 }),
  'JPEG q80': (image) => image.jpeg({ quality: 80 }),
  'JPEG q80, usual Huffman tables': (image) => image.jpeg({ quality: 80, optimizeCoding: false }),
  'JPEG q80, mozjpeg': (image) => image.jpeg({ quality: 80, mozjpeg: true }),
  'WebP q75, effort 2': (image) => image.webp({ quality: 75, effort: 2 }),
  'WebP q80, effort 0': (image) => image.webp({ quality: 80, effort: 0 }),
  'WebP q80, effort 2': (image) => image.webp({ quality: 80, effort: 2 }),
  'WebP q80, effort 4': (image) => image.webp({ quality: 80, effort: 4 }),
  'WebP q82, effort 2': (image) => image.webp({ quality: 82, effort: 2 }),
  'AVIF q60, effort 0': (image) => image.avif({ quality: 60, effort: 0 }),
  'AVIF q60, effort 2': (image) => image.avif({ quality: 60, effort: 2 }),
};

interface Measure {
  bytes: number;
  cpu: number;
  dssim: number;
  ssimulacra2: number | undefined;
}

const execute = promisify(execFile);

/** CPU milliseconds of the whole process, including the threads of libvips. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function ssimulacra2(folder: string, reference: Buffer, picture: Buffer): Promise<number | undefined> {
  if (!existsSync('/usr/bin/ssimulacra2')) return undefined;
  const [a, b] = [join(folder, 'a.png'), join(folder, 'b.png')];
  await Promise.all([writeFile(a, reference), writeFile(b, picture)]);
  return Number((await execute('ssimulacra2', [a, b])).stdout);
}

/** Encodes the reference, and compares the result with it, both scaled to `shown` if given. */
async function measure(folder: string, reference: Buffer, encode: Encode): Promise<Measure> {
  const { data, info } = await sharp(reference).raw().toBuffer({ resolveWithObject: true });
  const pixels = { raw: { width: info.width, height: info.height, channels: info.channels } } as const;
  const before = cpuTime();
  const bytes = await encode(sharp(data, pixels)).toBuffer();
  const cpu = cpuTime() - before;
  const picture = await sharp(bytes).png({ compressionLevel: 1 }).toBuffer();
  return {
    bytes: bytes.length,
    cpu,
    dssim: await dssim(reference, picture),
    ssimulacra2: await ssimulacra2(folder, reference, picture),
  };
}

function average(measures: Measure[], key: keyof Measure): number {
  return measures.reduce((sum, measure) => sum + (measure[key] ?? Number.NaN), 0) / measures.length;
}

function row(name: string, measures: Measure[]): string {
  const worst = Math.min(...measures.map((measure) => measure.ssimulacra2 ?? Number.NaN));
  const cells = [
    (average(measures, 'bytes') / 1024).toFixed(0),
    average(measures, 'cpu').toFixed(0),
    average(measures, 'ssimulacra2').toFixed(1),
    worst.toFixed(1),
    (average(measures, 'dssim') * 1000).toFixed(2),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

const heading = '| | KiB | CPU ms | SSIMULACRA2 | its worst | DSSIM × 1000 |\n|---|---|---|---|---|---|';

async function compareEncoders(folder: string, box: ResizeOptions, encoders: Record<string, Encode>): Promise<string> {
  const results = new Map<string, Measure[]>();
  for (const photo of photos) {
    const reference = await sharp(photo)
      .autoOrient()
      .resize({ ...box, fit: 'inside' })
      .png({ compressionLevel: 1 })
      .toBuffer();
    for (const [name, encode] of Object.entries(encoders)) {
      const measures = results.get(name) ?? [];
      measures.push(await measure(folder, reference, encode));
      results.set(name, measures);
    }
  }
  return [heading, ...[...results].map(([name, measures]) => row(name, measures))].join('\n');
}

/** A thumb of each height, shown by a browser in a row of 200 to 260 CSS pixels on a 2x screen. */
async function compareHeights(folder: string): Promise<string> {
  const heights = [320, 400, 480, 512];
  const rows = heights.map((height) => ({ height, at: new Map<number, Measure[]>() }));
  for (const photo of photos) {
    for (const { height, at } of rows) {
      const small = await sharp(photo).autoOrient().resize({ height }).jpeg(encoding).toBuffer();
      for (const shown of [400, 460, 512]) {
        const reference = await sharp(photo)
          .autoOrient()
          .resize({ height: shown })
          .png({ compressionLevel: 1 })
          .toBuffer();
        const { width } = await sharp(reference).metadata();
        const picture = await sharp(small)
          .resize({ width, height: shown, fit: 'fill', kernel: 'linear' })
          .png({ compressionLevel: 1 })
          .toBuffer();
        const measures = at.get(shown) ?? [];
        measures.push({
          bytes: small.length,
          cpu: 0,
          dssim: await dssim(reference, picture),
          ssimulacra2: await ssimulacra2(folder, reference, picture),
        });
        at.set(shown, measures);
      }
    }
  }
  const cell = (measures: Measure[]): string => average(measures, 'ssimulacra2').toFixed(1);
  const lines = rows.map(({ height, at }) => {
    const kib = average(at.get(460) ?? [], 'bytes') / 1024;
    return `| ${height} | ${kib.toFixed(0)} | ${[...at.values()].map(cell).join(' | ')} |`;
  });
  return ['| height | KiB | shown at 400 px | at 460 px | at 512 px |', '|---|---|---|---|---|', ...lines].join('\n');
}

/** `render` compared with sharp alone, which makes each picture from the file. */
async function compareSpeed(): Promise<string> {
  const format = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' };
  const time = async (photo: string, work: (photo: string) => Promise<unknown>): Promise<[number, number]> => {
    await work(photo);
    const [cpu, wall, times] = [cpuTime(), performance.now(), 5];
    for (let i = 0; i < times; i++) await work(photo);
    return [(performance.now() - wall) / times, (cpuTime() - cpu) / times];
  };
  const lines: string[] = [];
  for (const photo of photos) {
    const { width, height, icc } = await sharp(photo).metadata();
    const [floor, ours] = [await time(photo, twoRenditions), await time(photo, (path) => render(path, format))];
    const name = `${width} × ${height}${icc ? ', with a colour profile' : ''}`;
    const numbers = [floor[0], floor[1], ours[0], ours[1]].map((ms) => ms.toFixed(0));
    lines.push(`| ${name} | ${numbers.join(' | ')} | ${(floor[1] / ours[1]).toFixed(2)} |`);
  }
  const head = '| photo | sharp alone, ms | its CPU ms | `render`, ms | its CPU ms | times the work per CPU |';
  return [head, '|---|---|---|---|---|---|', ...lines].join('\n');
}

/** For the list of benches. */
export const title = 'encoders, sizes and settings of thumb and preview';

/** Measures and prints Markdown. */
export async function run(): Promise<void> {
  console.log(await compare());
}

async function compare(): Promise<string> {
  if (!photos.every((photo) => existsSync(photo)))
    return 'Renditions: skipped, the real photos are not in ../shared/photos.';
  sharp.concurrency(1);
  const folder = await mkdtemp(join(tmpdir(), 'photospool-'));
  try {
    return [
      `### preview, ${previewEdge} px long`,
      await compareEncoders(folder, { width: previewEdge, height: previewEdge }, previews),
      `### thumb, ${thumbBox.height} px high`,
      await compareEncoders(folder, { ...thumbBox }, thumbs),
      '### height of the thumb, by SSIMULACRA2 as shown on a 2x screen',
      await compareHeights(folder),
      '### one decode or two',
      await compareSpeed(),
    ].join('\n\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
