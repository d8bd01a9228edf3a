/**
 * The blob store: renditions as immutable files named by the SHA-256 of their bytes. After `put` returns, the blob is
 * durable. A crash leaves the blob, or a temporary file in `.tmp` that the next opening removes.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../base/errors.js';
import { parentOf, type Files } from '../base/files.js';
import { gather } from '../base/async/single-flight.js';
import { temporaryName } from '../base/temporary-names.js';

/** A folder of blobs. */
export interface Blobs {
  readonly folder: string;
  /** The path of a blob, whether or not it exists. */
  path(sha256: string): string;
  /** Whether a blob exists. Synchronous, so that it can be checked within a transaction. */
  has(sha256: string): boolean;
  /**
   * Stores bytes and returns their SHA-256 as hex. Storing the same bytes again is cheap, except with `anew`, which
   * does not trust the existing file.
   */
  put(bytes: Uint8Array, anew?: boolean): Promise<string>;
  /** The path where the bytes of a blob from another server accumulate until it is complete. */
  partial(sha256: string): string;
  /**
   * Whether there are any such bytes. Synchronous: this is called for thousands of blobs, which would wait behind the
   * writes of all transfers.
   */
  hasPartial(sha256: string): boolean;
  /** A path where another program may write a file that becomes a blob; a crash leaves it to be removed later. */
  temporary(): string;
  /** Stores a file from there as a blob. */
  take(file: string): Promise<{ sha256: string; bytes: number }>;
  /** Moves a file with this hash to its path in the store; both are in this folder. */
  adopt(file: string, sha256: string): Promise<void>;
}

/** Opens the blob store in a folder, which is created if missing. */
export async function openBlobs(folder: string, files: Files): Promise<Blobs> {
  const temporary = join(folder, '.tmp');
  await files.makeFolder(temporary);
  await files.sweep(temporary);
  const path = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256);
  const partial = (sha256: string): string => join(temporary, `${sha256}.part`);
  /** Moves that arrive during other moves are batched, so that their folders are flushed only once. */
  const move = gather(async (all: readonly { from: string; to: string }[]) => {
    const outcomes = await files.renameAll(all);
    const homeless = all.filter((_, n) => isMissing(outcomes[n]));
    if (homeless.length === 0) return outcomes;
    // The first blobs of their folders, of which there are 256.
    await Promise.all([...new Set(homeless.map(({ to }) => parentOf(to)))].map((parent) => files.makeFolder(parent)));
    const again = await files.renameAll(homeless);
    return outcomes.map((outcome) => (isMissing(outcome) ? again.shift()! : outcome));
  });
  const adopt = (file: string, sha256: string): Promise<void> => move({ from: file, to: path(sha256) });
  return {
    folder,
    path,
    has: (sha256) => existsSync(path(sha256)),
    partial,
    hasPartial: (sha256) => existsSync(partial(sha256)),
    temporary: () => join(temporary, temporaryName()),
    async take(file) {
      await files.flush(file);
      const hashed = await files.hash(file);
      await adopt(file, hashed.sha256);
      return hashed;
    },
    adopt,
    async put(bytes, anew = false) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const there = await files.stat(path(sha256));
      if (!anew && there?.size === bytes.length) return sha256;
      await files.makeFolder(parentOf(path(sha256)));
      await files.replace(path(sha256), bytes, temporary);
      return sha256;
    },
  };
}

/** Whether a file or its new folder did not exist. */
const isMissing = (outcome: PromiseSettledResult<void> | undefined): boolean =>
  outcome?.status === 'rejected' && errnoOf(outcome.reason) === 'ENOENT';
