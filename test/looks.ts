/** Pictures for tests of similarity: a different scene per seed, with enough detail, and its copies. */
import sharp, { type Sharp } from 'sharp';

/** Random numbers from 0 to 1 that are the same for the same seed. */
export function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** A scene of light and dark shapes before a sky. */
export function scene(seed: number, width = 900, height = 600): Sharp {
  const next = numbers(seed);
  for (let n = 0; n < 5; n++) next();
  const colour = (): string => `hsl(${next() * 360},${20 + next() * 60}%,${8 + next() * 84}%)`;
  const things = Array.from({ length: 26 }, () => {
    const [x, y, size] = [next() * width, next() * height, 25 + next() * 130];
    return next() < 0.5
      ? `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${colour()}"/>`
      : `<rect x="${x}" y="${y}" width="${size}" height="${size * (0.3 + next())}" fill="${colour()}"/>`;
  });
  return sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${colour()}"/>${things.join('')}</svg>`,
    ),
  );
}

/** A page of a book: lines of words. */
export function page(seed: number): Sharp {
  const next = numbers(seed + 77);
  let words = '';
  for (let y = 80; y < 900; y += 26)
    for (let x = 60; x < 560;) {
      const width = 12 + next() * 60;
      words += `<rect x="${x}" y="${y}" width="${Math.min(width, 560 - x)}" height="11" fill="#222"/>`;
      x += width + 8 + (next() < 0.04 ? 600 : 0);
    }
  return sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="620" height="980"><rect width="100%" height="100%" fill="#fff"/>${words}</svg>`,
    ),
  );
}

/** A sky without clouds, different for each seed. */
export function sky(seed: number): Sharp {
  const next = numbers(seed + 9);
  const [top, low] = [25 + next() * 30, 60 + next() * 30];
  return sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"><defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="hsl(210,60%,${top}%)"/><stop offset="1" stop-color="hsl(205,50%,${low}%)"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/></svg>`,
    ),
  );
}

const bytesOf = (picture: Sharp): Promise<Buffer> => picture.flatten().png().toBuffer();

/** Kinds of copies. */
export const copies: Record<string, (picture: Sharp) => Promise<Buffer>> = {
  smaller: async (picture) =>
    sharp(await bytesOf(picture))
      .resize(300)
      .jpeg({ quality: 85 })
      .toBuffer(),
  'at quality 40': async (picture) =>
    sharp(await bytesOf(picture))
      .jpeg({ quality: 40 })
      .toBuffer(),
  'as WebP': async (picture) =>
    sharp(await bytesOf(picture))
      .webp({ quality: 60 })
      .toBuffer(),
  brighter: async (picture) =>
    sharp(await bytesOf(picture))
      .modulate({ brightness: 1.08 })
      .jpeg()
      .toBuffer(),
  'cut a little': async (picture) => {
    const bytes = await bytesOf(picture);
    const { width, height } = await sharp(bytes).metadata();
    const [left, top] = [Math.round(width * 0.005), Math.round(height * 0.005)];
    return sharp(bytes)
      .extract({ left, top, width: width - 2 * left, height: height - 2 * top })
      .jpeg()
      .toBuffer();
  },
};

/** A picture as JPEG. */
export const jpegOf = async (picture: Sharp): Promise<Buffer> =>
  sharp(await bytesOf(picture))
    .jpeg({ quality: 92 })
    .toBuffer();
