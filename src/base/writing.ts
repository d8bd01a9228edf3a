/**
 * Writing to an open file. What was written is durable when it resolves; a crash leaves a part of it, which only those
 * begin with who know how to go on.
 */
import type { FileHandle } from 'node:fs/promises';
import type { Path } from './paths.js';
import type { Step } from './reading.js';

/**
 * Writes a stream where the file stands, `step` before each operation; resolves to how many bytes came. Where the stream
 * fails, what came before stays.
 */
export async function writeStream(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  path: Path,
  step: Step,
): Promise<number> {
  let total = 0;
  for await (const bytes of source) {
    await step('write', path);
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
    total += bytes.length;
  }
  await step('fsync', path);
  await file.sync();
  return total;
}
