/** Sums months up to years, without gaps. Pure. */

/** The number of photos in a year. */
export interface Year {
  year: string;
  count: number;
}

/** More years than this mean a wrong clock: the oldest ones are summed up in the first one shown. */
const most = 80;

/** The years from the first to the last, oldest first. */
export function perYear(months: readonly { month: string; count: number }[]): Year[] {
  const counts = new Map<number, number>();
  for (const { month, count } of months) {
    const year = Number(month.slice(0, 4));
    counts.set(year, (counts.get(year) ?? 0) + count);
  }
  if (counts.size === 0) return [];
  const last = Math.max(...counts.keys());
  const first = Math.max(Math.min(...counts.keys()), last - most + 1);
  const years = Array.from({ length: last - first + 1 }, (_, n) => ({ year: `${first + n}`, count: 0 }));
  for (const [year, count] of counts) years[Math.max(0, year - first)]!.count += count;
  return years;
}
