/** The overview of a timeline: its years or months, each with a cover photo. */
import type { TimelineCover } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';

/** The level of the overview: a cell for each month, or for each year. */
export type Span = 'month' | 'year';

/** The months or years of a search, newest first. @throws ApiError */
export const fetchCovers = (q: string, by: Span): Promise<TimelineCover[]> =>
  ask<TimelineCover[]>(addressed('/api/timeline/covers', { q, by }));

/** A month or year in the overview. */
export interface Cell extends TimelineCover {
  /** The year, at its first month. */
  opens?: string;
}

/** The cells in one grid: the months of all years follow each other, so that a year with few months takes little space. */
export const toCells = (covers: readonly TimelineCover[], by: Span): Cell[] =>
  covers.map((cover, i) => {
    const year = cover.span.slice(0, 4);
    const isFirst = by === 'month' && covers[i - 1]?.span.slice(0, 4) !== year;
    return isFirst ? { ...cover, opens: year } : cover;
  });

/** The index of the cell with a time, or the next older one, otherwise the oldest; -1 without cells. */
export function indexOf(covers: readonly TimelineCover[], at: string): number {
  const found = covers.findIndex(({ span }) => span <= at || at.startsWith(span) || span.startsWith(at));
  return found < 0 ? covers.length - 1 : found;
}

/** The next cell for an arrow key; cells with the same top form a row. `tops` of all cells, px. */
export function stepOver(tops: readonly number[], lefts: readonly number[], from: number, key: string): number {
  if (key === 'ArrowRight') return Math.min(from + 1, tops.length - 1);
  if (key === 'ArrowLeft') return Math.max(from - 1, 0);
  if (key === 'Home') return 0;
  if (key === 'End') return tops.length - 1;
  const down = key === 'ArrowDown';
  const other = tops.filter((top) => (down ? top > tops[from]! + 1 : top < tops[from]! - 1));
  if (other.length === 0) return from;
  const row = down ? Math.min(...other) : Math.max(...other);
  const near = (k: number): number => Math.abs(lefts[k]! - lefts[from]!);
  return tops.reduce((best, top, k) => (Math.abs(top - row) <= 1 && (best < 0 || near(k) < near(best)) ? k : best), -1);
}
