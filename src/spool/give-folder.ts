/**
 * Folders of `incoming` for people. A folder is given before it is there, and taken back when nothing waits in it, so that no file that
 * was put there for a person becomes the house’s.
 */
import { join } from 'node:path';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { PersonFolders } from '../library/person-folders.js';
import { scan } from './scan-incoming.js';

/** What giving works with. */
export interface GiveFolderParts {
  incoming: string;
  files: Files;
  folders: PersonFolders;
}

/**
 * Gives a folder below `incoming` to a person (a ULID), and makes it where it is missing: what comes in there is theirs from now on.
 * Answers its path. @throws PhotospoolError `invalid`, and what the disk says: then the folder is given all the same.
 */
export async function giveFolder(
  { incoming, files, folders }: GiveFolderParts,
  folder: string,
  person: string,
): Promise<string> {
  folders.set(folder, person);
  const path = join(incoming, folder.normalize('NFC'));
  await files.makeFolder(path);
  return path;
}

/**
 * Takes a folder back; false where it was nobody’s. What comes in there then belongs to whom the folder above it belongs.
 * @throws PhotospoolError `conflict` while files lie in it.
 */
export async function takeBackFolder({ incoming, files, folders }: GiveFolderParts, folder: string): Promise<boolean> {
  if (folders.find(folder) === undefined) return false;
  const found = await scan(join(incoming, folder.normalize('NFC')), files);
  if (found && found.files.length > 0)
    throw new PhotospoolError('conflict', `There are still files in ${printable(folder)}.`, {
      hint: 'Wait until they are imported, or move them elsewhere.',
    });
  return folders.remove(folder);
}
