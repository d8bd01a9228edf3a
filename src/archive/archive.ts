/**
 * The archive: a tree of originals, plain read-only files. After `place` or `setAside` returns, the file is durable; an
 * existing file is never replaced. A crash leaves the file at its old path, at its new one, or (the same bytes) at
 * both; calling `place` again completes the move.
 */
import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errnoOf, PhotospoolError, printable } from '../base/errors.js';
import { parentOf, type Files } from '../base/files.js';
import { duplicateName } from './original-names.js';

/** An archive folder. */
export interface Archive {
  readonly folder: string;
  /** The absolute path of an archived file. */
  resolve(path: string): string;
  /** Whether the path is in use. Synchronous, so that a reservation can check it within its transaction. */
  occupied(path: string): boolean;
  /**
   * Moves a file to its reserved path and makes it read-only. `taken` if different bytes are there. Between filesystems
   * it is copied, verified by its hash, and only then removed at the old path. `ours` (the default) means that the path
   * was reserved for this file: the same bytes there are then the result of this move before a crash.
   */
  place(from: string, path: string, sha256: string, ours?: boolean): Promise<'placed' | 'taken'>;
  /**
   * Moves a file whose bytes are in the archive already to `duplicates/`; returns its new path, relative to the
   * archive. `choose` is called with the path before anything moves there, and makes it durable; `chosen` is that path
   * after a crash.
   */
  setAside(
    from: string,
    name: string,
    sha256: string,
    choose: (path: string) => Promise<void>,
    chosen?: string,
  ): Promise<string>;
  /**
   * Moves an archived file to `trash/`, which is never read and never emptied; returns its new path, relative to the
   * archive. Undefined if there is no file at `path`: it was moved before.
   */
  discard(path: string): Promise<string | undefined>;
  /** Moves a discarded file (`aside`, as `discard` returned it) back to its path. `taken`: another file is there now. */
  retrieve(aside: string, path: string, sha256: string): Promise<'placed' | 'taken'>;
}

/** The absolute path of an archived file; `path` is relative to the archive, with forward slashes. */
export const originalPath = (folder: string, path: string): string => join(folder, ...path.split('/'));

/** The name of the file that marks the owner of an archive folder. */
const markName = '.photospool-archive';

/** The id of the library that owns an archive folder; undefined without a mark. */
export const readOwner = async (folder: string, files: Files): Promise<string | undefined> =>
  (await files.readText(join(folder, markName)))?.trim();

/** Marks a folder as the archive of a library, unless it is marked already. */
export async function markArchive(folder: string, server: string, files: Files): Promise<void> {
  await files.makeFolder(folder);
  await files.write(join(folder, markName), `${server}\n`);
}

/** The owner of the archive to open. */
export interface Owner {
  /** The id of the server (its library). */
  server: string;
  /** Whether the library has originals in its archive: then a folder without the mark is the wrong one. */
  hasOriginals: boolean;
}

/**
 * Opens the archive in a folder; a new one is created and marked.
 * @throws PhotospoolError `config` if the folder is the archive of another library, `unusable` if it is not the one
 * with this library's originals: a disk that is not mounted, or the wrong folder.
 */
// Longer than a screen: every way into the archive uses the same few steps, whose order makes it crash-safe.
export async function openArchive(folder: string, files: Files, owner?: Owner): Promise<Archive> {
  const mark = join(folder, markName);
  if (owner) {
    const found = await readOwner(folder, files);
    if (found !== undefined && found !== owner.server) throw foreign(folder);
    if (found === undefined && owner.hasOriginals) throw elsewhere(folder, owner.server);
  }
  await files.makeFolder(folder);
  await files.sweep(folder);
  if (owner) await markArchive(folder, owner.server, files);

  /** An unmounted disk must not be taken for an empty archive. */
  async function checkThere(): Promise<void> {
    if (await files.stat(owner ? mark : folder)) return;
    throw new PhotospoolError('io', `The archive ${printable(folder)} does not exist.`, {
      op: 'archive',
      path: folder,
      hint: 'Check that its disk is mounted. Photospool retries automatically.',
    });
  }

  async function carry(from: string, to: string, sha256: string): Promise<'moved' | 'taken'> {
    try {
      return await files.move(from, to);
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
    }
    const source = await files.statExact(from);
    const copy = await files.copy(from, to);
    if (copy.kind === 'taken') return 'taken';
    const after = await files.statExact(from);
    if (copy.sha256 !== sha256 || after?.ctimeNs !== source?.ctimeNs || after?.size !== source?.size) {
      await files.remove(to);
      throw new PhotospoolError('io', `${printable(from)} changed while it was being copied into the archive.`, {
        op: 'archive',
        path: from,
      });
    }
    await files.setTimes(to, source ?? { mtimeNs: 0n });
    await files.protect(to);
    await files.remove(from);
    return 'moved';
  }

  /** A file of another user can still be moved. */
  async function protect(path: string): Promise<void> {
    try {
      await files.protect(path);
    } catch (error) {
      if (errnoOf(error) !== 'EPERM') throw error;
    }
  }

  async function place(from: string, path: string, sha256: string, ours = true): Promise<'placed' | 'taken'> {
    const to = archive.resolve(path);
    await checkThere();
    await files.makeFolder(parentOf(to));
    await protect(from);
    if ((await carry(from, to, sha256)) === 'moved') return 'placed';
    if (!ours) return 'taken';
    // A crash in the middle of a move, or after a copy, left our own file here: complete the move.
    const there = await files.stat(to);
    if (!there?.isFile() || (await files.hash(to)).sha256 !== sha256) return 'taken';
    await protect(to);
    // The crash may have happened before the new name was flushed.
    await files.flush(to);
    await files.flushFolder(parentOf(to));
    await files.remove(from);
    return 'placed';
  }

  const archive: Archive = {
    folder,
    resolve: (path) => originalPath(folder, path),
    occupied: (path) => lstatSync(archive.resolve(path), { throwIfNoEntry: false }) !== undefined,
    place,
    async setAside(from, name, sha256, choose, chosen) {
      if (chosen !== undefined && (await place(from, chosen, sha256)) === 'placed') return chosen;
      for (let n = 0; ; n++) {
        const path = `duplicates/${duplicateName(name, n)}`;
        if (archive.occupied(path)) continue;
        await choose(path);
        if ((await place(from, path, sha256, false)) === 'placed') return path;
      }
    },
    async discard(path) {
      const from = archive.resolve(path);
      await checkThere();
      if (!(await files.stat(from))) return undefined;
      await files.makeFolder(archive.resolve('trash'));
      for (let n = 0; ; n++) {
        const to = `trash/${duplicateName(basename(from), n)}`;
        if (!archive.occupied(to) && (await files.move(from, archive.resolve(to))) === 'moved') return to;
      }
    },
    retrieve: (aside, path, sha256) => place(archive.resolve(aside), path, sha256),
  };
  return archive;
}

function foreign(folder: string): PhotospoolError {
  return new PhotospoolError('config', `${printable(folder)} is the archive of a different library.`, {
    path: folder,
    hint: 'Each home needs its own archive (spool.done). If this is the archive of this home and its library was lost, run `photospool restore DIR`.',
  });
}

function elsewhere(folder: string, server: string): PhotospoolError {
  return new PhotospoolError('unusable', `${printable(folder)} is not the archive that this library's photos are in.`, {
    path: folder,
    hint: `Mount its disk, or set spool.done to the right folder. To use a different archive, use a different --home. If this is the right folder, write ${server} into its file ${markName}.`,
  });
}
