/**
 * The photos that links to a search look at otherwise than the album does, because somebody said or brought something of them who
 * may not share (document/share-link-view.ts): columns of their own, beside the others and with the same row numbers. Mostly there are none.
 */
import { makeColumns, placeOf, putRow, removeRow, type Columns } from './columns.js';
import type { ColumnRow, SharedPart } from './catalog-row.js';

/** The part of a row that is another one for links: the columns that differ, as JSON; null where none does. */
export type SharedRow = ColumnRow & { shared: string | null };

/** Writes a row as links look at it. */
export function putShared(columns: Columns, { shared, ...row }: SharedRow): void {
  if (shared === null) return dropShared(columns, row.n);
  const to = (columns.shared ??= { columns: makeColumns(), doubted: new Set() });
  const part = JSON.parse(shared) as SharedPart;
  putRow(to.columns, { ...row, entries: null, ...part.row });
  if (part.doubted) to.doubted.add(row.n);
  else to.doubted.delete(row.n);
}

/** Forgets what links see of a row, where that was anything of its own. */
export function dropShared({ shared }: Columns, n: number): void {
  if (!shared) return;
  removeRow(shared.columns, n);
  shared.doubted.delete(n);
}

/** Each photo that links look at otherwise: its slot in `columns`, and that in the columns for links. */
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
