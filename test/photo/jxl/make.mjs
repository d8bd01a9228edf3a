/**
 * Makes the JPEG XL files beside it, from painted pixels, with cjxl (Debian: libjxl-tools): no package of npm writes them as they
 * are wanted. Run it where they should be made anew: `npx tsx test/photo/jxl/make.mjs`.
 */
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { hdrSignal, scene } from '../colour.ts';

const folder = mkdtempSync(join(tmpdir(), 'jxl-'));
const input = (name) => join(folder, name);
const encode = (name, from, ...options) =>
  execFileSync('cjxl', ['--quiet', ...options, from, join(import.meta.dirname, `${name}.jxl`)]);

/** Four colours, one in each corner: red, green, blue, white. */
function quarters(width, height) {
  const colours = [220, 20, 20, 20, 200, 20, 20, 20, 220, 250, 250, 250];
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const quarter = (Math.floor(i / width) < height / 2 ? 0 : 2) + (i % width < width / 2 ? 0 : 1);
    data.set(colours.slice(quarter * 3, quarter * 3 + 3), i * 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

await quarters(160, 96).png().toFile(input('plain.png'));
await quarters(160, 96).withIccProfile('p3').png().toFile(input('p3.png'));
await quarters(160, 96).toColourspace('rgb16').png().toFile(input('deep.png'));
const turned = await quarters(160, 96).rotate(270).png().toBuffer();
const best = { quality: 100, chromaSubsampling: '4:4:4' };
await sharp(turned).withMetadata({ orientation: 6 }).jpeg(best).toFile(input('turned.jpg'));
const [red, blue] = ['#dc1414', '#1414dc'].map((background) => ({
  create: { width: 160, height: 96, channels: 3, background },
}));
const frames = await Promise.all([red, blue].map((one) => sharp(one).png().toBuffer()));
await sharp(frames, { join: { animated: true } })
  .gif({ delay: [100, 100] })
  .toFile(input('animated.gif'));

encode('plain', input('plain.png'), '-d', '0');
encode('lossy', input('plain.png'), '-d', '0.5');
encode('p3', input('p3.png'), '-d', '0.5');
encode('deep', input('deep.png'), '-d', '0');
// A JPEG packed anew, as it can be had back, and as it lies in the file: its orientation is the picture's.
encode('turned', input('turned.jpg'), '--lossless_jpeg=1');
encode('animated', input('animated.gif'), '-d', '0');
for (const [name, space] of [
  ['pq', 'RGB_D65_202_Rel_PeQ'],
  ['hlg', 'RGB_D65_202_Rel_HLG'],
]) {
  const patches = [...scene.asItIs, ...scene.pressed].map((pixel) => hdrSignal(pixel, name));
  const [width, height] = [patches.length * 40, 40];
  const samples = Uint16Array.from({ length: width * height * 3 }, (_, i) => {
    const patch = patches[Math.floor(((i / 3) % width) / 40)];
    return patch[i % 3] * 65_535;
  });
  const file = input(`scene-${name}.png`);
  await sharp(samples, { raw: { width, height, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toFile(file);
  encode(`scene-${name}`, file, '-d', '0.3', '-x', `color_space=${space}`);
}
rmSync(folder, { recursive: true });
