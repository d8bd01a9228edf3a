/** How much room a disk has left. Reads only. */
import { statfs } from 'node:fs/promises';

/** What of a disk may still be written, and how large it is, in bytes. */
export interface Room {
  left: number;
  size: number;
}

/** The room on the disk of a folder, for who runs this process. @throws the system's error where the folder is not there. */
export async function roomOf(folder: string): Promise<Room> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { left: bavail * bsize, size: blocks * bsize };
}
