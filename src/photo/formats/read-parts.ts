/** Reads parts of a file, for code that checks its structure. Nothing is written. */
import { open } from 'node:fs/promises';
import type { ReadAt } from './format-family.js';

/**
 * Calls `use` with a reader of parts of a file, and its size in bytes. @throws the system's error if it can't be read.
 */
export async function readParts<T>(path: string, use: (readAt: ReadAt, size: number) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return await use(async (at, length) => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
      return buffer.subarray(0, (await file.read(buffer, 0, buffer.length, at)).bytesRead);
    }, size);
  } finally {
    await file.close();
  }
}
