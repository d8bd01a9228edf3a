/**
 * The cost of parsing an XMP sidecar, estimated before it is read: ExifTool scans each character once for every
 * enclosing element, and every element for each of its siblings, so that a few megabytes can take minutes. One pass, no
 * recursion. Pure.
 */
import { PhotospoolError } from '../../base/errors.js';

/** Maximum bytes of a sidecar. Those of Lightroom and darktable with a long history have some hundred thousand. */
export const largestSidecar = 4 * 1024 * 1024;
/** Maximum nesting depth of elements. Real ones have about ten. */
const deepest = 64;
/** Maximum number of elements and attributes. */
const mostNodes = 20_000;
/** Maximum number of characters, each multiplied by its enclosing elements. */
const mostWork = 64 * 1024 * 1024;

const [lt, gt, slash, bang, question, equals] = ['<', '>', '/', '!', '?', '='].map((sign) => sign.charCodeAt(0));
const quotes: readonly number[] = ['"', "'"].map((sign) => sign.charCodeAt(0));

/** Whether a sidecar is as small and simple as real ones are. UTF-16 counts like any other bytes. */
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

/**
 * The end of a tag that begins at `at`, after its `>` (quoted values may contain others), and its number of attributes.
 */
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

/** Rejects a sidecar that would take long. @throws PhotospoolError `too-large`, which is not retried automatically. */
export function checkSidecar(bytes: Uint8Array, path: string): void {
  if (isReasonable(bytes)) return;
  throw new PhotospoolError('too-large', 'The sidecar is too large or too deeply nested.', {
    ...{ op: 'read', path },
    hint: 'Check its content. It is not retried automatically.',
  });
}
