/**
 * Tells when something happens in `incoming`: file-system events where the filesystem has them, and a rescan now and
 * then beside them; polling where it has none (network filesystems), found out by itself. An event says only "look
 * again": losing one costs time, never a file.
 */
import { watch as watchFolder, type FSWatcher } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename } from 'node:path';
import { errnoOf } from '../base/errors.js';

/** What is watched, and how often it is looked at. */
export interface WatchOptions {
  /** Called when something may have changed; never twice within `pause` ms. */
  changed: () => void;
  /** Called once, with a sentence, where events can't be had. */
  degraded: (sentence: string) => void;
  /** Seconds between rescans where there are events, and where there are none. */
  rescan: number;
  poll: number;
}

/** A running watch. */
export interface Watch {
  /**
   * Watches exactly these folders (absolute) from now on. True where one of them was not watched before: what came into
   * it since it was last looked at gave no event, so it must be looked at once more.
   */
  follow(folders: readonly string[]): boolean;
  close(): void;
}

/** The gathering time of events, in ms: long enough for a burst, too short to notice. */
const pause = 20;

/** Filesystems whose changes made elsewhere give no events here, by their magic number (statfs(2), linux/magic.h). */
const remote = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
]);

/** The name of the network filesystem that a folder is on; undefined where it is a local one. */
export async function remoteFilesystem(folder: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { type } = await statfs(folder);
  return remote.get(type >>> 0);
}

/** Starts to watch `incoming`. Its timers do not keep the process alive. */
export async function openWatch(incoming: string, options: WatchOptions): Promise<Watch> {
  const watchers = new Map<string, FSWatcher>();
  let gathering: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  let events = true;

  function happened(): void {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      options.changed();
    }, pause);
  }

  function every(seconds: number): void {
    clearInterval(timer);
    timer = setInterval(options.changed, seconds * 1000).unref();
  }

  function degrade(sentence: string): void {
    if (!events) return;
    events = false;
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
    every(options.poll);
    options.degraded(sentence);
  }

  function add(folder: string): void {
    try {
      const watcher = watchFolder(folder, { persistent: false }, (event, name) => {
        // A folder's own name: it was removed or renamed, and one made anew would be another. Followed again by the next look.
        if (event === 'rename' && name === basename(folder)) remove(folder);
        happened();
      });
      watcher.on('error', () => remove(folder));
      watchers.set(folder, watcher);
    } catch (error) {
      const errno = errnoOf(error);
      // A folder that went away meanwhile; its parent's event brings the next look.
      if (errno === 'ENOENT' || errno === 'ENOTDIR') return;
      degrade(
        errno === 'ENOSPC' || errno === 'EMFILE'
          ? 'The system allows no more watched folders: incoming is looked at every few seconds instead. Raise fs.inotify.max_user_watches to change that.'
          : 'The filesystem of incoming gives no events: it is looked at every few seconds instead.',
      );
    }
  }

  function remove(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  every(options.rescan);
  const filesystem = await remoteFilesystem(incoming).catch(() => undefined);
  if (filesystem !== undefined)
    degrade(
      `${incoming} is on ${filesystem}, which tells nothing of changes made elsewhere: it is looked at every ${options.poll} s.`,
    );

  return {
    follow(folders) {
      if (!events) return false;
      const wanted = new Set(folders);
      for (const folder of watchers.keys()) if (!wanted.has(folder)) remove(folder);
      const added = [...wanted].filter((folder) => !watchers.has(folder));
      added.forEach(add);
      return added.length > 0;
    },
    close() {
      events = false;
      clearTimeout(gathering);
      clearInterval(timer);
      for (const folder of [...watchers.keys()]) remove(folder);
    },
  };
}
