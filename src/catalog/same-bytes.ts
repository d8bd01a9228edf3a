/**
 * Items with the same bytes: the house and several people may each have one. If an answer has several of them, one is
 * shown: the viewer's own, otherwise the house's, otherwise the first by public id. Kept in memory as groups of slots,
 * which are few; a crash loses nothing.
 */
import type { Onlooker } from '../access/item-access.js';
import type { Sqlite } from '../base/sqlite.js';
import { house, type Holder } from '../document/item-id.js';
import { placeOf, type Columns } from './columns.js';
import { putTwins } from './twin-slots.js';

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** The rows with given bytes that have a separate place in the album, by public id. */
const withBytes = `FROM catalog_photo WHERE (bytes = ?1 OR id = ?1) AND beside = 0 ORDER BY id`;

/** Recomputes the group of given bytes. Slots written meanwhile must already be removed from it. */
export function settleTwins(db: Sqlite, columns: Columns, bytes: Uint8Array): void {
  const rows = db.prepare<{ n: number }>(`SELECT n ${withBytes}`).all(bytes);
  const inUse = columns.order.subarray(0, columns.count);
  const slots = rows.flatMap(({ n }) => {
    const place = placeOf(columns.n, inUse, n);
    return place === undefined ? [] : [inUse[place]!];
  });
  putTwins(columns.twins, textOf(bytes), slots);
}

/** Whether items of several holders may be visible to an onlooker, apart from offers. */
export const seesSeveral = (onlooker: Onlooker | undefined): boolean =>
  onlooker?.kind === 'person' || onlooker?.kind === 'visitor';

/** The rank of a holder's item among those with the same bytes: the lowest is shown. */
function rankOf(onlooker: Onlooker | undefined, holder: Holder | undefined): number {
  if (onlooker?.kind === 'person' && holder === onlooker.person) return 0;
  return holder === house ? 1 : 2;
}

/** Keeps one slot of each group in a mask with a byte per slot. */
export function keepOneOfTwins(columns: Columns, onlooker: Onlooker | undefined, kept: Uint8Array): void {
  for (const slots of columns.twins.groups.values()) {
    let count = 0;
    for (const slot of slots) count += kept[slot]!;
    if (count < 2) continue;
    const shown = slots.filter((slot) => kept[slot] !== 0);
    const best = bestOfTwins(columns, onlooker, shown);
    for (const slot of shown) if (slot !== best) kept[slot] = 0;
  }
}

/** The slot to show among some of a group, given in the order of public ids; at least one. */
export function bestOfTwins(
  { class: classes, access }: Columns,
  onlooker: Onlooker | undefined,
  slots: readonly number[],
): number {
  const rank = (slot: number): number => rankOf(onlooker, access.classes[classes[slot]!]?.holder);
  return slots.reduce((best, slot) => (rank(slot) < rank(best) ? slot : best));
}

/** The index of the row to show, by the holders in the order of public ids. */
export function firstOfTwins(onlooker: Onlooker | undefined, holders: readonly (Holder | undefined)[]): number {
  const ranks = holders.map((holder) => rankOf(onlooker, holder));
  return ranks.indexOf(Math.min(...ranks));
}
