/**
 * A column in memory with any number of values per slot (tags, albums, words), in both directions: the values of each
 * slot, and the slots of each value ("postings"). `build` creates all postings at once; slots written later are kept
 * aside and checked one by one, until there are so many that rebuilding pays off.
 */
import { grown } from './growable-array.js';

/** Values per slot. Values are numbers from 1; 0 separates groups of neighbours and never matches. */
export interface Lists {
  /** Where each slot's values start in `items`, and their number. */
  start: Uint32Array;
  length: Uint32Array;
  items: Uint32Array;
  used: number;
  /** The number of used items that belong to replaced lists. */
  wasted: number;
  /** Postings of value v: `slots[offsets[v]]` to `slots[offsets[v + 1] - 1]`. */
  offsets: Uint32Array;
  slots: Uint32Array;
  /** Slots written since `build`, whose postings are missing or outdated. */
  aside: number[];
  isAside: Uint8Array;
}

const few = 1_000;

/** Creates an empty column; every slot is aside. */
export function makeLists(): Lists {
  return {
    start: new Uint32Array(0),
    length: new Uint32Array(0),
    items: new Uint32Array(0),
    used: 0,
    wasted: 0,
    offsets: new Uint32Array(1),
    slots: new Uint32Array(0),
    aside: [],
    isAside: new Uint8Array(0),
  };
}

/** Sets the values of a slot; equal values change nothing. */
export function setList(lists: Lists, slot: number, values: readonly number[]): void {
  if (isEqual(lists, slot, values)) return;
  lists.start = grown(lists.start, slot + 1);
  lists.length = grown(lists.length, slot + 1);
  lists.isAside = grown(lists.isAside, slot + 1);
  lists.items = grown(lists.items, lists.used + values.length);
  lists.wasted += lists.length[slot]!;
  lists.start[slot] = lists.used;
  lists.length[slot] = values.length;
  for (const value of values) lists.items[lists.used++] = value;
  if (lists.isAside[slot] === 0) {
    lists.isAside[slot] = 1;
    lists.aside.push(slot);
  }
}

/** Sets the values of slots from `first` on, which have none yet; `build` must follow. `length`: how many each has. */
export function appendLists(lists: Lists, first: number, length: ArrayLike<number>, items: ArrayLike<number>): void {
  // A column with values for few photos does not extend to the others.
  if (items.length === 0) return;
  const end = first + length.length;
  lists.start = grown(lists.start, end);
  lists.length = grown(lists.length, end);
  lists.isAside = grown(lists.isAside, end);
  lists.items = grown(lists.items, lists.used + items.length);
  lists.items.set(items, lists.used);
  lists.length.set(length, first);
  for (let slot = first; slot < end; slot++) {
    lists.start[slot] = lists.used;
    lists.used += lists.length[slot]!;
  }
}

/** The values of neighbouring slots that were written one after the other. */
export function sliceLists(lists: Lists, first: number, end: number): { length: Uint32Array; items: Uint32Array } {
  const length = new Uint32Array(end - first);
  length.set(lists.length.subarray(first, end));
  const filled = length.findIndex((count) => count > 0);
  const from = filled < 0 ? 0 : lists.start[first + filled]!;
  return { length, items: lists.items.subarray(from, from + length.reduce((sum, count) => sum + count, 0)) };
}

function isEqual({ start, length, items }: Lists, slot: number, values: readonly number[]): boolean {
  const at = start[slot];
  // A column with values for few photos does not extend to the others.
  if (at === undefined) return values.length === 0;
  return length[slot] === values.length && values.every((value, k) => items[at + k] === value);
}

/** Slots processed between two yields. */
const stride = 20_000;

/**
 * Builds the postings of the first `size` slots and the values below `limit`, yielding regularly. Slots written
 * meanwhile are aside.
 */
export function* buildPostings(lists: Lists, size: number, limit: number): Generator<void> {
  // As they are now: a slot written meanwhile gets other items, at the end of them.
  const [start, length, { items }] = [lists.start.slice(0, size), lists.length.slice(0, size), lists];
  lists.aside = [];
  lists.isAside.fill(0);
  const offsets = new Uint32Array(limit + 1);
  for (let slot = 0; slot < size; slot++) {
    if (slot % stride === stride - 1) yield;
    for (let at = start[slot]!, end = at + length[slot]!; at < end; at++) offsets[items[at]!]!++;
  }
  offsets[0] = 0;
  for (let value = 1; value <= limit; value++) offsets[value]! += offsets[value - 1]!;
  yield;
  const slots = new Uint32Array(offsets[limit]!);
  for (let slot = size - 1; slot >= 0; slot--) {
    if (slot % stride === 0) yield;
    for (let at = start[slot]!, end = at + length[slot]!; at < end; at++) {
      if (items[at] !== 0) slots[--offsets[items[at]!]!] = slot;
    }
  }
  lists.offsets = offsets;
  lists.slots = slots;
}

/** Rebuilds the postings if too many slots are aside, and compacts the items if too many are wasted. */
export function tidyLists(lists: Lists, size: number, limit: number): void {
  if (lists.wasted > few + lists.used / 2) closeGaps(lists, size);
  if (lists.aside.length <= few + size / 8) return;
  const work = buildPostings(lists, size, limit);
  while (work.next().done !== true);
}

function closeGaps(lists: Lists, size: number): void {
  const items = new Uint32Array(lists.used - lists.wasted);
  let used = 0;
  for (let slot = 0; slot < Math.min(size, lists.start.length); slot++) {
    const from = lists.start[slot]!;
    items.set(lists.items.subarray(from, from + lists.length[slot]!), used);
    lists.start[slot] = used;
    used += lists.length[slot]!;
  }
  Object.assign(lists, { items, used, wasted: 0 });
}

/** Marks the slots with any of `values`: `mark[slot] = 1`. May also mark unused slots. */
export function markSlots(lists: Lists, values: readonly number[], limit: number, mark: Uint8Array): void {
  const { offsets, slots, aside, start, length, items } = lists;
  if (values.length === 0) return;
  // The postings of slots aside are outdated. Restoring their marks costs less than asking for each posting.
  const before = Uint8Array.from(aside, (slot) => mark[slot]!);
  for (const value of values) {
    const end = offsets[value + 1] ?? 0;
    for (let at = offsets[value] ?? 0; at < end; at++) mark[slots[at]!] = 1;
  }
  aside.forEach((slot, k) => (mark[slot] = before[k]!));
  if (aside.length === 0) return;
  const asked = new Uint8Array(limit);
  for (const value of values) asked[value] = 1;
  for (const slot of aside) {
    for (let at = start[slot]!, end = at + length[slot]!; at < end; at++) {
      if (asked[items[at]!] === 1) mark[slot] = 1;
    }
  }
}

/** The number of occurrences of `values` in all slots at the last `build`: for choosing the rarest. */
export function weigh(lists: Lists, values: readonly number[]): number {
  return values.reduce((sum, value) => sum + (lists.offsets[value + 1] ?? 0) - (lists.offsets[value] ?? 0), 0);
}
