/**
 * Bursts in the columns (bursts.ts): the slots of the photos of each. An answer keeps only the first one that it
 * contains. In memory only, so a crash loses nothing.
 */
import type { Sqlite } from '../base/sqlite.js';
import { burstRows, burstsAmong, type Frame } from './bursts.js';
import { placeOf, type Columns } from './columns.js';
import { putTwins } from './twin-slots.js';

/** Recomputes the group of a burst in the columns. Slots written meanwhile must already be removed from it. */
export function settleBurst(db: Sqlite, columns: Columns, series: number): void {
  const inUse = columns.order.subarray(0, columns.count);
  const { bursts } = columns;
  const slots = burstRows<Frame>(db, 'n, taken, burst', series).flatMap(({ n, taken, burst }) => {
    const place = placeOf(columns.n, inUse, n);
    if (place === undefined) return [];
    const slot = inUse[place]!;
    if (burst === null) bursts.taken.set(slot, taken);
    else bursts.taken.delete(slot);
    return [slot];
  });
  putTwins(bursts, String(series), slots);
}

/** A slot in a burst, by its number. `cover`: as in its row. `taken`: null if the burst is known by its number, not by its times. */
export interface BurstSlot {
  at: number;
  series: number;
  cover: number;
  taken: string | null;
}

/** Puts together the groups of all rows in the columns, one slice at a time. `frames`: in the order of time. */
export function* findBursts({ bursts }: Columns, frames: readonly BurstSlot[]): Generator<void> {
  const groups = new Map<number, BurstSlot[]>();
  for (const frame of frames) {
    const group = groups.get(frame.series);
    if (group) group.push(frame);
    else groups.set(frame.series, [frame]);
    if (frame.taken !== null) bursts.taken.set(frame.at, frame.taken);
  }
  yield;
  for (const [k, [series, group]] of [...groups].entries()) {
    const slots = group.sort((a, b) => b.cover - a.cover || a.at - b.at).map(({ at }) => at);
    putTwins(bursts, String(series), slots);
    if (k % 5_000 === 4_999) yield;
  }
}

/**
 * Keeps one slot of each burst in a mask with a byte per slot. `seen`: a mask of the photos visible to the viewer,
 * which form the bursts; absent if all are visible.
 */
export function keepFirstOfBursts(
  { bursts: { groups, taken }, n }: Columns,
  kept: Uint8Array,
  seen?: Uint8Array,
): void {
  for (const slots of groups.values()) {
    if (!seen || !taken.has(slots[0]!) || slots.every((slot) => seen[slot] !== 0)) {
      keepFirst(slots, kept);
      continue;
    }
    const frames = slots.flatMap((slot) =>
      seen[slot] === 0 ? [] : [{ slot, n: n[slot]!, taken: taken.get(slot)!, burst: null }],
    );
    for (const burst of burstsAmong(frames))
      keepFirst(
        burst.map(({ slot }) => slot),
        kept,
      );
  }
}

function keepFirst(slots: readonly number[], kept: Uint8Array): void {
  let first = true;
  for (const slot of slots) {
    if (kept[slot] === 0) continue;
    if (!first) kept[slot] = 0;
    first = false;
  }
}
