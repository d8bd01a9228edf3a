/**
 * Loads the columns into memory and keeps them equal to the tables. They are loaded when first needed: in slices that
 * yield (`load`), or synchronously if the caller can't wait (`columns`). Writes by this and other processes arrive
 * through `catalog_change`: the rows it names are read again. A crash loses nothing, since the tables have all of it.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Sqlite } from '../base/sqlite.js';
import { readAccessLists } from './access-classes.js';
import { columnNames, limitOf, listColumns, makeColumns, putRow, removeRow, type Columns } from './columns.js';
import { buildPostings, tidyLists } from './multi-value-column.js';
import { findBursts, settleBurst } from './burst-slots.js';
import { findTwins, settleTwins } from './same-bytes.js';
import { dropShared, putShared, type SharedRow } from './share-link-rows.js';
import { readState } from './catalog-tables.js';

/** The columns of one open catalog. */
export interface LoadedColumns {
  /** Loads the columns in slices of some milliseconds; resolves when they are loaded. */
  load(): Promise<void>;
  /** The columns; undefined if they are not loaded. */
  loaded(): Columns | undefined;
  /** The columns; loads the rest synchronously if necessary. */
  columns(): Columns;
  /** Reads rows written since the last call; does nothing if the columns are not loaded. */
  refresh(): void;
}

/** The state of the tables that the columns reflect. */
interface Mark {
  generation: number;
  seq: number;
}

const slice = 500;

/** Opens the columns of the catalog in `db`, whose tables must exist. */
export function openMemory(db: Sqlite): LoadedColumns {
  const newest = db.prepare<{ seq: number | null }>('SELECT max(seq) AS seq FROM catalog_change');
  const oldest = db.prepare<{ seq: number | null }>('SELECT min(seq) AS seq FROM catalog_change');
  let columns: Columns | undefined;
  let seen: Mark = { generation: -1, seq: 0 };
  let loading: Generator<void> | undefined;
  let promise: Promise<void> | undefined;

  const mark = (): Mark => ({ generation: readState(db)?.generation ?? -1, seq: newest.get()?.seq ?? 0 });

  /** Loads once. If the tables are recreated meanwhile, nothing is loaded in the end. */
  function* loadOnce(): Generator<void> {
    try {
      seen = mark();
      columns = yield* read(db);
      refresh();
    } finally {
      loading = undefined;
    }
  }

  function refresh(): void {
    if (!columns) return;
    const now = mark();
    if (now.generation === seen.generation && now.seq === seen.seq) return;
    // Everything must be reloaded if changes after the last seen one are gone, or the tables were recreated.
    if (now.generation !== seen.generation || now.seq < seen.seq || (oldest.get()?.seq ?? 0) > seen.seq + 1) {
      columns = undefined;
      return;
    }
    takeIn(db, columns, seen.seq);
    seen = now;
  }

  async function drive(): Promise<void> {
    while (!columns) {
      loading ??= loadOnce();
      if (loading.next().done !== true) await yieldToEventLoop();
    }
  }

  return {
    load() {
      promise ??= drive().finally(() => (promise = undefined));
      return promise;
    },
    loaded: () => columns,
    columns() {
      while (!columns) {
        const work = (loading ??= loadOnce());
        while (work.next().done !== true);
      }
      return columns;
    },
    refresh,
  };
}

/** Reads the rows written after `seq` again. */
function takeIn(db: Sqlite, columns: Columns, seq: number): void {
  const changed = db.prepare<{ n: number }>('SELECT DISTINCT n FROM catalog_change WHERE seq > ?');
  const row = db.prepare<SharedRow & { bytes: Uint8Array; series: number | null }>(
    `SELECT ${columnNames}, shared, series, coalesce(bytes, id) AS bytes FROM catalog_photo WHERE n = ? AND beside = 0`,
  );
  const written: Uint8Array[] = [];
  const bursts = new Set<number>();
  for (const { n } of changed.all(seq)) {
    const found = row.get(n);
    if (found) {
      put(columns, found);
      written.push(found.bytes);
      if (found.series !== null) bursts.add(found.series);
    } else {
      removeRow(columns, n);
      dropShared(columns, n);
    }
  }
  // After the rows: they may have new classes.
  readAccessLists(db, columns.access);
  for (const bytes of written) settleTwins(db, columns, bytes);
  for (const series of bursts) settleBurst(db, columns, series);
  tidy(columns);
  if (columns.shared) tidy(columns.shared.columns);
}

function put(columns: Columns, row: SharedRow): void {
  putRow(columns, row);
  putShared(columns, row);
}

function tidy(columns: Columns): void {
  for (const kind of listColumns) tidyLists(columns[kind], columns.size, limitOf(columns, kind));
}

/** Reads all rows into new columns, yielding after each slice. */
function* read(db: Sqlite): Generator<void, Columns> {
  const rows = db.prepare<SharedRow>(
    `SELECT ${columnNames}, shared FROM catalog_photo WHERE n > ? AND beside = 0 ORDER BY n LIMIT ${slice}`,
  );
  const columns = makeColumns();
  let last = -Number.MAX_SAFE_INTEGER;
  for (;;) {
    const found = rows.all(last);
    for (const row of found) put(columns, row);
    if (found.length < slice) break;
    last = found[found.length - 1]!.n;
    yield;
  }
  readAccessLists(db, columns.access);
  yield* findTwins(db, columns);
  yield* findBursts(db, columns);
  for (const kind of listColumns) {
    yield* buildPostings(columns[kind], columns.size, limitOf(columns, kind));
  }
  if (columns.shared) tidy(columns.shared.columns);
  return columns;
}
