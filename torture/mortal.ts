/**
 * Preloaded before the program (`node --import`), it kills the process with SIGKILL right before the n-th call that
 * changes a file, if `PHOTOSPOOL_DIE_AT` is n. SQLite's own writes are not counted: they happen between two of these
 * calls.
 */
import { promises as disk } from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => unknown;

const changing = ['rename', 'link', 'unlink', 'rm', 'mkdir', 'rmdir', 'copyFile', 'writeFile', 'appendFile'];
const onHandles = ['write', 'writev', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate'];
const both = ['chmod', 'utimes'];

let left = Number(process.env.PHOTOSPOOL_DIE_AT ?? 'NaN');

function count(): void {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
}

/** Counts the calls of some methods, except those with `isRead`. */
function watch(of: object, names: readonly string[], isRead: (args: unknown[]) => boolean = () => false): void {
  const methods = of as Record<string, Call>;
  for (const name of names) {
    const real = methods[name]!;
    methods[name] = function (this: unknown, ...args) {
      if (!isRead(args)) count();
      return real.apply(this, args);
    };
  }
}

if (left > 0) {
  const handle = await open(process.execPath);
  watch(Object.getPrototypeOf(handle) as object, [...onHandles, ...both]);
  await handle.close();
  watch(disk, [...changing, ...both]);
  watch(disk, ['open'], ([, flags = 'r']) => flags === 'r' || (typeof flags === 'number' && (flags & 3) === 0));
  syncBuiltinESMExports();
}
