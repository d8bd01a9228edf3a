/** Reads a file that is sent, and distinguishes read errors here from a broken connection. Reads only. */
import { errnoOf, PhotospoolError, printable } from '../../base/errors.js';
import { openRegular } from '../../base/read-files.js';

/** A file being sent. */
export interface Outgoing {
  source: AsyncIterable<Uint8Array>;
  /** The read error, if there was one. */
  failed(): PhotospoolError | undefined;
}

/** A small file (an absolute path) at once; undefined if it has more than `longest` bytes. @throws the system's error. */
export async function readSmall(path: string, longest: number): Promise<Buffer | undefined> {
  const file = await openRegular(path);
  try {
    // One additional byte shows that it is larger.
    const buffer = Buffer.allocUnsafe(Math.min((await file.stat()).size, longest) + 1);
    let have = 0;
    for (let read = -1; read !== 0 && have < buffer.length; have += read)
      read = (await file.read(buffer, have, buffer.length - have)).bytesRead;
    return have > longest ? undefined : buffer.subarray(0, have);
  } finally {
    await file.close();
  }
}

/** Reads a file (an absolute path) from the byte `from` on. */
export function readOut(path: string, from = 0): Outgoing {
  let failure: PhotospoolError | undefined;
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      const file = await openRegular(path);
      yield* file.createReadStream({ start: from, highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
    } catch (cause) {
      // Node's own errors (`ERR_…`) mean that the stream was ended from outside, not a problem of the file.
      if (/^E(?!RR_)/.test(errnoOf(cause) ?? '') || cause instanceof PhotospoolError) failure = unreadable(path, cause);
      throw cause;
    }
  }
  return { source: read(), failed: () => failure };
}

/** The error of a file (an absolute path) that can't be read, or has an unexpected size. */
export const unreadable = (path: string, cause?: unknown): PhotospoolError =>
  new PhotospoolError('corrupt', `${printable(path)} can't be read and is not sent.`, {
    ...{ op: 'read', path, cause },
    hint: 'Run `photospool verify` for details.',
  });
