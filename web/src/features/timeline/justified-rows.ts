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
    for (let from = to - 1; from >= 0; from--) {
      ratio += shapes[from]!.ratio;
      const height = rowHeight(ratio, to - from, space);
      if (height < space.target * 0.5 && to - from > 1) break;
      const price = cost[from]! + rowCost(height, days, space, to === count);
      if (price < cost[to]!) {
        cost[to] = price;
        start[to] = from;
      }
      if (space.breaks?.has(from)) break;
      if (shapes[from]!.begins) days++;
    }
  }
  const rows: Row[] = [];
  for (let to = count; to > 0; to = start[to]!) rows.push(makeRow(shapes, start[to]!, to, space));
  return rows.reverse();
}

function rowHeight(ratio: number, photos: number, { width, gap }: Space): number {
  return Math.max(1, (width - gap * (photos - 1)) / ratio);
}

function rowCost(height: number, days: number, space: Space, last: boolean): number {
  const price = days * midRow;
  if (last && space.open && height > space.target * stretch) return price + emptiness * (1 - space.target / height);
  const off = Math.log2(height / space.target);
  return price + off * off + (height > space.target * tallest ? 10 : 0);
}

function makeRow(shapes: readonly Shape[], from: number, to: number, space: Space): Row {
  let ratio = 0;
  for (let i = from; i < to; i++) ratio += shapes[i]!.ratio;
  const height = rowHeight(ratio, to - from, space);
  const last = to === shapes.length && space.open;
  const ragged = height > space.target * (last ? stretch : tallest);
  return { from, to, height: Math.round(ragged ? space.target : height), full: !ragged };
}

/** The left edges of a row's photos and, last, its right edge: whole pixels, the last of a full row = the width. */
export function edges(shapes: readonly Shape[], row: Row, { width, gap }: Space): number[] {
  const photos = row.to - row.from;
  let ratio = 0;
  for (let i = row.from; i < row.to; i++) ratio += shapes[i]!.ratio;
  const inner = row.full ? width - gap * (photos - 1) : ratio * row.height;
  const found: number[] = [];
  let passed = 0;
  for (let i = 0; i < photos; i++) {
    found.push(Math.round((passed / ratio) * inner) + gap * i);
    passed += shapes[row.from + i]!.ratio;
  }
  found.push(Math.round(inner) + gap * (photos - 1));
  return found;
}
