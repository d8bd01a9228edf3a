/**
 * The content of `work` folders, for callers other than their processor. Only `handOver` changes anything: it moves
 * whole claims, each by one rename.
 */
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { isTemporary } from '../base/temporary-names.js';
import { keyOf } from '../base/paths.js';
import type { StuckFile } from './spool-interface.js';
import { cameFrom, itemName, parseItem, type ClaimRecord } from './claim-record.js';
import { isClaimName } from './claim-name.js';

/** The lock of a `work` folder, which exists while a processor holds it. */
export const lockPath = (work: string): string => join(work, '.lock');

/** The `work` folder of imports, inside that of their home, with a separate lock. */
export const importWork = (work: string): string => join(work, '.import');

/**
 * Whether a claim (by the path of its folder) contains a file, or is about to: there, or where it was handed over to.
 */
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
 * The missing part of a claim (by its folder) without a file: the `file`, if another program took it, or all of `work`,
 * if its disk is gone. Undefined if nothing is missing.
 */
export async function missing(folder: string, files: Files): Promise<'file' | 'work' | undefined> {
  if (!(await files.stat(lockPath(dirname(folder))))) return 'work';
  return (await isClaimed(folder, files)) ? undefined : 'file';
}

/** The files in claims of a `work` folder, by the ids of the claims, without missing ones. */
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

/** The records of all claims in a `work` folder, by `keyOf` the original paths of their files. */
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
 * Moves all claims of a `work` folder into its parent, whose processor continues them. A claim whose name is in use
 * there stays (a power loss can leave both names of a folder): it is moved when the other one is done, and does not
 * stop the others.
 */
export async function handOver(from: string, to: string, files: Files): Promise<void> {
  for (const { name, kind, path } of (await files.list(from)) ?? []) {
    if (kind !== 'folder' || !isClaimName(name)) continue;
    await files.rename(path, join(to, name)).catch((error: unknown) => {
      if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
    });
  }
}
