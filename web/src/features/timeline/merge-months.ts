/**
 * Merges months with less than a row of photos under a common heading with their neighbours of the same year, so that a
 * sparse library does not consist of headings. A heading never spans two years. Pure.
 */
import type { Segment } from '../../lib/api.js';

/** A segment, or the photos of several consecutive months. */
export interface Stretch extends Segment {
  /** The oldest month, if there are several. */
  until?: string;
}

/** The number of rows that justifies a separate heading. */
const enough = 2;

/** Merges small months. `row` is the summed shape (width / height) of the photos that fill a row. */
export function gather(segments: readonly Segment[], row: number): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | undefined;
  segments.forEach((segment, i) => {
    const whole = segments[i - 1]?.month !== segment.month && segments[i + 1]?.month !== segment.month;
    const small = whole && segment.ratio < row;
    if (small && open && joins(open, segment, row)) {
      open.until = segment.month;
      open.count += segment.count;
      open.ratio += segment.ratio;
      return;
    }
    stretches.push({ ...segment });
    open = small ? stretches.at(-1) : undefined;
  });
  return stretches;
}

/** Whether a month joins the range above it: one of the same year that does not fill its rows yet. */
function joins(open: Stretch, { month }: Segment, row: number): boolean {
  return open.month.slice(0, 4) === month.slice(0, 4) && open.ratio < row * enough;
}

/** The oldest month of a range. */
export const oldest = ({ month, until }: Stretch): string => until ?? month;

/** True if the photos of a month are, or would be, in the range. */
export const covers = (stretch: Stretch, month: string): boolean => month <= stretch.month && month >= oldest(stretch);
