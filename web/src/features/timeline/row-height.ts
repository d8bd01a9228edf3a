/** The height of a row of thumbnails and the other sizes of the timeline, by the width of the window. Pure; pixels. */

/** The sizes that a layout is made for. */
export interface Measure {
  width: number;
  gap: number;
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
}

/** The summed shape of the photos that fill a row. */
export const rowShape = ({ width, target }: Measure): number => width / target;

/**
 * The sizes for a container of this width. Narrow ones have lower rows, so that a row holds more than one photo; `factor` scales
 * the height of rows (the zoom level).
 */
export function measureFor(width: number, bar: number, factor = 1): Measure {
  const narrow = width < 600;
  const target = narrow ? 150 : width < 1000 ? 200 : width < 1800 ? 240 : 264;
  return { width, gap: 4, target: Math.round(target * factor), head: narrow ? 52 : 60, label: 30, top: bar };
}
