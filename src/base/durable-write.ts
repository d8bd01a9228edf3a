/**
 * Writes to an open file, and fsync of folders. Data is durable when the promise resolves; a crash leaves a part of it,
 * which is only useful to callers that can resume.
 */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Path } from './paths.js';
import type { Disk, Step } from './read-files.js';

/**
 * Writes a stream at the current position, with `step` before each operation; resolves to the number of bytes. If the
 * stream fails, the bytes before it stay.
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

/** Writes bytes at the current position, with `step` before each operation. */
export async function writeAll(file: FileHandle, path: Path, bytes: Uint8Array, step: Step): Promise<void> {
  await step('write', path);
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
  await step('fsync', path);
  await file.sync();
}

/** Makes the names in a folder durable (fsync). */
export async function syncFolder(path: Path, step: Step, disk: Disk): Promise<void> {
  // Windows has no fsync for folders; NTFS journals names itself.
  if (process.platform === 'win32') return;
  await step('fsync', path);
  const folder = await disk.open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
