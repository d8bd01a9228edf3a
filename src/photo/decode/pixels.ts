/** Pixels in memory: to and from libvips, and rotated as EXIF says. Pure. */
import sharp, { type Sharp } from 'sharp';

/** Pixels row by row, `channels` bytes each (1 grey, 3 sRGB). */
export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
  channels: 1 | 3;
}

/** Opens pixels for further processing. */
export function openPixels({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** The pixels of a processed picture, which has no alpha. */
export async function toPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
}

/** One channel of pixels whose channels are the same. */
export async function oneChannel(pixels: Pixels): Promise<Pixels> {
  return pixels.channels === 1 ? pixels : toPixels(openPixels(pixels).extractChannel(0));
}

/** The transformation for each EXIF orientation: mirrored first (`flop` left to right), then rotated clockwise. */
const turns: Record<number, { flip?: true; flop?: true; angle?: 90 | 180 | 270 }> = {
  2: { flop: true },
  3: { angle: 180 },
  4: { flip: true },
  5: { flop: true, angle: 270 },
  6: { angle: 90 },
  7: { flop: true, angle: 90 },
  8: { angle: 270 },
};

/** Pixels rotated by an EXIF orientation. */
export async function turn(pixels: Pixels, orientation = 1): Promise<Pixels> {
  const { flip = false, flop = false, angle = 0 } = turns[orientation] ?? {};
  if (!flip && !flop && angle === 0) return pixels;
  return toPixels(openPixels(pixels).flip(flip).flop(flop).rotate(angle));
}
