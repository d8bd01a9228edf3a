/**
 * The only file that renames, links, removes and fsyncs.
 *
 * Guarantees: what `write`, `copy` or `move` returned from is durable (contents and names); nothing here ever replaces
 * a file that it did not create itself, except `replace`, which is for Photospool's own records. A crash leaves either
 * the old state, the new one, or a temporary file named `.photospool-<pid>-<ulid>.tmp` beside the target (`sweep`).
 *
 * Every operation calls `step` first: a test that throws from it fails the n-th file operation; one that kills the
 * process there ends it.
 */
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { errnoOf } from './errors.js';
import { below, parentOf, type Path } from './paths.js';
import { openReading, type Reading, type Step } from './reading.js';
import { isLeftOver, temporaryName } from './temporary.js';

export { below, parentOf, type Path } from './paths.js';
export type { Entry, Operation, Step } from './reading.js';

/** The outcome of `move`: `moved`, or `taken` where something is already at the target (nothing was changed). */
export type Moved = 'moved' | 'taken';

/** The file operations that Photospool is made of. Every method throws the system's error (with `code`), or a PhotospoolError. */
export interface Files extends Reading {
  /** Makes a folder and its missing parents; durable for each folder that was made. */
  makeFolder(path: Path): Promise<void>;
  /** Makes a folder that must not exist yet (EEXIST otherwise); durable. */
  makeNewFolder(path: Path): Promise<void>;
  /** Writes a new file durably; `taken` where the name is in use. `mode` defaults to 0o644. */
  write(path: Path, bytes: Uint8Array | string, mode?: number): Promise<Moved>;
  /** Writes a stream to a new file durably, as it comes; where the stream fails, nothing is left. Returns its size. */
  pour(source: AsyncIterable<Uint8Array>, path: Path): Promise<number>;
  /**
   * Writes one of Photospool's own files durably, atomically replacing the one that was there. `beside` is the folder for
   * the temporary file, on the same filesystem; without it, the file's own.
   */
  replace(path: Path, bytes: Uint8Array | string, beside?: Path): Promise<void>;
  /** Copies a file durably to a name that must be free (reflink where the disk can). Returns the copy's SHA-256 as hex. */
  copy(from: Path, to: Path): Promise<{ kind: Moved; sha256: string }>;
  /**
   * Renames without replacing anything, and makes both folders durable. Where the filesystem has hard links the system
   * itself guarantees that an existing target stays; elsewhere the target is looked at first.
   * @throws EXDEV between filesystems, ENOENT where `from` is gone.
   */
  move(from: Path, to: Path): Promise<Moved>;
  /** Renames a file or folder into a folder that only this process uses (a fresh claim): a plain atomic rename, durable. */
  rename(from: Path, to: Path): Promise<void>;
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
  /** Gives a file the mtime of another. */
  setTimes(path: Path, of: { mtimeNs: bigint }): Promise<void>;
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = constants;
/** Filesystems without hard links, and files that one may not link, answer one of these. */
const linkless = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']);

/** Opens the file operations; `step` is for tests that make the n-th operation fail. */
export function openFiles(step: Step = () => undefined): Files {
  const reading = openReading(step);

  async function writeAll(file: fs.FileHandle, path: Path, bytes: Uint8Array): Promise<void> {
    await step('write', path);
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
    await step('fsync', path);
    await file.sync();
  }

  /** Creates `path` through `fill`; what was begun is removed again where that fails. */
  async function create(path: Path, mode: number, fill: (file: fs.FileHandle) => Promise<void>): Promise<void> {
    await step('open', path);
    const file = await fs.open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    try {
      await fill(file);
    } catch (error) {
      await fs.unlink(path).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  }

  const temporary = (path: Path): Path => below(parentOf(path), temporaryName());

  /** Renames a finished temporary file to a name that must be free. */
  async function settle(from: Path, to: Path): Promise<Moved> {
    try {
      const moved = await files.move(from, to);
      if (moved === 'taken') await files.remove(from);
      return moved;
    } catch (error) {
      await fs.unlink(from).catch(() => undefined);
      throw error;
    }
  }

  const files: Files = {
    ...reading,
    async makeFolder(path) {
      if (await files.look(path)) return;
      const parent = parentOf(path);
      if (parent.toString() !== path.toString()) await files.makeFolder(parent);
      try {
        await files.makeNewFolder(path);
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
    },
    async makeNewFolder(path) {
      await step('mkdir', path);
      await fs.mkdir(path);
      await files.flushFolder(parentOf(path));
    },
    async write(path, bytes, mode = 0o644) {
      const part = temporary(path);
      await create(part, mode, (file) => writeAll(file, part, Buffer.from(bytes)));
      return settle(part, path);
    },
    async pour(source, path) {
      let total = 0;
      await create(path, 0o644, async (file) => {
        for await (const bytes of source) {
          await step('write', path);
          for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
          total += bytes.length;
        }
        await step('fsync', path);
        await file.sync();
      });
      await files.flushFolder(parentOf(path));
      return total;
    },
    async replace(path, bytes, beside) {
      const part = beside === undefined ? temporary(path) : below(beside, temporaryName());
      await create(part, 0o644, (file) => writeAll(file, part, Buffer.from(bytes)));
      try {
        await files.rename(part, path);
      } catch (error) {
        await fs.unlink(part).catch(() => undefined);
        throw error;
      }
    },
    async copy(from, to) {
      const part = temporary(to);
      await step('copy', part);
      try {
        await fs.copyFile(from, part, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
        await fs.chmod(part, 0o644);
        await files.flush(part);
        // Hashed from the copy: what was read is what will be kept.
        const { sha256 } = await files.hash(part);
        return { kind: await settle(part, to), sha256 };
      } catch (error) {
        await fs.unlink(part).catch(() => undefined);
        throw error;
      }
    },
    async move(from, to) {
      try {
        await step('link', to);
        await fs.link(from, to);
      } catch (error) {
        const errno = errnoOf(error) ?? '';
        if (errno === 'EEXIST') return 'taken';
        if (!linkless.has(errno)) throw error;
        if (await files.look(to)) return 'taken';
        await files.rename(from, to);
        return 'moved';
      }
      await files.flushFolder(parentOf(to));
      await files.remove(from);
      return 'moved';
    },
    async rename(from, to) {
      await step('rename', to);
      await fs.rename(from, to);
      await files.flushFolder(parentOf(to));
      if (parentOf(from).toString() !== parentOf(to).toString()) await files.flushFolder(parentOf(from));
    },
    async flush(path) {
      await reading.reading(path, async (file) => {
        await step('fsync', path);
        await file.sync();
      });
    },
    async flushFolder(path) {
      // Windows has no fsync for folders; NTFS journals names by itself.
      if (process.platform === 'win32') return;
      await step('fsync', path);
      const folder = await fs.open(path, O_RDONLY);
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    },
    async remove(path) {
      await step('unlink', path);
      try {
        await fs.unlink(path);
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return false;
        throw error;
      }
      await files.flushFolder(parentOf(path));
      return true;
    },
    async sweep(folder) {
      for (const { name, path } of (await reading.list(folder)) ?? []) {
        if (isLeftOver(name)) await files.remove(path);
      }
    },
    async removeFolder(path) {
      await step('rmdir', path);
      try {
        await fs.rmdir(path);
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY'].includes(errnoOf(error) ?? '')) return false;
        throw error;
      }
      await files.flushFolder(parentOf(path));
      return true;
    },
    async setMode(path, mode) {
      await step('chmod', path);
      await fs.chmod(path, mode);
    },
    async setTimes(path, of) {
      await step('chmod', path);
      const seconds = Number(of.mtimeNs) / 1e9;
      await fs.utimes(path, seconds, seconds);
    },
  };
  return files;
}
