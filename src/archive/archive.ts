/**
 * The archive: a tree of originals, plain read-only files. What `place` or `setAside` returned from is durable, and
 * nothing that was there is ever replaced. A crash leaves the file at its old place, at its new one, or (same bytes) at
 * both; `place` called again finishes.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, PhotospoolError, printable } from '../base/errors.js';
import { parentOf, type Files } from '../base/files.js';
import { duplicateName } from './names.js';

/** Read for everybody, write for nobody: what an original's mode is. */
const readOnly = 0o444;

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
}

/** The absolute path of an archived file; `path` is relative to the archive, with forward slashes. */
export const originalPath = (folder: string, path: string): string => join(folder, ...path.split('/'));

/** Opens the archive in a folder, which is made where it is missing. */
export async function openArchive(folder: string, files: Files): Promise<Archive> {
  await files.makeFolder(folder);

  async function carry(from: string, to: string, sha256: string): Promise<'moved' | 'taken'> {
    try {
      return await files.move(from, to);
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
    }
    const copy = await files.copy(from, to);
    if (copy.kind === 'taken') return 'taken';
    if (copy.sha256 !== sha256) {
      await files.remove(to);
      throw new PhotospoolError('io', `${printable(from)} changed while it was copied into the archive.`, {
        op: 'archive',
        path: from,
      });
    }
    await files.setMode(to, readOnly);
    await files.remove(from);
    return 'moved';
  }

  async function place(from: string, path: string, sha256: string, ours = true): Promise<'placed' | 'taken'> {
    const to = archive.resolve(path);
    await files.makeFolder(parentOf(to));
    await files.setMode(from, readOnly);
    if ((await carry(from, to, sha256)) === 'moved') return 'placed';
    if (!ours) return 'taken';
    // A crash between the two halves of a move, or after a copy, left our own file here: finish it.
    const there = await files.look(to);
    if (!there?.isFile() || (await files.hash(to)).sha256 !== sha256) return 'taken';
    await files.setMode(to, readOnly);
    await files.remove(from);
    return 'placed';
  }

  const archive: Archive = {
    folder,
    resolve: (path) => originalPath(folder, path),
    occupied: (path) => existsSync(archive.resolve(path)),
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
  };
  return archive;
}
