/**
 * The tools for painting sample pictures: reproducible random numbers, noise, colours, and a few SVG shapes.
 * Coordinates are pixels.
 */
import sharp, { type OverlayOptions, type Sharp } from 'sharp';

/** A source of numbers in [0, 1): the same seed gives the same numbers (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Mixes two colours `#rrggbb`; `share` is that of the second one, 0 to 1. */
export function mix(one: string, other: string, share: number): string {
  const channel = (at: number): string => {
    const [a, b] = [parseInt(one.slice(at, at + 2), 16), parseInt(other.slice(at, at + 2), 16)];
    return Math.round(a + (b - a) * share)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

const smooth = (t: number): number => t * t * (3 - 2 * t);
function lattice(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 1274126177);
  h = Math.imul(h ^ (h >>> 13), 1103515245);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Value noise in [0, 1) at a point; its grid is 1 wide. */
export function noise(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = smooth(x - ix);
  const a = lattice(ix, iy, seed);
  const b = lattice(ix, iy + 1, seed);
  const top = a + (lattice(ix + 1, iy, seed) - a) * fx;
  return top + (b + (lattice(ix + 1, iy + 1, seed) - b) * fx - top) * smooth(y - iy);
}

/** Noise of several octaves in [0, 1], each half as high and half as wide as the one before. */
export function clouds(x: number, y: number, seed: number, octaves = 5): number {
  let sum = 0;
  let height = 1;
  for (let octave = 0; octave < octaves; octave++) {
    sum += height * noise(x, y, seed + octave);
    x *= 2;
    y *= 2;
    height /= 2;
  }
  return sum / (2 - 2 * height);
}

/** Noise shaped like mountains, in [0, 1]: sharp at the top, wide at the bottom. */
export function peaks(x: number, seed: number): number {
  let sum = 0;
  for (let octave = 0; octave < 6; octave++)
    sum += (1 - Math.abs(2 * noise(x * 2 ** octave, octave, seed) - 1)) ** 2 / 2.2 ** octave;
  return sum / 1.8;
}

/** A picture's size in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A vertical gradient: colours with their positions, 0 at the top. */
export function gradient(id: string, stops: readonly (readonly [number, string, number?])[], turned = 90): string {
  const marks = stops.map(
    ([at, colour, opacity = 1]) => `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
  );
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1" gradientTransform="rotate(${turned - 90} .5 .5)">${marks.join('')}</linearGradient>`;
}

/** A round glow that fades out. */
export function glow(id: string, stops: readonly (readonly [number, string, number])[]): string {
  const marks = stops.map(
    ([at, colour, opacity]) => `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
  );
  return `<radialGradient id="${id}">${marks.join('')}</radialGradient>`;
}

/** A rectangle over the full width. */
export function band({ width }: Size, top: number, height: number, fill: string, more = ''): string {
  return `<rect x="0" y="${top}" width="${width}" height="${height}" fill="${fill}" ${more}/>`;
}

/** The area below a line whose height `at` returns, every `step` pixels. */
export function area({ width, height }: Size, fill: string, at: (x: number) => number, step = 6): string {
  const points: string[] = [];
  for (let x = 0; x <= width + step; x += step) points.push(`${x},${at(x).toFixed(1)}`);
  return `<path d="M0,${height} L${points.join(' ')} L${width},${height} Z" fill="${fill}"/>`;
}

/** Combines shapes to an SVG picture, drawn at `scale` of its size. */
export function svg({ width, height }: Size, defs: string, shapes: string, scale = 1): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width * scale}" height="${height * scale}" viewBox="0 0 ${width} ${height}"><defs>${defs}</defs>${shapes}</svg>`,
  );
}

/**
 * A picture to be rendered: the bottom layer (scaled to the size, so a small one is a soft one), and those above it.
 */
export interface Painting {
  ground: Buffer;
  layers: readonly OverlayOptions[];
}

/**
 * A soft layer of one colour, computed small and scaled up. `at` returns the opacity, 0 to 1, for a position in [0,
 * 1]²;
 * `detail` is the width in pixels at which it is computed.
 */
export async function veil(
  size: Size,
  colour: string,
  at: (x: number, y: number) => number,
  detail = 360,
): Promise<OverlayOptions> {
  const height = Math.round((detail * size.height) / size.width);
  const opacity = Buffer.alloc(detail * height);
  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < detail; x++, n++) opacity[n] = 255 * Math.max(0, Math.min(1, at(x / detail, y / height)));
  }
  const raw = { width: detail, height, channels: 1 as const };
  const scaled = sharp(opacity, { raw }).resize(size.width, size.height, { fit: 'fill' });
  const mask = await scaled.toColourspace('b-w').raw().toBuffer();
  const input = await sharp({ create: { ...size, channels: 3, background: colour } })
    .joinChannel(mask, { raw: { ...size, channels: 1 } })
    .raw()
    .toBuffer();
  return { input, raw: { ...size, channels: 4 } };
}

/** Film grain: without it flat gradients show bands. */
async function grain(): Promise<OverlayOptions> {
  const next = numbers(3);
  const side = 512;
  const raw = { width: side, height: side, channels: 1 as const };
  const pixels = Buffer.alloc(side * side).map(() => 128 + (next() + next() - 1) * 26);
  return { input: await sharp(pixels, { raw }).blur(0.6).png().toBuffer(), tile: true, blend: 'soft-light' };
}

/** The finished picture, not yet encoded. */
export async function develop({ ground, layers }: Painting, { width, height }: Size): Promise<Sharp> {
  const base = await sharp(ground).resize(width, height, { fit: 'fill' }).png({ compressionLevel: 0 }).toBuffer();
  return sharp(base)
    .composite([...layers, await grain()])
    .removeAlpha();
}
