/**
 * Paints a ThumbHash (https://evanw.github.io/thumbhash/) on a small canvas, synchronously in the same frame. Decoded
 * hashes are cached, least recently used first out: memory stays bounded.
 */
import { thumbHashToRGBA } from 'thumbhash';

/** 4 KiB each. */
const kept = 3000;
const decoded = new Map<string, ImageData | undefined>();

/** The picture of a hash (base64); undefined if it is invalid. */
export function decodeHash(hash: string): ImageData | undefined {
  const known = decoded.get(hash);
  if (known || decoded.has(hash)) {
    decoded.delete(hash);
    decoded.set(hash, known);
    return known;
  }
  const fresh = decode(hash);
  decoded.set(hash, fresh);
  if (decoded.size > kept) decoded.delete(decoded.keys().next().value!);
  return fresh;
}

/** The header alone has 5 bytes; the longest hash, with alpha, 25. */
const shortest = 5;
const longest = 25;

function decode(hash: string): ImageData | undefined {
  try {
    const bytes = Uint8Array.from(atob(hash), (c) => c.charCodeAt(0));
    if (bytes.length < shortest || bytes.length > longest) return undefined;
    const { w, h, rgba } = thumbHashToRGBA(bytes);
    return new ImageData(new Uint8ClampedArray(rgba), w, h);
  } catch {
    // Hashes come with documents from other servers; an invalid one must not break the page.
    return undefined;
  }
}

/** Paints a hash on a canvas, which takes its size; nothing if the hash is invalid. */
export function paintHash(canvas: HTMLCanvasElement, hash: string | undefined): void {
  const picture = hash === undefined ? undefined : decodeHash(hash);
  if (!picture) return;
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}
