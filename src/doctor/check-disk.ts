/** Checks the folders of a home: existence, write permission, free space, and access by other users. Reads only. */
import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../base/config.js';
import { printable } from '../base/errors.js';
import { modesFor } from '../base/file-modes.js';
import { roomOf, type Room } from '../base/disk-space.js';
import type { Finding } from './finding.js';

/** The folders to check, under their usual names. */
export type Folders = Pick<Config, 'home' | 'data' | 'incoming' | 'work' | 'done' | 'modes'>;

const names = {
  incoming: 'The folder for new photos',
  work: 'The work folder',
  done: 'The archive',
  data: 'The library',
};

const isThere = (path: string): Promise<boolean> => lstat(path).then(() => true, () => false); // prettier-ignore
const mayWrite = (path: string): Promise<boolean> => access(path, constants.W_OK).then(() => true, () => false); // prettier-ignore

/** Reports folders that are missing or not writable. `begun`: the home was used before, so all must exist. */
export async function examineFolders(folders: Folders, begun: boolean): Promise<Finding[]> {
  if (!begun && !(await isThere(folders.data))) {
    return [
      {
        check: 'folders',
        severity: 'note',
        message: `There is no home in ${printable(folders.home)}.`,
        remedy: 'Create one with `photospool serve`, or choose the right folder with --home.',
      },
    ];
  }
  const found: Finding[] = [];
  for (const [key, what] of Object.entries(names) as [keyof typeof names, string][]) {
    const path = folders[key];
    const shown = `${what}, ${printable(path)},`;
    if (!(await isThere(path))) {
      if (!begun) continue;
      found.push({
        check: 'folders',
        severity: 'error',
        message: `${shown} does not exist.`,
        remedy: 'Mount its disk, or set the right folder in photospool.toml.',
      });
    } else if (!(await mayWrite(path))) {
      found.push({
        check: 'folders',
        severity: 'error',
        message: `${shown} is not writable by this user.`,
        remedy: 'Mount it read-write, or make the user that runs Photospool its owner (chown).',
      });
    }
  }
  return found;
}

const gib = 2 ** 30;
/** With less space, the next photos may not fit. */
const least = gib / 4;

const amount = (bytes: number): string =>
  bytes >= gib ? `${(bytes / gib).toFixed(1)} GiB` : `${Math.floor(bytes / 2 ** 20)} MiB`;

/** Reports disks that are full or nearly full. `room` is for tests. */
export async function examineSpace(
  folders: Folders,
  room: (folder: string) => Promise<Room> = roomOf,
): Promise<Finding[]> {
  const disks = new Map<number, string>();
  for (const path of [folders.data, folders.work, folders.done, folders.incoming]) {
    const look = await lstat(path).catch(() => undefined);
    if (look && !disks.has(look.dev)) disks.set(look.dev, path);
  }
  const found: Finding[] = [];
  for (const path of disks.values()) {
    const { left, size } = await room(path);
    if (left >= Math.min(5 * gib, size / 20)) continue;
    found.push({
      check: 'space',
      severity: left < least ? 'error' : 'warning',
      message: `The disk of ${printable(path)} has only ${amount(left)} of ${amount(size)} free${left < least ? ': new photos may not fit' : ''}.`,
      remedy: 'Free up some space, or move the archive to a larger disk (spool.done).',
    });
  }
  return found;
}

/** Reports folders and files that other users of this machine may read or write. */
export async function examineModes(folders: Folders): Promise<Finding[]> {
  if (process.platform === 'win32') return [];
  const { home, data, work, done, incoming, modes } = folders;
  const files = ['library.sqlite', 'server.json', 'audit.log'].map((name) => join(data, name));
  const isClosed = ((await modeOf(home)) ?? 0o777) % 0o100 === 0;
  const behind = (path: string): boolean => isClosed && path.startsWith(`${home}/`);
  const isDataClosed = ((await modeOf(data)) ?? 0) % 0o100 === 0;
  const paths = [home, ...[work, done].filter((path) => !behind(path)), data, ...(isDataClosed ? [] : files)];
  const allowed = modesFor[modes].folder;
  const readable: string[] = [];
  const writable: string[] = [];
  for (const path of paths) {
    const mode = await modeOf(path);
    if (mode === undefined) continue;
    const own = path.startsWith(data) ? 0o700 : allowed;
    if ((mode & 0o022 & ~own) !== 0) writable.push(path);
    else if ((mode & 0o044 & ~own) !== 0) readable.push(path);
  }
  if (!behind(incoming) && ((await modeOf(incoming)) ?? 0) % 0o10 >= 0o6) writable.push(incoming);
  const shown = (all: string[]): string => all.map((path) => printable(path)).join(', ');
  return [
    ...(writable.length > 0
      ? [
          {
            check: 'modes' as const,
            severity: 'error' as const,
            message: `Other users of this machine can write to ${shown(writable)}.`,
            remedy: `Remove their permission: chmod go-w ${shown(writable).replaceAll(',', '')}`,
          },
        ]
      : []),
    ...(readable.length > 0
      ? [
          {
            check: 'modes' as const,
            severity: 'warning' as const,
            message: `Other users of this machine can read ${shown(readable)}.`,
            remedy: `Remove their permission with chmod go= ${shown(readable).replaceAll(',', '')}, or allow it with files.modes in photospool.toml.`,
          },
        ]
      : []),
  ];
}

const modeOf = (path: string): Promise<number | undefined> =>
  lstat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
