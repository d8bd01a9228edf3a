/**
 * Loads the columns into memory and keeps them equal to the tables. They are loaded when first needed: in slices that
 * yield (`load`), or synchronously if the caller can't wait (`columns`). The part for a timeline comes first, then the
 * values that are searched and counted (docs/architecture.md). Writes by this and other processes arrive through
 * `catalog_change`: the rows it names are read again. A crash loses nothing, since all of it is in the tables.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Sqlite } from '../base/sqlite.js';
import { readAccessLists } from './access-classes.js';
import { findBursts, settleBurst } from './burst-slots.js';
import { readState } from './catalog-tables.js';
import {
  encodeChunk,
  noChunks,
  openChunkWriter,
  putNumbers,
  putValues,
  type ChunkExtras,
  type ChunkSpan,
  type ChunkMark,
  type ChunkWriter,
} from './column-chunks.js';
import {
  columnNames,
  limitOf,
  listColumns,
  makeColumns,
  placeOf,
  putRow,
  removeRow,
  reserve,
  setValues,
  valueListColumns,
  type Columns,
  type NeededColumns,
} from './columns.js';
import { buildPostings, tidyLists } from './multi-value-column.js';
import { settleTwins } from './same-bytes.js';
import { dropShared, makeShared, putShared, type SharedRow } from './share-link-rows.js';

/** The columns of one open catalog. */
export interface LoadedColumns {
  /** Loads the columns in slices of some milliseconds; resolves when the required part is loaded. */
  load(needed: NeededColumns): Promise<void>;
  /** The columns; undefined if not even the part for a timeline is loaded. */
  loaded(): Columns | undefined;
  /** The columns; loads the required part synchronously if necessary. */
  columns(needed: NeededColumns): Columns;
  /** Reads rows written since the last call; does nothing if the columns are not loaded. */
  refresh(): void;
}

/** The state of the tables that the columns reflect. */
interface Mark {
  generation: number;
  seq: number;
}

/** Options of `openMemory`. */
export interface MemoryOptions {
  /** Does not write chunks. */
  readOnly?: boolean;
  /** The rows of a chunk; there may be half as many more. Half of it is read between two yields. Even. */
  chunkRows?: number;
}

/** The number of hashes that several rows may have, processed between two yields. */
const twinsAtOnce = 500;

/** Opens the columns of the catalog in `db`, whose tables must exist. */
export function openMemory(db: Sqlite, { readOnly = false, chunkRows = 1_000 }: MemoryOptions = {}): LoadedColumns {
  const newest = db.prepare<{ seq: number | null }>('SELECT max(seq) AS seq FROM catalog_change');
  const oldest = db.prepare<{ seq: number | null }>('SELECT min(seq) AS seq FROM catalog_change');
  let columns: Columns | undefined;
  let seen: Mark = { generation: -1, seq: 0 };
  let loading: Generator<void> | undefined;
  let driving: Promise<void> | undefined;
  let waiting: (() => void)[] = [];

  const mark = (): Mark => ({ generation: readState(db)?.generation ?? -1, seq: newest.get()?.seq ?? 0 });
  const has = (needed: NeededColumns): boolean => columns !== undefined && (needed === 'timeline' || columns.complete);

  /** Loads once. If the tables are recreated meanwhile, discards everything it loaded. */
  function* loadOnce(): Generator<void> {
    try {
      seen = mark();
      const writer = readOnly ? noChunks : openChunkWriter(db);
      const read: Reading = { columns: makeColumns(), chunkRows, writer, chunks: [], frames: [], twins: new Set() };
      read.columns.complete = false;
      yield* readNumbers(db, read);
      columns = read.columns;
      refresh();
      yield;
      yield* readRest(db, read, () => columns === read.columns);
      if (columns !== read.columns) return;
      columns.complete = true;
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

  function answerWaiting(): void {
    const ready = waiting;
    waiting = [];
    for (const resolve of ready) resolve();
  }

  async function drive(): Promise<void> {
    while (!has('all')) {
      loading ??= loadOnce();
      const isDone = loading.next().done === true;
      if (has('timeline')) answerWaiting();
      if (!isDone) await yieldToEventLoop();
    }
    answerWaiting();
  }

  return {
    load(needed) {
      if (has(needed)) return Promise.resolve();
      const all = (driving ??= drive().finally(() => (driving = undefined)));
      if (needed === 'all') return all;
      return new Promise((resolve, reject) => {
        waiting.push(resolve);
        all.catch(reject);
      });
    },
    loaded: () => columns,
    columns(needed) {
      while (!columns || !has(needed)) (loading ??= loadOnce()).next();
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
  // Values that are not all loaded get their postings at the end.
  for (const kind of columns.complete ? listColumns : (['entry'] as const))
    tidyLists(columns[kind], columns.size, limitOf(columns, kind));
}

/** Columns that are being read. */
interface Reading {
  columns: Columns;
  chunkRows: number;
  writer: ChunkWriter;
  /** The chunks of which only the numbers are read. */
  chunks: (ChunkSpan & { id: number; first: number; last: number })[];
  /** Rows that are part of a burst, by slot. */
  frames: ChunkExtras['frames'];
  /** Bytes that several rows may have. */
  twins: Set<string>;
}

const lowest = -Number.MAX_SAFE_INTEGER;
const highest = Number.MAX_SAFE_INTEGER;

/** The bytes of a row if another one may have them, too. */
const twinBytes = `iif(CASE WHEN bytes IS NULL THEN EXISTS (SELECT 1 FROM catalog_photo AS t WHERE t.bytes = p.id)
  ELSE EXISTS (SELECT 1 FROM catalog_photo AS t WHERE t.bytes = p.bytes AND t.n <> p.n)
    OR EXISTS (SELECT 1 FROM catalog_photo AS t WHERE t.id = p.bytes) END, coalesce(bytes, id), NULL) AS twin`;

interface LoadedRow extends SharedRow {
  series: number | null;
  burst: number | null;
  cover: number;
  twin: Uint8Array | null;
}

/** Reads the part for a timeline into new columns: from chunks, and from rows that are in none. */
function* readNumbers(db: Sqlite, read: Reading): Generator<void> {
  const { columns, chunkRows, writer } = read;
  const { many } = db.prepare<{ many: number }>('SELECT count(*) AS many FROM catalog_chunk').get()!;
  // And a thousandth for the photos of the next time.
  reserve(columns, Math.ceil(many * chunkRows * 1.001));
  const next = db.prepare<{ id: number; first: number; last: number; numbers: Uint8Array }>(
    'SELECT id, first, last, numbers FROM catalog_chunk WHERE first > ? ORDER BY first LIMIT 1',
  );
  for (let after = lowest; ;) {
    const chunk = next.get(after);
    yield* readRows(db, read, after, chunk?.first ?? highest);
    if (!chunk) break;
    const { id, first, last } = chunk;
    const span = putNumbers(columns, () => makeShared(false), chunk);
    if (span) {
      takeExtras(read, span, span.from);
      read.chunks.push({ id, first, last, ...span });
    } else yield* readRows(db, read, first - 1, last + 1);
    after = last;
    yield;
  }
  writer.flush();
  readAccessLists(db, columns.access);
  for (const [k, bytes] of [...read.twins].entries()) {
    settleTwins(db, columns, Buffer.from(bytes, 'latin1'));
    if (k % twinsAtOnce === twinsAtOnce - 1) yield;
  }
  yield* findBursts(columns, read.frames);
  read.frames = [];
  yield* buildPostings(columns.entry, columns.size, limitOf(columns, 'entry'));
}

function takeExtras(read: Reading, { frames, twins }: ChunkExtras, from: number): void {
  for (const frame of frames) read.frames.push({ ...frame, at: from + frame.at });
  for (const bytes of twins) read.twins.add(bytes);
}

/** Reads the rows between two numbers, and writes them as chunks unless they are few. */
function* readRows(db: Sqlite, read: Reading, after: number, before: number): Generator<void> {
  const { columns, chunkRows, writer } = read;
  const slice = chunkRows / 2;
  const rows = db.prepare<LoadedRow>(
    `SELECT ${columnNames}, shared, series, burst, cover, ${twinBytes} FROM catalog_photo AS p
     WHERE n > ? AND n < ? AND beside = 0 ORDER BY n LIMIT ?`,
  );
  const sharedSize = (): number => columns.shared?.columns.size ?? 0;
  let [from, sharedFrom] = [columns.size, sharedSize()];
  let extras: ChunkExtras = { frames: [], twins: [] };
  let mark = writer.mark();
  const endChunk = (next: ChunkMark): void => {
    const span = { from, to: columns.size, sharedFrom, sharedTo: sharedSize() };
    // The rest is read from the table each time.
    if (columns.size - from >= slice) writer.add(encodeChunk(columns, span, extras), mark);
    takeExtras(read, extras, from);
    [from, sharedFrom, extras, mark] = [columns.size, sharedSize(), { frames: [], twins: [] }, next];
  };

  for (let last = after; ;) {
    const now = writer.mark();
    const found = rows.all(last, before, slice);
    if (columns.size - from >= chunkRows && found.length === slice) endChunk(now);
    for (const row of found) {
      const at = columns.size - from;
      if (row.series !== null)
        extras.frames.push({
          ...{ at, series: row.series, cover: row.cover },
          taken: row.burst === null ? row.taken : null,
        });
      if (row.twin) extras.twins.push(Buffer.from(row.twin).toString('latin1'));
      put(columns, row);
    }
    if (found.length < slice) break;
    last = found[found.length - 1]!.n;
    yield;
  }
  endChunk(mark);
}

/** Reads the values of the rows that were in chunks, while changed rows are read again. */
function* readRest(db: Sqlite, read: Reading, isWanted: () => boolean): Generator<void> {
  const { columns } = read;
  const values = db.prepare<{ vals: Uint8Array }>('SELECT vals FROM catalog_chunk WHERE id = ?');
  const rows = db.prepare<SharedRow>(
    `SELECT ${columnNames}, shared FROM catalog_photo WHERE n BETWEEN ? AND ? AND beside = 0 ORDER BY n`,
  );
  for (const chunk of read.chunks) {
    const found = values.get(chunk.id);
    // A deleted chunk means that some of its rows changed; the others still need their values.
    if (!found || !putValues(columns, chunk, found.vals)) {
      for (const row of rows.all(chunk.first, chunk.last)) {
        const inUse = columns.order.subarray(0, columns.count);
        const place = placeOf(columns.n, inUse, row.n);
        if (place === undefined) continue;
        setValues(columns, inUse[place]!, row);
        putShared(columns, row);
      }
    }
    yield;
    if (!isWanted()) return;
  }
  for (const kind of valueListColumns) {
    const building = buildPostings(columns[kind], columns.size, limitOf(columns, kind));
    while (isWanted() && building.next().done !== true) yield;
  }
  const { shared } = columns;
  if (!shared) return;
  for (const kind of listColumns) {
    const building = buildPostings(shared.columns[kind], shared.columns.size, limitOf(shared.columns, kind));
    while (isWanted() && building.next().done !== true) yield;
  }
  shared.columns.complete = true;
}
