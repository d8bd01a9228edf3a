/**
 * Colours computed independently of the code, from the chromaticities and curves of the standards, as a reference for
 * decoded ones. ΔE is CIE 1976 in Lab of D65, where 1 is just invisible and 2.3 just visible.
 */

/** Red, green, blue, or X, Y, Z, or L, a, b. */
export type Three = readonly [number, number, number];
type Rows = readonly [Three, Three, Three];

const times = (rows: Rows, [x, y, z]: Three): Three =>
  rows.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Three;

function inverse([[a, b, c], [d, e, f], [g, h, i]]: Rows): Rows {
  const by = 1 / (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g));
  return [
    [(e * i - f * h) * by, (c * h - b * i) * by, (b * f - c * e) * by],
    [(f * g - d * i) * by, (a * i - c * g) * by, (c * d - a * f) * by],
    [(d * h - e * g) * by, (b * g - a * h) * by, (a * e - b * d) * by],
  ];
}

const fromXy = (x: number, y: number): Three => [x / y, 1, (1 - x - y) / y];
const d65 = fromXy(0.3127, 0.329);

/** RGB of some primaries (x, y of red, green, blue) and the white point D65 to XYZ. */
function toXyz(r: [number, number], g: [number, number], b: [number, number]): Rows {
  const [x, y, z] = [fromXy(...r), fromXy(...g), fromXy(...b)];
  const plain: Rows = [
    [x[0], y[0], z[0]],
    [x[1], y[1], z[1]],
    [x[2], y[2], z[2]],
  ];
  const [u, v, w] = times(inverse(plain), d65);
  return plain.map(([one, two, three]) => [one * u, two * v, three * w]) as unknown as Rows;
}

const srgb = toXyz([0.64, 0.33], [0.3, 0.6], [0.15, 0.06]);
const curve = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** Colour spaces: from 0 to 1 into XYZ. */
export const spaces = {
  srgb: (rgb: Three): Three => times(srgb, rgb.map(curve) as unknown as Three),
  p3: (rgb: Three): Three =>
    times(toXyz([0.68, 0.32], [0.265, 0.69], [0.15, 0.06]), rgb.map(curve) as unknown as Three),
  adobe: (rgb: Three): Three =>
    times(
      toXyz([0.64, 0.33], [0.21, 0.71], [0.15, 0.06]),
      rgb.map((value) => value ** (563 / 256)) as unknown as Three,
    ),
};

const rec2020 = toXyz([0.708, 0.292], [0.17, 0.797], [0.131, 0.046]);
/** cd/m² of HDR's reference white (ITU-R BT.2408), and of the mastering screen of HLG. */
const [white, screen] = [203, 1000];

/** SMPTE ST 2084: cd/m² to the signal, 0 to 1. */
function toPq(light: number): number {
  const power = Math.max(light / 10_000, 0) ** (2610 / 16_384);
  return ((3424 / 4096 + ((2413 * 32) / 4096) * power) / (1 + ((2392 * 32) / 4096) * power)) ** ((2523 * 128) / 4096);
}

/**
 * ITU-R BT.2100, HLG: light of the screen (1 is its maximum) to the signal, by the system gamma of 1.2 for 1000 cd/m².
 */
function toHlg(light: Three): Three {
  const luminance = 0.2627 * light[0] + 0.678 * light[1] + 0.0593 * light[2];
  const scene = light.map((value) => (luminance > 0 ? Math.max(value, 0) / luminance ** (0.2 / 1.2) : 0));
  const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
  const signal = (value: number): number => (value <= 1 / 12 ? Math.sqrt(3 * value) : a * Math.log(12 * value - b) + c);
  return scene.map(signal) as unknown as Three;
}

/** The signal (0 to 1, Rec. 2020) of an 8-bit sRGB pixel whose white is HDR's reference white. */
export function hdrSignal(pixel: readonly number[], transfer: 'pq' | 'hlg'): Three {
  const light = times(inverse(rec2020), spaces.srgb(pixel.map((value) => value / 255) as unknown as Three));
  return transfer === 'pq'
    ? (light.map((value) => toPq(value * white)) as unknown as Three)
    : toHlg(light.map((value) => (value * white) / screen) as unknown as Three);
}

/**
 * sRGB of a scene whose white is HDR's reference white. The first colours are dark enough to be shown unchanged; the
 * others are compressed together with brighter ones.
 */
export const scene = {
  asItIs: [
    [128, 128, 128],
    [60, 60, 60],
    [200, 150, 120],
    [90, 120, 160],
    [20, 90, 30],
    [150, 40, 60],
    [20, 20, 20],
  ],
  pressed: [
    [250, 250, 250],
    [220, 220, 220],
    [220, 20, 20],
    [240, 190, 60],
  ],
} as const;

/** Lab of XYZ. Colours outside sRGB are clipped first, as on a screen. */
export function lab(xyz: Three): Three {
  const shown = times(inverse(srgb), xyz).map((value) => Math.min(Math.max(value, 0), 1)) as unknown as Three;
  const f = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const [x, y, z] = times(srgb, shown).map((value, n) => f(value / d65[n]!)) as unknown as Three;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** ΔE of two colours in Lab. */
export const deltaE = (one: Three, other: Three): number => Math.hypot(...one.map((value, n) => value - other[n]!));

/** Lab of an 8-bit pixel in a colour space. */
export const labOf = (pixel: readonly number[], space: keyof typeof spaces = 'srgb'): Three =>
  lab(spaces[space](pixel.map((value) => value / 255) as unknown as Three));
