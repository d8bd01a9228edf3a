/**
 * An original's pixels, decoded once: no longer than the preview's edge, upright, sRGB, 8 bits, without alpha. Memory
 * is bounded by the preview, whatever the original's size, for every format that libvips reads in rows.
 */
import { readFile } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import type { Format } from './family.js';

/** Pixels row by row, `channels` bytes each (1 grey, 3 sRGB). */
export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
  channels: 1 | 3;
}

/** What was decoded, and of what. */
export interface Decoded {
  pixels: Pixels;
  /** The original's size as displayed. */
  width: number;
  height: number;
  animated: boolean;
}

/**
 * The most pixels of an original: libvips' own default (0x3FFF²), room for phones of 200 megapixels. Bigger ones are
 * refused by their header, before anything is allocated.
 */
export const pixelLimit = 0x3fff * 0x3fff;

// By a path's name alone, libvips' cache of operations would answer for bytes that have since been replaced.
sharp.cache(false);

/** Formats of which further pages are frames in time, not other pictures. */
const moving = ['gif', 'webp'];

/** What libvips calls each family that it reads here. */
const loaders: Record<string, string> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  heif: 'heif',
  tiff: 'tiff',
};

/** Decodes the first page of a file to at most `edge` pixels of length. @throws what libvips says. */
export async function decode(path: string, format: Format, edge: number): Promise<Decoded> {
  // What a sound-enough photo only warns of is let through; missing or broken pixel data is not.
  return decodeInput(await inputOf(path), format, edge, 'error');
}

const endOfImage = Buffer.from([0xff, 0xd9]);

/**
 * Decodes a JPEG as if its end marker were there, which libjpeg waits for even where every pixel is. @throws what libvips
 * says, where pixels are missing, too. It looks strip by strip: what is missing of the last one it does not notice.
 */
export async function decodeEndless(path: string, format: Format, edge: number): Promise<Decoded> {
  return decodeInput(Buffer.concat([await readFile(path), endOfImage]), format, edge, 'warning');
}

async function decodeInput(
  input: string | Buffer,
  format: Format,
  edge: number,
  failOn: 'error' | 'warning',
): Promise<Decoded> {
  const source = { failOn, limitInputPixels: pixelLimit, page: 0 } as const;
  const header = await sharp(input, source).metadata();
  if (header.format !== loaders[format.family]) throw new Error(`libvips takes it for ${header.format}`);
  const box = { width: edge, height: edge, fit: 'inside', withoutEnlargement: true } as const;
  const shrunk = sharp(input, source).autoOrient().resize(box);
  const pixels = coloursCanWait(header, edge)
    ? await toPixels(sharp(await shrunk.keepIccProfile().tiff({ compression: 'none' }).toBuffer()))
    : await toPixels(shrunk);
  const { width, height } = header.autoOrient;
  const animated = format.animated === true || (moving.includes(format.family) && (header.pages ?? 1) > 1);
  return { pixels, width, height, animated };
}

/** libvips takes brackets at the end of a path for options; such a file is handed over as bytes. */
async function inputOf(path: string): Promise<string | Buffer> {
  return path.endsWith(']') ? readFile(path) : path;
}

/**
 * libvips applies a colour profile before it resizes, which for a big photo takes longer than all the rest. Where the
 * pixels are plain RGB, they can be made smaller in the profile's own space first, and the difference is not seen.
 */
function coloursCanWait({ icc, space, depth, width, height }: Metadata, edge: number): boolean {
  return icc !== undefined && space === 'srgb' && depth === 'uchar' && Math.max(width, height) > edge;
}

/** Transparent pictures are put on white: mostly they are drawings, dark on nothing, and JPEG has no alpha. */
async function toPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.flatten({ background: '#fff' }).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
}
