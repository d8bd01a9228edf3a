/**
 * The boxes of ISO base media files (ISO/IEC 14496-12) that describe the main picture of a HEIF file (ISO/IEC
 * 23008-12): its item, and its colours. Pure; accepts any bytes.
 */
import { has, latin, uint } from './byte-reader.js';
import type { Colours, ReadAt } from './format-family.js';

/** A box inside some bytes: its type, where it begins (including its header), and where its content begins and ends. */
export interface HeifBox {
  type: string;
  at: number;
  start: number;
  end: number;
}

/** The colours of the main picture, if known. */
export interface ItemColours {
  /** Bits per sample, if stated. */
  bits?: number;
  /** Its ICC profile. */
  icc?: Uint8Array;
  /** `nclx`, used if there is no profile. */
  colours?: Colours;
}

/** No photo has a `meta` box larger than this. */
const mostMeta = 16 << 20;

/** The brands of a file that begins with an `ftyp` box, the major one first; undefined for other files. */
export function brandsOf(head: Uint8Array): string[] | undefined {
  const length = uint(head, 0, 4);
  if (length === undefined || !has(head, 4, 'ftyp')) return undefined;
  const brands = [latin(head, 8, 4)];
  for (let at = 16; at + 4 <= Math.min(length, head.length); at += 4) brands.push(latin(head, at, 4));
  return brands;
}

/** The box at `at`: its declared end and the start of its content. `header`: its first 16 bytes. */
function boxAt(header: Uint8Array, at: number, end: number): HeifBox | undefined {
  const size = uint(header, 0, 4);
  if (size === undefined || header.length < 8) return undefined;
  const large = size === 1 ? (uint(header, 10, 6) ?? 0) : size;
  const start = at + (size === 1 ? 16 : 8);
  const stop = size === 0 ? end : at + large;
  return stop < start ? undefined : { type: latin(header, 4, 4), at, start, end: stop };
}

/** The consecutive boxes in a range of bytes, without those that end beyond it. */
export function* boxesIn(bytes: Uint8Array, from: number, to: number): Generator<HeifBox> {
  for (let at = from; at + 8 <= to;) {
    const box = boxAt(bytes.subarray(at, at + 16), at, to);
    if (!box || box.end > to) return;
    yield box;
    at = box.end;
  }
}

/**
 * The consecutive boxes in a part of a file: at most `most`, none that ends beyond it. Reads only their headers.
 */
export async function* readBoxes(readAt: ReadAt, from: number, to: number, most: number): AsyncGenerator<HeifBox> {
  for (let at = from, n = 0; at + 8 <= to && n < most; n++) {
    const box = boxAt(await readAt(at, 16), at, to);
    if (!box || box.end > to) return;
    yield box;
    at = box.end;
  }
}

/** The first box of a type in a range of bytes. */
export function findBox(bytes: Uint8Array, from: number, to: number, type: string): HeifBox | undefined {
  for (const box of boxesIn(bytes, from, to)) if (box.type === type) return box;
  return undefined;
}

/** All boxes in a range of bytes; undefined if they do not fill it exactly. */
export function boxesOf(bytes: Uint8Array, from = 0, to = bytes.length): HeifBox[] | undefined {
  const boxes = [...boxesIn(bytes, from, to)];
  return (boxes.at(-1)?.end ?? from) === to ? boxes : undefined;
}

/** Makes a box with some content. */
export function makeBox(type: string, ...content: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.reduce((sum, { length }) => sum + length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
}

/** Turns a box into an empty one (`free`) of the same size. */
export function blank(bytes: Buffer, { at, start, end }: HeifBox): void {
  bytes.write('free', at + 4, 'latin1');
  bytes.fill(0, start, end);
}

/** The content of a file's `meta` box; undefined if there is none. */
export async function readMeta(readAt: ReadAt): Promise<Uint8Array | undefined> {
  for (let at = 0; ;) {
    const box = boxAt(await readAt(at, 16), at, Infinity);
    if (!box) return undefined;
    if (box.type === 'meta') return box.end - box.start > mostMeta ? undefined : readAt(box.start, box.end - box.start);
    at = box.end;
  }
}

/** Whether a box ends beyond the file. */
export async function endsEarly(readAt: ReadAt, size: number): Promise<boolean> {
  for (let at = 0; at < size;) {
    const box = boxAt(await readAt(at, 16), at, size);
    if (!box || box.end > size) return true;
    at = box.end;
  }
  return false;
}

/** The item of the main picture (`pitm`). */
export function primaryOf(meta: Uint8Array): number | undefined {
  const pitm = findBox(meta, 4, meta.length, 'pitm');
  return pitm && uint(meta, pitm.start + 4, meta[pitm.start] === 0 ? 2 : 4);
}

/** The numbers of the properties of each item, from 1 (`ipma`). */
function* associations(meta: Uint8Array, ipma: HeifBox): Generator<[item: number, property: number]> {
  const version = meta[ipma.start] ?? 0;
  const wide = ((meta[ipma.start + 3] ?? 0) & 1) === 1;
  let at = ipma.start + 8;
  for (let left = uint(meta, ipma.start + 4, 4) ?? 0; left > 0 && at < ipma.end; left--) {
    const item = uint(meta, at, version === 0 ? 2 : 4) ?? 0;
    at += version === 0 ? 2 : 4;
    for (let count = meta[at++] ?? 0; count > 0; count--) {
      // The highest bit marks the property as essential.
      yield [item, (uint(meta, at, wide ? 2 : 1) ?? 0) & (wide ? 0x7fff : 0x7f)];
      at += wide ? 2 : 1;
    }
  }
}

/** Reads one `colr` or `pixi` box. */
function readProperty(meta: Uint8Array, { type, start, end }: HeifBox): ItemColours {
  if (type === 'pixi') return { bits: meta[start + 5] ?? 8 };
  const kind = latin(meta, start, 4);
  if (kind === 'prof' || kind === 'rICC') return { icc: meta.slice(start + 4, end) };
  const [primaries, transfer] = [uint(meta, start + 4, 2), uint(meta, start + 6, 2)];
  return kind === 'nclx' && primaries !== undefined && transfer !== undefined
    ? { colours: { primaries, transfer } }
    : {};
}

/**
 * The colours of a HEIF file's main picture. A grid whose item has none gets those of the first picture that has, which
 * is one of its tiles.
 */
export async function readColours(readAt: ReadAt): Promise<ItemColours> {
  const meta = await readMeta(readAt);
  const iprp = meta && findBox(meta, 4, meta.length, 'iprp');
  const ipco = iprp && findBox(meta, iprp.start, iprp.end, 'ipco');
  if (!ipco) return {};
  const properties = [...boxesIn(meta, ipco.start, ipco.end)];
  const primary = primaryOf(meta);
  const own = new Set<number>();
  for (const ipma of boxesIn(meta, iprp.start, iprp.end)) {
    if (ipma.type !== 'ipma') continue;
    for (const [item, property] of associations(meta, ipma)) if (item === primary) own.add(property - 1);
  }
  const all = properties.map((box, n) => ({ box, n })).filter(({ box }) => ['colr', 'pixi'].includes(box.type));
  const mine = all.filter(({ n }) => own.has(n));
  const first = all.find(({ box }) => box.type === 'colr');
  const used = mine.some(({ box }) => box.type === 'colr') || !first ? mine : [...mine, first];
  return Object.assign({}, ...used.map(({ box }) => readProperty(meta, box))) as ItemColours;
}
