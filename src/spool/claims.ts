/**
 * Claims: folders `work/<ulid>/` with one file being processed and its `item.json`. Each file has a new folder, so a
 * rename can't overwrite anything. A crash leaves one of: an empty folder or a record without its file (removed at the
 * next start: the file is still in `incoming`, or already in the archive), or a file with its record (processing
 * continues). After `complete`, no path outside the claim leads to its file.
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
  /** Its folder could not be read yet: `item` only contains the reason, and must not be saved. */
  unread?: boolean;
}

/** The claims of one `work` folder. Only the process that holds its lock may call `list`. */
export interface Claims {
  /**
   * Claims a file by rename; undefined if another program took it first. @throws disk errors; then the file is where it
   * was.
   */
  take(found: ScannedFile): Promise<Claim | undefined>;
  /** Claims a copy, without removing the file; undefined if it changed meanwhile. `sha256` is its hash. */
  copy(found: ScannedFile, sha256: string): Promise<Claim | undefined>;
  /**
   * The claims with a file that were not created or listed here before: left over, or handed over by another process.
   * Removes the empty ones that a crash left.
   */
  list(): Promise<Claim[]>;
  /**
   * Ensures that the file is in the claim (no longer hidden), and durable there. False if a claim that was unreadable
   * before turns out to be empty; then it is removed.
   */
  complete(claim: Claim): Promise<boolean>;
  /** Makes the record durable, except that of a claim that could not be read yet. */
  save(claim: Claim): Promise<void>;
  /** The state of a claim's file, as a fingerprint that changes when the file does; undefined if it does not exist. */
  look(claim: Claim): Promise<string | undefined>;
  /** See `missing` in work-folder.ts. */
  missing(claim: Claim): Promise<'file' | 'work' | undefined>;
  /** Moves a claim to the trash of the spool, unchanged. */
  discard(claim: Claim): Promise<void>;
  /** Moves all claims in the trash back; `list` returns them. */
  restore(): Promise<void>;
  /** Removes the record and the folder of a claim whose file has been processed. */
  finish(claim: Claim): Promise<void>;
}

/** The operation in an error of creating a claim, which is not the file's fault. */
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
      // The next `list` finds files that could not be removed.
      known.delete(claim.id);
    }
  }

  /**
   * Gives up an unused claim; `copied`: its file, if it has one, is a mere copy. A claim that can't be removed now is
   * left over like any other: the next `list` finds it.
   */
  async function undo(claim: Claim, copied = false): Promise<void> {
    try {
      if (copied) await files.remove(fileOf(claim));
      if (!(await isClaimed(claim.folder, files))) await finish(claim);
    } catch {
      // The caller reports the original reason instead.
    } finally {
      known.delete(claim.id);
    }
  }

  /** Reads a claim; removes an empty one. */
  async function read(id: string): Promise<Claim | undefined> {
    const folder = join(work, id);
    const item = await readItem(folder, files, clock);
    if (item) return { id, folder, item };
    await finish({ id, folder, item: {} as ClaimRecord });
    return undefined;
  }

  /** An unreadable claim is reported like any other failure, and does not delay the others. */
  const unreadable = ({ name, path }: Entry, error: unknown): Claim => ({
    id: name,
    folder: join(work, name),
    item: failItem(unknownItem(path, name, clock), error, clock.now(), 0),
    unread: true,
  });
  return { known, begin, save, finish, undo, read, unreadable };
}

/** Claims files: by rename, from another filesystem, or as a copy. */
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
      // `complete` repeats the steps that failed after the rename.
      if (await files.stat(fileOf(claim)).catch(() => undefined)) return claim;
      await undo(claim);
      if (errnoOf(error) === 'ENOENT' && !(await files.stat(found.path))) return undefined;
      throw error;
    }
    return claim;
  }

  /**
   * From another filesystem: first renamed to a hidden path there, so that a new file under the old name is never
   * touched.
   */
  async function takeAcross(claim: Claim, found: ScannedFile): Promise<Claim | undefined> {
    try {
      for (const via of placesToHide(incoming, found.path, claim.id)) {
        claim.item.via = via;
        await save(claim);
        if (await hide(found.path, via, files)) return claim;
      }
      throw new PhotospoolError('io', `${printable(found.name)} could not be renamed within its disk.`);
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

/** Ensures that claims contain files without other hard links. */
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
    // A copy from before a crash may be outdated: it is made again.
    await files.remove(to);
    await copyStill(claim, via, to, before);
    await files.remove(via);
  }

  async function lookOf(claim: Claim): Promise<string | undefined> {
    const now = await files.statExact(fileOf(claim));
    return now && `${now.size} ${now.mtimeNs} ${now.ino}`;
  }

  /**
   * Gives a file with other hard links a separate inode: through one of those links, someone could modify the original
   * in the archive. A crash leaves the file unchanged, with a temporary copy beside it that `list` removes, or the copy
   * in its place.
   */
  async function separate(claim: Claim): Promise<void> {
    const file = fileOf(claim);
    const before = await files.statExact(file);
    if (!before) return;
    const own = join(claim.folder, temporaryName());
    const was = await lookOf(claim);
    await copyStill(claim, file, own, before);
    await files.rename(own, file);
    // The bytes are the same: previous attempts and an owner's decisions also apply to the copy.
    const now = await lookOf(claim);
    const { item } = claim;
    if (was === undefined || now === undefined || item.tried !== was) return;
    for (const field of ['tried', 'asIs', 'ignored'] as const) if (item[field] === was) item[field] = now;
    await save(claim);
  }

  /**
   * Copies a file that must not change meanwhile, with its mtime. @throws PhotospoolError `changing`, without leaving a
   * copy.
   */
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
