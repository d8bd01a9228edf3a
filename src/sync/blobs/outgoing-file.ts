/** A file on its way out, so that one that can't be read here is not taken for a link that is cut. Reads only. */
import { errnoOf, PhotospoolError, printable } from '../../base/errors.js';
import { openRegular } from '../../base/read-files.js';

/** A file that is sent. */
export interface Outgoing {
  source: AsyncIterable<Uint8Array>;
  /** Why it could not be read to its end, if so. */
  failed(): PhotospoolError | undefined;
}

/** Reads a file (an absolute path) from the byte `from` on. */
export function readOut(path: string, from = 0): Outgoing {
  let failure: PhotospoolError | undefined;
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      const file = await openRegular(path);
      yield* file.createReadStream({ start: from, highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
    } catch (cause) {
      // Node's own errors (`ERR_…`) tell that it was ended from outside, which is no trouble of the file's.
      if (/^E(?!RR_)/.test(errnoOf(cause) ?? '') || cause instanceof PhotospoolError)
        failure = new PhotospoolError('corrupt', `${printable(path)} can't be read, and is not sent.`, {
          ...{ op: 'read', path, cause },
          hint: '`photospool verify` tells more.',
        });
      throw cause;
    }
  }
  return { source: read(), failed: () => failure };
}
