/**
 * The archive: a tree of originals, plain read-only files. What `place` or `setAside` returned from is durable, and
 * nothing that was there is ever replaced. A crash leaves the file at its old place, at its new one, or (same bytes) at
 * both; `place` called again finishes.
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
  /** Whether anything is at that place. Synchronous, so that a reservation can ask within its transaction. */
  occupied(path: string): boolean;
  /**
   * Moves a file to its reserved place and makes it read-only. `taken` where other bytes are there.
   * Between filesystems it is copied, checked against its hash, and removed at the old place only then. `ours` (the
   * default) says that the place was this file's before: the same bytes there are then what a crash left of this move.
   */
  place(from: string, path: string, sha256: string, ours?: boolean): Promise<'placed' | 'taken'>;
  /**
   * Moves a file with bytes that the archive has into `duplicates/`; returns where, relative to the archive. `choose` is
   * told the place before anything moves there and makes it durable; `chosen` is what it was told before a crash.
   */
  setAside(
    from: string,
    name: string,
    sha256: string,
    choose: (path: string) => Promise<void>,
    chosen?: string,
  ): Promise<string>;
  /**
   * Moves an archived file into `trash/`, which nothing reads and nothing removes; returns where, relative to the archive.
   * Undefined where nothing is at `path`: it was moved before.
   */
  discard(path: string): Promise<string | undefined>;
}

/** The absolute path of an archived file; `path` is relative to the archive, with forward slashes. */
export const originalPath = (folder: string, path: string): string => join(folder, ...path.split('/'));

/** The name of the file that tells whose archive a folder is. */
const markName = '.photospool-archive';

/** The id of the library whose archive a folder is; undefined where it has no mark. */
export const readOwner = async (folder: string, files: Files): Promise<string | undefined> =>
  (await files.readText(join(folder, markName)))?.trim();

/** Makes a folder the archive of a library, where nobody has yet. */
export async function markArchive(folder: string, server: string, files: Files): Promise<void> {
  await files.makeFolder(folder);
  await files.write(join(folder, markName), `${server}\n`);
}

/** Whose archive is opened. */
export interface Owner {
  /** The id of the server (its library). */
  server: string;
  /** Whether the library says that originals are in its archive: then a folder without its mark is another one. */
  hasOriginals: boolean;
}

/**
 * Opens the archive in a folder, which is made and marked where it is new.
 * @throws PhotospoolError `config` where the folder is the archive of another library, `unusable` where it is not the one
 * that this library's originals are in: a disk that is not mounted, or another folder by mistake.
 */
// Longer than a screen: every way into the archive is a sequence of the same few steps, and their order is what a crash relies on.
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

  /** A disk that was unmounted must not be taken for an empty archive. */
  async function checkThere(): Promise<void> {
    if (await files.stat(owner ? mark : folder)) return;
    throw new PhotospoolError('io', `The archive ${printable(folder)} is not there.`, {
      op: 'archive',
      path: folder,
      hint: 'Is its disk mounted? It is tried again by itself.',
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
      throw new PhotospoolError('io', `${printable(from)} changed while it was copied into the archive.`, {
        op: 'archive',
        path: from,
      });
    }
    await files.setTimes(to, source ?? { mtimeNs: 0n });
    await files.protect(to);
    await files.remove(from);
    return 'moved';
  }

  /** A file that belongs to another user can be moved all the same. */
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
    // A crash between the two halves of a move, or after a copy, left our own file here: finish it.
    const there = await files.stat(to);
    if (!there?.isFile() || (await files.hash(to)).sha256 !== sha256) return 'taken';
    await protect(to);
    // The crash may have come before the new name was flushed.
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
  };
  return archive;
}

function foreign(folder: string): PhotospoolError {
  return new PhotospoolError('config', `${printable(folder)} is the archive of another library.`, {
    path: folder,
    hint: 'Give each home an archive of its own (spool.done). If it is that of this home, and its library was lost: `photospool restore DIR`.',
  });
}

function elsewhere(folder: string, server: string): PhotospoolError {
  return new PhotospoolError('unusable', `${printable(folder)} is not the archive that this library's photos are in.`, {
    path: folder,
    hint: `Mount its disk, or name its folder as spool.done. For another archive use another --home. If it is the right one, write ${server} into ${markName} there.`,
  });
}
