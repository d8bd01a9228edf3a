/**
 * Colours computed apart from the code: from the chromaticities and curves of the standards, to compare what was decoded
 * with. ΔE is CIE 1976 in Lab of D65, where 1 is just not seen and 2.3 just seen.
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

/** Lab of XYZ. What sRGB can't show is cut off first, as a screen does. */
export function lab(xyz: Three): Three {
  const shown = times(inverse(srgb), xyz).map((value) => Math.min(Math.max(value, 0), 1)) as unknown as Three;
  const f = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const [x, y, z] = times(srgb, shown).map((value, n) => f(value / d65[n]!)) as unknown as Three;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** ΔE of two colours in Lab. */
export const deltaE = (one: Three, other: Three): number => Math.hypot(...one.map((value, n) => value - other[n]!));

/** Lab of a pixel of 8 bits in a space. */
export const labOf = (pixel: readonly number[], space: keyof typeof spaces = 'srgb'): Three =>
  lab(spaces[space](pixel.map((value) => value / 255) as unknown as Three));
