/**
 * Folders of `incoming` that are assigned to people. A folder is assigned before it is created, and unassigned only
 * while it is empty, so that no file intended for a person becomes the house’s.
 */
import { join } from 'node:path';
import { safeName } from '../archive/original-names.js';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { demandPeopleLibraries, type PeopleLibraries } from '../library/people-libraries.js';
import type { PersonFolder, PersonFolders } from '../library/person-folders.js';
import { scan } from './scan-incoming.js';

/** The dependencies of assigning. */
export interface GiveFolderParts {
  incoming: string;
  files: Files;
  folders: PersonFolders;
}

/**
 * Assigns a folder below `incoming` to a person (a ULID), and creates it if it is missing: files that arrive there from
 * now on are theirs. Returns its path. @throws PhotospoolError `invalid`, and disk errors, after which the folder is
 * assigned nevertheless.
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
 * Ends the assignment of a folder; false if there was none. New files there then belong to the holder of the parent
 * folder.
 * @throws PhotospoolError `conflict` while it contains files.
 */
export async function takeBackFolder({ incoming, files, folders }: GiveFolderParts, folder: string): Promise<boolean> {
  if (folders.find(folder) === undefined) return false;
  const found = await scan(join(incoming, folder.normalize('NFC')), files);
  if (found && found.files.length > 0)
    throw new PhotospoolError('conflict', `${printable(folder)} still contains files.`, {
      hint: 'Wait until they are imported, or move them to another folder.',
    });
  return folders.remove(folder);
}

/** The dependencies of assigning by owners: requires that people may have libraries. */
export interface AssigningParts extends GiveFolderParts {
  gate: { state(): PeopleLibraries } | undefined;
}

/**
 * Assigns a folder, by default `@name`, to a person (their ULID and name), for an owner. @throws PhotospoolError
 * `conflict` if the folder is someone else’s, or people can’t have libraries; otherwise as `giveFolder`.
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
    throw new PhotospoolError('conflict', `The folder ${printable(folder)} is assigned to another person.`, {
      hint: 'Unassign it first, or choose another folder.',
    });
  return { folder, person: id, path: await giveFolder(parts, folder, id) };
}

/**
 * Ends the assignment of a folder. @throws PhotospoolError `not-found` if there was none; `conflict` while it contains
 * files.
 */
export async function unassignFolder(parts: GiveFolderParts, folder: string): Promise<void> {
  if (await takeBackFolder(parts, folder)) return;
  throw new PhotospoolError('not-found', `The folder ${printable(folder)} is not assigned to anyone.`);
}
