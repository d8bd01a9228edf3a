/**
 * Generates the JPEG XL files in this folder from drawn pixels with cjxl (Debian: libjxl-tools), because no npm package
 * offers the options needed. To generate them again: `npx tsx test/photo/jxl/make.mjs`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { paintScene, quarters } from '../painted.ts';

const folder = mkdtempSync(join(tmpdir(), 'jxl-'));
const input = (name) => join(folder, name);
const encode = (name, from, ...options) =>
  execFileSync('cjxl', ['--quiet', ...options, from, join(import.meta.dirname, `${name}.jxl`)]);

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
// A losslessly recompressed JPEG, which can be restored, with its pixels as stored: the orientation is applied to the
// picture.
encode('turned', input('turned.jpg'), '--lossless_jpeg=1');
encode('animated', input('animated.gif'), '-d', '0');
for (const [name, space] of [
  ['pq', 'RGB_D65_202_Rel_PeQ'],
  ['hlg', 'RGB_D65_202_Rel_HLG'],
]) {
  const file = input(`scene-${name}.png`);
  await paintScene(file, name);
  encode(`scene-${name}`, file, '-d', '0.3', '-x', `color_space=${space}`);
}
rmSync(folder, { recursive: true });
