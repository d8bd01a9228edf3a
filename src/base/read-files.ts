/**
 * Reading files and folders: as streams, never whole originals; symbolic links are never followed, and only regular
 * files are opened. Changes nothing.
 */
import { createHash } from 'node:crypto';
import { constants, type BigIntStats, type Stats } from 'node:fs';
import type * as fs from 'node:fs/promises';
import * as system from 'node:fs/promises';
import { errnoOf, PhotospoolError } from './errors.js';
import { below, type Path } from './paths.js';

/** Called before each operation with its name and path; throwing makes the operation fail. */
export type Step = (operation: Operation, path: Path) => void | Promise<void>;

/** The system calls below all file operations: Node's own, or the wrappers of a torture test. */
export type Disk = Pick<
  typeof fs,
  | 'chmod'
  | 'copyFile'
  | 'link'
  | 'lstat'
  | 'mkdir'
  | 'open'
  | 'readdir'
  | 'readFile'
  | 'rename'
  | 'rmdir'
  | 'unlink'
  | 'utimes'
>;

/** The operations that a `Step` can intercept. */
export type Operation =
  | 'mkdir'
  | 'open'
  | 'write'
  | 'read'
  | 'fsync'
  | 'rename'
  | 'link'
  | 'unlink'
  | 'rmdir'
  | 'chmod'
  | 'stat'
  | 'list'
  | 'copy';

/** One entry of a folder. */
export interface FolderEntry {
  /** The name; bytes that are not valid UTF-8 are shown as U+FFFD. */
  name: string;
  /** The full path, as bytes if the name is not valid UTF-8. */
  path: Path;
  kind: 'file' | 'folder' | 'other';
}

/** The SHA-256 of a file, on request also the SHA-1, as hex, and its size in bytes. */
export interface FileHashes {
  sha256: string;
  sha1?: string;
  bytes: number;
}

/** The operations that read. Every method throws the system's error (with `code`), or a PhotospoolError. */
export interface FileReading {
  /** The file's `lstat`; undefined if it does not exist. */
  stat(path: Path): Promise<Stats | undefined>;
  /** As `stat`, with times in nanoseconds. */
  statExact(path: Path): Promise<BigIntStats | undefined>;
  /** The entries of a folder, unordered; undefined if the folder does not exist. Links are not followed. */
  list(path: Path): Promise<FolderEntry[] | undefined>;
  /** The first `length` bytes of a file. */
  head(path: Path, length: number): Promise<Uint8Array>;
  /** The hashes of a file, and its size in bytes. Read once, as a stream. */
  hash(path: Path, also?: 'sha1'): Promise<FileHashes>;
  /** One of Photospool's own records as text; undefined if it does not exist. */
  readText(path: Path): Promise<string | undefined>;
  /** Opens a regular file for reading, runs `work` with it, and closes it in any case. */
  reading<T>(path: Path, work: (file: fs.FileHandle) => Promise<T>): Promise<T>;
}

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
const chunk = 1 << 20;

/**
 * Opens a regular file for reading; the caller streams and closes it. Follows no link, and does not block on a FIFO or
 * device in its place. @throws the system's error, PhotospoolError `unsupported`.
 */
export async function openRegular(path: Path, disk: Pick<Disk, 'open'> = system): Promise<fs.FileHandle> {
  const file = await disk.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    if ((await file.stat()).isFile()) return file;
    throw new PhotospoolError('unsupported', `${path.toString()} is not a regular file.`);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Opens the operations that read; each calls `step` first. */
export function openReading(step: Step, disk: Disk): FileReading {
  async function reading<T>(path: Path, work: (file: fs.FileHandle) => Promise<T>): Promise<T> {
    await step('open', path);
    const file = await openRegular(path, disk);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }

  return {
    reading,
    async stat(path) {
      await step('stat', path);
      return disk.lstat(path).catch(absent);
    },
    async statExact(path) {
      await step('stat', path);
      return disk.lstat(path, { bigint: true }).catch(absent);
    },
    async list(path) {
      await step('list', path);
      const found = await disk.readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch(absent);
      return found?.map((entry) => {
        const name = entry.name.toString('utf8');
        const exact = Buffer.from(name, 'utf8').equals(entry.name);
        const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
        return { name, path: below(path, exact ? name : entry.name), kind };
      });
    },
    head: (path, length) =>
      reading(path, async (file) => {
        await step('read', path);
        const buffer = Buffer.alloc(length);
        const { bytesRead } = await file.read(buffer, 0, length, 0);
        return buffer.subarray(0, bytesRead);
      }),
    hash: (path, also) =>
      reading(path, async (file) => {
        const hash = createHash('sha256');
        const other = also && createHash(also);
        const buffer = Buffer.allocUnsafe(chunk);
        for (let bytes = 0; ;) {
          await step('read', path);
          const { bytesRead } = await file.read(buffer, 0, chunk, bytes);
          if (bytesRead === 0)
            return { sha256: hash.digest('hex'), bytes, ...(other && { sha1: other.digest('hex') }) };
          bytes += bytesRead;
          hash.update(buffer.subarray(0, bytesRead));
          other?.update(buffer.subarray(0, bytesRead));
        }
      }),
    async readText(path) {
      await step('read', path);
      return disk.readFile(path, 'utf8').catch(absent);
    },
  };
}

/** For `catch`: a missing file is a result, anything else a failure. */
function absent(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
  throw error;
}
