/** The file operations that Photospool is made of, as their users see them: files.ts does them. */
import type { Path } from './paths.js';
import type { FileReading } from './read-files.js';

/** The outcome of `move`: `moved`, or `taken` where something is already at the target (nothing was changed). */
export type Moved = 'moved' | 'taken';

/** The file operations that Photospool is made of. Every method throws the system's error (with `code`), or a PhotospoolError. */
export interface Files extends FileReading {
  /** Makes a folder and its missing parents; durable for each folder that was made. */
  makeFolder(path: Path): Promise<void>;
  /** Makes a folder that must not exist yet (EEXIST otherwise); durable. */
  makeNewFolder(path: Path): Promise<void>;
  /** Writes a new file durably; `taken` where the name is in use. `mode` is that of files, unless given. */
  write(path: Path, bytes: Uint8Array | string, mode?: number): Promise<Moved>;
  /** Writes a new file for a moment: not durable, and read by this user alone. @throws EEXIST. */
  scratch(path: Path, bytes: Uint8Array): Promise<void>;
  /** Writes a stream to a new file durably, as it comes; where the stream fails, nothing is left. Returns its size. */
  pour(source: AsyncIterable<Uint8Array>, path: Path): Promise<number>;
  /**
   * Adds a stream to the end of a file, which is made where it is missing; where the stream fails, what came stays.
   * Returns how many bytes came. Durable when it returns.
   */
  extend(source: AsyncIterable<Uint8Array>, path: Path): Promise<number>;
  /**
   * Writes one of Photospool's own files durably, atomically replacing the one that was there. `beside` is the folder for
   * the temporary file, on the same filesystem; without it, the file's own. `mode` is that of files, unless given.
   */
  replace(path: Path, bytes: Uint8Array | string, beside?: Path, mode?: number): Promise<void>;
  /** Adds text to the end of a file, making it where it is missing. Not durable: for logs. `mode` is that of files, unless given. */
  append(path: Path, text: string, mode?: number): Promise<void>;
  /**
   * Copies a file durably to a name that must be free (reflink where the disk can; where `shared`, only so, else the system's
   * error). Returns the copy's SHA-256 as hex.
   */
  copy(from: Path, to: Path, shared?: boolean): Promise<{ kind: Moved; sha256: string }>;
  /**
   * Renames without replacing anything, and makes both folders durable. Where the filesystem has hard links the system
   * itself guarantees that an existing target stays; elsewhere the target is looked at first.
   * @throws EXDEV between filesystems, ENOENT where `from` is gone.
   */
  move(from: Path, to: Path): Promise<Moved>;
  /** Renames a file or folder into a folder that only this process uses (a fresh claim): a plain atomic rename, durable. */
  rename(from: Path, to: Path): Promise<void>;
  /**
   * The same for many at once; each folder is made durable once. Answers how each went, in their order. Rejects where a folder
   * could not be made durable.
   */
  renameAll(moves: readonly { from: Path; to: Path }[]): Promise<PromiseSettledResult<void>[]>;
  /** Makes a file's contents durable. */
  flush(path: Path): Promise<void>;
  /** Makes a folder's names durable. */
  flushFolder(path: Path): Promise<void>;
  /** Removes a file; true where it was there. */
  remove(path: Path): Promise<boolean>;
  /** Removes the temporary files in a folder that processes left there which do not run any more. */
  sweep(folder: Path): Promise<void>;
  /** Removes an empty folder; false where it is not empty or not there. */
  removeFolder(path: Path): Promise<boolean>;
  setMode(path: Path, mode: number): Promise<void>;
  /** Gives a file the mode of an original: nobody writes to it. */
  protect(path: Path): Promise<void>;
  /** Gives a file the mtime of another. */
  setTimes(path: Path, of: { mtimeNs: bigint }): Promise<void>;
}
