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
import { isLeftOver } from '../base/temporary.js';
import { failItem, itemName, newItem, parseItem, type Item } from './item.js';
import { isLeftAlone } from './names.js';
import { same, type Look } from './ready.js';
import type { Found } from './scan.js';
import { isClaimName } from './work.js';

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
  /**
   * The claims that hold a file and were not made or listed here before: left over, or handed over by another process. What
   * a crash left of others is removed.
   */
  list(): Promise<Claim[]>;
  /** Makes sure that the file is in the claim (not still in hiding), and durable there. */
  complete(claim: Claim): Promise<void>;
  /** Makes the record durable. */
  save(claim: Claim): Promise<void>;
  /** Removes the record and the folder of a claim whose file has gone on. */
  finish(claim: Claim): Promise<void>;
}

/** Where files are hidden on incoming's own filesystem, beside it. */
const hiding = '.photospool-incoming';

/** The path of a claimed file. */
export const fileOf = (claim: Claim): string => join(claim.folder, claim.item.file);

/** Opens the claims of a `work` folder. */
export function openClaims(work: string, incoming: string, files: Files, clock: Clock): Claims {
  const known = new Set<string>();

  async function begin(item: Item): Promise<Claim> {
    const id = ulid(clock.now());
    known.add(id);
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
    known.delete(claim.id);
  }

  /** Undoes a claim whose file never came; the failure to do so only leaves what the next start removes. */
  const undo = (claim: Claim): Promise<void> => finish(claim).catch(() => undefined);

  async function take(found: Found): Promise<Claim | undefined> {
    const claim = await begin(newItem(found, clock.now()));
    try {
      await files.rename(found.path, fileOf(claim));
    } catch (error) {
      if (errnoOf(error) === 'EXDEV') return await takeAcross(claim, found);
      // What failed after the rename is made good by `complete`.
      if (await files.look(fileOf(claim))) return claim;
      await undo(claim);
      if (errnoOf(error) === 'ENOENT' && !(await files.look(found.path))) return undefined;
      throw error;
    }
    return claim;
  }

  /** From another filesystem: renamed into hiding there first, so that what comes to the old name is never touched. */
  async function takeAcross(claim: Claim, found: Found): Promise<Claim | undefined> {
    const beside = join(dirname(incoming), hiding, claim.id);
    const near = below(parentOf(found.path), `.photospool-${claim.id}.claim`);
    try {
      for (const via of typeof near === 'string' ? [beside, near] : [beside]) {
        claim.item.via = via;
        await save(claim);
        if (await hide(found.path, via)) return claim;
      }
      throw new PhotospoolError('io', `${printable(found.name)} could not be renamed on its own disk.`);
    } catch (error) {
      await undo(claim);
      if (errnoOf(error) === 'ENOENT' && !(await files.look(found.path))) return undefined;
      throw error;
    }
  }

  /** False where that place is on yet another filesystem, or may not be written. */
  async function hide(from: Path, to: string, tries = 100): Promise<boolean> {
    try {
      await files.makeFolder(parentOf(to));
      await files.rename(from, to);
      return true;
    } catch (error) {
      if (await files.look(to)) return true;
      // The folder went with the last file in it that had another claim: made again.
      if (errnoOf(error) === 'ENOENT' && tries > 0 && (await files.look(from))) return hide(from, to, tries - 1);
      if (['EXDEV', 'EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) return false;
      throw error;
    }
  }

  async function complete(claim: Claim): Promise<void> {
    const { via } = claim.item;
    if (via !== undefined) {
      const before = await files.lookClosely(via);
      if (before) await fetch(claim, via, before);
      else if (!(await files.look(fileOf(claim)))) throw hidden(claim, via);
      delete claim.item.via;
      await save(claim);
      if (dirname(via).endsWith(hiding)) await files.removeFolder(dirname(via));
    }
    if (!(await files.look(fileOf(claim)))) return;
    await files.flush(fileOf(claim));
    await files.flushFolder(claim.folder);
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
      throw new PhotospoolError('changing', `${printable(claim.item.name)} is still being written.`, {
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
    for (const { name, path } of entries) if (isLeftOver(name)) await files.remove(path);
    const item = parseItem((await files.readText(join(folder, itemName))) ?? '');
    const others = entries.filter(({ name, kind }) => kind === 'file' && name !== itemName && !isLeftAlone(name));
    const file = others.find(({ name }) => name === item?.file) ?? others[0];
    // Hidden on a disk that may not be mounted: only where the file is back at its old place, it was never hidden.
    const coming = item?.via !== undefined && ((await files.look(item.via)) ?? !(await files.look(item.from)));
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

  /** One claim that can't be read is told of like any other failure, and holds up none of the others. */
  function unreadable(entry: Entry, error: unknown): Claim {
    const none = { size: 0n, mtimeNs: 0n, ino: 0n };
    const item = newItem({ path: entry.path, name: entry.name, folder: '', look: none, modified: 0 }, clock.now());
    return { id: entry.name, folder: join(work, entry.name), item: failItem(item, error, clock.now(), 0) };
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
        if (entry.kind !== 'folder' || !isClaimName(entry.name)) continue;
        if (known.has(entry.name)) continue;
        known.add(entry.name);
        const claim = await read(entry).catch((error: unknown) => unreadable(entry, error));
        if (claim) claims.push(claim);
      }
      return claims.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}

function hidden({ item }: Claim, via: string): PhotospoolError {
  return new PhotospoolError(
    'io',
    `${printable(item.name)} is not at ${printable(via)}, where it was on its way from.`,
    {
      op: 'copy',
      path: via,
      hint: 'Is that disk mounted? It is tried again by itself.',
    },
  );
}
