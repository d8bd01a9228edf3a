/**
 * Converts pixels whose colours are described by numbers of ITU-T H.273 (`nclx` in HEIF) instead of an ICC profile: to
 * sRGB, with HDR (PQ or HLG) tone-mapped to a standard screen. The constants are from Rec. ITU-R BT.2100, BT.2408 (HDR
 * reference white is 203 cd/m²) and IEC 61966-2-1. Pure.
 */
import type { Colours } from '../formats/format-family.js';

type Matrix = readonly (readonly [number, number, number])[];

/** Linear RGB of other primaries (white point D65) to linear sRGB. */
const matrices: Record<number, Matrix> = {
  // ITU-R BT.2020
  9: [
    [1.660491, -0.5876411, -0.0728499],
    [-0.1245505, 1.1328999, -0.0083494],
    [-0.0181508, -0.1005789, 1.1187297],
  ],
  // Display P3 (SMPTE EG 432-1)
  12: [
    [1.2249402, -0.2249402, 0],
    [-0.042057, 1.042057, 0],
    [-0.0196376, -0.0786361, 1.0982736],
  ],
};
const same: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

const [pq, hlg] = [16, 18];
/** Transfer curves close enough to sRGB in the shadows to be treated as it: BT.709 and similar, and sRGB. */
const usual = [1, 2, 6, 13, 14, 15];
/** cd/m²: the reference white, and the brightest value that is tone-mapped into the range above it. */
const [white, peak] = [203, 1000];

/** Whether these colours exceed a standard screen and need more than 8 bits. */
export const isHdr = ({ transfer }: Colours): boolean => transfer === pq || transfer === hlg;

/** Whether pixels of these colours need conversion to sRGB. Unknown numbers count as sRGB. */
export const differ = (colours: Colours): boolean =>
  isHdr(colours) || (usual.includes(colours.transfer) && Object.hasOwn(matrices, colours.primaries));

/** 1 is reference white. */
function fromPq(value: number): number {
  const [m1, m2, c1, c2, c3] = [1305 / 8192, 2523 / 32, 107 / 128, 2413 / 128, 2392 / 128];
  const power = value ** (1 / m2);
  return (10_000 / white) * (Math.max(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1);
}

/** Scene light in HLG, 0 to 1. */
function fromHlg(value: number): number {
  const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
  return value <= 0.5 ? (value * value) / 3 : (Math.exp((value - c) / a) + b) / 12;
}

/**
 * The factor by which a screen of 1000 cd/m² brightens scene light (1 is then reference white): HLG's system gamma,
 * 1.2.
 */
const system = (r: number, g: number, b: number): number =>
  (peak / white) * (0.2627 * r + 0.678 * g + 0.0593 * b) ** 0.2;

const fromSrgb = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const toSrgb = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** Brightness above this value is compressed, smoothly, so that `peak` becomes 1. */
const knee = 0.6;

/**
 * The factor that darkens a pixel with the greatest channel `most`, so that its hue stays. The curve is smooth at the
 * knee and 1 at the peak (extended Reinhard).
 */
function press(most: number): number {
  if (most <= knee) return 1;
  const [top, room] = [peak / white - knee, 1 - knee];
  const over = Math.min(most - knee, top) / room;
  const end = top / room;
  return (knee + (room * over * (1 + over / (end * end))) / (1 + over)) / most;
}

const steps = 65_535;

/** A table of `count` + 1 values of a function over 0 to 1. */
function table(of: (value: number) => number, count: number): Float32Array {
  return Float32Array.from({ length: count + 1 }, (_, n) => of(n / count));
}

/** Converts 16-bit RGB to 8-bit sRGB. */
export function toUsual(samples: Uint16Array, colours: Colours): Buffer {
  const linear = table(colours.transfer === pq ? fromPq : colours.transfer === hlg ? fromHlg : fromSrgb, steps);
  const encoded = table((value) => toSrgb(value) * 255, 16_384);
  const matrix = (Object.hasOwn(matrices, colours.primaries) ? matrices[colours.primaries] : undefined) ?? same;
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = matrix as [Matrix[0], Matrix[0], Matrix[0]];
  const hdr = isHdr(colours);
  const out = Buffer.alloc(samples.length);
  const put = (value: number, at: number): void => {
    out[at] = encoded[Math.round(Math.min(Math.max(value, 0), 1) * 16_384)]! + 0.5;
  };
  for (let at = 0; at < samples.length; at += 3) {
    const [r, g, b] = [linear[samples[at]!]!, linear[samples[at + 1]!]!, linear[samples[at + 2]!]!];
    const bright = colours.transfer === hlg ? system(r, g, b) : 1;
    const by = hdr ? bright * press(bright * Math.max(r, g, b)) : 1;
    put(by * (rr * r + rg * g + rb * b), at);
    put(by * (gr * r + gg * g + gb * b), at + 1);
    put(by * (br * r + bg * g + bb * b), at + 2);
  }
  return out;
}
