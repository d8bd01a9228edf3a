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
