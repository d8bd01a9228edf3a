/**
 * Row numbers that sort by time taken, then by id, both descending when read backwards. A second has 2^18 numbers: half
 * for photos without milliseconds (most), spread by their id, half for the others. Where two want the same number, the
 * later one in that order moves up; so a row's number is `max(home, the one before + 1)`, whatever order rows came in
 * (ordered linear probing: Amble and Knuth, "Ordered hash tables", 1974), and tables built anew are equal to those
 * that grew. Pure.
 */

/** Numbers per second. Times 2^35 seconds (years 882 to 3058) it stays below 2^53. */
export const perSecond = 2 ** 18;
const half = perSecond / 2;
const perMillisecond = 131;
const furthest = 2 ** 35 - 2;

/** Wall time as the catalog keeps it: `2024-07-01T12:00:00.000`, 1970 where it is no time at all. */
export function wallTime(text: string): string {
  const ms = Date.parse(`${text}Z`);
  const iso = new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
  return /^\d{4}-/.test(iso) ? iso.slice(0, 23) : '1970-01-01T00:00:00.000';
}

/** The number that a photo has if no other wants it. `taken` is a wall time, `id` the SHA-256. */
export function homeOf(taken: string, id: Uint8Array): number {
  const ms = Date.parse(`${taken}Z`);
  const seconds = Math.floor(ms / 1000);
  if (seconds < -furthest) return -furthest * perSecond;
  if (seconds >= furthest) return furthest * perSecond;
  const rest = ms - seconds * 1000;
  const bits = ((id[0] ?? 0) << 16) | ((id[1] ?? 0) << 8) | (id[2] ?? 0);
  const tick = rest === 0 ? bits >> 7 : half + (rest - 1) * perMillisecond + ((bits * perMillisecond) >>> 24);
  return seconds * perSecond + tick;
}

/** Less than 0 where the first photo sorts before the second. */
export function compareKeys(a: SortKey, b: SortKey): number {
  if (a.taken !== b.taken) return a.taken < b.taken ? -1 : 1;
  return Buffer.compare(a.id, b.id);
}

/** What a photo is sorted by. */
export interface SortKey {
  taken: string;
  id: Uint8Array;
}
