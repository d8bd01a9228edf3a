/** JPEG (ITU-T T.81), including MPO and Ultra HDR: the first picture is shown. */
import { has, uint } from './byte-reader.js';
import { decoded, type Family, type ReadAt } from './format-family.js';

const kind = decoded('jpeg', 'JPEG', 'image/jpeg');
const startOfScan = 0xda;
const endOfImage = '\xff\xd9';
/** Segments before the first scan; files have a few dozen. Bounds the reads for a hostile file. */
const maxSegments = 10_000;
/** Bytes searched at once. */
const piece = 1 << 20;

/** Recognised by SOI and the start of the next marker. */
export const jpeg: Family = {
  name: 'jpeg',
  kinds: [kind],
  endings: ['jpg', 'jpeg', 'jpe', 'jfif', 'mpo'],
  tell: (head) => (has(head, 0, '\xff\xd8\xff') ? kind : undefined),
  async cutOff(readAt, size) {
    const scan = await findScan(readAt, size);
    return scan !== undefined && !(await hasEnd(readAt, scan, size));
  },
};

/** The position of the first scan, or `size` if the file ends before it; undefined if its segments are broken. */
async function findScan(readAt: ReadAt, size: number): Promise<number | undefined> {
  let at = 2;
  for (let n = 0; n < maxSegments; n++) {
    if (at >= size) return size;
    const head = await readAt(at, 4);
    if (head[0] !== 0xff) return undefined;
    if (head[1] === startOfScan) return at;
    // Any number of fill bytes may precede a marker.
    if (head[1] === 0xff) at++;
    else {
      const length = uint(head, 2, 2);
      if (length === undefined) return size;
      if (length < 2) return undefined;
      at += 2 + length;
    }
  }
  return undefined;
}

/**
 * Whether the end marker follows. Scan data can't contain it: a 0 follows each `FF` there. Tables between the scans of a
 * progressive file can, rarely; then only libjpeg's message shows that the end is missing.
 */
async function hasEnd(readAt: ReadAt, from: number, size: number): Promise<boolean> {
  // The pieces overlap by one byte, since a marker has two.
  for (let at = from; at < size - 1; at += piece - 1)
    if (Buffer.from(await readAt(at, piece)).includes(endOfImage, 0, 'latin1')) return true;
  return false;
}
