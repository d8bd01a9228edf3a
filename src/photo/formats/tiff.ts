/**
 * TIFF (6.0, and BigTIFF): the first page is shown. Many RAW formats are TIFF files whose first picture is a small
 * preview, so a file is TIFF only if raw.ts does not claim it; families.ts has them in that order.
 */
import { has, uint } from './byte-reader.js';
import { decoded, type Family, type ReadAt } from './format-family.js';

const kind = decoded('tiff', 'TIFF', 'image/tiff', 'its first page');

/** Recognised by the byte order and 42 (or 43). Its first directory, often at the end, must be inside the file. */
export const tiff: Family = {
  name: 'tiff',
  kinds: [kind],
  endings: ['tif', 'tiff'],
  recipe: 2,
  tell: (head) =>
    ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((signature) => has(head, 0, signature)) ? kind : undefined,
  cutOff: (readAt, size) => tiffEndsEarly(readAt, size, true),
};

/** The maximum number of directories read: more than any camera writes; also ends cycles. */
const mostDirectories = 64;

/**
 * Whether a TIFF, or a RAW built like one, ends before its pixels, or with `strict` before anything else that a
 * directory points to: some cameras write invalid pointers. For BigTIFF only the position of the first directory is
 * checked.
 */
export async function tiffEndsEarly(readAt: ReadAt, size: number, strict: boolean): Promise<boolean> {
  const head = await readAt(0, 16);
  const little = has(head, 0, 'II');
  const big = has(head, 2, '+') || has(head, 3, '+');
  const first = big ? uint(head, little ? 8 : 10, 6, little) : uint(head, 4, 4, little);
  if (first === undefined || first + 2 > size) return true;
  if (big) return false;
  const directories = [first];
  for (let n = 0; n < Math.min(directories.length, mostDirectories); n++) {
    const further = await directoryOf(readAt, size, directories[n]!, little, strict);
    if (further === undefined) return true;
    directories.push(...further.filter((at) => !directories.includes(at)));
  }
  return false;
}

const subDirectories = 0x14a;
const stripOffsets = 0x111;
const stripCounts = 0x117;
const tileOffsets = 0x144;
const tileCounts = 0x145;
/** JPEGInterchangeFormat: the embedded picture of a directory, as in EXIF. */
const [jpegOffset, jpegLength] = [0x201, 0x202];
/** Bytes per value by field type: BYTE, ASCII, SHORT, LONG, RATIONAL, … IFD. */
const widths = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

interface Field {
  tag: number;
  width: number;
  length: number;
  /** The position of the values in the file. */
  at: number;
}

/**
 * The directories that one refers to; undefined if it, any of its values, or any strip or tile ends beyond the file.
 */
async function directoryOf(
  readAt: ReadAt,
  size: number,
  directory: number,
  little: boolean,
  strict: boolean,
): Promise<number[] | undefined> {
  const count = uint(await readAt(directory, 2), 0, 2, little) ?? 0;
  const entries = await readAt(directory + 2, count * 12 + 4);
  if (entries.length < count * 12) return strict ? undefined : [];
  const fields = Array.from({ length: count }, (_, i) => readField(entries, i * 12, directory + 2, little));
  if (strict && fields.some(({ at, length }) => at + length > size)) return undefined;
  const values = async (...tags: number[]): Promise<number[]> => {
    const field = fields.find(({ tag }) => tags.includes(tag));
    if (!field) return [];
    const bytes = await readAt(field.at, field.length);
    return Array.from(
      { length: field.length / field.width },
      (_, i) => uint(bytes, i * field.width, field.width, little) ?? 0,
    );
  };
  const counts = [...(await values(stripCounts, tileCounts)), ...(await values(jpegLength))];
  const offsets = [...(await values(stripOffsets, tileOffsets)), ...(await values(jpegOffset))];
  if (offsets.some((offset, i) => offset + (counts[i] ?? 0) > size)) return undefined;
  const next = uint(entries, count * 12, 4, little) ?? 0;
  return [...(await values(subDirectories)), next].filter((at) => at > 0);
}

function readField(entries: Uint8Array, at: number, start: number, little: boolean): Field {
  const width = widths[uint(entries, at + 2, 2, little) ?? 0] ?? 1;
  const length = width * (uint(entries, at + 4, 4, little) ?? 0);
  const behind = uint(entries, at + 8, 4, little) ?? 0;
  return {
    tag: uint(entries, at, 2, little) ?? 0,
    width: width || 1,
    length,
    at: length > 4 ? behind : start + at + 8,
  };
}
