/**
 * The pixels of an original, decoded once: scaled to the edge of the preview, upright, sRGB, 8 bits, without alpha.
 * Memory is bounded by the preview, regardless of the size of the original, for every format that libvips reads row by
 * row.
 */
import { readFile } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import type { Unshown } from '../../document/photo-document.js';
import { differ, toUsual } from './color-conversion.js';
import type { GainMap } from './gain-map-metadata.js';
import { readJpegGainMap } from './gain-map.js';
import { families } from '../formats/families.js';
import type { Format, Opened, PictureSource } from '../formats/format-family.js';
import { toPixels, turn, type Pixels } from './pixels.js';
import { pixelLimit } from './renditions.js';
import { isSrgb } from './srgb-profile.js';
import { makeUncompressed } from './uncompressed-tiff.js';
import { countWarnings, isScanBroken } from './decode-warnings.js';

/** The decoded pixels, and facts about their source. */
export interface Decoded {
  pixels: Pixels;
  /** The size of the original as displayed. */
  width: number;
  height: number;
  animated: boolean;
  /** True if a JPEG was decoded, but a part of its scan data is broken. */
  damaged?: true;
  /** Reads its gain map, if it may have one: how much brighter each part is on an HDR screen. @throws if it is broken. */
  readGainMap?: () => Promise<GainMap | undefined>;
}

/** The edge to which a picture is scaled, or a function of the size of its upright original. */
export type Edge = number | ((size: { width: number; height: number }) => number);

// libvips caches operations by path alone, and would return stale results for a replaced file.
sharp.cache(false);

/** When libvips fails: only at errors without recovery, at missing or broken data, or at any warning. */
type FailOn = 'none' | 'error' | 'warning';

/** Formats whose further pages are frames of an animation, not other pictures. */
const moving = ['gif', 'webp'];

/**
 * Decodes the picture of a file, scaled to at most `edge` pixels, or returns why there is none. @throws the decoder's
 * error.
 */
export async function decode(path: string, format: Format, edge: Edge): Promise<Decoded | { unshown: Unshown }> {
  // Decoder warnings are accepted, and reported as damage of a JPEG; missing or entirely broken pixel data is not.
  return decodeOpened(await openSource(path, format), format, edge, 'error');
}

/**
 * Decodes the readable part of a damaged file: its picture as far as it goes, otherwise a smaller embedded one. @throws
 * the decoder's error if there is none.
 */
export async function decodeDamaged(path: string, format: Format, edge: Edge): Promise<Decoded> {
  const whole = await openSource(path, format, true)
    .then((opened) => decodeOpened(opened, format, edge, 'none'))
    .catch(() => undefined);
  if (whole && !('unshown' in whole)) return whole;
  const carried = await (await import('./embedded-previews.js')).openEmbedded(path);
  const small = await decodeOpened(carried, { ...format, family: 'jpeg' }, edge, 'none');
  if ('unshown' in small) throw new Error('no part of it can be decoded');
  return small;
}

async function decodeOpened(
  opened: Opened,
  format: Format,
  edge: Edge,
  failOn: FailOn,
): Promise<Decoded | { unshown: Unshown }> {
  if ('unshown' in opened) return opened;
  try {
    return await decodeSource(opened, format, edge, failOn);
  } finally {
    await opened.free?.();
  }
}

/** The input for libvips: the file itself, or the picture that its family makes of it. */
async function openSource(path: string, format: Format, asIs = false): Promise<Opened> {
  const family = families.find(({ name }) => name === format.family);
  return family?.open ? family.open(path, format, asIs) : { input: path, loader: format.family };
}

const endOfImage = Buffer.from([0xff, 0xd9]);

/**
 * Decodes a JPEG as if its end marker were present; libjpeg waits for it even if all pixels are present. @throws the
 * error of libvips if pixels are missing, too. It checks strip by strip, so missing pixels in the last strip go
 * unnoticed.
 */
export async function decodeEndless(path: string, format: Format, edge: Edge): Promise<Decoded> {
  const input = Buffer.concat([await readFile(path), endOfImage]);
  return decodeSource({ input, loader: 'jpeg' }, format, edge, 'warning');
}

async function decodeSource(source: PictureSource, format: Format, wanted: Edge, failOn: FailOn): Promise<Decoded> {
  const options = { failOn, limitInputPixels: pixelLimit, page: 0 } as const;
  const input = await inputOf(source.input);
  const headed = sharp(input, options);
  const ofHeader = countWarnings(headed);
  const header = await headed.metadata();
  if (header.format !== source.loader) throw new Error(`libvips identifies it as ${header.format}`);
  const size = sizeOf(header, source);
  const edge = typeof wanted === 'number' ? wanted : wanted(size);
  const box = { width: edge, height: edge, fit: 'inside', withoutEnlargement: true } as const;
  // For 16-bit pixels, libvips' own conversion by the profile would not end in sRGB.
  const deep = header.space === 'rgb16' ? header.icc : undefined;
  const asSrgb = await meansSrgb(header, source);
  const image = sharp(input, { ...options, ignoreIcc: deep !== undefined || asSrgb });
  const ofAll = countWarnings(image);
  const own = deep && !source.icc ? { ...source, icc: deep } : source;
  const shrunk = (source.turn === undefined ? image.autoOrient() : image).resize(box);
  const pixels = await turn(asSrgb ? await flatten(shrunk) : await convert(shrunk, header, own, edge), source.turn);
  const animated = format.animated === true || (moving.includes(format.family) && (header.pages ?? 1) > 1);
  const damaged = format.family === 'jpeg' && isScanBroken(ofHeader, ofAll);
  return {
    ...{ pixels, ...size, animated: source.animated ?? animated },
    ...(damaged && { damaged }),
    ...(source.readGainMap && { readGainMap: source.readGainMap }),
    ...(format.family === 'jpeg' && header.gainMap && { readGainMap: () => readJpegGainMap(header) }),
  };
}

/** The size of the original as displayed. */
function sizeOf({ width, height, autoOrient }: Metadata, source: PictureSource): { width: number; height: number } {
  if (source.size) return source.size;
  if (source.turn === undefined) return { width: autoOrient.width, height: autoOrient.height };
  return source.turn > 4 ? { width: height, height: width } : { width, height };
}

/** libvips parses brackets at the end of a path as options; such a file is passed as bytes. */
async function inputOf(input: string | Buffer): Promise<string | Buffer> {
  return typeof input === 'string' && input.endsWith(']') ? readFile(input) : input;
}

/** Whether the profile of the pixels leaves them as they are. */
async function meansSrgb({ icc, space, depth }: Metadata, source: PictureSource): Promise<boolean> {
  const profile = source.icc ?? icc;
  return profile !== undefined && space === 'srgb' && depth === 'uchar' && (await isSrgb(profile));
}

/** The pixels in sRGB. */
async function convert(
  shrunk: Sharp,
  header: Metadata,
  { icc, colours }: PictureSource,
  edge: number,
): Promise<Pixels> {
  if (icc) return flatten(sharp(await withProfile(shrunk, icc)));
  if (coloursCanWait(header, edge))
    return flatten(sharp(await shrunk.keepIccProfile().tiff({ compression: 'none' }).toBuffer()));
  if (header.icc !== undefined || colours === undefined || !differ(colours)) return flatten(shrunk);
  const deep = shrunk.flatten({ background: '#fff' }).toColourspace('rgb16').raw({ depth: 'ushort' });
  const { data, info } = await deep.toBuffer({ resolveWithObject: true });
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return { data: toUsual(samples, colours), width: info.width, height: info.height, channels: 3 };
}

/** A picture together with a profile that was stored elsewhere. */
async function withProfile(shrunk: Sharp, icc: Uint8Array): Promise<Buffer> {
  const { data, info } = await shrunk.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const { file, pixels } = makeUncompressed({ width, height, channels: channels === 4 ? 4 : 3, bits: 8 }, icc);
  pixels.set(data);
  return file;
}

/**
 * libvips applies a colour profile before it resizes, which for a large photo takes longer than everything else. Plain
 * RGB can be scaled in the colour space of the profile first, without a visible difference.
 */
function coloursCanWait({ icc, space, depth, width, height }: Metadata, edge: number): boolean {
  return icc !== undefined && space === 'srgb' && depth === 'uchar' && Math.max(width, height) > edge;
}

/** Transparent pictures get a white background: most are drawings, dark on nothing, and JPEG has no alpha. */
const flatten = (image: Sharp): Promise<Pixels> => toPixels(image.flatten({ background: '#fff' }));
