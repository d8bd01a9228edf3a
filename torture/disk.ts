/**
 * A disk wrapper for trials: intercepts every file system call, in order, before and after it. A trial can fail the
 * n-th call, end the process there, or record what reached the disk. Folders can be declared as separate filesystems.
 */
import * as system from 'node:fs/promises';
import { errnoOf } from '../src/base/errors.js';
import type { Disk, Path } from '../src/base/files.js';
import { openSqlite, type Sqlite, type Statement } from '../src/base/sqlite.js';

/** One call. */
export interface Step {
  op:
    | 'chmod'
    | 'commit'
    | 'copy'
    | 'link'
    | 'list'
    | 'look'
    | 'mkdir'
    | 'open'
    | 'read'
    | 'rename'
    | 'rmdir'
    | 'sync'
    | 'times'
    | 'unlink'
    | 'write';
  path: string;
  /** The second path of a rename, link or copy. */
  to?: string;
  /** True if opening creates a new file. */
  makes?: boolean;
  /** The bytes of a write. */
  bytes?: Uint8Array;
}

/** The hooks of a trial. */
export interface Watcher {
  /** Throws to make the call fail. Of a failing write, half is written. */
  before?(step: Step): void;
  /** Called after the call. */
  after?(step: Step): void;
}

/** The calls that change nothing. */
export const reads: ReadonlySet<Step['op']> = new Set(['look', 'list', 'read']);

/** An error in the system's form. */
export const systemError = (code: string, op: string, path = ''): Error =>
  Object.assign(new Error(`${code}: simulated, ${op} '${path}'`), { code, path });

type Handle = system.FileHandle;

/** A disk that calls `watcher` for every call. Each of `devices` is a folder that is a separate filesystem. */
export function watchDisk(watcher: Watcher, devices: readonly string[] = []): Disk {
  const deviceOf = (path: string): string => devices.filter((one) => `${path}/`.startsWith(`${one}/`)).join(' ');

  async function call<T>(step: Step, work: () => Promise<T>): Promise<T> {
    watcher.before?.(step);
    const result = await work();
    watcher.after?.(step);
    return result;
  }

  async function between<T>(op: 'rename' | 'link', from: Path, to: Path, work: () => Promise<T>): Promise<T> {
    return call({ op, path: from.toString(), to: to.toString() }, () => {
      if (deviceOf(from.toString()) === deviceOf(to.toString())) return work();
      throw systemError('EXDEV', op, from.toString());
    });
  }

  async function write(file: Handle, path: string, bytes: Uint8Array, at: number): Promise<unknown> {
    const step: Step = { op: 'write', path, bytes: bytes.subarray(at) };
    try {
      watcher.before?.(step);
    } catch (error) {
      await file.write(bytes, at, Math.floor((bytes.length - at) / 2));
      throw error;
    }
    const written = await file.write(bytes, at);
    watcher.after?.(step);
    return written;
  }

  function watched(file: Handle, path: string): Handle {
    return new Proxy(file, {
      get(_, name) {
        if (name === 'write') return (bytes: Uint8Array, at = 0) => write(file, path, bytes, at);
        if (name === 'sync') return () => call({ op: 'sync', path }, () => file.sync());
        if (name === 'read')
          return (...args: [Uint8Array, number, number, number]) =>
            call({ op: 'read', path }, () => file.read(...args));
        const value: unknown = Reflect.get(file, name);
        return typeof value === 'function' ? (value.bind(file) as unknown) : value;
      },
    });
  }

  const one =
    <A extends unknown[], T>(op: Step['op'], work: (path: never, ...rest: A) => Promise<T>) =>
    (path: Path, ...rest: A): Promise<T> =>
      call({ op, path: path.toString() }, () => work(path as never, ...rest));

  return {
    chmod: one('chmod', system.chmod),
    lstat: one('look', system.lstat),
    mkdir: one('mkdir', system.mkdir),
    readdir: one('list', system.readdir),
    readFile: one('read', system.readFile),
    rmdir: one('rmdir', system.rmdir),
    unlink: one('unlink', system.unlink),
    utimes: one('times', system.utimes),
    rename: (from: Path, to: Path) => between('rename', from, to, () => system.rename(from, to)),
    link: (from: Path, to: Path) => between('link', from, to, () => system.link(from, to)),
    copyFile: (from: Path, to: Path, mode?: number) =>
      call({ op: 'copy', path: from.toString(), to: to.toString() }, () => system.copyFile(from, to, mode)),
    async open(path: Path, flags?: number, mode?: number) {
      const makes = ((flags ?? 0) & system.constants.O_CREAT) !== 0;
      const step: Step = { op: 'open', path: path.toString(), makes };
      return watched(await call(step, () => system.open(path, flags, mode)), path.toString());
    },
  } as Disk;
}

/** SQLite's result codes for these system errors (https://sqlite.org/rescode.html). */
const sqliteCodes: Record<string, number> = { EIO: 10, ENOSPC: 13, EROFS: 8, EACCES: 14, EMFILE: 14 };

/** A SQLite wrapper for trials: each commit is one more call, reported to the watcher before it happens. */
export function watchCommits(watcher: Watcher): typeof openSqlite {
  return (path, options) => {
    const db = openSqlite(path, options);
    let depth = 0;

    /** Converts the error to SQLite's; an error thrown inside a transaction rolls it back. */
    function commit(): void {
      try {
        watcher.before?.({ op: 'commit', path });
      } catch (error) {
        throw Object.assign(new Error('simulated'), { errcode: sqliteCodes[errnoOf(error) ?? ''] ?? 10 });
      }
    }

    function transaction<T>(work: () => T): T {
      if (depth > 0) return work();
      depth++;
      try {
        const result = db.transaction(() => {
          const made = work();
          commit();
          return made;
        });
        watcher.after?.({ op: 'commit', path });
        return result;
      } finally {
        depth--;
      }
    }

    const watched: Sqlite = {
      ...db,
      transaction,
      prepare<R>(sql: string) {
        const statement = db.prepare<R>(sql);
        const run: Statement['run'] = (...values) => transaction(() => statement.run(...values));
        return /^\s*(INSERT|UPDATE|DELETE)/i.test(sql) ? { ...statement, run } : statement;
      },
    };
    return watched;
  };
}
