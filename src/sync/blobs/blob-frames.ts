/**
 * Several small blobs in one body: of each a line with its hash and its number of bytes, then these bytes. Neither is
 * trusted: the store checks both. Holds one blob at a time.
 */
import { PhotospoolError } from '../../base/errors.js';

/** A blob with all its bytes. */
export interface BlobFrame {
  sha256: string;
  bytes: Uint8Array;
}

/** Limits of one body, so that it is not held for long, and of its blobs: larger ones are transferred alone. */
export const framed = { blobs: 32, blobBytes: 1024 * 1024 } as const;

/** The small blobs of a list in groups for one body each, and the others alone, in their order. */
export function groupSmall<B>(list: readonly B[], bytesOf: (one: B) => number | undefined): B[][] {
  const groups: B[][] = [];
  let left = 0;
  for (const one of list) {
    const bytes = bytesOf(one);
    const isSmall = bytes !== undefined && bytes <= framed.blobBytes;
    if (isSmall && bytes <= left && groups.at(-1)!.length < framed.blobs) groups.at(-1)!.push(one);
    else groups.push([one]);
    left = !isSmall ? 0 : groups.at(-1)!.length === 1 ? bodyBytes - bytes : left - bytes;
  }
  return groups;
}

/** Bytes of blobs per body. */
const bodyBytes = 4 * 1024 * 1024;

/** The type of such a body. */
export const framesType = 'application/vnd.photospool.blobs';

const headOf = /^([0-9a-f]{64}) (\d{1,8})$/;
/** The longest line, with its end. */
const longestHead = 64 + 1 + 8 + 1;
const lineEnd = 0x0a;

/** The body with these blobs. */
export async function* writeFrames(blobs: AsyncIterable<BlobFrame>): AsyncGenerator<Uint8Array> {
  for await (const { sha256, bytes } of blobs) {
    yield Buffer.from(`${sha256} ${bytes.length}\n`, 'latin1');
    yield bytes;
  }
}

/**
 * The blobs of a body, each as soon as it is complete. @throws PhotospoolError `invalid` for anything else, for more
 * than `framed` allows, and for a body that breaks off within a blob.
 */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<BlobFrame> {
  let head: Uint8Array = new Uint8Array();
  let current: { sha256: string; bytes: Buffer; have: number } | undefined;
  let count = 0;
  for await (const part of source) {
    let at = 0;
    while (at < part.length) {
      if (current) {
        const some = part.subarray(at, at + current.bytes.length - current.have);
        current.bytes.set(some, current.have);
        current.have += some.length;
        at += some.length;
      } else {
        const end = part.indexOf(lineEnd, at);
        head = Buffer.concat([head, part.subarray(at, end < 0 ? undefined : end + 1)]);
        if (head.length > longestHead) throw malformed();
        if (end < 0) break;
        if (++count > framed.blobs) throw malformed();
        current = begin(head);
        [head, at] = [new Uint8Array(), end + 1];
      }
      if (current.have === current.bytes.length) {
        const { sha256, bytes } = current;
        current = undefined;
        yield { sha256, bytes };
      }
    }
  }
  if (current || head.length > 0) throw malformed();
}

/** Begins a blob by its line. */
function begin(head: Uint8Array): { sha256: string; bytes: Buffer; have: number } {
  const [, sha256, length] = headOf.exec(Buffer.from(head).toString('latin1', 0, head.length - 1)) ?? [];
  if (sha256 === undefined || Number(length) > framed.blobBytes) throw malformed();
  return { sha256, bytes: Buffer.allocUnsafe(Number(length)), have: 0 };
}

const malformed = (): PhotospoolError =>
  new PhotospoolError('invalid', 'The received pictures are invalid or incomplete.', { op: 'receive' });
