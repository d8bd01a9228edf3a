/**
 * Reads the content of a claim that a process left behind, and removes its unfinished temporary files. After a crash it
 * is read again.
 */
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Entry, Files, Path } from '../base/files.js';
import { isPerson, unknownHolder } from '../document/item-id.js';
import { unknownSender } from '../document/photo-senders.js';
import { isLeftOver } from '../base/temporary-names.js';
import { isOwnClaim } from './claim-name.js';
import { cameFrom, isOfNewerVersion, itemName, newItem, parseItem, type ClaimRecord } from './claim-record.js';
import { isLeftAlone } from './ignored-names.js';
import type { FileState } from './stable-files.js';

/**
 * The record of a claim, or a new one if it is lost; undefined if the claim contains no file and none is on its way
 * into it.
 */
export async function readItem(folder: string, files: Files, clock: Clock): Promise<ClaimRecord | undefined> {
  const entries = (await files.list(folder)) ?? [];
  for (const { name, path } of entries) if (isLeftOver(name)) await files.remove(path);
  const text = (await files.readText(join(folder, itemName))) ?? '';
  if (isOfNewerVersion(text))
    throw new PhotospoolError('newer-version', `A newer version of Photospool wrote ${join(folder, itemName)}.`, {
      path: folder,
      hint: 'Upgrade Photospool on this server, then retry.',
    });
  const item = parseItem(text);
  const others = entries.filter(({ name, kind }) => kind === 'file' && name !== itemName && !isLeftAlone(name));
  const file = others.find(({ name }) => name === item?.file) ?? others[0];
  // A file hidden on an unmounted disk counts as on its way. Only a file at its original path was never hidden.
  const coming = item?.via !== undefined && ((await files.stat(item.via)) ?? !(await files.stat(cameFrom(item))));
  if (item && (coming || file?.name === item.file)) return heldIn(folder, item);
  return file && heldIn(folder, await adopt(file, item, files, clock));
}

/** Marks the holder of a record as unknown if it is lost: a file in a claim of a person never becomes the house’s. */
function heldIn(folder: string, item: ClaimRecord): ClaimRecord {
  const isHeld = item.holder !== undefined || isOwnClaim(folder);
  if (!isHeld || (item.holder !== undefined && isPerson(item.holder))) return item;
  return { ...item, format: 2, holder: unknownHolder };
}

/** A record for a file whose own record is lost or names another file. */
async function adopt(file: Entry, item: ClaimRecord | undefined, files: Files, clock: Clock): Promise<ClaimRecord> {
  const look = await files.statExact(file.path);
  const made = unknownItem(file.path, file.name, clock, look ?? undefined, Number(look?.mtimeMs ?? 0));
  const { error: _error, next: _next, via: _via, ...known } = item ?? made;
  return { ...known, file: file.name };
}

const nothing: FileState = { size: 0n, mtimeNs: 0n, ino: 0n };

/** A record if only the path is known; the sender is unknown and has no rights. `modified` in ms. */
export const unknownItem = (path: Path, name: string, clock: Clock, look = nothing, modified = 0): ClaimRecord =>
  newItem({ path, name, folder: '', look, modified, by: unknownSender }, clock.now());
