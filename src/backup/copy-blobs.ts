/**
 * Copying what is named by its hash into a backup. What is there is not copied again, for a file gets its name only when
 * its bytes were found to be those of that hash. One file that can't be copied is told of and holds up none of the others;
 * trouble of the backup's own disk ends it.
 */
import { errnoOf, PhotospoolError, printable, sentence, toPhotospoolError } from '../base/errors.js';
import { parentOf, type Files } from '../base/files.js';
import { blobPath, type BackupBlobKind } from './backup-folder.js';

/** Something to be copied: its hash, its size in bytes, where it lies. */
export interface Blob {
  sha256: string;
  bytes: number;
  from: string;
  /** How it is called, where it has a name. */
  path?: string;
}

/** What was copied of what was named. */
export interface CopyResult {
  listed: number;
  /** How many the backup holds now, and how many of these were copied by this one. */
  held: number;
  copied: number;
  /** What is wanted and can't be copied, with the reason. */
  failed: { path: string; reason: string }[];
}

/** `reflink`: only where the disk can share the blocks of both copies. */
export type CopyMethod = 'copy' | 'reflink' | 'none';

/** Where a backup's blobs are. */
export interface Target {
  folder: string;
  kind: BackupBlobKind;
  files: Files;
}

/** So many are copied at once, so that the flushes of the disk do not wait for each other. */
const together = 8;
/** Trouble that comes from where the copy goes, or that all others would meet. */
const fatal = new Set(['disk-full', 'read-only']);
/** What systems answer that can't share blocks. */
const unshared = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY', 'EPERM']);

/** Copies blobs into a backup; `done` is told how many were looked at. */
export async function copyBlobs(
  target: Target,
  blobs: readonly Blob[],
  way: CopyMethod,
  { done = () => undefined }: { done?: (n: number) => void } = {},
): Promise<CopyResult> {
  const result: CopyResult = { listed: blobs.length, held: 0, copied: 0, failed: [] };
  let present = way;
  for (let n = 0; n < blobs.length; n += together) {
    const outcomes = await Promise.all(blobs.slice(n, n + together).map((blob) => copyBlob(target, blob, present)));
    for (const outcome of outcomes) {
      if (typeof outcome === 'object') result.failed.push(outcome);
      if (outcome === 'held' || outcome === 'copied') result.held++;
      if (outcome === 'copied') result.copied++;
      if (outcome === 'unshared') present = 'none';
    }
    done(Math.min(blobs.length, n + together));
  }
  return result;
}

type Outcome = 'held' | 'copied' | 'left' | 'unshared' | { path: string; reason: string };

async function copyBlob({ folder, kind, files }: Target, blob: Blob, way: CopyMethod): Promise<Outcome> {
  const to = blobPath(folder, kind, blob.sha256);
  const there = await files.stat(to);
  if (there?.isFile() && there.size === blob.bytes) return 'held';
  if (way === 'none') return 'left';
  const path = printable(blob.path ?? blob.from);
  try {
    await files.makeFolder(parentOf(to));
    const { sha256, kind: moved } = await files.copy(blob.from, to, way === 'reflink');
    if (sha256 !== blob.sha256 && moved === 'moved') await files.remove(to);
    if (sha256 !== blob.sha256) return { path, reason: 'its bytes are not those that the library knows' };
    if (moved === 'taken') return { path, reason: `something else is at ${printable(to)}` };
    await files.protect(to);
    return 'copied';
  } catch (error) {
    if (way === 'reflink' && unshared.has(errnoOf(error) ?? '')) return 'unshared';
    const failure = toPhotospoolError(error, 'copy', blob.from);
    if (fatal.has(failure.code)) throw failure;
    return { path, reason: sentence(failure) };
  }
}

/** The same, for one that must be copied. @throws PhotospoolError. */
export async function fetchBlob(from: string, to: string, sha256: string, files: Files): Promise<void> {
  await files.makeFolder(parentOf(to));
  const copy = await files.copy(from, to);
  if (copy.kind === 'moved' && copy.sha256 === sha256) return;
  if (copy.kind === 'moved') await files.remove(to);
  const reason =
    copy.kind === 'taken' ? `something else is at ${printable(to)}` : 'its bytes are not what its name says';
  throw new PhotospoolError('corrupt', `${printable(from)} can't be put back: ${reason}.`, { path: from });
}
