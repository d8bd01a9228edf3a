/**
 * The folders that a service must be allowed to write to. Each one of them becomes a mount of its own there, and between
 * mounts nothing can be renamed; so folders that lie on one disk are given as the one folder that holds them all, unless
 * that is the whole disk. Looks at the disk, changes nothing.
 */
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { Config } from '../base/config.js';
import type { Files } from '../base/files.js';

/** The folders, absolute, none in another. */
export async function writableFolders(
  { home, incoming, work, done }: Pick<Config, 'home' | 'incoming' | 'work' | 'done'>,
  files: Files,
): Promise<string[]> {
  const byDisk = new Map<number, string[]>();
  for (const folder of [home, work, done, incoming]) {
    const there = await existing(folder, files);
    byDisk.set(there.dev, [...(byDisk.get(there.dev) ?? []), there.path]);
  }
  const folders = [...byDisk.values()].flatMap((ones) => {
    const all = ones.reduce(shared);
    return all === sep ? ones : [all];
  });
  return outermost(folders);
}

/** The folder itself, or, where it is yet to be made, the nearest one above it. */
async function existing(path: string, files: Files): Promise<{ path: string; dev: number }> {
  const found = await files.stat(path);
  if (found && !found.isSymbolicLink()) return { path, dev: found.dev };
  return path === dirname(path) ? { path, dev: 0 } : existing(dirname(path), files);
}

/** The folder that holds both, or is one of them and holds the other. */
function shared(a: string, b: string): string {
  if (isIn(b, a)) return a;
  return a === dirname(a) ? a : shared(dirname(a), b);
}

const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

const outermost = (folders: readonly string[]): string[] =>
  [...new Set(folders)].filter((one) => !folders.some((other) => other !== one && isIn(one, other)));

/** What is asked about where the program came from: an `npx` cache is emptied now and then. */
export const isPassing = (program: string): boolean => program.split(sep).includes('_npx');

/** The usual home of this user. */
export const usualHome = (): string => join(homedir(), 'Photospool');
