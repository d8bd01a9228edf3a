/**
 * The catalog's columns in memory: typed arrays with one element per photo, for counting under any search and viewer. A
 * photo has an arbitrary slot; `order` lists the slots by row number, and so by time taken. About 150 bytes per photo.
 * A crash loses nothing: all of it is in the tables.
 */
import { makeAccessLists, type AccessLists } from './access-classes.js';
import { dateNumber } from './date-numbers.js';
import { grown } from './growable-array.js';
import { makeLists, setList, type Lists } from './multi-value-column.js';
import type { ColumnRow } from './catalog-row.js';
import { leaveTwins, makeTwinSlots, type BurstSlots, type TwinSlots } from './twin-slots.js';
import { bit, companionShift, searched } from './photo-flags.js';
import { makeBeginnings, makeValues, type Beginnings, type Values } from './value-dictionary.js';

/** The required part of the columns: `timeline`, all but the values of photos, or `all`. */
export type NeededColumns = 'timeline' | 'all';

/** The columns. Arrays are replaced when they grow: read them again after a write. */
export interface Columns {
  /** Whether the values of `valueColumns` and `shared` are loaded: the other columns come first (load-columns.ts). */
  complete: boolean;
  /** The number of slots, including free ones. */
  size: number;
  /** Increases with every write. */
  edition: number;
  /** The row numbers of the latest writes, by edition modulo their count. */
  written: Float64Array;
  /** A block has 2^blockBits slots. */
  blockBits: number;
  /** The edition of the last write to each block. */
  touched: Uint32Array;
  /** Row numbers. */
  n: Float64Array;
  /** Bits, see photo-flags.ts; 0 in a free slot. */
  state: Uint16Array;
  /** Bits and the audiences of companions, see photo-flags.ts. */
  kinds: Uint16Array;
  /** Width / height, limited to [0.3, 4]. */
  ratio: Float32Array;
  /** Dates as numbers, see date-numbers.ts. */
  taken: Int32Array;
  added: Int32Array;
  rating: Uint8Array;
  /** -1 if unknown. */
  iso: Int32Array;
  /** Degrees; NaN if unknown. 32 bits are precise to about a metre. */
  lat: Float32Array;
  lon: Float32Array;
  /** Numbers in `values`. */
  camera: Uint32Array;
  lens: Uint32Array;
  place: Uint32Array;
  folder: Uint32Array;
  tag: Lists;
  album: Lists;
  /** The people with this favourite. */
  person: Lists;
  word: Lists;
  /** Numbers of classes and terms (access-classes.ts). */
  class: Uint32Array;
  entry: Lists;
  access: AccessLists;
  twins: TwinSlots;
  bursts: BurstSlots;
  values: Record<'camera' | 'lens' | 'place' | 'folder' | 'tag' | 'album' | 'person' | 'word', Values>;
  beginnings: Beginnings;
  /** The used slots by ascending row number; the first `count` elements. */
  order: Uint32Array;
  count: number;
  free: number[];
  /** The values that differ for share links to a search (share-link-rows.ts), if any. */
  shared?: Shared;
}

/** The columns with one number per photo. */
export const numberColumns = [
  ...(['n', 'state', 'kinds', 'ratio', 'taken', 'added'] as const),
  ...(['rating', 'iso', 'lat', 'lon', 'class'] as const),
] as const;

/** The columns with one value per photo, as its number in `values`. */
export const valueColumns = ['camera', 'lens', 'place', 'folder'] as const;

/** The columns with any number of values per photo. */
export const valueListColumns = ['tag', 'album', 'person', 'word'] as const;
/** The columns with any number of numbers per photo. */
export const listColumns = [...valueListColumns, 'entry'] as const;

/** The exclusive upper bound of the numbers in such a column. */
export const limitOf = ({ values, access }: Columns, kind: (typeof listColumns)[number]): number =>
  kind === 'entry' ? access.terms.length : values[kind].list.length;

/** The names of all columns in the table. */
export const columnNames =
  'n, taken, added, width, height, state, kinds, rating, iso, lat, lon, camera, lens, place, path, tags, albums, favourites, words, class, entries, stacked, ' +
  `iif(state & ${bit.video} OR motion < 0, 0, coalesce(clip_motion, motion)) AS clip`;

/** Creates empty columns; a block of the usual size is counted in a quarter of a millisecond. */
export function makeColumns(blockBits = 14): Columns {
  const values = {
    camera: makeValues(),
    lens: makeValues(),
    place: makeValues(),
    folder: makeValues(),
    tag: makeValues(),
    album: makeValues(),
    person: makeValues(),
    word: makeValues(),
  };
  return {
    complete: true,
    size: 0,
    edition: 0,
    written: new Float64Array(1_024),
    blockBits,
    touched: new Uint32Array(0),
    n: new Float64Array(0),
    state: new Uint16Array(0),
    kinds: new Uint16Array(0),
    ratio: new Float32Array(0),
    taken: new Int32Array(0),
    added: new Int32Array(0),
    rating: new Uint8Array(0),
    iso: new Int32Array(0),
    lat: new Float32Array(0),
    lon: new Float32Array(0),
    camera: new Uint32Array(0),
    lens: new Uint32Array(0),
    place: new Uint32Array(0),
    folder: new Uint32Array(0),
    tag: makeLists(),
    album: makeLists(),
    person: makeLists(),
    word: makeLists(),
    class: new Uint32Array(0),
    entry: makeLists(),
    access: makeAccessLists(),
    twins: makeTwinSlots(),
    bursts: { ...makeTwinSlots(), taken: new Map<number, string>() },
    values,
    beginnings: makeBeginnings(values.word),
    order: new Uint32Array(0),
    count: 0,
    free: [],
  };
}

/**
 * The index of the first slot whose number in a column is at least `wanted`, of slots sorted by that number; their count
 * if there is none.
 */
export function positionOf(n: Float64Array | Int32Array, slots: Uint32Array, wanted: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (n[slots[middle]!]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of a row number among sorted slots; undefined if it is not among them. */
export function placeOf(n: Float64Array, slots: Uint32Array, wanted: number): number | undefined {
  const position = positionOf(n, slots, wanted);
  const slot = slots[position];
  return slot !== undefined && n[slot] === wanted ? position : undefined;
}

/** The number of blocks. */
export const blocksOf = ({ size, blockBits }: Columns): number => Math.ceil(size / (1 << blockBits));

function countWrite(columns: Columns, n: number, slot: number): void {
  columns.edition++;
  columns.written[columns.edition % columns.written.length] = n;
  columns.touched = grown(columns.touched, blocksOf(columns));
  columns.touched[slot >> columns.blockBits] = columns.edition;
}

/** The row numbers written since an edition, oldest first; undefined if there are too many to know. */
export function writtenSince({ edition, written }: Columns, since: number): number[] | undefined {
  if (edition - since > written.length) return undefined;
  return Array.from({ length: edition - since }, (_, k) => written[(since + 1 + k) % written.length]!);
}

/** Writes a new or changed row. */
export function putRow(columns: Columns, row: ColumnRow): void {
  const inUse = columns.order.subarray(0, columns.count);
  const known = placeOf(columns.n, inUse, row.n);
  const slot = known === undefined ? addSlot(columns, positionOf(columns.n, inUse, row.n)) : inUse[known]!;
  countWrite(columns, row.n, slot);
  leaveTwins(columns.twins, slot);
  leaveTwins(columns.bursts, slot);
  columns.n[slot] = row.n;
  columns.state[slot] = (row.state & searched) | bit.alive;
  columns.kinds[slot] = row.kinds | (row.stacked << companionShift.rawBeside) | (row.clip << companionShift.clip);
  columns.ratio[slot] = row.height > 0 ? Math.min(4, Math.max(0.3, row.width / row.height)) : 1;
  columns.taken[slot] = dateNumber(row.taken);
  columns.added[slot] = row.added;
  columns.rating[slot] = row.rating;
  columns.iso[slot] = row.iso ?? -1;
  columns.lat[slot] = row.lat ?? NaN;
  columns.lon[slot] = row.lon ?? NaN;
  columns.class[slot] = row.class;
  setList(columns.entry, slot, row.entries === null ? [] : (JSON.parse(row.entries) as number[]));
  setValues(columns, slot, row);
}

/** Writes the values of a row: the columns in `valueColumns` and `valueListColumns`. */
export function setValues(columns: Columns, slot: number, row: ColumnRow): void {
  const { camera, lens, place, folder, tag, album, person } = columns.values;
  columns.camera[slot] = row.camera === null ? 0 : camera.numberOf(row.camera);
  columns.lens[slot] = row.lens === null ? 0 : lens.numberOf(row.lens);
  columns.place[slot] = row.place === null ? 0 : place.numberOf(row.place);
  columns.folder[slot] = row.path === null ? 0 : folder.numberOf(row.path);
  setList(columns.tag, slot, numbersOf(tag, row.tags));
  setList(columns.album, slot, numbersOf(album, row.albums));
  setList(columns.person, slot, numbersOf(person, row.favourites));
  setList(columns.word, slot, wordNumbers(columns, row.words));
}

/**
 * Reserves room for this many slots in empty columns: growing them copies everything, and leaves half of them empty.
 */
export function reserve(columns: Columns, slots: number): void {
  grow(columns, slots);
}

/** Adds free slots at the end, for rows after all others, and returns the first: their numbers must be written next. */
export function addSlots(columns: Columns, many: number): number {
  const first = columns.size;
  columns.size += many;
  grow(columns);
  for (let slot = first; slot < columns.size; slot++) columns.order[columns.count++] = slot;
  return first;
}

/** Removes the row with a number, if it exists. */
export function removeRow(columns: Columns, n: number): void {
  const place = placeOf(columns.n, columns.order.subarray(0, columns.count), n);
  if (place === undefined) return;
  const slot = columns.order[place]!;
  countWrite(columns, n, slot);
  columns.order.copyWithin(place, place + 1, columns.count);
  columns.count--;
  columns.state[slot] = 0;
  leaveTwins(columns.twins, slot);
  leaveTwins(columns.bursts, slot);
  for (const kind of listColumns) setList(columns[kind], slot, []);
  columns.free.push(slot);
}

function addSlot(columns: Columns, position: number): number {
  const slot = columns.free.pop() ?? columns.size++;
  grow(columns);
  columns.order.copyWithin(position + 1, position, columns.count);
  columns.order[position] = slot;
  columns.count++;
  return slot;
}

function grow(c: Columns, size = c.size): void {
  if (c.n.length >= size) return;
  c.n = grown(c.n, size);
  c.state = grown(c.state, size);
  c.kinds = grown(c.kinds, size);
  c.ratio = grown(c.ratio, size);
  c.taken = grown(c.taken, size);
  c.added = grown(c.added, size);
  c.rating = grown(c.rating, size);
  c.iso = grown(c.iso, size);
  c.lat = grown(c.lat, size);
  c.lon = grown(c.lon, size);
  c.camera = grown(c.camera, size);
  c.lens = grown(c.lens, size);
  c.place = grown(c.place, size);
  c.folder = grown(c.folder, size);
  c.class = grown(c.class, size);
  c.order = grown(c.order, size);
}

function numbersOf(values: Values, json: string | null): number[] {
  return json === null ? [] : (JSON.parse(json) as string[]).map((value) => values.numberOf(value));
}

/**
 * The words of a row in order, with 0 between its lines, so that no phrase extends over a line's end. The first 0 ends
 * the file name, even if the name has no word, or nothing follows it.
 */
function wordNumbers(columns: Columns, words: string): number[] {
  const numbers: number[] = [];
  for (const [k, line] of words.split('\n').entries()) {
    if (k > 0 && (k === 1 || numbers.at(-1) !== 0)) numbers.push(0);
    if (line === '') continue;
    for (const text of line.split(' ')) numbers.push(wordNumber(columns, text));
  }
  return numbers;
}

/** The number of a word, a new one if it has none yet. */
export function wordNumber({ values: { word }, beginnings }: Columns, text: string): number {
  const known = word.find(text);
  const number = known ?? word.numberOf(text);
  if (known === undefined) beginnings.add(text, number);
  return number;
}

/** The columns for share links. */
export interface Shared {
  columns: Columns;
  /** Row numbers of doubted photos. */
  doubted: Set<number>;
}
