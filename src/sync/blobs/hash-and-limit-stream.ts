/**
 * Stream transformations of a received blob before it is written: hashing, a size limit, and joining short ones. Holds
 * nothing.
 */
import type { Hash } from 'node:crypto';
import { PhotospoolError } from '../../base/errors.js';

/** Joins all chunks of a short stream; if it fails, yields the chunks before the failure, then fails. */
export async function* joined(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  let failure: { error: unknown } | undefined;
  try {
    for await (const part of source) parts.push(part);
  } catch (error) {
    failure = { error };
  }
  if (parts.length > 0) yield parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  if (failure) throw failure.error;
}

/** Hashes a stream, which fails before it exceeds `limit` bytes. @throws PhotospoolError `too-large`. */
export async function* bounded(
  source: AsyncIterable<Uint8Array>,
  limit: number,
  hash: Hash,
): AsyncGenerator<Uint8Array> {
  let left = limit;
  for await (const part of source) {
    left -= part.length;
    if (left < 0) throw tooLarge();
    hash.update(part);
    yield part;
  }
}

/** The error for more bytes than stated in the document. */
export const tooLarge = (): PhotospoolError =>
  new PhotospoolError('too-large', 'More bytes were received than the document states.', { op: 'receive' });
