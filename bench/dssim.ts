/**
 * DSSIM: the perceived difference of two pictures of one size, 0 if they are equal. Structural similarity (Wang et al.
 * 2004) in CIE Lab on four scales, each half of the one before, with the weights of MS-SSIM (Wang et al. 2003) scaled
 * to them; 1 / SSIM - 1, like kornelski's tool of that name. Its numbers are comparable only with each other.
 */
import sharp from 'sharp';

/** A channel of floats. */
interface Plane {
  values: Float32Array;
  width: number;
  height: number;
}

const weights = [0.0448, 0.2856, 0.3001, 0.2363];
/** The weights of lightness and the two colours: eyes are more sensitive to the first. */
const channels = [0.8, 0.1, 0.1];
/** The usual constants, for values of 0 to 1. */
const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
/** The side of the window for means and variances, in pixels. */
const side = 8;

async function toLab(picture: Buffer, scale: number): Promise<Plane[]> {
  const { width, height } = await sharp(picture).metadata();
  const size = {
    width: Math.max(side, Math.round(width / scale)),
    height: Math.max(side, Math.round(height / scale)),
    fit: 'fill',
  } as const;
  const image = sharp(picture).removeAlpha().resize(size).toColourspace('lab').raw({ depth: 'float' });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const floats = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  return channels.map((_, channel) => ({
    width: info.width,
    height: info.height,
    // L is 0 to 100, a and b about -128 to 127.
    values: Float32Array.from({ length: info.width * info.height }, (_, i) => {
      const value = floats[i * info.channels + channel] ?? 0;
      return channel === 0 ? value / 100 : value / 255 + 0.5;
    }),
  }));
}

function similarity(a: Plane, b: Plane): number {
  let [sum, count] = [0, 0];
  for (let top = 0; top + side <= a.height; top += side / 2) {
    for (let left = 0; left + side <= a.width; left += side / 2) {
      sum += compareWindow(a, b, top * a.width + left);
      count++;
    }
  }
  return sum / count;
}

function compareWindow(a: Plane, b: Plane, start: number): number {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let row = 0; row < side; row++) {
    for (let at = start + row * a.width, end = at + side; at < end; at++) {
      const [p, q] = [a.values[at] ?? 0, b.values[at] ?? 0];
      x += p;
      y += q;
      xx += p * p;
      yy += q * q;
      xy += p * q;
    }
  }
  const n = side * side;
  const [mx, my] = [x / n, y / n];
  const [vx, vy, cov] = [xx / n - mx * mx, yy / n - my * my, xy / n - mx * my];
  return ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
}

/** The difference of two encoded pictures of one size. */
export async function dssim(a: Buffer, b: Buffer): Promise<number> {
  let [sum, total] = [0, 0];
  for (const [level, weight] of weights.entries()) {
    const [one, other] = await Promise.all([toLab(a, 2 ** level), toLab(b, 2 ** level)]);
    for (const [channel, share] of channels.entries()) {
      const [p, q] = [one[channel], other[channel]];
      if (p && q) sum += weight * share * similarity(p, q);
      total += weight * share;
    }
  }
  return 1 / (sum / total) - 1;
}
