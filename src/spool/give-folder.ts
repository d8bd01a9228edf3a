/**
 * Folders of `incoming` that are assigned to people. A folder is assigned before it is created, and unassigned only
 * while no file is in it, not even one that the spool ignores: programs rename such files later. So no file intended
 * for a person becomes the house’s.
 */
import { join } from 'node:path';
import { safeName } from '../archive/original-names.js';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files, Path } from '../base/files.js';
import { demandPeopleLibraries, type PeopleLibraries } from '../library/people-libraries.js';
import type { PersonFolder, PersonFolders } from '../library/person-folders.js';
import { isOfSystem } from './ignored-names.js';

/** The dependencies of assigning. */
export interface GiveFolderParts {
  incoming: string;
  files: Files;
  folders: PersonFolders;
}

/**
 * Assigns a folder below `incoming` to a person (a ULID), and creates it if it is missing: files that arrive there from
 * now on are theirs. Returns its path. @throws PhotospoolError `invalid`, and disk errors, after which the folder is
 * still assigned.
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
 * @throws PhotospoolError `conflict` while it contains files, or can't be read completely; `busy` without `incoming`.
 */
export async function takeBackFolder(parts: GiveFolderParts, folder: string): Promise<boolean> {
  const { folders } = parts;
  const person = folders.find(folder);
  if (person === undefined) return false;
  await checkEmpty(parts, folder);
  if (!folders.remove(folder)) return false;
  try {
    // A file that appeared meanwhile was put there for the person. It is too early for the spool to claim it.
    await checkEmpty(parts, folder);
  } catch (error) {
    folders.set(folder, person);
    throw error;
  }
  return true;
}

async function checkEmpty(parts: GiveFolderParts, folder: string): Promise<void> {
  const refuse = (what: string, hint: string): PhotospoolError =>
    new PhotospoolError('conflict', `${printable(folder)} ${what}.`, { hint });
  for (const path of await foldersAt(parts, folder.normalize('NFC'))) {
    // The error would name a file of the person.
    const isEmpty = await hasNoFiles(parts.files, path).catch(() => undefined);
    if (isEmpty === undefined)
      throw refuse('can’t be read completely', 'Check the permissions of the folders in it, then try again.');
    if (!isEmpty)
      throw refuse(
        'still contains files',
        'Wait until they are imported, or move them to another folder. Hidden and unfinished files count, too.',
      );
  }
}

/** The folders on the disk with this path (in NFC) below `incoming`, in any Unicode normalization of their names. */
async function foldersAt({ incoming, files }: GiveFolderParts, folder: string): Promise<Path[]> {
  const top = await files.list(incoming);
  if (!top)
    throw new PhotospoolError('busy', 'The folder for new photos is missing.', {
      hint: 'Check that its disk is connected, then try again.',
    });
  let below = top;
  let found: Path[] = [];
  for (const name of folder.split('/')) {
    found = below.filter((entry) => entry.kind === 'folder' && entry.name.normalize('NFC') === name).map(pathOf);
    below = (await Promise.all(found.map((path) => files.list(path)))).flatMap((entries) => entries ?? []);
  }
  return found;
}

const pathOf = ({ path }: { path: Path }): Path => path;

/** Whether no file is in a folder or below it, except what systems themselves write there. */
async function hasNoFiles(files: Files, folder: Path): Promise<boolean> {
  for (const { name, kind, path } of (await files.list(folder)) ?? []) {
    if (isOfSystem(name)) continue;
    if (kind === 'file' || (kind === 'folder' && !(await hasNoFiles(files, path)))) return false;
  }
  return true;
}

/** The path of a folder as the disk has it, if that ignores case: the spool compares names exactly. */
async function nameOnDisk({ incoming, files }: GiveFolderParts, folder: string): Promise<string> {
  let path = incoming;
  const names: string[] = [];
  for (const name of folder.split('/')) {
    const all = (await files.list(path)) ?? [];
    const isThere = all.some((entry) => entry.name.normalize('NFC') === name);
    const other = all.find((entry) => entry.name.normalize('NFC').toLowerCase() === name.toLowerCase());
    const isSame = !isThere && other !== undefined && (await files.stat(join(path, name))) !== undefined;
    names.push(isSame ? other.name.normalize('NFC') : name);
    path = join(path, name);
  }
  return names.join('/');
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
  const folder = await nameOnDisk(parts, wanted.normalize('NFC'));
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
