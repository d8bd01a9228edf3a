/**
 * Finds the slots of items in the columns by their public ids, and follows the writes to the columns, so that thousands
 * of items in offers need no query of the table each time. In memory only, so a crash loses nothing.
 */
import type { Sqlite } from '../base/sqlite.js';
import { placeOf, writtenSince, type Columns } from './columns.js';

/** The maximum number of ids remembered. */
const mostIds = 200_000;

interface Found {
  n: number;
  slot: number;
}

interface Known {
  columns: Columns;
  edition: number;
  /** By public id; undefined if there is no such item. */
  items: Map<string, Found | undefined>;
  /** The ids of remembered items by row number. */
  ids: Map<number, string>;
}

/** Opens it. The result is the slots of those items that are in the columns, in the order of `ids` (hexadecimal). */
export function openItemSlots(db: Sqlite): (columns: Columns, ids: Iterable<string>) => number[] {
  let known: Known | undefined;

  function place(into: Known, id: string, n: number | undefined): Found | undefined {
    const { columns, items, ids } = into;
    const position = n === undefined ? undefined : placeOf(columns.n, columns.order.subarray(0, columns.count), n);
    const found = n === undefined || position === undefined ? undefined : { n, slot: columns.order[position]! };
    items.set(id, found);
    if (found) ids.set(found.n, id);
    return found;
  }

  /** The photo of row `n` may have changed, been replaced by another one, or been removed. */
  function takeInWrite(into: Known, n: number): void {
    const before = into.ids.get(n);
    into.ids.delete(n);
    if (before !== undefined && into.items.get(before)?.n === n) into.items.set(before, undefined);
    const row = db.prepare<{ id: Uint8Array }>('SELECT id FROM catalog_photo WHERE n = ?').get(n);
    const id = row && Buffer.from(row.id).toString('hex');
    if (id !== undefined && into.items.has(id)) place(into, id, n);
  }

  function upToDate(columns: Columns): Known {
    const written = known?.columns === columns ? writtenSince(columns, known.edition) : undefined;
    if (!known || !written || known.items.size > mostIds)
      known = { columns, edition: columns.edition, items: new Map(), ids: new Map() };
    else for (const n of written) takeInWrite(known, n);
    known.edition = columns.edition;
    return known;
  }

  return (columns, ids) => {
    const now = upToDate(columns);
    const rowOf = db.prepare<{ n: number }>('SELECT n FROM catalog_photo WHERE id = ?');
    const slots: number[] = [];
    for (const id of ids) {
      const found = now.items.has(id) ? now.items.get(id) : place(now, id, rowOf.get(Buffer.from(id, 'hex'))?.n);
      if (found) slots.push(found.slot);
    }
    return slots;
  };
}
