/**
 * What libjpeg only warns of, told apart: bytes too many between the parts of a header, as many cameras leave them, from
 * scan data that is broken. It goes on after both and shows a picture. Nothing is written.
 */
import type { Sharp } from 'sharp';

/** What libjpeg warned of while one image was read. */
export interface Warnings {
  /** How many times. */
  count: number;
  /** The first one in its words: it tells no other. */
  first: string;
}

/**
 * Counts what libjpeg warns of while `image` is read. Complete when its output is there: libvips tells as it lets go of the file,
 * that of the last rows too. libvips keeps one list for the whole process, so no other image may be read meanwhile.
 */
export function countWarnings(image: Sharp): Warnings {
  const warnings: Warnings = { count: 0, first: '' };
  image.on('warning', (said: string) => {
    const [, count] = /^read gave (\d+) warnings/.exec(said) ?? [];
    if (count !== undefined) warnings.count = Math.max(warnings.count, Number(count));
    else if (warnings.first === '') warnings.first = /^VipsJpeg: (.*)$/m.exec(said)?.[1] ?? '';
  });
  return warnings;
}

/** Of libjpeg's warnings (jerror.h) those that no sound scan gives. A marker that is too early or missing is told as one of these. */
const broken =
  /^Corrupt JPEG data: (premature end of data segment|bad (Huffman|arithmetic) code|found marker|\d+ extraneous bytes)/;

/**
 * Whether scan data is broken, by what was warned of while only the `header` was read and while `all` was. Where the header gave a
 * warning, the first one is its own, and their number tells.
 */
export const isScanBroken = (header: Warnings, all: Warnings): boolean =>
  all.count > header.count && (header.count > 0 || broken.test(all.first));
