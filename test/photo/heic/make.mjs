/**
 * Generates the HEIC files in this folder from drawn pixels with heif-enc (Debian: libheif-examples,
 * libheif-plugin-x265), because no npm package writes HEIC; and the HDR AVIF files, which sharp can't write. To
 * generate them again:
 * `npx tsx test/photo/heic/make.mjs`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { paintScene, quarters } from '../painted.ts';

const folder = mkdtempSync(join(tmpdir(), 'heic-'));
const out = (name) => join(import.meta.dirname, `${name}.heic`);
const input = (name) => join(folder, name);
const encode = (name, from, ...options) =>
  execFileSync('heif-enc', ['-q', '90', '-p', 'chroma=444', ...options, ...[from].flat(), '-o', out(name)]);

await quarters(160, 96).png().toFile(input('plain.png'));
await quarters(256, 192).png().toFile(input('big.png'));
await quarters(160, 96).withIccProfile('p3').png().toFile(input('p3.png'));
await quarters(160, 96).toColourspace('rgb16').png().toFile(input('deep.png'));
const turned = await quarters(160, 96).rotate(270).png().toBuffer();
const lossless = { quality: 100, chromaSubsampling: '4:4:4' };
await sharp(turned).withMetadata({ orientation: 6 }).jpeg(lossless).toFile(input('turned.jpg'));
await sharp({ create: { width: 64, height: 64, channels: 3, background: '#f0f' } })
  .png()
  .toFile(input('other.png'));

// `irot` and EXIF's orientation, as phones write both.
encode('turned', input('turned.jpg'));
encode('plain', input('plain.png'));
encode('grid', input('big.png'), '--cut-tiles', '64');
encode('p3', input('p3.png'));
// The pixel values are in P3, and only nclx says so.
encode('nclx', input('plain.png'), '--colour_primaries', '12', '--transfer_characteristic', '13');
encode('deep', input('deep.png'), '-b', '10');
encode('pq', input('deep.png'), '-b', '10', '--colour_primaries', '9', '--transfer_characteristic', '16');
// An HDR scene: 10 bits, Rec. 2020.
for (const [name, transfer] of [
  ['pq', '16'],
  ['hlg', '18'],
]) {
  const file = input(`scene-${name}.png`);
  await paintScene(file, name);
  const colours = [
    '-b',
    '10',
    '--colour_primaries',
    '9',
    '--transfer_characteristic',
    transfer,
    '--matrix_coefficients',
    '9',
  ];
  encode(`scene-${name}`, file, ...colours);
  const avif = join(import.meta.dirname, `scene-${name}.avif`);
  execFileSync('heif-enc', ['-A', '-q', '90', '-p', 'chroma=444', ...colours, file, '-o', avif]);
}
encode('several', [input('other.png'), input('plain.png')]);
// The second picture is the primary one: `pitm` contains 1.
const several = readFileSync(out('several'));
several.writeUInt16BE(2, several.indexOf('pitm') + 8);
writeFileSync(out('several'), several);
rmSync(folder, { recursive: true });
