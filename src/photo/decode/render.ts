/**
 * Makes the scaled pictures of an original with libvips, decoding it once. The limit of pixels is enforced here; those
 * of time, memory and output belong to the process (decoder-pool.ts). Nothing is written: a crash leaves nothing.
 */
import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { PhotospoolError, type ErrorCode } from '../../base/errors.js';
import type { Develop } from '../../document/develop.js';
import { lookOf, lookPixels } from '../../document/perceptual-hash.js';
import { explain, renderError } from './decode-errors.js';
import type { Format } from '../formats/format-family.js';
import { decode, decodeDamaged, decodeEndless, type Decoded, type Edge } from './decode-pixels.js';
import { developPixels, edgeFor } from './develop-pixels.js';
import { withGainMap } from './gain-map.js';
import { openPixels, toPixels, type Pixels } from './pixels.js';
import { encoding, previewEdge, whole, thumbBox, type Picture, type Pictures, type Rendered } from './renditions.js';

/** Milliseconds without a write after which a JPEG that lacks only its end marker counts as complete. */
const hour = 3_600_000;
/** Failures that mean a damaged file, not a problem of the machine. */
const damage: readonly ErrorCode[] = ['truncated', 'undecodable'];

/**
 * Renders one original. With `asIs`, returns what can be decoded of a damaged one; with `develop`, the developed
 * pictures. `now` in ms. @throws PhotospoolError `undecodable`, `truncated` (its end is missing), `too-large` (more
 * pixels or memory than the limit); or the system's error if the file can't be read.
 */
export async function render(
  path: string,
  format: Format,
  asIs = false,
  develop?: Develop,
  now = Date.now(),
): Promise<Rendered> {
  try {
    return await renderSound(path, format, now, asIs, develop);
  } catch (error) {
    if (!asIs || !(error instanceof PhotospoolError) || !damage.includes(error.code)) throw error;
    return renderDamaged(path, format, develop);
  }
}

/** The edge to decode to. */
const edgeOf = (develop: Develop | undefined): Edge =>
  develop ? (size) => edgeFor(develop, size, previewEdge) : previewEdge;

async function renderSound(
  path: string,
  format: Format,
  now: number,
  asIs: boolean,
  develop: Develop | undefined,
): Promise<Rendered> {
  try {
    const decoded = await decode(path, format, edgeOf(develop));
    if ('unshown' in decoded) return decoded;
    return await keepGainMap(await makePictures(decoded, develop), decoded, develop);
  } catch (error) {
    const failure = await explain(error, path, format);
    if (!(failure instanceof PhotospoolError) || failure.code !== 'truncated') throw failure;
    const waited = asIs || now - (await stat(path)).ctimeMs > hour;
    const whole = waited && format.family === 'jpeg' ? await renderEndless(path, format, develop) : undefined;
    if (whole) return whole;
    throw failure;
  }
}

/**
 * The pictures with a preview that keeps the gain map of its original for HDR screens, unless there is none, it is
 * broken, or it would make the preview more than twice as large and 64 KiB larger.
 */
async function keepGainMap(
  pictures: Pictures,
  { readGainMap, pixels, width, height }: Decoded,
  develop: Develop | undefined,
): Promise<Pictures> {
  const { bytes } = pictures.preview;
  const origin = { original: { width, height }, scaled: pixels, ...(develop && { develop }) };
  const read = await readGainMap?.().catch(() => undefined);
  const made = read && (await withGainMap(bytes, read, origin).catch(() => undefined));
  const most = bytes.length + Math.max(bytes.length, 1 << 16);
  if (!made || made.length > most) return pictures;
  return { ...pictures, preview: { ...pictures.preview, bytes: made }, gainMap: true };
}

/** Renders what can be decoded of a damaged original. @throws as `render`, but never for its damage. */
async function renderDamaged(path: string, format: Format, develop: Develop | undefined): Promise<Rendered> {
  try {
    return { ...(await makePictures(await decodeDamaged(path, format, edgeOf(develop)), develop)), damaged: true };
  } catch (error) {
    const failure = await explain(error, path, format);
    if (!(failure instanceof PhotospoolError) || !damage.includes(failure.code)) throw failure;
    return { unshown: 'damaged' };
  }
}

/** The maximum side of a JPEG. */
const longestJpeg = 65_500;

/** Writes the full-size picture as a JPEG to `to`, developed; false if there is none. @throws as `render`. */
export async function convert(path: string, format: Format, to: string, develop?: Develop): Promise<boolean> {
  try {
    const decoded = await decode(path, format, longestJpeg);
    if ('unshown' in decoded) return false;
    const pixels = develop ? await developPixels(decoded.pixels, develop, longestJpeg) : decoded.pixels;
    await openPixels(pixels).jpeg(whole).toFile(to);
    return true;
  } catch (error) {
    throw await explain(error, path, format);
  }
}

/**
 * The perceptual hash (document/perceptual-hash.ts) of a scaled picture: a file, or its bytes. Transparent areas count
 * as white. @throws as `render`, but never `truncated`: such a picture is written completely.
 */
export async function look(picture: string | Uint8Array): Promise<Uint8Array> {
  try {
    const tiny = sharp(picture, { limitInputPixels: previewEdge * previewEdge }).resize(lookPixels, lookPixels, {
      fit: 'fill',
    });
    return lookOf(await tiny.flatten({ background: '#fff' }).toColourspace('srgb').removeAlpha().raw().toBuffer());
  } catch (error) {
    const path = typeof picture === 'string' ? picture : '';
    throw renderError('undecodable', path, { family: 'jpeg', name: 'JPEG', type: 'image/jpeg' }, error);
  }
}

async function renderEndless(
  path: string,
  format: Format,
  develop: Develop | undefined,
): Promise<Pictures | undefined> {
  const decoded = await decodeEndless(path, format, edgeOf(develop)).catch(() => undefined);
  return decoded && makePictures(decoded, develop);
}

async function makePictures(
  { pixels: decoded, readGainMap: _, ...original }: Decoded,
  develop?: Develop,
): Promise<Pictures> {
  const pixels = develop ? await developPixels(decoded, develop, previewEdge) : decoded;
  const small = await toThumb(pixels);
  const [preview, thumb, thumbhash] = await Promise.all([encode(pixels), encode(small), hash(small)]);
  return { ...original, thumb, preview, thumbhash };
}

async function toThumb(pixels: Pixels): Promise<Pixels> {
  const resized = openPixels(pixels).resize({ ...thumbBox, fit: 'inside', withoutEnlargement: true });
  return toPixels(resized.toColourspace('srgb'));
}

async function encode(pixels: Pixels): Promise<Picture> {
  const bytes = await openPixels(pixels).jpeg(encoding).toBuffer();
  return { bytes, type: 'image/jpeg', width: pixels.width, height: pixels.height };
}

/**
 * ThumbHash keeps at most seven waves per side, so 64 pixels give it as much information as the 100 it accepts, in half
 * the time.
 */
async function hash(pixels: Pixels): Promise<string> {
  const box = { width: 64, height: 64, fit: 'inside' } as const;
  const tiny = openPixels(pixels).resize(box).toColourspace('srgb').ensureAlpha().raw();
  const { data, info } = await tiny.toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
