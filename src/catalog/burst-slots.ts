/**
 * Bursts in the columns (bursts.ts): for each the slots of its photos, of which an answer keeps the first that it has.
 * In memory only, so a crash loses nothing.
 */
import type { Sqlite } from '../base/sqlite.js';
import { burstRows } from './bursts.js';
import { placeOf, type Columns } from './columns.js';
import { putTwins, type TwinSlots } from './twin-slots.js';

/** Computes the group of a burst in the columns again. Slots written meanwhile must already be removed from it. */
export function settleBurst(db: Sqlite, columns: Columns, series: number): void {
  const inUse = columns.order.subarray(0, columns.count);
  const slots = burstRows<{ n: number }>(db, 'n', series).flatMap(({ n }) => {
    const place = placeOf(columns.n, inUse, n);
    return place === undefined ? [] : [inUse[place]!];
  });
  putTwins(columns.bursts, String(series), slots);
}

/** Finds the groups of all rows in the columns, one slice at a time. */
export function* findBursts(db: Sqlite, columns: Columns): Generator<void> {
  const all = db
    .prepare<{ series: number }>('SELECT DISTINCT series FROM catalog_photo WHERE series IS NOT NULL')
    .all();
  for (const [k, { series }] of all.entries()) {
    settleBurst(db, columns, series);
    if (k % 500 === 499) yield;
  }
}

/** Keeps one slot of each burst in a mask with a byte per slot. */
export function keepFirstOfBursts({ groups }: TwinSlots, kept: Uint8Array): void {
  for (const slots of groups.values()) {
    let first = true;
    for (const slot of slots) {
      if (kept[slot] === 0) continue;
      if (!first) kept[slot] = 0;
      first = false;
    }
  }
}
