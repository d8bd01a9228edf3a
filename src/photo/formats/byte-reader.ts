/** Reads numbers and signatures from untrusted bytes: anything out of bounds is undefined, never an exception. */

/** The bytes as Latin-1 text, for comparing signatures; shorter at the end. */
export function latin(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', at, at + length);
}

/** Whether `signature` (Latin-1) is at `at`. */
export function has(bytes: Uint8Array, at: number, signature: string): boolean {
  return at >= 0 && latin(bytes, at, signature.length) === signature;
}

/** An unsigned integer of 1 to 6 bytes, or undefined if it is out of bounds. */
export function uint(bytes: Uint8Array, at: number, length: number, littleEndian = false): number | undefined {
  if (at < 0 || at + length > bytes.length) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return littleEndian ? buffer.readUIntLE(at, length) : buffer.readUIntBE(at, length);
}
