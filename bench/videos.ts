/**
 * The speed of importing and transcoding videos, compared with bare ffmpeg doing the same in the same run; and the cost
 * of one of 4 GiB. `npm run bench videos [videos] [runs] [large GiB]`
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/base/config.js';
import { silent } from '../src/base/log.js';
import { openFilming } from '../src/home/video-jobs.js';
import { openHome } from '../src/home/open-home.js';
import { openSpool } from '../src/home/open-spool.js';
import { findTools } from '../src/video/find-ffmpeg.js';
import { cli, measure, median, table } from './run.js';

/** The question of this bench. */
export const title = 'Videos: taken in and made playable per second, against bare ffmpeg; memory with one of 4 GiB';

const found = findTools();
const ffmpeg = (...args: string[]): void => {
  if (found.kind === 'missing') throw new Error('There is no ffmpeg on this machine.');
  const all = [found.tools.ffmpeg, '-y', '-nostdin', '-v', 'error', ...args];
  const [command, ...rest] = args.at(-1)?.endsWith('.mp4') === true ? ['nice', '-n', '10', ...all] : all;
  execFileSync(command!, rest, {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

/** Runs it. Arguments: videos (10), runs (2), size of the large one in GiB (4). */
export async function run([videos = '10', runs = '2', large = '4']: string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-bench-videos-'));
  try {
    const set = makeSet(folder, Number(videos));
    const ours: number[] = [];
    const bare: number[] = [];
    for (let n = 0; n < Number(runs); n++) {
      bare.push(bareFfmpeg(set, join(folder, `bare-${n}`)));
      ours.push(await photospool(set, join(folder, `home-${n}`)));
      console.error(`ffmpeg ${bare[n]!.toFixed(1)} s, photospool ${ours[n]!.toFixed(1)} s`);
    }
    const rate = (seconds: number[]): string => (set.length / median(seconds)).toFixed(2);
    const ratio = median(ours.map((seconds, n) => bare[n]! / seconds)).toFixed(2);
    console.log(
      `\n${set.length} videos (HEVC, 1280 × 720, 4 s, sound): pictures, hover, and H.264; ${runs} runs in turn, medians\n`,
    );
    console.log(
      table(
        ['', 'videos/s', 'of ffmpeg'],
        [
          ['ffmpeg alone', rate(bare), '1.00'],
          ['photospool', rate(ours), ratio],
        ],
      ),
    );
    await takeLarge(folder, Number(large));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Videos as phones make them, distinct by their sound. */
function makeSet(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const path = join(folder, `IMG_${n}.MOV`);
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30:duration=4'];
    const sound = ['-f', 'lavfi', '-i', `sine=frequency=${300 + n}:duration=4`];
    const coded = [
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none',
      '-tag:v',
      'hvc1',
      '-c:a',
      'aac',
    ];
    ffmpeg(...picture, ...sound, ...coded, path);
    return path;
  });
}

/**
 * The same pictures and videos by ffmpeg alone, one after the other, videos at the same low priority: it uses all cores
 * by itself.
 */
function bareFfmpeg(set: readonly string[], folder: string): number {
  mkdirSync(folder);
  const began = performance.now();
  for (const [n, path] of set.entries()) {
    const to = (name: string): string => join(folder, `${n}-${name}`);
    const frame = ['-ss', '1', '-i', path, '-frames:v', '1', '-vf'];
    ffmpeg(...frame, 'thumbnail=8', to('preview.jpg'));
    ffmpeg('-i', to('preview.jpg'), '-vf', 'scale=-2:512', to('thumb.jpg'));
    const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];
    ffmpeg(
      '-ss',
      '0.5',
      '-i',
      path,
      '-an',
      '-t',
      '6',
      '-vf',
      'fps=15,scale=568:320',
      ...x264,
      '-b:v',
      '400k',
      to('hover.mp4'),
    );
    ffmpeg('-i', path, ...x264, '-crf', '23', '-c:a', 'aac', '-movflags', '+faststart', to('video.mp4'));
  }
  return (performance.now() - began) / 1000;
}

/** Imports them with a separate spool, including everything that the album plays. */
async function photospool(set: readonly string[], folder: string): Promise<number> {
  mkdirSync(join(folder, 'incoming'), { recursive: true });
  for (const [n, path] of set.entries()) copyFileSync(path, join(folder, 'incoming', `IMG_${n}.MOV`));
  const config = readConfig(folder, { settle: '0' }, {});
  const began = performance.now();
  const home = await openHome(config);
  const spool = await openSpool(home, silent);
  const { stored } = await spool.pass();
  const filming = openFilming(home, silent, { watch: false });
  const made = await filming.clips.drain();
  const seconds = (performance.now() - began) / 1000;
  await filming.close();
  await spool.close();
  await home.close();
  if (stored !== set.length || made !== 2 * set.length) throw new Error(`${stored} stored, ${made} films made`);
  return seconds;
}

/** A video followed by a hole of some GiB, on a disk with sparse files. */
async function takeLarge(folder: string, gibibytes: number): Promise<void> {
  if (!(gibibytes > 0)) return;
  const home = join(folder, 'large');
  mkdirSync(join(home, 'incoming'), { recursive: true });
  const path = join(home, 'incoming/large.mp4');
  const film = readFileSync(join(import.meta.dirname, '../test/video/tiny.mp4'));
  const size = BigInt(gibibytes) * 2n ** 30n;
  const free = Buffer.from('\0\0\0\x01free\0\0\0\0\0\0\0\0', 'latin1');
  free.writeBigUInt64BE(size, 8);
  writeFileSync(path, film);
  const file = openSync(path, 'r+');
  writeSync(file, free, 0, free.length, film.length);
  closeSync(file);
  truncateSync(path, film.length + Number(size));
  const args = ['process', '--home', home, '--settle', '0', '--json'];
  const { seconds, peak, out } = await measure(process.execPath, [cli, ...args]);
  console.log(
    `\nOne of ${gibibytes} GiB: ${seconds.toFixed(1)} s, at most ${peak.toFixed(0)} MiB in memory, all processes; ${out.trim()}`,
  );
}
