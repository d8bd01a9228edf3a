/** Finds the slots with a phrase in their own words (file name, title, description). */
import type { Columns } from './columns.js';
import { markSlots, weigh } from './multi-value-column.js';
import type { Phrase } from './tokenize.js';

/**
 * Marks the slots whose words contain the phrase: `mark[slot] = 1`; with `named` false, in other words than those of
 * the file name.
 * `maybe` is a zeroed work array, as long as `mark`.
 */
export function markPhrase(
  columns: Columns,
  { words, prefix }: Phrase,
  named: boolean,
  mark: Uint8Array,
  maybe: Uint8Array,
): void {
  const { word: lists, values, beginnings } = columns;
  const limit = values.word.list.length;
  const last = words.length - 1;
  const asked = words.map((text, k) => {
    if (prefix && k === last) return beginnings.find(text);
    const number = values.word.find(text);
    return number === undefined ? [] : [number];
  });
  if (asked.some((numbers) => numbers.length === 0)) return;
  const rarest = asked.reduce((best, numbers) => (weigh(lists, numbers) < weigh(lists, best) ? numbers : best));
  if (last === 0 && named) return markSlots(lists, rarest, limit, mark);
  markSlots(lists, rarest, limit, maybe);
  const first = asked.slice(0, last).map((numbers) => numbers[0]!);
  const end = new Set(asked[last]);
  for (let slot = 0; slot < columns.size; slot++) {
    if (maybe[slot] === 1 && hasNumbers(columns, slot, named, first, end)) mark[slot] = 1;
  }
}

/** True if the slot's words contain these numbers consecutively, followed by one of `end`. */
function hasNumbers(
  { word: { start, length, items } }: Columns,
  slot: number,
  named: boolean,
  first: readonly number[],
  end: Set<number>,
): boolean {
  let at = start[slot]!;
  const to = at + length[slot]! - first.length;
  if (!named) while (at < to && items[at] !== 0) at++;
  for (; at < to; at++) {
    let k = 0;
    while (k < first.length && items[at + k] === first[k]) k++;
    if (k === first.length && end.has(items[at + k]!)) return true;
  }
  return false;
}
