/** What comes of a blob, on its way to the disk: hashed, bounded, and in one piece where it is short. Holds nothing. */
import type { Hash } from 'node:crypto';
import { PhotospoolError } from '../../base/errors.js';

/** All parts of a short stream as one; where it fails, what came before that, and then the failure. */
export async function* joined(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  let failure: { error: unknown } | undefined;
  try {
    for await (const part of source) parts.push(part);
  } catch (error) {
    failure = { error };
  }
  if (parts.length > 0) yield Buffer.concat(parts);
  if (failure) throw failure.error;
}

/** A stream that is hashed on its way, and fails before it passes `limit` bytes. @throws PhotospoolError `too-large`. */
export async function* bounded(
  source: AsyncIterable<Uint8Array>,
  limit: number,
  hash: Hash,
): AsyncGenerator<Uint8Array> {
  let left = limit;
  for await (const part of source) {
    left -= part.length;
    if (left < 0) throw new PhotospoolError('too-large', 'More bytes came than the document says.', { op: 'receive' });
    hash.update(part);
    yield part;
  }
}
