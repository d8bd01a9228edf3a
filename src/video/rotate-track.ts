/**
 * Rotates a video without encoding it: the matrix of its track (`tkhd`, ISO/IEC 14496-12, 8.3.2) states how its
 * pictures are rotated when they are shown, and players and browsers follow it. The file stays unchanged; a reader gets
 * other bytes in place of the matrix. Pure; accepts any bytes.
 */
import type { ReadAt } from '../photo/formats/format-family.js';
import { readBoxes, type HeifBox } from '../photo/formats/heif-boxes.js';

/** Bytes that a reader of a file gets in place of those at `at`. */
export interface BytePatch {
  at: number;
  bytes: Buffer;
}

/** The maximum number of boxes before the description of the tracks, and inside it: more than any real file has. */
const [mostBoxes, mostInside] = [10_000, 200];
/** The size of the matrix, and of the width and height that follow it. */
const [matrixBytes, sizeBytes] = [36, 8];

/**
 * The bytes that differ in a video that is shown rotated by further quarter turns clockwise; none if the file has no
 * matrix. `size`: of the file. @throws the system's error if it can't be read.
 */
export async function rotationPatches(readAt: ReadAt, size: number, turns: 1 | 2 | 3): Promise<BytePatch[]> {
  const moov = await find(readAt, { start: 0, end: size }, 'moov', mostBoxes);
  const patches: BytePatch[] = [];
  if (!moov) return patches;
  for await (const trak of readBoxes(readAt, moov.start, moov.end, mostInside)) {
    if (trak.type !== 'trak' || !(await isOfPictures(readAt, trak))) continue;
    const header = await find(readAt, trak, 'tkhd');
    if (!header) continue;
    // Version 1 has times of 64 bits.
    const isLong = (await readAt(header.start, 1))[0] === 1;
    const at = header.start + (isLong ? 52 : 40);
    const bytes = Buffer.from(await readAt(at, matrixBytes + sizeBytes));
    if (bytes.length < matrixBytes + sizeBytes || at + bytes.length > header.end) continue;
    patches.push({ at, bytes: turned(bytes, turns) });
  }
  return patches;
}

type Span = Pick<HeifBox, 'start' | 'end'>;

async function find(
  readAt: ReadAt,
  { start, end }: Span,
  type: string,
  most = mostInside,
): Promise<HeifBox | undefined> {
  for await (const box of readBoxes(readAt, start, end, most)) if (box.type === type) return box;
  return undefined;
}

/** Whether a track has pictures: its handler is `vide`. */
async function isOfPictures(readAt: ReadAt, trak: Span): Promise<boolean> {
  const media = await find(readAt, trak, 'mdia');
  const handler = media && (await find(readAt, media, 'hdlr'));
  return handler !== undefined && Buffer.from(await readAt(handler.start + 8, 4)).toString('latin1') === 'vide';
}

/** The unit of the fixed-point numbers in the matrix (16.16). */
const one = 0x10000;

/**
 * A matrix (a b u, c d v, x y w) rotated further; `bytes` also contains the size of the track, which stays the same.
 */
function turned(bytes: Buffer, turns: 1 | 2 | 3): Buffer {
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => bytes.readInt32BE(at)) as [number, number, number, number];
  // Some programs leave the size empty.
  const isEmpty = a === 0 && b === 0 && c === 0 && d === 0;
  let [across, down]: [Row, Row] = isEmpty
    ? [
        [one, 0],
        [0, one],
      ]
    : [
        [a, b],
        [c, d],
      ];
  for (let n = 0; n < turns; n++) [across, down] = [quarter(across), quarter(down)];
  const [width, height] = [bytes.readUInt32BE(matrixBytes), bytes.readUInt32BE(matrixBytes + 4)];
  // The rotated picture begins at the origin again.
  const moved = [0, 1].map((n) => -Math.min(0, ends(across[n]!, width) + ends(down[n]!, height)));
  const out = Buffer.from(bytes.subarray(0, matrixBytes));
  [...across, ...down, ...moved].forEach((value, n) => out.writeInt32BE(clamped(value), [0, 4, 12, 16, 24, 28][n]));
  if (isEmpty) out.writeInt32BE(0x40000000, 32);
  return out;
}

type Row = [x: number, y: number];

const quarter = ([x, y]: Row): Row => [-y, x];

/** How far a side of the track reaches below zero, as a fixed-point number. */
const ends = (factor: number, side: number): number => Math.min(0, Math.round((factor * side) / one));

const clamped = (value: number): number => Math.min(0x7fffffff, Math.max(-0x80000000, value));

/** Writes patches into a part of a file that begins at `at`. Returns the part, copied if anything changed. */
export function withPatches(part: Buffer, at: number, patches: readonly BytePatch[]): Buffer {
  const touching = patches.filter((patch) => patch.at < at + part.length && patch.at + patch.bytes.length > at);
  if (touching.length === 0) return part;
  const out = Buffer.from(part);
  for (const { at: from, bytes } of touching) {
    const skipped = Math.max(0, at - from);
    bytes.copy(out, Math.max(0, from - at), skipped);
  }
  return out;
}
