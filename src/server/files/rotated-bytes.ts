/**
 * The bytes of a video rotated by quarter turns (video/rotate-track.ts), while they are sent: as many bytes as the file
 * has, with only the matrix of its track changed. Nothing is written; a file without a matrix is sent unchanged.
 */
import type { FileHandle } from 'node:fs/promises';
import { pipeline, Transform, type Readable } from 'node:stream';
import type { PhotoView } from '../../document/photo-view.js';
import { openRegular } from '../../base/read-files.js';
import { rotationPatches, withPatches, type BytePatch } from '../../video/rotate-track.js';

/** Quarter turns clockwise. */
export type Turns = 1 | 2 | 3;

/** The quarter turns by which a video is shown rotated; undefined for others. */
export const turnsOf = ({ type, develop }: Pick<PhotoView, 'type' | 'develop'>): Turns | undefined =>
  type.startsWith('video/') ? develop?.rotate : undefined;

/**
 * The bytes that differ in an open file of this size if it is shown rotated. @throws the system's error if it can't be
 * read.
 */
export const patchesFor = (file: FileHandle, size: number, turns: Turns | undefined): Promise<BytePatch[]> =>
  turns === undefined
    ? Promise.resolve([])
    : rotationPatches(
        async (at, length) => {
          const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
          return buffer.subarray(0, (await file.read(buffer, 0, buffer.length, at)).bytesRead);
        },
        size,
        turns,
      );

/** A stream of the bytes from `at` with patches in their places. Ending one of the two streams ends the other. */
export function patchedStream(bytes: Readable, at: number, patches: readonly BytePatch[]): Readable {
  if (patches.length === 0) return bytes;
  let from = at;
  const patched = new Transform({
    transform(part: Buffer, _encoding, done) {
      const out = withPatches(part, from, patches);
      from += part.length;
      done(null, out);
    },
  });
  // An error arrives at the reader of the result.
  return pipeline(bytes, patched, () => undefined);
}

/**
 * The bytes of a whole file, rotated; links are not followed. The file is closed when the stream ends, however it ends.
 * @throws the system's error if it can't be read.
 */
export async function openTurned(path: string, turns?: Turns): Promise<Readable> {
  const file = await openRegular(path);
  try {
    const patches = await patchesFor(file, (await file.stat()).size, turns);
    return patchedStream(file.createReadStream({ highWaterMark: 256 * 1024 }), 0, patches);
  } catch (error) {
    await file.close();
    throw error;
  }
}
