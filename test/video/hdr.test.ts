/**
 * HDR videos on a standard screen: what is not brighter than the screen can show has the colours of the same scene in
 * SDR.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { headLength, identify, type Format } from '../../src/photo/formats/identify.js';
import { openFilms, type Films, type VideoSource } from '../../src/video/transcode.js';
import { findTools } from '../../src/video/find-ffmpeg.js';
import { deltaE, hdrSignal, labOf, scene } from '../photo/colour.js';
import { expectPressed } from '../photo/pictures.js';
import { temporaryFolder } from '../folder.js';
import { noFfmpeg, tools } from './films.js';

const patches = [...scene.asItIs, ...scene.pressed];
const side = 80;
const kinds = { pq: 'smpte2084', hlg: 'arib-std-b67' } as const;

/** Draws the scene as the standards encode it, independently of ffmpeg's conversions. */
async function paint(to: string, name: keyof typeof kinds): Promise<void> {
  const signals = patches.map((pixel) => hdrSignal(pixel, name));
  const [width, height] = [side * patches.length, side];
  const samples = Uint16Array.from({ length: width * height * 3 }, (_, i) => {
    const signal = signals[Math.floor(((i / 3) % width) / side)]!;
    return signal[i % 3]! * 65_535;
  });
  await sharp(samples, { raw: { width, height, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toFile(to);
}

const { ffmpeg } = tools.kind === 'found' ? tools.tools : { ffmpeg: '' };
const able = !noFfmpeg && execFileSync(ffmpeg, ['-v', 'error', '-filters'], { stdio: 'pipe' }).includes('zscale');
const films = openFilms(tools);
const mp4: Format = { type: 'video/mp4', family: 'video', name: 'MP4' };

/** A video of the scene; `tags`: its colour metadata beyond being HDR. */
async function film(
  name: keyof typeof kinds,
  tags = 'color_primaries=bt2020:colorspace=bt2020nc',
): Promise<VideoSource> {
  const folder = temporaryFolder();
  await paint(join(folder, 'scene.png'), name);
  const path = join(folder, 'a.mov');
  const yuv = 'scale=out_color_matrix=bt2020:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p10le';
  const filter = `${yuv},setparams=color_trc=${kinds[name]}:range=tv:${tags}`;
  const coded = [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'log-level=none:lossless=1',
    '-tag:v',
    'hvc1',
  ];
  const input = ['-loop', '1', '-framerate', '25', '-t', '0.2', '-i', join(folder, 'scene.png')];
  execFileSync(ffmpeg, ['-v', 'error', ...input, '-vf', filter, ...coded, path]);
  const found = identify(readFileSync(path).subarray(0, headLength));
  if (found.kind !== 'photo') throw new Error(found.reason);
  return { path, format: found.format, bytes: statSync(path).size };
}

/** The patches as shown: in the poster, and in what browsers play. */
async function shown(source: VideoSource): Promise<[where: string, pixels: number[][]][]> {
  const to = (name: string): string => `${source.path}.${name}`;
  const looked = await films.look(source);
  expect(looked.pictures).toMatchObject({ hdr: expect.stringMatching(/^(?:pq|hlg)$/), pixels: 'yuv420p10le' });
  await films.poster(source, looked, 2048, to('p.png'));
  await films.play(source, looked, to('v.mp4'));
  const exact = 'scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd+full_chroma_int,format=rgb24';
  execFileSync(ffmpeg, ['-v', 'error', '-i', to('v.mp4'), '-frames:v', '1', '-vf', exact, to('v.png')]);
  return Promise.all(
    ['p.png', 'v.png'].map(async (name): Promise<[string, number[][]]> => [name, await patchesIn(to(name))]),
  );
}

/** The middle of each patch in a picture of the scene. */
async function patchesIn(path: string): Promise<number[][]> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (n: number): number => ((info.height >> 1) * info.width + n * side + (side >> 1)) * 3;
  return patches.map((_, n) => [...data.subarray(at(n), at(n) + 3)]);
}

/**
 * Expects the patches of a video to match its scene: unchanged within the range of every screen, compressed above it.
 */
async function expectScene(source: VideoSource): Promise<void> {
  for (const [where, pixels] of await shown(source))
    for (const [n, pixel] of pixels.entries()) {
      const said = `${where} ${patches[n]!.join()}: ${pixel.join()}`;
      if (n >= scene.asItIs.length) expectPressed(pixel, patches[n]!);
      else expect(deltaE(labOf(pixel), labOf(patches[n]!)), said).toBeLessThan(where === 'p.png' ? 1.5 : 3);
    }
}

/** Videos processed by an ffmpeg that a line of shell changes. */
function filmsWith(line: string): Films {
  const path = join(temporaryFolder(), 'ffmpeg');
  writeFileSync(path, `#!/bin/sh\n${line}\nexec '${ffmpeg}' "$@"\n`, { mode: 0o755 });
  const found = findTools(path);
  if (found.kind === 'missing') throw new Error('There is no ffprobe.');
  return openFilms(found);
}

describe.skipIf(!able)('a video in HDR (skipped where ffmpeg has no zscale)', () => {
  test.each(['pq', 'hlg'] as const)('in %s looks like its scene', async (name) => {
    await expectScene(await film(name));
  });

  test.each([
    'color_primaries=unknown:colorspace=unknown',
    'color_primaries=unknown:colorspace=bt2020nc',
    'color_primaries=bt2020:colorspace=unknown',
  ])('with incomplete colour tags (%s) is read with the defaults of HDR', async (tags) => {
    await expectScene(await film('pq', tags));
  });

  test.each([
    ['has no zscale', 'if [ "$*" = "-hide_banner -filters" ]; then echo " .S. tonemap V->V x"; exit; fi'],
    ['can not map it', 'case "$*" in *zscale=*) exit 1;; esac'],
  ])('is shown unchanged if ffmpeg %s', async (_, line) => {
    const source = await film('hlg');
    const plain = filmsWith(line);
    const looked = await plain.look(source);
    const [poster, hover, video] = ['p.png', 'h.mp4', 'v.mp4'].map((name) => `${source.path}.${name}`) as [
      string,
      string,
      string,
    ];
    await plain.poster(source, looked, 2048, poster);
    for (const [n, pixel] of (await patchesIn(poster)).slice(0, 2).entries()) {
      // A grey stays neutral, even if too dark or too light.
      const said = `${patches[n]!.join()}: ${pixel.join()}`;
      expect(Math.max(...pixel) - Math.min(...pixel), said).toBeLessThan(4);
      expect(Math.abs(pixel[0]! - patches[n]![0]), said).toBeLessThan(60);
    }
    expect(await plain.together(source, looked, hover, video)).toBeDefined();
    expect((await films.look({ ...source, path: video, format: mp4 })).pictures).not.toHaveProperty('hdr');
  });
});
