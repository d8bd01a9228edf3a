/**
 * The folders that a service needs to write to. Each becomes a separate mount, and files can't be renamed between
 * mounts; so folders on one disk are replaced by their common parent, unless that is the whole disk. Reads only.
 */
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { Config } from '../base/config.js';
import type { Files } from '../base/files.js';

/** The folders, absolute, none inside another. */
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

/** The folder itself, or, if it does not exist yet, its nearest existing parent. */
async function existing(path: string, files: Files): Promise<{ path: string; dev: number }> {
  const found = await files.stat(path);
  if (found && !found.isSymbolicLink()) return { path, dev: found.dev };
  return path === dirname(path) ? { path, dev: 0 } : existing(dirname(path), files);
}

/** The common parent of two folders; one of them if it contains the other. */
function shared(a: string, b: string): string {
  if (isIn(b, a)) return a;
  return a === dirname(a) ? a : shared(dirname(a), b);
}

const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

const outermost = (folders: readonly string[]): string[] =>
  [...new Set(folders)].filter((one) => !folders.some((other) => other !== one && isIn(one, other)));

/** Whether the program runs from an `npx` cache, which is emptied from time to time. */
export const isPassing = (program: string): boolean => program.split(sep).includes('_npx');

/** The default home of this user. */
export const usualHome = (): string => join(homedir(), 'Photospool');
