/**
 * Strips a TIFF (6.0) to its first page: the first directory keeps only the tags that the picture needs, and all bytes
 * that belong neither to them nor to its pixels become zeros. Nothing moves: the pixels keep their position. Further
 * pages, thumbnails and subdirectories are removed. A file that is not fully understood is rejected. Pure.
 */
import { has, uint } from '../formats/byte-reader.js';

/** Tags that affect the picture, and those with its location. */
const needed = new Set([
  ...[0xfe, 0xff, 0x100, 0x101, 0x102, 0x103, 0x106, 0x107, 0x10a, 0x111, 0x112, 0x115, 0x116, 0x117, 0x118, 0x119],
  ...[0x11a, 0x11b, 0x11c, 0x122, 0x123, 0x124, 0x125, 0x128, 0x12d, 0x13d, 0x13e, 0x13f, 0x140, 0x141],
  ...[0x142, 0x143, 0x144, 0x145, 0x14c, 0x14e, 0x150, 0x152, 0x153, 0x154, 0x155],
  ...[0x211, 0x212, 0x213, 0x214, 0x8773],
]);
/** StripOffsets and StripByteCounts; TileOffsets and TileByteCounts. */
const [stripOffsets, stripCounts, tileOffsets, tileCounts, compression] = [0x111, 0x117, 0x144, 0x145, 0x103];
/** Compressions whose data contains only pixels: none, CCITT, LZW, Deflate, PackBits, LZMA, Zstandard. Not JPEG. */
const plain = new Set([1, 2, 3, 4, 5, 8, 32_771, 32_773, 32_946, 34_925, 50_000]);
/** Bytes per value by field type: BYTE, ASCII, SHORT, LONG, RATIONAL, … DOUBLE. */
const widths = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** The stripped file; undefined if it can't be stripped. */
export function stripTiff(bytes: Buffer): Buffer | undefined {
  const little = has(bytes, 0, 'II*\0');
  const directory = uint(bytes, 4, 4, little);
  if ((!little && !has(bytes, 0, 'MM\0*')) || directory === undefined || directory < 8) return undefined;
  const count = uint(bytes, directory, 2, little) ?? 0;
  if (directory + 6 + count * 12 > bytes.length) return undefined;
  const bare = Buffer.alloc(bytes.length);
  let end = 0;
  const keep = (from: number, length: number): boolean => {
    if (from + length > bytes.length) return false;
    bytes.copy(bare, from, from, from + length);
    end = Math.max(end, from + length);
    return true;
  };
  const values = new Map<number, number[]>();
  const entries: Buffer[] = [];
  for (let at = directory + 2; at < directory + 2 + count * 12; at += 12) {
    const tag = uint(bytes, at, 2, little) ?? 0;
    if (!needed.has(tag)) continue;
    const width = widths[uint(bytes, at + 2, 2, little) ?? 0] ?? 0;
    const length = uint(bytes, at + 4, 4, little) ?? 0;
    const there = width * length > 4 ? (uint(bytes, at + 8, 4, little) ?? 0) : at + 8;
    if (width === 0 || (there !== at + 8 && !keep(there, width * length))) return undefined;
    // Only the locations of pixels are read; a value that is not a number of 2 or 4 bytes is ignored.
    const small = width === 2 || width === 4;
    values.set(
      tag,
      Array.from({ length: small ? length : 0 }, (_, n) => uint(bytes, there + n * width, width, little) ?? 0),
    );
    const entry = Buffer.from(bytes.subarray(at, at + 12));
    // Unused bytes of the field may contain anything.
    if (width * length < 4) entry.fill(0, 8 + width * length);
    entries.push(entry);
  }
  if (!plain.has(values.get(compression)?.[0] ?? 1)) return undefined;
  const offsets = values.get(stripOffsets) ?? values.get(tileOffsets) ?? [];
  const counts = values.get(stripCounts) ?? values.get(tileCounts) ?? [];
  if (offsets.length === 0 || offsets.length !== counts.length) return undefined;
  for (const [n, offset] of offsets.entries()) if (!keep(offset, counts[n]!)) return undefined;
  if (!isApart(directory, directory + 6 + count * 12, offsets, counts)) return undefined;
  bytes.copy(bare, 0, 0, 8);
  bare.fill(0, directory, directory + 6 + count * 12);
  const size = Buffer.alloc(2);
  if (little) size.writeUInt16LE(entries.length);
  else size.writeUInt16BE(entries.length);
  Buffer.concat([size, ...entries]).copy(bare, directory);
  return bare.subarray(0, Math.max(end, directory + 6 + entries.length * 12));
}

/** Whether no pixels overlap the directory, whose old bytes would be among them. */
function isApart(from: number, to: number, offsets: readonly number[], counts: readonly number[]): boolean {
  return offsets.every((offset, n) => offset >= to || offset + counts[n]! <= from);
}
