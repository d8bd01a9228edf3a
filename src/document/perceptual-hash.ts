/**
 * The appearance of a picture in 296 bytes: enough to recognise its copies (other sizes, formats, qualities, slightly
 * brighter or cropped) and the shots of one moment. Computed from pixels alone, so it is the same on every server.
 * Pure.
 *
 * | bytes | content |
 * |---|---|
 * | 0–7 | the signs of the 63 lowest frequencies of its brightness (a perceptual hash by DCT), in parts of 16 bits, low byte first |
 * | 8–263 | its brightness on a grid of 16 × 16, 0 to 255 |
 * | 264–295 | its colours on a grid of 4 × 4: Cb, then Cr (ITU-R BT.601, as in JFIF) |
 */

/** The side of the input in pixels: the whole picture, scaled to a square of RGB. */
export const lookPixels = 32;
const grid = 16;
const patches = 4;
const waves = 8;
const head = 8;
const cells = grid * grid;
const colours = patches * patches;
/** The length of the hash in bytes. */
export const lookLength = head + cells + 2 * colours;
/** The number of 16-bit parts of the DCT bits. */
export const lookParts = 4;

/** cos(π (place + ½) wave / places). */
const cosines = Float64Array.from({ length: lookPixels * waves }, (_, at) =>
  Math.cos((Math.PI / lookPixels) * (Math.floor(at / waves) + 0.5) * (at % waves)),
);

/** The perceptual hash of a picture: 32 × 32 pixels of RGB, row by row. */
export function lookOf(pixels: Uint8Array): Uint8Array {
  const count = lookPixels * lookPixels;
  const light = new Float64Array(count);
  const blue = new Float64Array(colours);
  const red = new Float64Array(colours);
  for (let at = 0; at < count; at++) {
    const [r, g, b] = [pixels[3 * at]!, pixels[3 * at + 1]!, pixels[3 * at + 2]!];
    light[at] = 0.299 * r + 0.587 * g + 0.114 * b;
    const [x, y] = [at % lookPixels, Math.floor(at / lookPixels)];
    const patch = Math.floor((y * patches) / lookPixels) * patches + Math.floor((x * patches) / lookPixels);
    blue[patch]! += 0.564 * (b - light[at]!);
    red[patch]! += 0.713 * (r - light[at]!);
  }
  const look = new Uint8Array(lookLength);
  writeBits(look, light);
  const step = lookPixels / grid;
  for (let cell = 0; cell < cells; cell++) {
    const from = Math.floor(cell / grid) * step * lookPixels + (cell % grid) * step;
    let sum = 0;
    for (let y = 0; y < step; y++) for (let x = 0; x < step; x++) sum += light[from + y * lookPixels + x]!;
    look[head + cell] = Math.round(sum / (step * step));
  }
  const each = count / colours;
  for (let patch = 0; patch < colours; patch++) {
    look[head + cells + patch] = Math.round(128 + blue[patch]! / each);
    look[head + cells + colours + patch] = Math.round(128 + red[patch]! / each);
  }
  return look;
}

/** The signs of the frequencies of 0 to 7 waves in each direction, without the mean. */
function writeBits(look: Uint8Array, light: Float64Array): void {
  const rows = new Float64Array(lookPixels * waves);
  for (let y = 0; y < lookPixels; y++)
    for (let x = 0; x < lookPixels; x++)
      for (let u = 0; u < waves; u++) rows[y * waves + u]! += light[y * lookPixels + x]! * cosines[x * waves + u]!;
  for (let v = 0; v < waves; v++)
    for (let u = v === 0 ? 1 : 0; u < waves; u++) {
      let sum = 0;
      for (let y = 0; y < lookPixels; y++) sum += rows[y * waves + u]! * cosines[y * waves + v]!;
      if (sum > 0) look[v]! |= 1 << u;
    }
}

/** The DCT bits of a hash, in parts of 16. */
export const partsOf = (look: Uint8Array): number[] =>
  Array.from({ length: lookParts }, (_, part) => look[2 * part]! | (look[2 * part + 1]! << 8));

/** The Hamming distance of the DCT bits. */
export function bitsApart(a: readonly number[], b: readonly number[]): number {
  let count = 0;
  for (let part = 0; part < lookParts; part++)
    for (let differ = a[part]! ^ b[part]!; differ !== 0; differ &= differ - 1) count++;
  return count;
}

/** The similarity of two hashes. */
export interface Likeness {
  bits: number;
  whole: number;
  fine: number;
  colour: number;
}

/** Compares two hashes. */
export function compareLooks(a: Uint8Array, b: Uint8Array): Likeness {
  let sum = 0;
  for (let at = head + cells; at < lookLength; at++) sum += (a[at]! - b[at]!) ** 2;
  return {
    bits: bitsApart(partsOf(a), partsOf(b)),
    whole: correlation(a.subarray(head, head + cells), b.subarray(head, head + cells)),
    fine: correlation(detailsOf(a), detailsOf(b)),
    colour: Math.sqrt(sum / (2 * colours)),
  };
}

/** The amount of detail in a picture: root mean square, of 255. */
export function detailOf(look: Uint8Array): number {
  return Math.sqrt(detailsOf(look).reduce((sum, value) => sum + value * value, 0) / cells);
}

/** The brightness without its low frequencies: each cell minus the mean of itself and its neighbours. */
function detailsOf(look: Uint8Array): Float64Array {
  const details = new Float64Array(cells);
  for (let y = 0; y < grid; y++)
    for (let x = 0; x < grid; x++) {
      let sum = 0;
      let count = 0;
      for (let row = Math.max(0, y - 1); row <= Math.min(grid - 1, y + 1); row++)
        for (let column = Math.max(0, x - 1); column <= Math.min(grid - 1, x + 1); column++) {
          sum += look[head + row * grid + column]!;
          count++;
        }
      details[y * grid + x] = look[head + y * grid + x]! - sum / count;
    }
  return details;
}

/** Pearson's correlation; 0 if one of the two is constant. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>): number => {
    let sum = 0;
    for (let at = 0; at < values.length; at++) sum += values[at]!;
    return sum / values.length;
  };
  const [ma, mb] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [da, db] = [a[at]! - ma, b[at]! - mb];
    both += da * db;
    ofA += da * da;
    ofB += db * db;
  }
  return ofA === 0 || ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB);
}
