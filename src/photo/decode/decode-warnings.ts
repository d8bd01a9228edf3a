/**
 * Classifies libjpeg's warnings: extra bytes between the segments of a header, which many cameras leave, versus broken
 * scan data. libjpeg continues after both and returns a picture. Nothing is written.
 */
import type { Sharp } from 'sharp';

/** The warnings of libjpeg while one image was read. */
export interface Warnings {
  /** How many times. */
  count: number;
  /** The text of the first one: libjpeg reports no other. */
  first: string;
}

/**
 * Counts libjpeg's warnings while `image` is read. Complete when its output is available: libvips reports them,
 * including those of the last rows, when it closes the file. libvips has one list per process, so no other image may be
 * read at the same time.
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

/**
 * The warnings of libjpeg (jerror.h) that never occur in an intact scan. An early or missing marker is also reported as
 * one of these.
 */
const broken =
  /^Corrupt JPEG data: (premature end of data segment|bad (Huffman|arithmetic) code|found marker|\d+ extraneous bytes)/;

/**
 * Whether scan data is broken, given the warnings from reading only the `header` and from reading `all`. If the header
 * gave a warning, the first one is its own, and their number decides.
 */
export const isScanBroken = (header: Warnings, all: Warnings): boolean =>
  all.count > header.count && (header.count > 0 || broken.test(all.first));
