/** Pictures for these tests: made by sharp, tagged by ExifTool. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect } from 'vitest';
import type { Pictures, Rendered } from '../../src/photo/decode/renditions.js';
import { exiftoolProgram, readerLimits } from '../../src/photo/facts/exiftool.js';
import { labOf, type Three } from './colour.js';
import { quarters } from './painted.js';

export { quarters };

/** The pictures of an original that can be shown. */
export function shown(rendered: Rendered): Pictures {
  if ('unshown' in rendered) throw new Error(`not shown: ${rendered.unshown}`);
  return rendered;
}

/** The folder of real photos; tests with them are skipped if it does not exist. */
export const realPhotos = '../shared/photos';

/** Those that take a second or more to decode: stripped.test.ts covers them, and no other test needs to. */
export const largePhotos: readonly string[] = [
  'exif-samples/heic/IMG_5195.HEIC',
  'exif-samples/heic/mobile/iphone_13_pro_max.HEIC',
  'exif-samples/heic/mobile/HMD_Nokia_8.3_5G_hdr.heif',
  'exif-samples/tiff/BSG1.tiff',
  'immich-test-assets/formats/avif/8bit-sRGB.avif',
  'immich-test-assets/formats/jxl/8bit-sRGB.jxl',
  'immich-test-assets/formats/motionphoto/samsung-one-ui-6.heic',
  'immich-test-assets/formats/webp/denali.webp',
];

/** The generated samples of waves, by size. */
const waved = new Map<number, Buffer>();

/** A picture that does not compress to nothing: waves of colour. */
export function waves(width: number, height: number): Sharp {
  const length = width * height * 3;
  const known = waved.get(length);
  const data = known ?? Buffer.alloc(length);
  if (!known) for (let i = 0; i < length; i++) data[i] = 128 + 100 * Math.sin(i / 7) + 20 * Math.sin((i * i) / 1000);
  waved.set(length, data);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The mean colour of a part of a picture; the part is given as fractions from left and top. */
export async function colourAt(picture: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(picture).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
  return [...data.subarray(at, at + Math.min(3, info.channels))];
}

/**
 * Writes tags with ExifTool's own command line, `-TAG=VALUE` each, without line breaks and without its backup copy. One
 * ExifTool serves all tests of a file, because it takes longer to start than to write; it ends with the tests.
 */
export async function writeTags(path: string, ...tags: string[]): Promise<void> {
  const args = ['-q', '-q', '-m', '-overwrite_original', ...tags, path];
  const mine = writing.then(() => tell((writer ??= openWriter()), args));
  writing = mine.catch(() => undefined);
  await mine;
}

let writer: ChildProcessWithoutNullStreams | undefined;
let writing: Promise<void> = Promise.resolve();

/**
 * Started like the program's own, so that it ends with its input: otherwise it would poll forever after this process
 * has ended.
 */
function openWriter(): ChildProcessWithoutNullStreams {
  const { command, args, env } = exiftoolProgram(readerLimits);
  return spawn(command, args, { env: env() });
}

/** Runs one command. @throws Error with its message on failure. */
function tell(child: ChildProcessWithoutNullStreams, args: readonly string[]): Promise<void> {
  let [out, said] = ['', ''];
  const hear = (part: Buffer): void => void (said += part.toString());
  child.stderr.on('data', hear);
  return new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
      const [, status] = /^status (\d+)\s/m.exec(out) ?? [];
      if (status === '0') resolve();
      else if (status !== undefined) reject(new Error(`ExifTool ended with ${status}: ${said}`));
    });
    child.once('close', () => reject(new Error(`ExifTool ended: ${said}`)));
    child.stdin.write(`${[...args, '-echo3', 'status ${status}', '-execute'].join('\n')}\n`);
  }).finally(() => {
    child.stderr.off('data', hear);
    child.stdout.removeAllListeners('data');
    child.removeAllListeners('close');
  });
}

/** A small JPEG with tags, under `name` in `folder`; its path. */
export async function tagged(folder: string, name: string, ...tags: string[]): Promise<string> {
  const path = join(folder, name);
  await quarters(64, 48).jpeg().toFile(path);
  if (tags.length > 0) await writeTags(path, ...tags);
  return path;
}

/** Asserts that a compressed colour is not brighter than before, not much darker, and of the same hue. */
export function expectPressed(shown: readonly number[], was: readonly number[]): void {
  const [one, other] = [labOf(shown), labOf(was)];
  const said = `${was.join()}: ${shown.join()}`;
  expect(one[0] - other[0], said).toBeLessThan(1);
  expect(other[0] - one[0], said).toBeLessThan(9);
  const hue = ([, a, b]: Three): number => (Math.atan2(b, a) * 180) / Math.PI;
  const chroma = ([, a, b]: Three): number => Math.hypot(a, b);
  if (chroma(other) < 5) return expect(chroma(one), said).toBeLessThan(3);
  const turned = Math.abs(hue(one) - hue(other)) % 360;
  expect(Math.min(turned, 360 - turned), said).toBeLessThan(4);
}
