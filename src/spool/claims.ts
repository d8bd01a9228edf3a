/**
 * Claims: folders `work/<ulid>/` that hold one file in hand and its `item.json`. A fresh folder per file means that no
 * rename can overwrite. A crash leaves one of: an empty folder or a record without its file (removed at the next start:
 * the file is still in `incoming`, or already in the archive), or a file with its record (taken up again). Once `complete`
 * returned, no name outside of the claim leads to its file.
 */
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { Clock } from '../base/clock.js';
import { errnoOf, PhotospoolError, printable, toPhotospoolError } from '../base/errors.js';
import type { Entry, Files } from '../base/files.js';
import { temporaryName } from '../base/temporary-names.js';
import { hide, leaveHiding, placesToHide, stillHidden } from './cross-device-staging.js';
import { failItem, itemName, newItem, type ClaimRecord } from './claim-record.js';
import { readItem, unknownItem } from './abandoned-claims.js';
import { same, type FileState } from './stable-files.js';
import type { ScannedFile } from './scan-incoming.js';
import { putBack, throwAway } from './stuck-trash.js';
import { isClaimed, missing } from './work-folder.js';
import { isClaimName, newClaimName } from './claim-name.js';

/** A claim with its record. */
export interface Claim {
  id: string;
  /** Its folder, absolute. */
  folder: string;
  item: ClaimRecord;
  /** Its folder could not be read yet: `item` says only why, and is no record to be kept. */
  unread?: boolean;
}

/** The claims of one `work` folder. Only the holder of its lock may call `list`. */
export interface Claims {
  /** Claims a file by rename; undefined where something else took it first. @throws what the disk says; the file is then where it was. */
  take(found: ScannedFile): Promise<Claim | undefined>;
  /** Claims a copy and leaves the file; undefined where it changed meanwhile. `sha256` is what the file was hashed to. */
  copy(found: ScannedFile, sha256: string): Promise<Claim | undefined>;
  /**
   * The claims that hold a file and were not made or listed here before: left over, or handed over by another process. What
   * a crash left of others is removed.
   */
  list(): Promise<Claim[]>;
  /**
   * Makes sure that the file is in the claim (not still in hiding), and durable there. False where one that could not be
   * read before turns out to hold nothing; then it is gone.
   */
  complete(claim: Claim): Promise<boolean>;
  /** Makes the record durable; that of a claim which could not be read yet stays as it is. */
  save(claim: Claim): Promise<void>;
  /** What a claim's file looks like now, as a text that is another one when the file changed; undefined where it is not there. */
  look(claim: Claim): Promise<string | undefined>;
  /** See `missing` in work-folder.ts. */
  missing(claim: Claim): Promise<'file' | 'work' | undefined>;
  /** Moves a claim into the trash of the spool, as it is. */
  discard(claim: Claim): Promise<void>;
  /** Moves all claims in the trash back; `list` finds them. */
  restore(): Promise<void>;
  /** Removes the record and the folder of a claim whose file has gone on. */
  finish(claim: Claim): Promise<void>;
}

/** What was being done where a claim could not be made: then it is no fault of the file. */
export const writeInto = 'write into';

/** The path of a claimed file. */
export const fileOf = (claim: Claim): string => join(claim.folder, claim.item.file);

/** Opens the claims of a `work` folder. */
export function openClaims(work: string, incoming: string, files: Files, clock: Clock): Claims {
  const records = openRecords(work, files, clock);
  const { known, save, finish, read, unreadable } = records;
  return {
    ...openTakes(records, incoming, files, clock),
    ...openCompletion(records, files),
    save,
    finish,
    missing: (claim) => missing(claim.folder, files),
    async discard(claim) {
      await throwAway(claim.folder, work, files);
      known.delete(claim.id);
    },
    restore: () => putBack(work, files),
    async list() {
      const claims: Claim[] = [];
      for (const entry of (await files.list(work)) ?? []) {
        if (entry.kind !== 'folder' || !isClaimName(entry.name)) continue;
        if (known.has(entry.name)) continue;
        known.add(entry.name);
        const claim = await read(entry.name).catch((error: unknown) => unreadable(entry, error));
        if (claim) claims.push(claim);
      }
      return claims.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}

/** The folders and records of claims. */
type Records = ReturnType<typeof openRecords>;

function openRecords(work: string, files: Files, clock: Clock) {
  const known = new Set<string>();

  async function begin(item: ClaimRecord): Promise<Claim> {
    const id = newClaimName(ulid(clock.now()), item.holder !== undefined);
    known.add(id);
    const claim = { id, folder: join(work, id), item };
    try {
      await files.makeNewFolder(claim.folder);
      await save(claim);
      return claim;
    } catch (error) {
      await undo(claim);
      throw toPhotospoolError(error, writeInto, work);
    }
  }

  async function save(claim: Claim): Promise<void> {
    if (claim.unread) return;
    await files.replace(join(claim.folder, itemName), `${JSON.stringify(claim.item, null, 2)}\n`);
  }

  async function finish(claim: Claim): Promise<void> {
    try {
      await files.remove(join(claim.folder, itemName));
      await files.removeFolder(claim.folder);
    } finally {
      // What could not be removed is found by the next `list`.
      known.delete(claim.id);
    }
  }

  /**
   * Gives up a claim that nobody works on; `copied` says that its file, where there is one, is a mere copy. What can't be
   * undone now is a claim like any other that was left over: the next `list` finds it.
   */
  async function undo(claim: Claim, copied = false): Promise<void> {
    try {
      if (copied) await files.remove(fileOf(claim));
      if (!(await isClaimed(claim.folder, files))) await finish(claim);
    } catch {
      // Whatever it is, the reason for giving up is the one that is told.
    } finally {
      known.delete(claim.id);
    }
  }

  /** What a claim holds; one that holds nothing is removed. */
  async function read(id: string): Promise<Claim | undefined> {
    const folder = join(work, id);
    const item = await readItem(folder, files, clock);
    if (item) return { id, folder, item };
    await finish({ id, folder, item: {} as ClaimRecord });
    return undefined;
  }

  /** One claim that can't be read is told of like any other failure, and holds up none of the others. */
  const unreadable = ({ name, path }: Entry, error: unknown): Claim => ({
    id: name,
    folder: join(work, name),
    item: failItem(unknownItem(path, name, clock), error, clock.now(), 0),
    unread: true,
  });
  return { known, begin, save, finish, undo, read, unreadable };
}

/** Makes files claimed: by a rename, from another filesystem, or as a copy. */
function openTakes(
  { begin, save, undo }: Records,
  incoming: string,
  files: Files,
  clock: Clock,
): Pick<Claims, 'take' | 'copy'> {
  async function take(found: ScannedFile): Promise<Claim | undefined> {
    const claim = await begin(newItem(found, clock.now()));
    try {
      await files.rename(found.path, fileOf(claim));
    } catch (error) {
      if (errnoOf(error) === 'EXDEV') return await takeAcross(claim, found);
      // What failed after the rename is made good by `complete`.
      if (await files.stat(fileOf(claim)).catch(() => undefined)) return claim;
      await undo(claim);
      if (errnoOf(error) === 'ENOENT' && !(await files.stat(found.path))) return undefined;
      throw error;
    }
    return claim;
  }

  /** From another filesystem: renamed into hiding there first, so that what comes to the old name is never touched. */
  async function takeAcross(claim: Claim, found: ScannedFile): Promise<Claim | undefined> {
    try {
      for (const via of placesToHide(incoming, found.path, claim.id)) {
        claim.item.via = via;
        await save(claim);
        if (await hide(found.path, via, files)) return claim;
      }
      throw new PhotospoolError('io', `${printable(found.name)} could not be renamed on its own disk.`);
    } catch (error) {
      await undo(claim);
      if (errnoOf(error) === 'ENOENT' && !(await files.stat(found.path))) return undefined;
      throw error;
    }
  }

  async function copy(found: ScannedFile, sha256: string): Promise<Claim | undefined> {
    const claim = await begin(newItem(found, clock.now()));
    try {
      const made = await files.copy(found.path, fileOf(claim));
      if (made.sha256 === sha256) {
        await files.setTimes(fileOf(claim), found.look);
        return claim;
      }
      await undo(claim, true);
      return undefined;
    } catch (error) {
      await undo(claim, true);
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
  return { take, copy };
}

/** Makes sure that claims hold files of their own. */
function openCompletion({ read, save }: Records, files: Files): Pick<Claims, 'complete' | 'look'> {
  async function complete(claim: Claim): Promise<boolean> {
    if (claim.unread) {
      const found = await read(claim.id);
      if (!found) return false;
      claim.item = found.item;
      delete claim.unread;
    }
    const { via } = claim.item;
    if (via !== undefined) {
      const before = await files.statExact(via);
      if (before) await fetch(claim, via, before);
      else if (!(await files.stat(fileOf(claim)))) throw stillHidden(claim.item.name, via);
      delete claim.item.via;
      await save(claim);
      await leaveHiding(via, files);
    }
    const there = await files.stat(fileOf(claim));
    if (there) {
      if (there.nlink > 1) await separate(claim);
      await files.flush(fileOf(claim));
      await files.flushFolder(claim.folder);
    }
    return true;
  }

  async function fetch(claim: Claim, via: string, before: FileState): Promise<void> {
    const to = fileOf(claim);
    // A copy from before a crash may be of bytes that changed since: it is made again.
    await files.remove(to);
    await copyStill(claim, via, to, before);
    await files.remove(via);
  }

  async function lookOf(claim: Claim): Promise<string | undefined> {
    const now = await files.statExact(fileOf(claim));
    return now && `${now.size} ${now.mtimeNs} ${now.ino}`;
  }

  /**
   * Gives a file that has other names (hard links) an inode of its own: who holds one of those could change the original in
   * the archive. A crash leaves the file as it was, with a temporary copy beside it that `list` sweeps away, or the copy in its
   * place.
   */
  async function separate(claim: Claim): Promise<void> {
    const file = fileOf(claim);
    const before = await files.statExact(file);
    if (!before) return;
    const own = join(claim.folder, temporaryName());
    const was = await lookOf(claim);
    await copyStill(claim, file, own, before);
    await files.rename(own, file);
    // The bytes are the same: what was tried, and what an owner chose for them, holds for the copy.
    const now = await lookOf(claim);
    const { item } = claim;
    if (was === undefined || now === undefined || item.tried !== was) return;
    for (const field of ['tried', 'asIs', 'ignored'] as const) if (item[field] === was) item[field] = now;
    await save(claim);
  }

  /** Copies a file that must not change meanwhile, with its mtime. @throws PhotospoolError `changing`; then no copy is left. */
  async function copyStill({ item }: Claim, from: string, to: string, before: FileState): Promise<void> {
    const copy = await files.copy(from, to);
    const { sha256 } = await files.hash(from);
    const after = await files.statExact(from);
    if (copy.sha256 !== sha256 || !after || !same(before, after)) {
      await files.remove(to);
      throw new PhotospoolError('changing', `${printable(item.name)} is still being written.`, {
        op: 'copy',
        path: from,
      });
    }
    await files.setTimes(to, before);
  }
  return { complete, look: lookOf };
}
