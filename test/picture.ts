/** Pictures for tests, generated: small, distinct by seed, the same bytes for the same seed. */
import sharp from 'sharp';

/** A JPEG of a coloured gradient. `seed` makes it distinct; `exif` are tags of IFD0 and the Exif IFD. */
export async function makePhoto(
  seed: number,
  { width = 64, height = 48, exif = {} }: { width?: number; height?: number; exif?: Record<string, string> } = {},
): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * (seed + 3) + (i >> 7) * 31 * seed) % 251;
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
  return picture
    .withExif({ IFD2: { DateTimeOriginal: '2024:07:01 12:00:00', ...exif } })
    .jpeg({ quality: 80 })
    .toBuffer();
}

/**
 * A PNG of the right length that no decoder can read: it is stuck until someone retries it. A truncated one would be
 * retried automatically after seconds, because the rest may still arrive.
 */
export async function makeBroken(): Promise<Buffer> {
  const bytes = await sharp(await makePhoto(1, { width: 300, height: 200 }))
    .png()
    .toBuffer();
  const middle = Math.floor(bytes.length / 2);
  return bytes.fill(0x5a, middle, middle + 300);
}
