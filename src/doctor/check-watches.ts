/**
 * Checks whether the system reports new files everywhere in `incoming`: its limit on watched folders, and network
 * filesystems. Reads only.
 */
import { readFile } from 'node:fs/promises';
import { printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Path } from '../base/paths.js';
import { remoteFilesystem } from '../spool/watch-incoming.js';
import type { Finding } from './finding.js';

/** The maximum time for counting folders, in ms. */
const patience = 300;

/**
 * Checks whether the system can report all new files in `incoming`. `limit`: of watched folders, if known; for tests.
 */
export async function examineWatches(
  incoming: string,
  poll: number,
  files: Files,
  limit: Promise<number | undefined> = readLimit(),
): Promise<Finding[]> {
  const remote = await remoteFilesystem(incoming).catch(() => undefined);
  if (remote !== undefined) {
    return [
      {
        check: 'watches',
        severity: 'note',
        message: `${printable(incoming)} is on ${remote}, which does not report changes by other machines: it is scanned every ${poll} s.`,
        remedy: 'No action is needed. The interval is set by spool.poll.',
      },
    ];
  }
  const most = await limit;
  const folders = most === undefined ? 0 : await countFolders(incoming, files, performance.now() + patience);
  if (most === undefined || folders < most * 0.9) return [];
  return [
    {
      check: 'watches',
      severity: 'warning',
      message: `${printable(incoming)} contains at least ${folders} folders, but the system can watch at most ${most}.`,
      remedy: 'Raise fs.inotify.max_user_watches (sysctl). Until then, the folder is scanned every few seconds.',
    },
  ];
}

/** The system's limit on watched folders (inotify(7)); undefined if it has none. */
async function readLimit(): Promise<number | undefined> {
  const text = await readFile('/proc/sys/fs/inotify/max_user_watches', 'utf8').catch(() => '');
  return Number.parseInt(text, 10) || undefined;
}

/** The number of folders in a folder, including itself; only those counted before `end` (ms, as `performance.now`). */
async function countFolders(folder: Path, files: Files, end: number): Promise<number> {
  let count = 0;
  for (let left: Path[] = [folder]; left.length > 0 && performance.now() < end;) {
    const next = left.pop()!;
    count++;
    const entries = (await files.list(next).catch(() => undefined)) ?? [];
    left = [...left, ...entries.filter(({ kind }) => kind === 'folder').map(({ path }) => path)];
  }
  return count;
}
