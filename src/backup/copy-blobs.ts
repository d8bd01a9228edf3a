/**
 * Copies blobs into a backup. Existing ones are not copied again, because a file gets its name only after its hash was
 * verified. A file that can't be copied is reported and does not stop the others; an error of the backup's own disk
 * does.
 */
import { errnoOf, PhotospoolError, printable, sentence, toPhotospoolError } from '../base/errors.js';
import { parentOf, type Files } from '../base/files.js';
import { blobPath, type BackupBlobKind } from './backup-folder.js';

/** A file to copy: its hash, its size in bytes, its path. */
export interface Blob {
  sha256: string;
  bytes: number;
  from: string;
  /** Its name, if it has one. */
  path?: string;
}

/** The result of copying. */
export interface CopyResult {
  listed: number;
  /** The number of blobs in the backup now, and how many of them this backup copied. */
  held: number;
  copied: number;
  /** The blobs that could not be copied, with the reasons. */
  failed: { path: string; reason: string }[];
}

/** `reflink`: only if the disk can share the blocks of both copies. */
export type CopyMethod = 'copy' | 'reflink' | 'none';

/** Where to copy blobs. */
export interface Target {
  folder: string;
  kind: BackupBlobKind;
  files: Files;
}

/** Concurrent copies, so that disk flushes overlap. */
const together = 8;
/** Errors of the target, which every other copy would have, too. */
const fatal = new Set(['disk-full', 'read-only']);
/** The errors of filesystems that can't share blocks. */
const unshared = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY', 'EPERM']);

/** Copies blobs into a backup; `done` is called with the number processed. */
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
    if (sha256 !== blob.sha256) return { path, reason: 'its bytes differ from those in the library' };
    if (moved === 'taken') return { path, reason: `a different file already exists at ${printable(to)}` };
    await files.protect(to);
    return 'copied';
  } catch (error) {
    if (way === 'reflink' && unshared.has(errnoOf(error) ?? '')) return 'unshared';
    const failure = toPhotospoolError(error, 'copy', blob.from);
    if (fatal.has(failure.code)) throw failure;
    return { path, reason: sentence(failure) };
  }
}

/** Copies one blob that must succeed. @throws PhotospoolError. */
export async function fetchBlob(from: string, to: string, sha256: string, files: Files): Promise<void> {
  await files.makeFolder(parentOf(to));
  const copy = await files.copy(from, to);
  if (copy.kind === 'moved' && copy.sha256 === sha256) return;
  if (copy.kind === 'moved') await files.remove(to);
  const reason =
    copy.kind === 'taken' ? `a different file already exists at ${printable(to)}` : 'its bytes do not match its name';
  throw new PhotospoolError('corrupt', `${printable(from)} can't be restored: ${reason}.`, { path: from });
}
