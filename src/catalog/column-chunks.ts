/**
 * Copies of the columns in the table `catalog_chunk`, so that a start need not read each photo: a chunk has about 1,000
 * consecutive rows as typed arrays, in two parts, the numbers and the values with a separate dictionary. A trigger
 * deletes a chunk in the transaction that changes one of its rows, so there is never an outdated one, whichever process
 * wrote, and nothing of a purged photo remains. Loading the columns writes missing chunks; a crash loses at most some,
 * whose rows are then read from `catalog_photo`.
 */
import { deserialize, serialize } from 'node:v8';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import type { BurstSlot } from './burst-slots.js';
import { addSlots, numberColumns, valueColumns, valueListColumns, wordNumber, type Columns } from './columns.js';
import { appendLists, sliceLists } from './multi-value-column.js';
import type { Values } from './value-dictionary.js';

/** Chunks written in one transaction: about a megabyte. */
const atOnce = 8;

/** SQL that creates the table and its trigger; `catalog_change` must exist. No two chunks overlap. */
export const chunkSchema = `
  CREATE TABLE IF NOT EXISTS catalog_chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT, first INTEGER NOT NULL, last INTEGER NOT NULL, numbers BLOB NOT NULL, vals BLOB NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS catalog_chunk_first ON catalog_chunk (first, last);
  CREATE TRIGGER IF NOT EXISTS catalog_chunk_changed AFTER INSERT ON catalog_change BEGIN
    DELETE FROM catalog_chunk WHERE first = (SELECT max(first) FROM catalog_chunk WHERE first <= new.n) AND last >= new.n;
  END;`;

/** The data of a chunk's rows that is not in the columns. */
export interface ChunkExtras {
  /** The rows in bursts, `at` their place in the chunk. */
  frames: BurstSlot[];
  /** The bytes, as latin1, that another row had, too, when the chunk was written. */
  twins: string[];
}

/** The rows of one chunk in the columns. */
export interface ChunkSpan {
  /** The slots from `from` up to, but excluding, `to`; likewise in the columns for share links. */
  from: number;
  to: number;
  sharedFrom: number;
  sharedTo: number;
}

type ListPart = { length: Uint32Array | Uint16Array; items: Uint32Array | Uint16Array };
type Numbers = { entry: ListPart } & { [K in (typeof numberColumns)[number]]: Columns[K] };
/** Numbers of values in a dictionary of the chunk, from 1. */
type Local = { dictionary: string[]; items: Uint32Array | Uint16Array };
type LocalValues = Record<(typeof valueColumns)[number], Local> &
  Record<(typeof valueListColumns)[number], Local & ListPart>;

interface NumbersPart extends ChunkExtras {
  own: Numbers;
  shared?: Numbers;
  doubted: number[];
}
interface ValuesPart {
  own: LocalValues;
  shared?: LocalValues;
}

/** Half the bytes for small numbers. */
function narrowed(numbers: Uint32Array): Uint32Array | Uint16Array {
  for (let k = 0; k < numbers.length; k++) if (numbers[k]! > 0xffff) return numbers;
  return new Uint16Array(numbers);
}

const narrowedList = ({ length, items }: { length: Uint32Array; items: Uint32Array }): ListPart => ({
  length: narrowed(length),
  items: narrowed(items),
});

function numbersOf(columns: Columns, from: number, to: number): Numbers {
  const plain = Object.fromEntries(numberColumns.map((name) => [name, columns[name].subarray(from, to)]));
  return { ...plain, entry: narrowedList(sliceLists(columns.entry, from, to)) } as Numbers;
}

function localize(numbers: Uint32Array, { list }: Values): Local {
  const known = new Map<number, number>([[0, 0]]);
  const dictionary: string[] = [];
  const items = new Uint32Array(numbers.length);
  for (let k = 0; k < numbers.length; k++) {
    let local = known.get(numbers[k]!);
    if (local === undefined) known.set(numbers[k]!, (local = dictionary.push(list[numbers[k]!]!)));
    items[k] = local;
  }
  return { dictionary, items: narrowed(items) };
}

function valuesOf(columns: Columns, from: number, to: number): LocalValues {
  const { values } = columns;
  const singles = valueColumns.map((name) => [name, localize(columns[name].subarray(from, to), values[name])]);
  const lists = valueListColumns.map((name) => {
    const { length, items } = sliceLists(columns[name], from, to);
    return [name, { length: narrowed(length), ...localize(items, values[name]) }];
  });
  return Object.fromEntries([...singles, ...lists]) as LocalValues;
}

/** A chunk to be written. */
export interface NewChunk {
  first: number;
  last: number;
  numbers: Uint8Array;
  values: Uint8Array;
}

/** The chunk of the rows that were just added to the columns, in their order; there must be at least one. */
export function encodeChunk(columns: Columns, { from, to, sharedFrom, sharedTo }: ChunkSpan, extras: ChunkExtras) {
  const { shared } = columns;
  const hasShared = shared !== undefined && sharedTo > sharedFrom;
  const numbers: NumbersPart = {
    own: numbersOf(columns, from, to),
    ...(hasShared && { shared: numbersOf(shared.columns, sharedFrom, sharedTo) }),
    doubted: hasShared ? [...shared.columns.n.subarray(sharedFrom, sharedTo)].filter((n) => shared.doubted.has(n)) : [],
    ...extras,
  };
  const values: ValuesPart = {
    own: valuesOf(columns, from, to),
    ...(hasShared && { shared: valuesOf(shared.columns, sharedFrom, sharedTo) }),
  };
  const chunk: NewChunk = {
    first: columns.n[from]!,
    last: columns.n[to - 1]!,
    numbers: serialize(numbers),
    values: serialize(values),
  };
  return chunk;
}

function addNumbers(columns: Columns, numbers: Numbers): { from: number; to: number } {
  const from = addSlots(columns, numbers.n.length);
  for (const name of numberColumns) columns[name].set(numbers[name], from);
  appendLists(columns.entry, from, numbers.entry.length, numbers.entry.items);
  return { from, to: columns.size };
}

/** Decodes a part. Undefined if it was written by another version of Node, or on a machine with another byte order. */
function decode<T>(bytes: Uint8Array, isValid: (part: T) => boolean): T | undefined {
  try {
    const part = deserialize(bytes) as T;
    return isValid(part) ? part : undefined;
  } catch {
    return undefined;
  }
}

/** Adds the numbers of a chunk to the end of the columns; undefined if they can't be read. */
export function putNumbers(
  columns: Columns,
  makeShared: () => NonNullable<Columns['shared']>,
  { first, last, numbers: bytes }: { first: number; last: number; numbers: Uint8Array },
): (ChunkSpan & ChunkExtras) | undefined {
  const part = decode<NumbersPart>(bytes, ({ own: { n } }) => n[0] === first && n.at(-1) === last);
  if (!part) return undefined;
  const { from, to } = addNumbers(columns, part.own);
  if (part.shared) columns.shared ??= makeShared();
  for (const n of part.doubted) columns.shared?.doubted.add(n);
  const shared = part.shared && columns.shared && addNumbers(columns.shared.columns, part.shared);
  const { frames, twins } = part;
  return { from, to, sharedFrom: shared?.from ?? 0, sharedTo: shared?.to ?? 0, frames, twins };
}

function globalize({ dictionary, items }: Local, numberOf: (value: string) => number): Uint32Array {
  const numbers = new Uint32Array(dictionary.length + 1);
  for (let k = 0; k < dictionary.length; k++) numbers[k + 1] = numberOf(dictionary[k]!);
  // Loops: mapping typed arrays by `from` takes ten times as long.
  const global = new Uint32Array(items.length);
  for (let k = 0; k < items.length; k++) global[k] = numbers[items[k]!]!;
  return global;
}

function addValues(columns: Columns, local: LocalValues, from: number): void {
  const { values } = columns;
  for (const name of valueColumns)
    columns[name].set(
      globalize(local[name], (value) => values[name].numberOf(value)),
      from,
    );
  for (const name of valueListColumns) {
    const numberOf = (value: string): number =>
      name === 'word' ? wordNumber(columns, value) : values[name].numberOf(value);
    appendLists(columns[name], from, local[name].length, globalize(local[name], numberOf));
  }
}

/** Adds the values of a chunk whose numbers are in the columns; false if they can't be read. */
export function putValues(columns: Columns, span: ChunkSpan, bytes: Uint8Array): boolean {
  const { from, to, sharedFrom, sharedTo } = span;
  const part = decode<ValuesPart>(
    bytes,
    ({ own, shared }) =>
      own.camera.items.length === to - from && (shared?.camera.items.length ?? 0) === sharedTo - sharedFrom,
  );
  if (!part) return false;
  addValues(columns, part.own, from);
  if (part.shared && columns.shared) addValues(columns.shared.columns, part.shared, sharedFrom);
  return true;
}

/** The newest change of a catalog, and the generation that it belongs to. */
export interface ChunkMark {
  since: number;
  of: number;
}

/** Writes chunks. */
export interface ChunkWriter {
  /** To be called before each reading of rows: another process may change them right afterwards. */
  mark(): ChunkMark;
  /** Adds a chunk; `mark`: the one before its first rows were read. */
  add(chunk: NewChunk, mark: ChunkMark): void;
  /** Writes the added chunks. */
  flush(): void;
}

/** The writer of a read-only catalog. */
export const noChunks: ChunkWriter = {
  ...{ mark: () => ({ since: 0, of: -1 }), add: () => undefined, flush: () => undefined },
};

/**
 * Opens the writer. Chunks whose rows changed since their mark are dropped, and all after an error: they are copies. It
 * does not wait for another process that writes: meanwhile loading would block all requests.
 */
export function openChunkWriter(db: Sqlite): ChunkWriter {
  const newest = db.prepare<{ seq: number }>('SELECT coalesce(max(seq), 0) AS seq FROM catalog_change');
  const oldest = db.prepare<{ seq: number }>('SELECT coalesce(min(seq), 0) AS seq FROM catalog_change');
  const changed = db.prepare('SELECT 1 AS found FROM catalog_change WHERE seq > ? AND n BETWEEN ? AND ?');
  const generation = db.prepare<{ generation: number }>('SELECT generation FROM catalog_state');
  const clear = db.prepare('DELETE FROM catalog_chunk WHERE first <= ? AND last >= ?');
  const insert = db.prepare('INSERT INTO catalog_chunk (first, last, numbers, vals) VALUES (?, ?, ?, ?)');
  const patience = db.prepare<{ timeout: number }>('PRAGMA busy_timeout');
  let added: (NewChunk & ChunkMark)[] = [];
  let isWriting = true;

  function write(): void {
    const [of, from, to] = [generation.get()?.generation, oldest.get()!.seq, newest.get()!.seq];
    for (const { first, last, numbers, values, ...chunk } of added) {
      const isKnown = chunk.of === of && to >= chunk.since && (from <= chunk.since + 1 || to === chunk.since);
      if (!isKnown || changed.get(chunk.since, first, last)) continue;
      clear.run(last, first);
      insert.run(first, last, numbers, values);
    }
  }

  function flush(): void {
    if (!isWriting || added.length === 0) return;
    const { timeout } = patience.get()!;
    db.exec('PRAGMA busy_timeout = 0');
    try {
      db.transaction(write);
    } catch (error) {
      // A full or read-only disk, or a transaction of another process: the columns are still loaded.
      if (!(error instanceof PhotospoolError)) throw error;
      isWriting = error.code === 'locked';
    } finally {
      db.exec(`PRAGMA busy_timeout = ${timeout}`);
      added = [];
    }
  }

  return {
    mark: () => ({ since: newest.get()!.seq, of: generation.get()?.generation ?? -1 }),
    add(chunk, mark) {
      added.push({ ...chunk, ...mark });
      if (added.length >= atOnce) flush();
    },
    flush,
  };
}
