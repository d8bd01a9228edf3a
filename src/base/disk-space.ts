/** Free space on a disk. Reads only. */
import { statfs } from 'node:fs/promises';

/** Free space and size of a disk, in bytes. */
export interface Room {
  left: number;
  size: number;
}

/**
 * The space on the disk of a folder that this user may write. @throws the system's error if the folder does not exist.
 */
export async function roomOf(folder: string): Promise<Room> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { left: bavail * bsize, size: blocks * bsize };
}

const coarsest = 10 * 1024 ** 3;

/**
 * The free space, bytes, rounded down to a hundredth of the disk, or to 10 GiB of a larger one. A file whose bytes are
 * already stored takes no space, so the exact number would reveal that.
 */
export function roughly({ left, size }: Room): number {
  const step = Math.min(coarsest, Math.max(1, Math.ceil(size / 100)));
  return Math.floor(left / step) * step;
}
