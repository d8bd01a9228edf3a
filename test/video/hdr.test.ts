/** HDR films on a usual screen: what is not brighter than it can show has the colours of the same scene in SDR. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { headLength, identify } from '../../src/photo/identify.js';
import { openFilms, type Source } from '../../src/video/films.js';
import { deltaE, hdrSignal, labOf, scene } from '../photo/colour.js';
import { expectPressed } from '../photo/pictures.js';
import { temporaryFolder } from '../folder.js';
import { noFfmpeg, tools } from './films.js';

const patches = [...scene.asItIs, ...scene.pressed];
const side = 80;
const kinds = { pq: 'smpte2084', hlg: 'arib-std-b67' } as const;

/** Paints the scene as the standards code it, without ffmpeg's own ideas of that. */
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

/** A film of the scene; `tags`: what it says of its colours beside that it is HDR. */
async function film(name: keyof typeof kinds, tags = 'color_primaries=bt2020:colorspace=bt2020nc'): Promise<Source> {
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

/** The patches as they are shown: in the poster, and in what browsers play. */
async function shown(source: Source): Promise<[where: string, pixels: number[][]][]> {
  const to = (name: string): string => `${source.path}.${name}`;
  const looked = await films.look(source);
  expect(looked.pictures).toMatchObject({ hdr: true, pixels: 'yuv420p10le' });
  await films.poster(source, looked, 2048, to('p.png'));
  await films.play(source, looked, to('v.mp4'));
  const exact = 'scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd+full_chroma_int,format=rgb24';
  execFileSync(ffmpeg, ['-v', 'error', '-i', to('v.mp4'), '-frames:v', '1', '-vf', exact, to('v.png')]);
  return Promise.all(
    ['p.png', 'v.png'].map(async (name): Promise<[string, number[][]]> => {
      const { data, info } = await sharp(to(name)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const at = (n: number): number => ((info.height >> 1) * info.width + n * side + (side >> 1)) * 3;
      return [name, patches.map((_, n) => [...data.subarray(at(n), at(n) + 3)])];
    }),
  );
}

describe.skipIf(!able)('a film in HDR (skipped where ffmpeg has no zscale)', () => {
  test('in PQ looks as its scene', async () => {
    for (const [where, pixels] of await shown(await film('pq')))
      for (const [n, pixel] of pixels.entries()) {
        const said = `${where} ${patches[n]!.join()}: ${pixel.join()}`;
        if (n >= scene.asItIs.length) expectPressed(pixel, patches[n]!);
        else expect(deltaE(labOf(pixel), labOf(patches[n]!)), said).toBeLessThan(where === 'p.png' ? 1.5 : 3);
      }
  });

  test('in HLG has its brightness and greys; ffmpeg makes its colours stronger, since it brightens each of the three by itself', async () => {
    for (const [where, pixels] of await shown(await film('hlg')))
      for (const [n, pixel] of pixels.entries()) {
        const [grey, said] = [new Set(patches[n]).size === 1, `${where} ${patches[n]!.join()}: ${pixel.join()}`];
        if (n < scene.asItIs.length)
          expect(deltaE(labOf(pixel), labOf(patches[n]!)), said).toBeLessThan(grey ? 1.5 : 12);
        else if (grey) expectPressed(pixel, patches[n]!);
      }
  });

  test('that says no more than that it is HDR is in the colours that HDR is defined with', async () => {
    for (const [where, pixels] of await shown(await film('pq', 'color_primaries=unknown:colorspace=unknown')))
      for (const [n, pixel] of pixels.slice(0, scene.asItIs.length).entries())
        expect(
          deltaE(labOf(pixel), labOf(patches[n]!)),
          `${where} ${patches[n]!.join()}: ${pixel.join()}`,
        ).toBeLessThan(3);
  });
});
