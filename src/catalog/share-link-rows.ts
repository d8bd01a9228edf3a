/**
 * The photos whose values differ for share links to a search, because someone without the right to share edited or
 * brought them (document/share-link-view.ts): separate columns with the same row numbers. Usually there are none. In
 * memory only, so a crash loses nothing.
 */
import { makeColumns, placeOf, putRow, removeRow, type Columns, type Shared } from './columns.js';
import type { ColumnRow, SharedPart } from './catalog-row.js';

/** The part of a row for share links: the differing columns as JSON; null if there are none. */
export type SharedRow = ColumnRow & { shared: string | null };

/** Empty columns for share links. */
export const makeShared = (complete: boolean): Shared => ({
  columns: { ...makeColumns(), complete },
  doubted: new Set(),
});

/** Writes a row as share links see it. */
export function putShared(columns: Columns, whole: SharedRow): void {
  if (whole.shared === null) return dropShared(columns, whole.n);
  const { shared, ...row } = whole;
  const to = (columns.shared ??= makeShared(columns.complete));
  const part = JSON.parse(shared) as SharedPart;
  putRow(to.columns, { ...row, entries: null, ...part.row });
  if (part.doubted) to.doubted.add(row.n);
  else to.doubted.delete(row.n);
}

/** Removes a row's values for share links, if it has any. */
export function dropShared({ shared }: Columns, n: number): void {
  if (!shared) return;
  removeRow(shared.columns, n);
  shared.doubted.delete(n);
}

/** Each photo with values for share links: its slot in `columns`, and its slot in the columns for links. */
export function* sharedSlots(columns: Columns): Generator<{ slot: number; own: number; doubted: boolean }> {
  const { shared } = columns;
  if (!shared) return;
  const inUse = columns.order.subarray(0, columns.count);
  for (const own of shared.columns.order.subarray(0, shared.columns.count)) {
    const n = shared.columns.n[own]!;
    const place = placeOf(columns.n, inUse, n);
    if (place !== undefined) yield { slot: inUse[place]!, own, doubted: shared.doubted.has(n) };
  }
}
