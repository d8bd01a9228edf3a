/** HDR films on a usual screen: what is not brighter than it can show has the colours of the same scene in SDR. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { headLength, identify } from '../../src/photo/identify.js';
import { openFilms } from '../../src/video/films.js';
import { deltaE, labOf } from '../photo/colour.js';
import { temporaryFolder } from '../folder.js';
import { noFfmpeg, tools } from './films.js';

/** sRGB of a scene whose white is HDR's reference white, 203 cd/m² (ITU-R BT.2408). */
const scene = [
  [128, 128, 128],
  [60, 60, 60],
  [200, 150, 120],
  [90, 120, 160],
  [20, 90, 30],
  [150, 40, 60],
  [250, 250, 250],
  [220, 20, 20],
] as const;
/** How many of them are greys, skin and sky; the others are at the edge of what sRGB holds. */
const natural = 4;
const side = 80;

async function paint(to: string): Promise<void> {
  const patches = scene.map(async ([r, g, b]) =>
    sharp({ create: { width: side, height: side, channels: 3, background: { r, g, b } } })
      .png()
      .toBuffer(),
  );
  const placed = (await Promise.all(patches)).map((input, n) => ({ input, left: n * side, top: 0 }));
  const create = { width: side * scene.length, height: side, channels: 3, background: '#000' } as const;
  await sharp({ create }).composite(placed).png().toFile(to);
}

const { ffmpeg } = tools.kind === 'found' ? tools.tools : { ffmpeg: '' };
const able = !noFfmpeg && execFileSync(ffmpeg, ['-v', 'error', '-filters'], { stdio: 'pipe' }).includes('zscale');

describe.skipIf(!able)('a film in HDR (skipped where ffmpeg has no zscale)', () => {
  test.each(['smpte2084'])('of %s looks as its scene', { timeout: 240_000 }, async (transfer) => {
    const folder = temporaryFolder();
    await paint(join(folder, 'scene.png'));
    const path = join(folder, 'a.mov');
    const filter = [
      'format=gbrpf32le,setparams=color_trc=iec61966-2-1:color_primaries=bt709:colorspace=gbr',
      'zscale=t=linear:npl=203,format=gbrpf32le',
      `zscale=p=bt2020:t=${transfer}:m=bt2020nc:r=tv:npl=203,format=yuv420p10le`,
    ].join(',');
    const colours = ['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt2020nc'];
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
    execFileSync(ffmpeg, ['-v', 'error', ...input, '-vf', filter, ...coded, ...colours, path]);
    const found = identify(readFileSync(path).subarray(0, headLength));
    if (found.kind !== 'photo') throw new Error(found.reason);
    const source = { path, format: found.format, bytes: statSync(path).size };
    const films = openFilms(tools);
    const film = await films.look(source);
    expect(film.pictures).toMatchObject({ hdr: true, pixels: 'yuv420p10le' });
    await films.poster(source, film, 2048, join(folder, 'p.png'));
    await films.play(source, film, join(folder, 'v.mp4'));
    execFileSync(ffmpeg, ['-v', 'error', '-i', join(folder, 'v.mp4'), '-frames:v', '1', join(folder, 'v.png')]);
    for (const picture of ['p.png', 'v.png']) {
      const { data, info } = await sharp(join(folder, picture))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      for (const [n, colour] of scene.entries()) {
        const at = ((info.height >> 1) * info.width + n * side + (side >> 1)) * 3;
        const shown = [...data.subarray(at, at + 3)];
        const bright = Math.max(...colour) > 205;
        // What is as bright as reference white is pressed together with what is brighter, and stays bright.
        if (bright) expect(Math.max(...shown), `${picture} ${colour.join()}`).toBeGreaterThan(200);
        else
          expect(deltaE(labOf(shown), labOf([...colour])), `${picture} ${colour.join()}: ${shown.join()}`).toBeLessThan(
            n < natural ? 4 : 8,
          );
      }
    }
  });
});
