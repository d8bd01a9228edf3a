/**
 * What lies in `work` folders, as others than their processor see it. Only `handOver` changes anything: it moves whole
 * claims, each by one rename.
 */
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { isTemporary } from '../base/temporary-names.js';
import { keyOf } from '../base/paths.js';
import type { StuckFile } from './spool-interface.js';
import { cameFrom, itemName, parseItem, type ClaimRecord } from './claim-record.js';
import { isClaimName } from './claim-name.js';

/** The lock of a `work` folder. As long as a processor holds it, it is there. */
export const lockPath = (work: string): string => join(work, '.lock');

/** The `work` folder of imports, in that of their home, with a lock of its own. */
export const importWork = (work: string): string => join(work, '.import');

/** Whether a claim (by the path of its folder) still holds a file, or has one coming: there, or where it was handed over to. */
export async function isClaimed(folder: string, files: Files): Promise<boolean> {
  return (await holdsFile(folder, files)) || holdsFile(join(dirname(dirname(folder)), basename(folder)), files);
}

async function holdsFile(folder: string, files: Files): Promise<boolean> {
  const entries = await files.list(folder);
  if (entries?.some((entry) => entry.name !== itemName && !isTemporary(entry.name))) return true;
  const item = parseItem((await files.readText(join(folder, itemName))) ?? '');
  return item?.via !== undefined && (await files.stat(item.via)) !== undefined;
}

/**
 * What is not there of a claim (by its folder) that has no file: the `file`, where something else took it out, or all of
 * `work`, where its disk went away. undefined where nothing is missing.
 */
export async function missing(folder: string, files: Files): Promise<'file' | 'work' | undefined> {
  if (!(await files.stat(lockPath(dirname(folder))))) return 'work';
  return (await isClaimed(folder, files)) ? undefined : 'file';
}

/** The files in claims of a `work` folder, by the claims' ids; those that are not there are left out. */
export async function filesOf(ids: readonly string[], work: string, files: Files): Promise<StuckFile[]> {
  const found: StuckFile[] = [];
  for (const id of ids.filter(isClaimName)) {
    const item = parseItem((await files.readText(join(work, id, itemName))) ?? '');
    const path = item && join(work, id, item.file);
    const look = path === undefined ? undefined : await files.stat(path);
    if (item && path !== undefined && look?.isFile()) found.push({ path, name: item.name, bytes: look.size });
  }
  return found;
}

/** The records of all claims in a `work` folder, by `keyOf` the paths that their files came from. */
export async function claimedPaths(folder: string, files: Files): Promise<Map<string, ClaimRecord>> {
  const found = new Map<string, ClaimRecord>();
  for (const { name, kind } of (await files.list(folder)) ?? []) {
    if (kind !== 'folder' || !isClaimName(name)) continue;
    const item = parseItem((await files.readText(join(folder, name, itemName))) ?? '');
    if (item) found.set(keyOf(cameFrom(item)), item);
  }
  return found;
}

/**
 * Moves all claims of a `work` folder into the one that it lies in, whose processor takes them up. One whose name is taken
 * there stays (a power loss can leave both names of a folder): it goes when the other one is done, and holds up none.
 */
export async function handOver(from: string, to: string, files: Files): Promise<void> {
  for (const { name, kind, path } of (await files.list(from)) ?? []) {
    if (kind !== 'folder' || !isClaimName(name)) continue;
    await files.rename(path, join(to, name)).catch((error: unknown) => {
      if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
    });
  }
}
