/**
 * Months with less than a row of photos are shown together with their neighbours, so that a library with a photo here and
 * there does not fall apart into headings. Pure.
 */
import type { Segment } from '../api.js';

/** A segment, or the photos of several months that follow each other. */
export interface Stretch extends Segment {
  /** The oldest month in it, where there are several. */
  until?: string;
}

/** Rows that are enough for a heading of their own. */
const enough = 2;

/** Puts small months together. `row` is the summed shape (width / height) of the photos that fill a row. */
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

/** A stretch of one year that has a row ends with the year; others end when they have enough. */
function joins(open: Stretch, { month }: Segment, row: number): boolean {
  const years = new Set([open.month, oldest(open), month].map((name) => name.slice(0, 4)));
  const yearEnds = years.size === 2 && open.month.slice(0, 4) === oldest(open).slice(0, 4);
  return open.ratio < row * (yearEnds ? 1 : enough);
}

/** The oldest month of a stretch. */
export const oldest = ({ month, until }: Stretch): string => until ?? month;

/** True where a month's photos are, or would be, in the stretch. */
export const covers = (stretch: Stretch, month: string): boolean => month <= stretch.month && month >= oldest(stretch);
