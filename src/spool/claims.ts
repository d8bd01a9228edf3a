/**
 * Claims: folders `work/<ulid>/` that hold one file in hand and its `item.json`. A fresh folder per file means that no
 * rename can overwrite. A crash leaves one of: an empty folder or a record without its file (removed at the next start:
 * the file is still in `incoming`, or already in the archive), or a file with its record (taken up again).
 */
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import type { Clock } from '../base/clock.js';
import { errnoOf, PhotospoolError, printable } from '../base/errors.js';
import { below, parentOf, type Entry, type Files, type Path } from '../base/files.js';
import { isTemporary } from '../base/temporary.js';
import { itemName, newItem, parseItem, type Item } from './item.js';
import { same, type Look } from './ready.js';
import type { Found } from './scan.js';

/** A claim with its record. */
export interface Claim {
  id: string;
  /** Its folder, absolute. */
  folder: string;
  item: Item;
}

/** The claims of one `work` folder. Only the holder of its lock may call `list`. */
export interface Claims {
  /** Claims a file by rename; undefined where something else took it first. @throws what the disk says; the file is then where it was. */
  take(found: Found): Promise<Claim | undefined>;
  /** Claims a copy and leaves the file; undefined where it changed meanwhile. `sha256` is what the file was hashed to. */
  copy(found: Found, sha256: string): Promise<Claim | undefined>;
  /** All claims that hold a file; what a crash left of others is removed. */
  list(): Promise<Claim[]>;
  /** Makes sure that the file is in the claim (not still beside incoming). */
  complete(claim: Claim): Promise<void>;
  /** Makes the record durable. */
  save(claim: Claim): Promise<void>;
  /** Removes the record and the folder of a claim whose file has gone on. */
  finish(claim: Claim): Promise<void>;
}

const ulidShape = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** The path of a claimed file. */
export const fileOf = (claim: Claim): string => join(claim.folder, claim.item.file);

/** Whether a claim's folder (by its path) still holds a file, or has one coming. */
export async function isClaimed(folder: string, files: Files): Promise<boolean> {
  const entries = await files.list(folder);
  if (entries?.some((entry) => entry.name !== itemName && !isTemporary(entry.name))) return true;
  const item = parseItem((await files.readText(join(folder, itemName))) ?? '');
  return item?.via !== undefined && (await files.look(item.via)) !== undefined;
}

/** Opens the claims of a `work` folder. */
export function openClaims(work: string, incoming: string, files: Files, clock: Clock): Claims {
  async function begin(item: Item): Promise<Claim> {
    const id = ulid(clock.now());
    const claim = { id, folder: join(work, id), item };
    await files.makeNewFolder(claim.folder);
    await save(claim);
    return claim;
  }

  const save = (claim: Claim): Promise<void> =>
    files.replace(join(claim.folder, itemName), `${JSON.stringify(claim.item, null, 2)}\n`);

  async function finish(claim: Claim): Promise<void> {
    await files.remove(join(claim.folder, itemName));
    await files.removeFolder(claim.folder);
  }

  /** Undoes a claim whose file never came; the failure to do so only leaves what the next start removes. */
  const undo = (claim: Claim): Promise<void> => finish(claim).catch(() => undefined);

  async function take(found: Found): Promise<Claim | undefined> {
    const claim = await begin(newItem(found, clock.now()));
    try {
      await files.rename(found.path, fileOf(claim));
    } catch (error) {
      if (errnoOf(error) === 'EXDEV') return await takeAcross(claim, found);
      await undo(claim);
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    await files.flush(fileOf(claim));
    return claim;
  }

  /** From another filesystem: renamed into hiding there first, so that what comes to the old name is never touched. */
  async function takeAcross(claim: Claim, found: Found): Promise<Claim | undefined> {
    const beside = join(dirname(incoming), '.photospool-incoming');
    const near = below(parentOf(found.path), `.photospool-${claim.id}.claim`);
    try {
      for (const via of [join(beside, claim.id), near]) {
        if (typeof via !== 'string')
          throw new PhotospoolError(
            'unsupported',
            `${printable(found.name)} lies in a folder whose name is not valid UTF-8.`,
          );
        claim.item.via = via;
        await save(claim);
        if (await hide(found.path, via)) {
          await complete(claim);
          return claim;
        }
      }
      throw new PhotospoolError('io', `${printable(found.name)} could not be renamed on its own disk.`);
    } catch (error) {
      if (!(await files.look(claim.item.via ?? ''))) await undo(claim);
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** False where that place is on yet another filesystem, or may not be written. */
  async function hide(from: Path, to: string): Promise<boolean> {
    try {
      await files.makeFolder(parentOf(to));
      await files.rename(from, to);
      return true;
    } catch (error) {
      if (['EXDEV', 'EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) return false;
      throw error;
    }
  }

  async function complete(claim: Claim): Promise<void> {
    const { via } = claim.item;
    if (via === undefined) return;
    const before = await files.lookClosely(via);
    if (before) await fetch(claim, via, before);
    delete claim.item.via;
    await save(claim);
    const hidden = dirname(via);
    if (hidden.endsWith('.photospool-incoming')) await files.removeFolder(hidden);
  }

  async function fetch(claim: Claim, via: string, before: Look): Promise<void> {
    const to = fileOf(claim);
    // A copy from before a crash may be of bytes that changed since: it is made again.
    await files.remove(to);
    const copy = await files.copy(via, to);
    const { sha256 } = await files.hash(via);
    const after = await files.lookClosely(via);
    if (copy.sha256 !== sha256 || !after || !same(before, after)) {
      await files.remove(to);
      throw new PhotospoolError('busy', `${printable(claim.item.name)} is still being written.`, {
        op: 'copy',
        path: via,
      });
    }
    await files.setTimes(to, before);
    await files.remove(via);
  }

  async function copy(found: Found, sha256: string): Promise<Claim | undefined> {
    const claim = await begin(newItem(found, clock.now()));
    try {
      const made = await files.copy(found.path, fileOf(claim));
      if (made.sha256 === sha256) {
        await files.setTimes(fileOf(claim), found.look);
        return claim;
      }
      await files.remove(fileOf(claim));
      await undo(claim);
      return undefined;
    } catch (error) {
      await undo(claim);
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async function read(entry: Entry): Promise<Claim | undefined> {
    const folder = join(work, entry.name);
    const entries = (await files.list(folder)) ?? [];
    for (const { name, path } of entries) if (isTemporary(name)) await files.remove(path);
    const item = parseItem((await files.readText(join(folder, itemName))) ?? '');
    const others = entries.filter(({ name, kind }) => kind === 'file' && name !== itemName && !isTemporary(name));
    const file = others.find(({ name }) => name === item?.file) ?? others[0];
    const coming = item?.via !== undefined && (await files.look(item.via)) !== undefined;
    if (item && (coming || file?.name === item.file)) return { id: entry.name, folder, item };
    if (file) return { id: entry.name, folder, item: await adopt(file, item) };
    await finish({ id: entry.name, folder, item: {} as Item });
    return undefined;
  }

  /** A record for a file whose own one is lost or names another file. */
  async function adopt(file: Entry, item: Item | undefined): Promise<Item> {
    const look = await files.lookClosely(file.path);
    const none = { size: 0n, mtimeNs: 0n, ino: 0n };
    const found = {
      path: file.path,
      name: file.name,
      folder: '',
      look: look ?? none,
      modified: Number(look?.mtimeMs ?? 0),
    };
    const { error: _error, next: _next, via: _via, ...known } = item ?? newItem(found, clock.now());
    return { ...known, file: file.name };
  }

  return {
    take,
    copy,
    complete,
    save,
    finish,
    async list() {
      const claims: Claim[] = [];
      for (const entry of (await files.list(work)) ?? []) {
        if (entry.kind !== 'folder' || !ulidShape.test(entry.name)) continue;
        const claim = await read(entry);
        if (claim) claims.push(claim);
      }
      return claims.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}
