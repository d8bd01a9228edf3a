/** SHA-256 of a file, for workers: in chunks, so that a video needs no more memory than a photo. */
import { sha256 } from '@noble/hashes/sha2.js';

/** Up to this size the browser's own hash is used, which needs the whole file in memory, and HTTPS. */
const small = 64 << 20;
const piece = 4 << 20;

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The hash as hex. Rejects if the file can't be read (any longer). */
export async function hashFile(file: Blob): Promise<string> {
  // Missing over plain HTTP, despite the types.
  const subtle = (crypto as { subtle?: SubtleCrypto }).subtle;
  if (subtle && file.size <= small)
    return hex(new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer())));
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += piece) {
    hash.update(new Uint8Array(await file.slice(at, at + piece).arrayBuffer()));
  }
  return hex(hash.digest());
}
