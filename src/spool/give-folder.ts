/**
 * Folders of `incoming` for people. A folder is given before it is there, and taken back when nothing waits in it, so that no file that
 * was put there for a person becomes the house’s.
 */
import { join } from 'node:path';
import { safeName } from '../archive/original-names.js';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { demandPeopleLibraries, type PeopleLibraries } from '../library/people-libraries.js';
import type { PersonFolder, PersonFolders } from '../library/person-folders.js';
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

/** What owners give folders with: behind the gate of the libraries of people. */
export interface AssigningParts extends GiveFolderParts {
  gate: { state(): PeopleLibraries } | undefined;
}

/**
 * Gives a person (their ULID and name) a folder, or without one `@name`, as an owner does. @throws PhotospoolError `conflict` where the
 * folder is somebody else’s, or people can’t have libraries of their own; what `giveFolder` throws.
 */
export async function assignFolder(
  parts: AssigningParts,
  { id, name }: { id: string; name: string },
  wanted = `@${safeName(name)}`,
): Promise<PersonFolder & { path: string }> {
  demandPeopleLibraries(parts.gate);
  const folder = wanted.normalize('NFC');
  const before = parts.folders.find(folder);
  if (before !== undefined && before !== id)
    throw new PhotospoolError('conflict', `The folder ${printable(folder)} is somebody else’s.`, {
      hint: 'Take it back first, or choose another folder.',
    });
  return { folder, person: id, path: await giveFolder(parts, folder, id) };
}

/** Takes a folder back. @throws PhotospoolError `not-found` where it was given to nobody; `conflict` while files lie in it. */
export async function unassignFolder(parts: GiveFolderParts, folder: string): Promise<void> {
  if (await takeBackFolder(parts, folder)) return;
  throw new PhotospoolError('not-found', `The folder ${printable(folder)} was given to nobody.`);
}
