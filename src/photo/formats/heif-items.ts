/**
 * The tables of a HEIF file (ISO/IEC 23008-12, ISO/IEC 14496-12, 8.11): its items, their locations, references and
 * properties; read, and rewritten with fewer items. What is written is never longer than what was read. Pure; accepts
 * any bytes.
 */
import { blank, boxesOf, findBox, makeBox, type HeifBox } from './heif-boxes.js';
import { latin, uint } from './byte-reader.js';

/** A range of bytes: from, to. */
export type ByteSpan = readonly [from: number, to: number];

/** The type of an item, and the flags of its entry (1: hidden). */
export interface ItemKind {
  type: string;
  flags: number;
}

/** The location of an item. `entry`: its entry in `iloc`; `inside`: in `idat` instead of the file. */
export interface ItemPlace {
  id: number;
  entry: Uint8Array;
  inside: boolean;
  spans: ByteSpan[];
}

/** A reference from one item to others. */
export interface Reference {
  type: string;
  from: number;
  to: number[];
}

/** A property of an item: its number, from 1, and whether it is essential. */
export interface Property {
  number: number;
  essential: boolean;
}

const mostItems = 10_000;

/** The items (`iinf`) by id, without protected ones and old versions of entries. */
export function readKinds(bytes: Buffer, { start, end }: HeifBox): Map<number, ItemKind> {
  const kinds = new Map<number, ItemKind>();
  for (const infe of boxesOf(bytes, start + (bytes[start] === 0 ? 6 : 8), end) ?? []) {
    const wide = bytes[infe.start] === 3 ? 4 : 2;
    const at = infe.start + 4;
    if (infe.type !== 'infe' || (bytes[infe.start] ?? 0) < 2 || uint(bytes, at + wide, 2) !== 0) continue;
    kinds.set(uint(bytes, at, wide) ?? 0, { type: latin(bytes, at + wide + 2, 4), flags: bytes[infe.start + 3] ?? 0 });
  }
  return kinds;
}

/** An `iinf` with these items, without names. */
export function writeKinds(items: readonly (ItemKind & { id: number })[]): Buffer {
  const all = items.map(({ id, type, flags }) => {
    const wide = id < 0x10000 ? 2 : 4;
    const entry = Buffer.alloc(11 + wide);
    entry[0] = wide === 2 ? 2 : 3;
    entry[3] = flags;
    entry.writeUIntBE(id, 4, wide);
    entry.write(type, 6 + wide, 'latin1');
    return makeBox('infe', entry);
  });
  const count = Buffer.alloc(6);
  count.writeUInt16BE(items.length, 4);
  return makeBox('iinf', count, ...all);
}

/** The widths of the numbers in an `iloc` box, in bytes. */
function widthsOf(
  bytes: Buffer,
  { start }: HeifBox,
): Record<'version' | 'offset' | 'length' | 'base' | 'index' | 'id', number> {
  const version = bytes[start] ?? 0;
  const [a, b] = [bytes[start + 4] ?? 0, bytes[start + 5] ?? 0];
  const wide = version === 2 ? 4 : 2;
  return { version, offset: a >> 4, length: a & 15, base: b >> 4, index: version === 0 ? 0 : b & 15, id: wide };
}

/** A number of 0, 4 or 8 bytes. @returns -1 if it is larger than any position in a file. */
const number = (bytes: Buffer, at: number, width: number): number =>
  width === 8
    ? uint(bytes, at, 2) === 0
      ? (uint(bytes, at + 2, 6) ?? -1)
      : -1
    : width === 0
      ? 0
      : (uint(bytes, at, width) ?? -1);

/** The locations of the items (`iloc`); undefined if the form is not supported. */
export function readPlaces(bytes: Buffer, box: HeifBox): ItemPlace[] | undefined {
  const { version, offset, length, base, index, id: wide } = widthsOf(bytes, box);
  // Without lengths the bytes of an item would be unknown.
  if (version > 2 || length === 0 || [offset, length, base, index].some((width) => ![0, 4, 8].includes(width)))
    return undefined;
  const count = uint(bytes, box.start + 6, wide) ?? 0;
  const items: ItemPlace[] = [];
  let at = box.start + 6 + wide;
  for (let n = 0; n < count && n < mostItems; n++) {
    const began = at;
    const id = uint(bytes, at, wide) ?? 0;
    at += wide;
    const method = version === 0 ? 0 : (uint(bytes, at, 2) ?? 0) & 15;
    at += version === 0 ? 0 : 2;
    const elsewhere = uint(bytes, at, 2) !== 0;
    const from = number(bytes, at + 2, base);
    const extents = uint(bytes, at + 2 + base, 2) ?? 0;
    at += 4 + base;
    const spans: ByteSpan[] = [];
    for (let left = extents; left > 0 && at < box.end; left--) {
      const begin = from + number(bytes, at + index, offset);
      const size = number(bytes, at + index + offset, length);
      at += index + offset + length;
      // Without a length it would extend to the end of the file.
      if (from >= 0 && size > 0) spans.push([begin, begin + size]);
    }
    if (at > box.end) return undefined;
    const sound = !elsewhere && method < 2 && spans.length === extents && extents > 0;
    if (sound) items.push({ id, entry: bytes.subarray(began, at), inside: method === 1, spans });
  }
  return items;
}

/** An `iloc` with these items, in the form of `box`. */
export function writePlaces(bytes: Buffer, box: HeifBox, items: readonly ItemPlace[]): Buffer {
  const { id } = widthsOf(bytes, box);
  const head = Buffer.from(bytes.subarray(box.start, box.start + 6 + id));
  head.writeUIntBE(items.length, 6, id);
  return makeBox('iloc', head, ...items.map(({ entry }) => entry));
}

/** The references between items (`iref`). */
export function readReferences(bytes: Buffer, { start, end }: HeifBox): Reference[] {
  const wide = bytes[start] === 0 ? 2 : 4;
  return (boxesOf(bytes, start + 4, end) ?? []).map(({ type, start: at, end: last }) => {
    // A hostile box may announce more than it has.
    const count = Math.min(uint(bytes, at + wide, 2) ?? 0, Math.max(0, Math.floor((last - at - wide - 2) / wide)));
    const to = Array.from({ length: count }, (_, n) => uint(bytes, at + wide + 2 + n * wide, wide) ?? 0);
    return { type, from: uint(bytes, at, wide) ?? 0, to };
  });
}

/** An `iref` with these references. */
export function writeReferences(stay: readonly Reference[]): Buffer {
  if (stay.length === 0) return Buffer.alloc(0);
  const wide = Math.max(...stay.flatMap(({ from, to }) => [from, ...to])) < 0x10000 ? 2 : 4;
  const boxes = stay.map(({ type, from, to }) => {
    const content = Buffer.alloc(wide + 2 + wide * to.length);
    content.writeUIntBE(from, 0, wide);
    content.writeUInt16BE(to.length, wide);
    for (const [n, id] of to.entries()) content.writeUIntBE(id, wide + 2 + n * wide, wide);
    return makeBox(type, content);
  });
  return makeBox('iref', Buffer.from([wide === 2 ? 0 : 1, 0, 0, 0]), ...boxes);
}

/** The properties of a file (`ipco`), and their items (`ipma`). */
export interface Properties {
  boxes: readonly HeifBox[];
  of: ReadonlyMap<number, Property[]>;
}

/** Reads `iprp`; undefined if it is malformed. */
export function readProperties(bytes: Buffer, { start, end }: HeifBox): Properties | undefined {
  const ipco = findBox(bytes, start, end, 'ipco');
  const boxes = ipco && boxesOf(bytes, ipco.start, ipco.end);
  if (!boxes) return undefined;
  const of = new Map<number, Property[]>();
  for (const ipma of boxesOf(bytes, start, end) ?? []) {
    if (ipma.type !== 'ipma') continue;
    const [wide, long] = [bytes[ipma.start] === 0 ? 2 : 4, ((bytes[ipma.start + 3] ?? 0) & 1) === 1 ? 2 : 1];
    let at = ipma.start + 8;
    for (let left = uint(bytes, ipma.start + 4, 4) ?? 0; left > 0 && at < ipma.end; left--) {
      const id = uint(bytes, at, wide) ?? 0;
      const count = bytes[at + wide] ?? 0;
      const essential = long === 2 ? 0x8000 : 0x80;
      const values = Array.from({ length: count }, (_, n) => uint(bytes, at + wide + 1 + n * long, long) ?? 0);
      const found = values.map((value) => ({ number: value & (essential - 1), essential: (value & essential) !== 0 }));
      of.set(id, [...(of.get(id) ?? []), ...found]);
      at += wide + 1 + count * long;
    }
  }
  return { boxes, of };
}

/** An `iprp` with these properties of these items; all others become empty, so that the numbers stay. */
export function writeProperties(bytes: Buffer, { boxes }: Properties, kept: ReadonlyMap<number, Property[]>): Buffer {
  const from = boxes[0]?.at ?? 0;
  const content = Buffer.from(bytes.subarray(from, boxes.at(-1)?.end ?? from));
  const used = new Set([...kept.values()].flat().map(({ number }) => number - 1));
  for (const [n, { type, at, start, end }] of boxes.entries())
    if (!used.has(n)) blank(content, { type, at: at - from, start: start - from, end: end - from });
  const wide = Math.max(...kept.keys()) < 0x10000 ? 2 : 4;
  const long = boxes.length < 0x80 ? 1 : 2;
  const entries = [...kept].map(([id, properties]) => {
    const entry = Buffer.alloc(wide + 1 + properties.length * long);
    entry.writeUIntBE(id, 0, wide);
    entry[wide] = properties.length;
    for (const [n, { number, essential }] of properties.entries())
      entry.writeUIntBE(number + (essential ? (long === 2 ? 0x8000 : 0x80) : 0), wide + 1 + n * long, long);
    return entry;
  });
  const head = Buffer.from([wide === 2 ? 0 : 1, 0, 0, long - 1, 0, 0, 0, 0]);
  head.writeUInt32BE(entries.length, 4);
  return makeBox('iprp', makeBox('ipco', content), makeBox('ipma', head, ...entries));
}

/** An `idat` with these items, and zeros between them. */
export function onlyThese(bytes: Buffer, { start, end }: HeifBox, items: readonly ItemPlace[]): Buffer {
  const content = Buffer.alloc(end - start);
  for (const [from, to] of items.flatMap(({ inside, spans }) => (inside ? spans : [])))
    bytes.copy(content, from, start + from, Math.min(start + to, end));
  return makeBox('idat', content);
}
