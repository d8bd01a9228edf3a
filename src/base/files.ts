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
import type { Files, Moved } from './operations.js';
import { openReading, type Step } from './reading.js';
import { isLeftOver, temporaryName } from './temporary.js';

export { below, parentOf, type Path } from './paths.js';
export type { Files, Moved } from './operations.js';
export type { Entry, Operation, Step } from './reading.js';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW = 0 } = constants;
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

  /** Where looking and renaming are two steps, no two of them are between each other's. */
  let last: Promise<unknown> = Promise.resolve();
  function oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
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
    async append(source, path) {
      let total = 0;
      await step('open', path);
      const file = await fs.open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o644);
      try {
        for await (const bytes of source) {
          await step('write', path);
          for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
          total += bytes.length;
        }
        await step('fsync', path);
        await file.sync();
      } finally {
        await file.close();
      }
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
        return oneByOne(async () => {
          if (await files.look(to)) return 'taken';
          await files.rename(from, to);
          return 'moved';
        });
      }
      await files.flushFolder(parentOf(to));
      await files.remove(from);
      return 'moved';
    },
    async rename(from, to) {
      await step('rename', to);
      await fs.rename(from, to);
      await files.flushFolder(parentOf(to));
      if (parentOf(from).toString() === parentOf(to).toString()) return;
      await files.flushFolder(parentOf(from)).catch((error: unknown) => {
        // A folder that was removed meanwhile holds no name any more.
        if (errnoOf(error) !== 'ENOENT') throw error;
      });
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
