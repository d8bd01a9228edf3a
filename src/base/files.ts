/**
 * The only file that renames, links, removes and fsyncs.
 *
 * Guarantees: after `write`, `copy` or `move` returns, contents and names are durable; no operation replaces a file
 * that it did not create itself, except `replace`, which is for Photospool's own records. A crash leaves either the old
 * state, the new one, or a temporary file named `.photospool-<pid>-<ulid>.tmp` beside the target (`sweep`).
 *
 * New files get the modes of `file-modes.ts` regardless of the umask; existing files keep theirs.
 *
 * Each operation except `discard` first calls `step`, a hook that tests use to make it fail. All system calls go through `disk`,
 * a layer in which tests count them, make the n-th fail, or record their order (torture/disk.ts).
 */
import { constants } from 'node:fs';
import * as system from 'node:fs/promises';
import { errnoOf } from './errors.js';
import { modesFor, type FileModes, type Modes } from './file-modes.js';
import { below, foldersOf, keyOf, parentOf, type Path } from './paths.js';
import type { Files, Moved } from './file-operations.js';
import { openReading, type Disk, type Step } from './read-files.js';
import { openPool } from './async/concurrency-limit.js';
import { shareNext } from './async/single-flight.js';
import { isLeftOver, temporaryName } from './temporary-names.js';
import { syncFolder, writeAll, writeStream } from './durable-write.js';

export { below, parentOf, type Path } from './paths.js';
export type { Files, Moved } from './file-operations.js';
export type { Disk, FolderEntry as Entry, Operation, Step } from './read-files.js';

const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW = 0 } = constants;
/** The errors of a filesystem without hard links, and of files that may not be linked. */
const linkless = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']);

/** Opens the file operations; `step` and `disk` are for tests. `readers`: which other users may read new files. */
export function openFiles(step: Step = () => undefined, disk: Disk = system, readers: FileModes = 'private'): Files {
  const reading = openReading(step, disk);
  const modes = modesFor[readers];
  const tools: Tools = { step, disk, readers, modes, reading };
  const naming = openNaming(tools);

  const files: Files = {
    ...naming,
    ...openFolders(tools, naming),
    ...openWriting(tools, naming),
    ...openAppending(tools),
    ...reading,
    async setMode(path, mode) {
      await step('chmod', path);
      await disk.chmod(path, mode);
    },
    protect: (path) => files.setMode(path, modes.original),
    async setTimes(path, of) {
      await step('chmod', path);
      const seconds = Number(of.mtimeNs) / 1e9;
      await disk.utimes(path, seconds, seconds);
    },
  };
  return files;
}

/** The shared parts of all operations. */
interface Tools {
  step: Step;
  disk: Disk;
  readers: FileModes;
  modes: Modes;
  reading: ReturnType<typeof openReading>;
}

/** Temporary files: created, filled, and removed again on failure. */
function openTemporary({ step, disk, readers }: Tools) {
  /** Temporary files that could not be removed after a failure: retried before the next one is created. */
  const remains = new Set<Path>();

  async function discard(path: Path): Promise<void> {
    remains.add(path);
    await disk.unlink(path).then(
      () => remains.delete(path),
      (error: unknown) => errnoOf(error) === 'ENOENT' && remains.delete(path),
    );
  }

  /** A name for a temporary file beside `path`. */
  async function temporary(path: Path): Promise<Path> {
    for (const one of remains) await discard(one);
    return below(parentOf(path), temporaryName());
  }

  /** Creates `path` through `fill`; removes it again on failure. */
  async function create(path: Path, mode: number, fill: (file: system.FileHandle) => Promise<void>): Promise<void> {
    await step('open', path);
    const file = await disk.open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    remains.delete(path);
    try {
      // A umask does not change a private mode.
      if (readers !== 'private') await file.chmod(mode);
      await fill(file);
    } catch (error) {
      await discard(path);
      throw error;
    } finally {
      await file.close();
    }
  }
  return { discard, temporary, create };
}

type Naming = Pick<Files, 'move' | 'rename' | 'renameAll' | 'flushFolder' | 'remove'>;

/** Operations on names: each is durable when it returns. */
function openNaming({ step, disk, reading }: Tools): Naming {
  /** Without hard links, checking and renaming are two steps: run one pair at a time. */
  const oneByOne = openPool(1);

  /** Callers that change names in a folder while it is being flushed share its next flush. */
  const flushFolder = shareNext(keyOf, (path: Path) => syncFolder(path, step, disk));

  const naming: Naming = {
    async move(from, to) {
      try {
        await step('link', to);
        await disk.link(from, to);
      } catch (error) {
        const errno = errnoOf(error) ?? '';
        if (errno === 'EEXIST') return 'taken';
        if (!linkless.has(errno)) throw error;
        return oneByOne(async () => {
          if (await reading.stat(to)) return 'taken';
          await naming.rename(from, to);
          return 'moved';
        });
      }
      await naming.flushFolder(parentOf(to));
      await naming.remove(from);
      return 'moved';
    },
    async rename(from, to) {
      const [outcome] = await naming.renameAll([{ from, to }]);
      if (outcome?.status === 'rejected') throw outcome.reason;
    },
    async renameAll(moves) {
      const outcomes = await Promise.allSettled(
        moves.map(async ({ from, to }) => {
          await step('rename', to);
          await disk.rename(from, to);
        }),
      );
      const done = moves.filter((_, n) => outcomes[n]?.status === 'fulfilled');
      const gained = foldersOf(done.map(({ to }) => to));
      await Promise.all([...gained.values()].map(flushFolder));
      const lost = [...foldersOf(done.map(({ from }) => from))].filter(([key]) => !gained.has(key));
      await Promise.all(lost.map(([, folder]) => flushFolder(folder).catch(unlessGone)));
      return outcomes;
    },
    flushFolder,
    async remove(path) {
      await step('unlink', path);
      try {
        await disk.unlink(path);
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return false;
        throw error;
      }
      await naming.flushFolder(parentOf(path)).catch(unlessGone);
      return true;
    },
  };
  return naming;
}

/** Folders, and the temporary files left in them. */
function openFolders(
  { step, disk, readers, modes, reading }: Tools,
  { flushFolder, remove }: Naming,
): Pick<Files, 'makeFolder' | 'makeNewFolder' | 'sweep' | 'removeFolder'> {
  /** Gives a new folder the mode bits that the umask removed, in addition to inherited ones (setgid). */
  async function widen(path: Path): Promise<void> {
    const inherited = (await disk.lstat(path)).mode & 0o7000;
    await disk.chmod(path, inherited | modes.folder);
  }

  const folders: ReturnType<typeof openFolders> = {
    async makeFolder(path) {
      if (await reading.stat(path)) return;
      const parent = parentOf(path);
      if (parent.toString() !== path.toString()) await folders.makeFolder(parent);
      try {
        await folders.makeNewFolder(path);
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
    },
    async makeNewFolder(path) {
      await step('mkdir', path);
      await disk.mkdir(path, modes.folder);
      if (readers !== 'private') await widen(path);
      await flushFolder(parentOf(path));
    },
    async sweep(folder) {
      for (const { name, path } of (await reading.list(folder)) ?? []) {
        if (isLeftOver(name)) await remove(path);
      }
    },
    async removeFolder(path) {
      await step('rmdir', path);
      try {
        await disk.rmdir(path);
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY'].includes(errnoOf(error) ?? '')) return false;
        throw error;
      }
      await flushFolder(parentOf(path));
      return true;
    },
  };
  return folders;
}

/** Contents of files: durable, and complete before they get their name. */
function openWriting(
  tools: Tools,
  { move, rename, remove, flushFolder }: Naming,
): Pick<Files, 'write' | 'scratch' | 'pour' | 'fill' | 'replace' | 'copy' | 'flush' | 'discard'> {
  const { step, disk, modes, reading } = tools;
  const { discard, temporary, create } = openTemporary(tools);

  /** Renames a finished temporary file to a name that must be free. */
  async function settle(from: Path, to: Path): Promise<Moved> {
    try {
      const moved = await move(from, to);
      if (moved === 'taken') await remove(from);
      return moved;
    } catch (error) {
      await discard(from);
      throw error;
    }
  }
  const flush = (path: Path): Promise<void> =>
    reading.reading(path, async (file) => {
      await step('fsync', path);
      await file.sync();
    });

  return {
    discard,
    async write(path, bytes, mode = modes.file) {
      const part = await temporary(path);
      await create(part, mode, (file) => writeAll(file, part, Buffer.from(bytes), step));
      return settle(part, path);
    },
    async scratch(path, bytes) {
      await create(path, 0o600, async (file) => {
        await step('write', path);
        await file.writeFile(bytes);
      });
    },
    async pour(source, path) {
      let total = 0;
      await create(path, modes.file, async (file) => {
        total = await writeStream(file, source, path, step);
      });
      await flushFolder(parentOf(path));
      return total;
    },
    fill: (path, bytes) => create(path, modes.file, (file) => writeAll(file, path, bytes, step)),
    async replace(path, bytes, beside, mode = modes.file) {
      const part = beside === undefined ? await temporary(path) : below(beside, temporaryName());
      await create(part, mode, (file) => writeAll(file, part, Buffer.from(bytes), step));
      try {
        await rename(part, path);
      } catch (error) {
        await discard(part);
        throw error;
      }
    },
    async copy(from, to, shared = false) {
      const part = await temporary(to);
      await step('copy', part);
      try {
        const clone = shared ? constants.COPYFILE_FICLONE_FORCE : constants.COPYFILE_FICLONE;
        await disk.copyFile(from, part, constants.COPYFILE_EXCL | clone);
        await disk.chmod(part, modes.file);
        await flush(part);
        // Hashes the copy, because that is the file that is kept.
        const { sha256 } = await reading.hash(part);
        return { kind: await settle(part, to), sha256 };
      } catch (error) {
        await discard(part);
        throw error;
      }
    },
    async flush(path) {
      await reading.reading(path, async (file) => {
        await step('fsync', path);
        await file.sync();
      });
    },
  };
}

/** Appending to a file. A crash leaves a part of the bytes. */
function openAppending({ step, disk, modes }: Tools): Pick<Files, 'extend' | 'append'> {
  return {
    async extend(source, path) {
      await step('open', path);
      const file = await disk.open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, modes.file);
      try {
        return await writeStream(file, source, path, step);
      } finally {
        await file.close();
      }
    },
    async append(path, text, mode = modes.file) {
      await step('write', path);
      const file = await disk.open(path, O_WRONLY | O_CREAT | O_APPEND, mode);
      try {
        await file.appendFile(text);
      } finally {
        await file.close();
      }
    },
  };
}

/** For `catch` after a flush: a folder that was removed meanwhile has no names to make durable. */
function unlessGone(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error;
}
