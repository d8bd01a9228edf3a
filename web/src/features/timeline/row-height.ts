/** The height of a row of thumbnails and the other sizes of the timeline, by the width of the window. Pure; pixels. */

/** The sizes that a layout is made for. */
export interface Measure {
  /** The width for photos. */
  width: number;
  /** The distance from the left edge to the photos. */
  margin: number;
  gap: number;
  /** The gap between two days in a row. */
  apart: number;
  /** Target height of a row. */
  target: number;
  /** Height of the heading of a month. */
  head: number;
  /** Height of the labels of days. */
  label: number;
  /** The height of the header above the timeline. */
  top: number;
  /** Space for other content before the first month. */
  lead?: number;
  /** Space below the last row, for a bar there. */
  foot?: number;
  /** Whether there is a scrubber: not for a few photos, which then have the same margin at both sides. */
  scrubs: boolean;
}

/** From this width the photos have a margin, and the scrubber a separate strip. */
const roomy = 600;
/** The margin left of the photos, and the strip of the scrubber right of them. */
const margin = 16;
const gutter = 56;

/**
 * The sizes for a container of this width. Narrow ones have lower rows, so that a row holds more than one photo; `factor` scales
 * the height of rows (the zoom level).
 */
export function measureFor(width: number, bar: number, factor = 1, scrubs = true): Measure {
  const target = Math.round(factor * (width < roomy ? 150 : width < 1000 ? 200 : width < 1800 ? 240 : 264));
  const sizes = { target, label: 32, top: bar, scrubs };
  if (width < roomy) return { ...sizes, width, margin: 0, gap: 2, apart: 8, head: 52 };
  return { ...sizes, width: width - margin - (scrubs ? gutter : margin), margin, gap: 4, apart: 16, head: 60 };
}
