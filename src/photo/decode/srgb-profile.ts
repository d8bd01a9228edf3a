/**
 * Recognises colour profiles that mean sRGB: most cameras and phones that embed a profile embed sRGB, in one of many
 * encodings, and converting from it takes longer than decoding the photo and changes no colour. Nothing on disk.
 */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { makeUncompressed } from './uncompressed-tiff.js';

/** How much a sample may change, of 255: the rounding of a conversion. */
const rounding = 1;
/** Longer profiles are tables for printers and calibrated screens. */
const longest = 64 * 1024;
/** The number of cached results: the photos of a family come from a few cameras. */
const kept = 50;
const known = new Map<string, Promise<boolean>>();

/** All greys, and 33 levels of each colour in all combinations. */
function probe(): Buffer {
  const greys = Array.from({ length: 256 }, (_, n) => [n, n, n]);
  const levels = Array.from({ length: 33 }, (_, n) => Math.min(255, n * 8));
  const colours = levels.flatMap((red) => levels.flatMap((green) => levels.map((blue) => [red, green, blue])));
  return Buffer.from([...greys, ...colours].flat());
}

/**
 * Whether 8-bit RGB with this ICC profile can be read as sRGB: converting it changes no sample by more than the rounding. False for
 * a profile that libvips can't use.
 */
export function isSrgb(icc: Uint8Array): Promise<boolean> {
  if (icc.length > longest) return Promise.resolve(false);
  const name = createHash('sha256').update(icc).digest('base64');
  const found = known.get(name) ?? changesNothing(icc).catch(() => false);
  known.delete(name);
  known.set(name, found);
  if (known.size > kept) known.delete(known.keys().next().value!);
  return found;
}

async function changesNothing(icc: Uint8Array): Promise<boolean> {
  const before = probe();
  const { file, pixels } = makeUncompressed({ width: before.length / 3, height: 1, channels: 3, bits: 8 }, icc);
  pixels.set(before);
  const after = await sharp(file).raw().toBuffer();
  return after.length === before.length && after.every((sample, n) => Math.abs(sample - before[n]!) <= rounding);
}
