/** The interface of all file operations; `files.ts` implements it. */
import type { Path } from './paths.js';
import type { FileReading } from './read-files.js';

/** The outcome of `move`: `moved`, or `taken` if the target exists (nothing was changed). */
export type Moved = 'moved' | 'taken';

/** All file operations. Every method throws the system's error (with `code`), or a PhotospoolError. */
export interface Files extends FileReading {
  /** Creates a folder and its missing parents; durable for every folder created. */
  makeFolder(path: Path): Promise<void>;
  /** Creates a folder that must not exist yet (EEXIST otherwise); durable. */
  makeNewFolder(path: Path): Promise<void>;
  /** Writes a new file durably; `taken` if the name is in use. `mode` defaults to that of files. */
  write(path: Path, bytes: Uint8Array | string, mode?: number): Promise<Moved>;
  /** Writes a temporary file: not durable, readable by this user alone. @throws EEXIST. */
  scratch(path: Path, bytes: Uint8Array): Promise<void>;
  /** Streams into a new file, durably; if the stream fails, no file is left. Returns its size. */
  pour(source: AsyncIterable<Uint8Array>, path: Path): Promise<number>;
  /** Writes a new file whose contents are durable, but not its name; a failure leaves no file. @throws EEXIST. */
  fill(path: Path, bytes: Uint8Array): Promise<void>;
  /**
   * Appends a stream to a file, which is created if missing; if the stream fails, the bytes received so far stay.
   * Returns their number. Durable when it returns.
   */
  extend(source: AsyncIterable<Uint8Array>, path: Path): Promise<number>;
  /**
   * Writes one of Photospool's own files durably, atomically replacing the existing one. `beside` is the folder for the
   * temporary file, on the same filesystem; default: the folder of the file. `mode` defaults to that of files.
   */
  replace(path: Path, bytes: Uint8Array | string, beside?: Path, mode?: number): Promise<void>;
  /** Appends text to a file, which is created if missing. Not durable: for logs. `mode` defaults to that of files. */
  append(path: Path, text: string, mode?: number): Promise<void>;
  /**
   * Copies a file durably to a name that must be free (as a reflink if the disk can; with `shared` only as a reflink,
   * otherwise the system's error). Returns the copy's SHA-256 as hex.
   */
  copy(from: Path, to: Path, shared?: boolean): Promise<{ kind: Moved; sha256: string }>;
  /**
   * Renames without replacing anything, and makes both folders durable. With hard links the filesystem itself
   * guarantees that an existing target stays; without them the target is checked first.
   * @throws EXDEV between filesystems, ENOENT if `from` does not exist.
   */
  move(from: Path, to: Path): Promise<Moved>;
  /** Renames a file or folder into a folder that only this process uses (a fresh claim): a plain atomic rename, durable. */
  rename(from: Path, to: Path): Promise<void>;
  /**
   * The same for many files; each folder is flushed once. Returns the outcomes in the same order. Rejects if a folder
   * could not be made durable.
   */
  renameAll(moves: readonly { from: Path; to: Path }[]): Promise<PromiseSettledResult<void>[]>;
  /** Makes a file's contents durable. */
  flush(path: Path): Promise<void>;
  /** Makes a folder's names durable. */
  flushFolder(path: Path): Promise<void>;
  /** Removes a file durably; true if it existed. */
  remove(path: Path): Promise<boolean>;
  /**
   * Removes a temporary file, without waiting for the disk: a crash may leave it to `sweep`. One that can't be removed
   * is tried again before the next one is created.
   */
  discard(path: Path): Promise<void>;
  /** Removes the temporary files that ended processes left in a folder. */
  sweep(folder: Path): Promise<void>;
  /** Removes an empty folder; false if it is not empty or does not exist. */
  removeFolder(path: Path): Promise<boolean>;
  setMode(path: Path, mode: number): Promise<void>;
  /** Sets the mode of an original: read-only. */
  protect(path: Path): Promise<void>;
  /** Gives a file the mtime of another. */
  setTimes(path: Path, of: { mtimeNs: bigint }): Promise<void>;
}
