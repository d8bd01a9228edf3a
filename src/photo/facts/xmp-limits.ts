/**
 * How much work an XMP sidecar is for its reader, told before it is read: ExifTool looks at each character once for every element
 * around it, and at every element for each one beside it, so that a few megabytes can take minutes. One pass, no recursion. Pure.
 */
import { PhotospoolError } from '../../base/errors.js';

/** Bytes of a sidecar. Lightroom's and darktable's with a long history have some hundred thousand. */
export const largestSidecar = 4 * 1024 * 1024;
/** Elements around one. Real ones have about ten. */
const deepest = 64;
/** Elements and attributes. */
const mostNodes = 20_000;
/** Characters, each counted as often as there are elements around it. */
const mostWork = 64 * 1024 * 1024;

const [lt, gt, slash, bang, question, equals] = ['<', '>', '/', '!', '?', '='].map((sign) => sign.charCodeAt(0));
const quotes: readonly number[] = ['"', "'"].map((sign) => sign.charCodeAt(0));

/** Whether a sidecar is as small and as simple as those of programs are. UTF-16 counts as any other bytes do. */
export function isReasonable(bytes: Uint8Array): boolean {
  if (bytes.length > largestSidecar) return false;
  let [depth, nodes, work] = [0, 0, 0];
  for (let at = 0; at < bytes.length;) {
    const next = bytes[at] === lt ? endOfTag(bytes, at) : { end: at + 1, attributes: 0 };
    work += (next.end - at) * (depth + 1);
    if (bytes[at] === lt) {
      const first = bytes[at + 1];
      if (first === slash) depth = Math.max(0, depth - 1);
      else if (first !== bang && first !== question) {
        nodes += 1 + next.attributes;
        if (bytes[next.end - 2] !== slash) depth++;
      }
    }
    if (depth > deepest || nodes > mostNodes || work > mostWork) return false;
    at = next.end;
  }
  return true;
}

/** Where a tag ends that begins at `at`, behind its `>` (in a value in quotes there may be others), and how many attributes it has. */
function endOfTag(bytes: Uint8Array, at: number): { end: number; attributes: number } {
  let attributes = 0;
  let quote: number | undefined;
  for (let end = at + 1; end < bytes.length; end++) {
    const byte = bytes[end]!;
    if (quote !== undefined) {
      if (byte === quote) quote = undefined;
    } else if (byte === gt) return { end: end + 1, attributes };
    else if (byte === equals) attributes++;
    else if (quotes.includes(byte)) quote = byte;
  }
  return { end: bytes.length, attributes };
}

/** Refuses a sidecar that would take long. @throws PhotospoolError `too-large`, which is not tried again by itself. */
export function checkSidecar(bytes: Uint8Array, path: string): void {
  if (isReasonable(bytes)) return;
  throw new PhotospoolError(
    'too-large',
    'It is larger, or more deeply nested, than any sidecar that a program writes.',
    {
      ...{ op: 'read', path },
      hint: 'Look what is in it; it is not tried again by itself.',
    },
  );
}
