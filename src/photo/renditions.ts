/**
 * The scaled pictures of an original, by libvips: `thumb` and `preview`, upright, sRGB, without any metadata, never
 * larger than the original; and its ThumbHash. Pixel and memory limits stay on. Nothing is written: a crash leaves
 * nothing. How encoders, sizes and settings were chosen: docs/performance.md, "Renditions".
 */
import { availableParallelism } from 'node:os';
import sharp, { type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { explain } from './failure.js';
import type { Format } from './family.js';
import { decode, type Pixels } from './pixels.js';

/** The number of the recipe that makes renditions; raised whenever the same bytes would give other pictures. */
export const renditionRecipe = 1;

/** A picture in memory, not yet stored. Pixels as displayed. */
export interface Picture {
  bytes: Uint8Array;
  type: 'image/webp' | 'image/jpeg';
  width: number;
  height: number;
}

/** All that is made from the pixels of one original. */
export interface Rendered {
  /** The original's size as displayed. */
  width: number;
  height: number;
  animated: boolean;
  thumb: Picture;
  preview: Picture;
  /** ThumbHash, base64. */
  thumbhash: string;
}

/** The long edge of a preview in pixels. */
export const previewEdge = 2048;
/** A thumb fills a row of 256 CSS pixels on a 2x screen; one wider than 4:1 is as wide as a window instead. */
export const thumbBox = { width: 2048, height: 512 } as const;

/** How both are encoded: as JPEG, with the usual Huffman tables, since tables of its own cost a second pass for 1 %. */
export const encoding = { quality: 80, optimizeCoding: false } as const;

/**
 * Shares the machine among `workers` renders at a time. One thread each where there are as many as cores: the photos
 * themselves are the parallelism, and threads within one only cost memory and switching. Applies to the whole process.
 */
export function configureRenderer({ workers }: { workers: number }): void {
  sharp.concurrency(Math.max(1, Math.floor(availableParallelism() / Math.max(1, workers))));
}

/**
 * Renders one original, decoding it once. `seconds` bounds the decoding. @throws PhotospoolError `undecodable`,
 * `truncated` (its end is missing), `too-large` (more pixels than the limit), `timeout`, `busy` (no memory); or the
 * system's error where the file can't be read.
 */
export async function render(path: string, format: Format, seconds = 60): Promise<Rendered> {
  try {
    const { pixels, ...original } = await decode(path, format, previewEdge, seconds);
    const small = await toThumb(pixels);
    const [preview, thumb, thumbhash] = await Promise.all([encode(pixels), encode(small), hash(small)]);
    return { ...original, thumb, preview, thumbhash };
  } catch (error) {
    throw await explain(error, path, format);
  }
}

function open({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

async function toThumb(pixels: Pixels): Promise<Pixels> {
  const resized = open(pixels).resize({ ...thumbBox, fit: 'inside', withoutEnlargement: true });
  const { data, info } = await resized.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
}

async function encode(pixels: Pixels): Promise<Picture> {
  const bytes = await open(pixels).jpeg(encoding).toBuffer();
  return { bytes, type: 'image/jpeg', width: pixels.width, height: pixels.height };
}

/** ThumbHash keeps seven waves a side at most, so 64 pixels tell it as much as the 100 it may take, in half the time. */
async function hash(pixels: Pixels): Promise<string> {
  const box = { width: 64, height: 64, fit: 'inside' } as const;
  const tiny = open(pixels).resize(box).toColourspace('srgb').ensureAlpha().raw();
  const { data, info } = await tiny.toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
