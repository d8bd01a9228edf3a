/**
 * Row numbers that sort by time taken, then by id, both descending when read backwards. A second has 2^18 numbers: half
 * for photos without milliseconds (most), spread by their id, half for the others. If two photos want the same number,
 * the later one in that order moves up; so a row's number is `max(home, the one before + 1)`, regardless of the order
 * of arrival (ordered linear probing: Amble and Knuth, "Ordered hash tables", 1974), and rebuilt tables are equal to
 * those that grew. Pure.
 */

/** Numbers per second. Times 2^35 seconds (years 882 to 3058) it stays below 2^53. */
export const perSecond = 2 ** 18;
const half = perSecond / 2;
const perMillisecond = 131;
const furthest = 2 ** 35 - 2;

/** Wall time in the catalog's form: `2024-07-01T12:00:00.000`, 1970 if it is invalid. */
export function wallTime(text: string): string {
  const ms = Date.parse(`${text}Z`);
  const iso = new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
  return /^\d{4}-/.test(iso) ? iso.slice(0, 23) : '1970-01-01T00:00:00.000';
}

/** The number of a photo unless another one takes it. `taken` is a wall time, `id` the SHA-256. */
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

/** The wall time of a row number, to the second: `2024-07-01T12:00:00`. */
export const secondOf = (n: number): string => new Date(Math.floor(n / perSecond) * 1000).toISOString().slice(0, 19);

/** Negative if the first photo sorts before the second. */
export function compareKeys(a: SortKey, b: SortKey): number {
  if (a.taken !== b.taken) return a.taken < b.taken ? -1 : 1;
  return Buffer.compare(a.id, b.id);
}

/** The sort key of a photo. */
export interface SortKey {
  taken: string;
  id: Uint8Array;
}
