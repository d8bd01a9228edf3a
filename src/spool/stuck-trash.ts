/**
 * The trash of a spool: `work/.trash`, with the claims of stuck files that an owner rejected. Each is moved by one
 * rename, with its record, and nothing here is ever removed: a crash leaves it in one place or the other.
 */
import { basename, join } from 'node:path';
import type { Files } from '../base/files.js';
import { handOver } from './work-folder.js';

/** The trash of a `work` folder. */
export const trashOf = (work: string): string => join(work, '.trash');

/** Moves the folder of an idle claim to the trash. @throws disk errors; then it is where it was. */
export async function throwAway(folder: string, work: string, files: Files): Promise<void> {
  await files.makeFolder(trashOf(work));
  await files.rename(folder, join(trashOf(work), basename(folder)));
}

/** Moves all claims in the trash back to `work`, where the next scan finds them. */
export const putBack = (work: string, files: Files): Promise<void> => handOver(trashOf(work), work, files);
