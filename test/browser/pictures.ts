/** Generated pictures for browser tests: a sky, a land and a sun, in the shapes of cameras. */
import { readFile, writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';

/** A picture with its renditions. Sizes in pixels. */
export interface FixturePicture {
  width: number;
  height: number;
  thumb: Buffer;
  preview: Buffer;
  /** Base64. */
  thumbhash: string;
}

const shapes = [
  [1600, 1200],
  [1200, 1600],
  [1500, 1000],
  [1000, 1000],
  [1920, 1080],
  [900, 1600],
  [2400, 800],
] as const;

const scene = (width: number, height: number, hue: number): string => `
  <svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100" preserveAspectRatio="none">
    <defs><linearGradient id="sky" x2="0" y2="1">
      <stop stop-color="hsl(${hue} 60% 42%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 70% 78%)"/>
    </linearGradient></defs>
    <rect width="100" height="100" fill="url(#sky)"/>
    <circle cx="${20 + (hue % 60)}" cy="34" r="9" fill="hsl(${(hue + 180) % 360} 80% 84%)"/>
    <path d="M0 72 Q25 52 50 70 T100 62 V100 H0z" fill="hsl(${(hue + 110) % 360} 32% 34%)"/>
    <path d="M0 86 Q30 70 62 84 T100 80 V100 H0z" fill="hsl(${(hue + 130) % 360} 36% 22%)"/>
  </svg>`;

/**
 * The renditions of one picture, with a thumb of half the size, which a browser decodes much faster: from SVG, or from
 * anything else that sharp reads.
 */
export async function makePicture(source: Buffer | string): Promise<FixturePicture> {
  const upright = await sharp(source).rotate().toBuffer({ resolveWithObject: true });
  const image = (): Sharp => sharp(upright.data);
  const fit = { fit: 'inside', withoutEnlargement: true } as const;
  const small = await image()
    .resize(100, 100, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    width: upright.info.width,
    height: upright.info.height,
    thumb: await image().resize(320, 320, fit).webp({ quality: 75 }).toBuffer(),
    preview: await image().resize(2048, 2048, fit).jpeg({ quality: 80 }).toBuffer(),
    thumbhash: Buffer.from(rgbaToThumbHash(small.info.width, small.info.height, small.data)).toString('base64'),
  };
}

/** A few pictures of different shapes and colours. */
export const makePictures = (): Promise<FixturePicture[]> =>
  Promise.all(shapes.map(([width, height], i) => makePicture(Buffer.from(scene(width, height, (i * 53) % 360)))));

/** Saves the pictures for other processes. */
export async function savePictures(path: string, pictures: readonly FixturePicture[]): Promise<void> {
  const text = ({ thumb, preview, ...rest }: FixturePicture): object => ({
    ...rest,
    ...{ thumb: thumb.toString('base64'), preview: preview.toString('base64') },
  });
  await writeFile(path, JSON.stringify(pictures.map(text)));
}

/** Loads saved pictures. */
export async function loadPictures(path: string): Promise<FixturePicture[]> {
  const saved = JSON.parse(await readFile(path, 'utf8')) as (Omit<FixturePicture, 'thumb' | 'preview'> & {
    thumb: string;
    preview: string;
  })[];
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  return saved.map((picture) => ({ ...picture, thumb: bytes(picture.thumb), preview: bytes(picture.preview) }));
}
