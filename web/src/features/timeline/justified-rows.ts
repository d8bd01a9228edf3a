/**
 * Breaks photos into justified rows: the widths and gaps of a full row sum exactly to the container, heights stay as
 * near to the target as possible. The breaks are optimised for a whole range at once (as TeX breaks a paragraph), so
 * that a range that continues after its last photo can end in a full row, and a day tends to begin a row. Pure.
 */

/** The input of a layout: the shapes of photos, and where days begin. */
export interface Shape {
  /** Width / height, within limits. */
  ratio: number;
  /** True if the photo is the first of a day. */
  begins: boolean;
}

/** The available space. Pixels. */
export interface Space {
  width: number;
  gap: number;
  /** The gap before the first photo of a day, if it is not the first of its row. */
  apart: number;
  /** The target row height. */
  target: number;
  /** True at the end of a month: the last row keeps the target height instead of being stretched far. */
  open: boolean;
  /** Indexes at which a row must begin: keeps visible rows in place. */
  breaks?: ReadonlySet<number>;
}

/** A row holds the photos `from` (inclusive) to `to` (exclusive). */
export interface Row {
  from: number;
  to: number;
  height: number;
  /** False if the row is narrower than the container. */
  full: boolean;
}

/** Limits of a shape: a panorama or a strip is cropped in the timeline, not in the photo view. */
export const boundRatio = (width: number, height: number): number =>
  width > 0 && height > 0 ? Math.min(4, Math.max(0.3, width / height)) : 1;

/** A row that would exceed this many target heights stays ragged instead. */
const tallest = 1.75;
/** The maximum stretch of the last row of a month; a row that would need more keeps the target height. */
const stretch = 1.12;
/** The cost of an empty last row, on the scale of log2(height / target) squared: avoids a single photo in a row. */
const emptiness = 0.35;
/** The cost of a day that begins inside a row, on the same scale. */
const midRow = 0.06;

/** Lays out one range. Every photo is in exactly one row, in order. */
export function justify(shapes: readonly Shape[], space: Space): Row[] {
  const count = shapes.length;
  const cost = new Float64Array(count + 1).fill(Infinity);
  const start = new Int32Array(count + 1);
  cost[0] = 0;
  for (let to = 1; to <= count; to++) {
    let ratio = 0;
    let days = 0;
    let gaps = 0;
    for (let from = to - 1; from >= 0; from--) {
      ratio += shapes[from]!.ratio;
      const height = rowHeight(ratio, gaps, space);
      if (height < space.target * 0.5 && to - from > 1) break;
      const price = cost[from]! + rowCost(height, days, space, to === count);
      if (price < cost[to]!) {
        cost[to] = price;
        start[to] = from;
      }
      if (space.breaks?.has(from)) break;
      if (shapes[from]!.begins) days++;
      gaps += gapBefore(shapes[from]!, space);
    }
  }
  const rows: Row[] = [];
  for (let to = count; to > 0; to = start[to]!) rows.push(makeRow(shapes, start[to]!, to, space));
  return rows.reverse();
}

const gapBefore = ({ begins }: Shape, { gap, apart }: Space): number => (begins ? apart : gap);

/** `gaps`: the sum of the gaps between its photos. */
const rowHeight = (ratio: number, gaps: number, { width }: Space): number => Math.max(1, (width - gaps) / ratio);

function rowCost(height: number, days: number, space: Space, last: boolean): number {
  const price = days * midRow;
  if (last && space.open && height > space.target * stretch) return price + emptiness * (1 - space.target / height);
  const off = Math.log2(height / space.target);
  return price + off * off + (height > space.target * tallest ? 10 : 0);
}

function makeRow(shapes: readonly Shape[], from: number, to: number, space: Space): Row {
  let ratio = 0;
  let gaps = 0;
  for (let i = from; i < to; i++) {
    ratio += shapes[i]!.ratio;
    if (i > from) gaps += gapBefore(shapes[i]!, space);
  }
  const height = rowHeight(ratio, gaps, space);
  const last = to === shapes.length && space.open;
  const ragged = height > space.target * (last ? stretch : tallest);
  return { from, to, height: Math.round(ragged ? space.target : height), full: !ragged };
}

/**
 * The left and right edges of a row's photos: whole pixels, the last right edge of a full row is the width of the
 * container.
 */
export function edges(shapes: readonly Shape[], row: Row, space: Space): { left: number; right: number }[] {
  const photos = shapes.slice(row.from, row.to);
  let ratio = 0;
  let gaps = 0;
  photos.forEach((shape, i) => {
    ratio += shape.ratio;
    if (i > 0) gaps += gapBefore(shape, space);
  });
  const inner = row.full ? space.width - gaps : ratio * row.height;
  let passed = 0;
  let before = 0;
  return photos.map((shape, i) => {
    if (i > 0) before += gapBefore(shape, space);
    const left = Math.round((passed / ratio) * inner) + before;
    passed += shape.ratio;
    return { left, right: Math.round((passed / ratio) * inner) + before };
  });
}
