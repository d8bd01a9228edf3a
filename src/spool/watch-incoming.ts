/**
 * Watches `incoming`: with file system events if available, plus occasional rescans; otherwise by polling (network
 * filesystems), detected automatically. An event only triggers a scan: losing one costs time, never a file.
 */
import { watch as watchFolder, type FSWatcher } from 'node:fs';
import { lstat, statfs } from 'node:fs/promises';
import { errnoOf } from '../base/errors.js';
import { keyOf, nameOf, type Path } from '../base/paths.js';

/** Options of a watch. */
export interface WatchOptions {
  /** Called when something may have changed; at most once within `pause` ms. */
  changed: () => void;
  /** Called once, with a sentence, if events are not available. */
  degraded: (sentence: string) => void;
  /** Seconds between rescans with events, and without. */
  rescan: number;
  poll: number;
}

/** A watched folder. Another one may replace it at the same path: `id` differs then. */
export interface Folder {
  path: Path;
  id: string;
}

/** A running watch. */
export interface Watch {
  /**
   * Watches exactly these folders (absolute, `incoming` first) from now on. True if one of them is new: files that
   * arrived in it since its last scan caused no event, so it must be scanned again.
   */
  follow(folders: readonly Folder[]): boolean;
  close(): void;
}

/** The system's interface: for tests that control its events. */
export interface WatchSystem {
  /** Calls `happened` with the kind and name of each event. @throws the system's error. */
  watch(folder: Path, happened: (kind: string, name: string | null) => void): Pick<FSWatcher, 'close' | 'on'>;
  /** The magic number of a folder's filesystem. */
  filesystem(folder: string): Promise<number>;
  /** The current `id` of the folder at a path; undefined if there is none. */
  identify(folder: string): Promise<string | undefined>;
}

/** The interface of Node. */
export const system: WatchSystem = {
  watch: (folder, happened) => watchFolder(folder, { persistent: false }, happened),
  filesystem: async (folder) => (await statfs(folder)).type,
  identify: (folder) =>
    lstat(folder, { bigint: true }).then(
      ({ dev, ino }) => idOf({ dev, ino }),
      () => undefined,
    ),
};

/** The identity of a folder at a path. */
export const idOf = ({ dev, ino }: { dev: bigint; ino: bigint }): string => `${dev} ${ino}`;

/** The time for collecting events, in ms: long enough for a burst, too short to notice. */
const pause = 20;

/** Filesystems that report no changes made on other machines, by their magic number (statfs(2), linux/magic.h). */
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

/** The name of a folder's network filesystem; undefined for a local one. */
export async function remoteFilesystem(folder: string, { filesystem } = system): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  return remote.get((await filesystem(folder)) >>> 0);
}

/** Limits that prevent watching, by errno (inotify_add_watch(2), inotify_init(2)): which one, and its setting. */
const limits: Record<string, string> = {
  ENOSPC: 'watched folders: incoming is scanned every few seconds instead. Raise fs.inotify.max_user_watches',
  EMFILE: 'watching programs: incoming is scanned every few seconds instead. Raise fs.inotify.max_user_instances',
};

/** Starts watching `incoming`. Its timers do not keep the process alive. */
// Longer than a screen: a watch has three modes, which any event may change.
export async function openWatch(incoming: string, options: WatchOptions, from = system): Promise<Watch> {
  const watchers = new Map<string, { id: string; close(): void }>();
  const timers = openTimers();
  let mode: 'events' | 'polling' | 'closed' = 'events';
  let said = false;
  let top: string | undefined;

  const happened = (): void => timers.soon(options.changed);
  const every = (seconds: number): void => timers.every('look', seconds, options.changed);

  function degrade(sentence: string): void {
    mode = 'polling';
    for (const key of [...watchers.keys()]) remove(key);
    every(options.poll);
    if (!said) options.degraded(sentence);
    said = true;
  }

  /** A limit may be raised, or be exhausted only temporarily: events are retried at the interval of rescans. */
  function waitForLimit(): void {
    timers.after(options.rescan, () => {
      if (mode !== 'polling') return;
      mode = 'events';
      every(options.rescan);
      options.changed();
    });
  }

  function add({ path, id }: Folder): void {
    const key = keyOf(path);
    try {
      const watcher = from.watch(path, (kind, name) => {
        // The folder itself was removed or renamed, and a new one would be different. The next scan follows it again.
        if (kind === 'rename' && name === nameOf(path)) remove(key);
        happened();
      });
      watcher.on('error', () => remove(key));
      watchers.set(key, { id, close: () => watcher.close() });
    } catch (error) {
      const errno = errnoOf(error) ?? '';
      // A folder that was removed, or is not readable; the next scan reports it.
      if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errno)) return;
      const limit = limits[errno];
      if (limit === undefined)
        return degrade('The filesystem of incoming sends no events: it is scanned every few seconds instead.');
      degrade(`The system does not allow more ${limit} with sysctl; no restart is needed.`);
      waitForLimit();
    }
  }

  function remove(key: string): void {
    watchers.get(key)?.close();
    watchers.delete(key);
  }

  /** A disk mounted over `incoming` causes no event. */
  async function lookAtTop(): Promise<void> {
    const now = await from.identify(incoming);
    if (top !== undefined && now !== undefined && now !== top) options.changed();
  }

  every(options.rescan);
  timers.every('top', options.poll, () => void lookAtTop());
  const filesystem = await remoteFilesystem(incoming, from).catch(() => undefined);
  if (filesystem !== undefined)
    degrade(
      `${incoming} is on ${filesystem}, which does not report changes by other machines: it is scanned every ${options.poll} s.`,
    );

  return {
    follow(folders) {
      top = folders[0]?.id;
      if (mode !== 'events') return false;
      const wanted = new Map(folders.map((folder) => [keyOf(folder.path), folder]));
      for (const [key, { id }] of [...watchers]) if (wanted.get(key)?.id !== id) remove(key);
      const added = [...wanted].filter(([key]) => !watchers.has(key));
      for (const [, folder] of added) {
        // If one of thousands hits a limit, the others would, too.
        if ((mode as string) !== 'events') break;
        add(folder);
      }
      return added.length > 0;
    },
    close() {
      mode = 'closed';
      timers.clear();
      for (const key of [...watchers.keys()]) remove(key);
    },
  };
}

/** The timers of a watch; they do not keep the process alive. */
function openTimers() {
  const timers: Record<'gather' | 'look' | 'top' | 'again', NodeJS.Timeout | undefined> = {
    ...{ gather: undefined, look: undefined, top: undefined, again: undefined },
  };
  return {
    /** Collects simultaneous events. */
    soon(work: () => void): void {
      timers.gather ??= setTimeout(() => {
        timers.gather = undefined;
        work();
      }, pause);
    },
    every(which: 'look' | 'top', seconds: number, work: () => void): void {
      clearInterval(timers[which]);
      timers[which] = setInterval(work, seconds * 1000).unref();
    },
    /** Runs once after a delay. */
    after(seconds: number, work: () => void): void {
      clearTimeout(timers.again);
      timers.again = setTimeout(work, seconds * 1000).unref();
    },
    clear(): void {
      for (const timer of Object.values(timers)) clearTimeout(timer);
    },
  };
}
