/**
 * Several small blobs in one body: for each a line with its hash and its number of bytes, then these bytes. Neither
 * number nor hash is trusted: the store checks both. Holds one blob at a time.
 */
import { PhotospoolError } from '../../base/errors.js';

/** A blob with all its bytes. */
export interface BlobFrame {
  sha256: string;
  bytes: Uint8Array;
}

/** A blob that was received; if `isCut`, the body broke off within it, and the bytes are its beginning. */
export interface ReceivedFrame extends BlobFrame {
  isCut: boolean;
}

/** Limits of one body, so that it is not held for long, and of its blobs: larger ones are transferred alone. */
export const framed = { blobs: 32, blobBytes: 1024 * 1024, bodyBytes: 4 * 1024 * 1024 } as const;

/** Groups the small blobs of a list for one body each, and the others alone, in their order. */
export function groupSmall<B>(list: readonly B[], bytesOf: (one: B) => number | undefined): B[][] {
  const groups: B[][] = [];
  let left = 0;
  for (const one of list) {
    const bytes = bytesOf(one);
    const isSmall = bytes !== undefined && bytes <= framed.blobBytes;
    if (isSmall && bytes <= left && groups.at(-1)!.length < framed.blobs) groups.at(-1)!.push(one);
    else groups.push([one]);
    left = !isSmall ? 0 : groups.at(-1)!.length === 1 ? framed.bodyBytes - bytes : left - bytes;
  }
  return groups;
}

/** The type of such a body. */
export const framesType = 'application/vnd.photospool.blobs';

const headOf = /^([0-9a-f]{64}) (\d{1,8})$/;
/** The longest line, with its end. */
const longestHead = 64 + 1 + 8 + 1;
const lineEnd = 0x0a;

const lineOf = ({ sha256, bytes }: BlobFrame): Buffer => Buffer.from(`${sha256} ${bytes.length}\n`, 'latin1');

/** The body with these blobs. */
export async function* writeFrames(blobs: AsyncIterable<BlobFrame> | Iterable<BlobFrame>): AsyncGenerator<Uint8Array> {
  for await (const blob of blobs) {
    yield lineOf(blob);
    yield blob.bytes;
  }
}

/** The number of bytes of the body with these blobs. */
export const lengthOfFrames = (blobs: readonly BlobFrame[]): number =>
  blobs.reduce((sum, blob) => sum + lineOf(blob).length + blob.bytes.length, 0);

/**
 * The blobs of a body, each as soon as it is complete, and the beginning of the one where the body breaks off. @throws
 * PhotospoolError `invalid` for anything else, for more than `framed` allows, and for a body that ends within a blob;
 * and the error of the source.
 */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<ReceivedFrame> {
  let head: Uint8Array = new Uint8Array();
  let current: { sha256: string; bytes: Buffer; have: number } | undefined;
  let [count, total] = [0, 0];
  let failure: { error: unknown } | undefined;
  for await (const part of untilFailure(source, (error) => void (failure = { error }))) {
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
        current = begin(head);
        total += current.bytes.length;
        if (++count > framed.blobs || total > framed.bodyBytes) throw malformed();
        [head, at] = [new Uint8Array(), end + 1];
      }
      if (current.have === current.bytes.length) {
        const { sha256, bytes } = current;
        current = undefined;
        yield { sha256, bytes, isCut: false };
      }
    }
  }
  if (current && current.have > 0)
    yield { sha256: current.sha256, bytes: current.bytes.subarray(0, current.have), isCut: true };
  if (failure) throw failure.error;
  if (current || head.length > 0) throw malformed();
}

/** Passes a stream on; if it fails, it ends instead. */
async function* untilFailure(
  source: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    failed(error);
  }
}

/** Starts a blob at its line. */
function begin(head: Uint8Array): { sha256: string; bytes: Buffer; have: number } {
  const [, sha256, length] = headOf.exec(Buffer.from(head).toString('latin1', 0, head.length - 1)) ?? [];
  if (sha256 === undefined || Number(length) > framed.blobBytes) throw malformed();
  return { sha256, bytes: Buffer.allocUnsafe(Number(length)), have: 0 };
}

const malformed = (): PhotospoolError =>
  new PhotospoolError('invalid', 'The received pictures are invalid or incomplete.', { op: 'receive' });
