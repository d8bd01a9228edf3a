/**
 * Which files stand still: a file is ready when its size and mtime have been the same for `settle`, at start-up too,
 * whatever its mtime says (sync tools set old ones). Keeps one small record per file that is waiting; nothing on disk.
 */
import type { Clock } from '../base/clock.js';

/** The state of a file that tells whether it changed. */
export interface FileState {
  size: bigint;
  mtimeNs: bigint;
  ino: bigint;
}

/** The readiness of the files in one folder. */
export interface Ready {
  /** Ms until the file may be ready: 0 where it is now. */
  wait(key: string, look: FileState): number;
  /** Forgets all files but these: what is gone or was taken. */
  keep(keys: ReadonlySet<string>): void;
}

/** Whether two looks show the same file, unchanged. */
export const same = (a: FileState, b: FileState): boolean =>
  a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;

/** Opens the watch over readiness; `settle` in ms. */
export function openReady(settle: number, clock: Clock): Ready {
  const waiting = new Map<string, { look: FileState; since: number }>();
  return {
    wait(key, look) {
      if (settle === 0) return 0;
      const known = waiting.get(key);
      const now = clock.now();
      // A clock that was set back starts the wait anew.
      if (known && same(known.look, look) && now >= known.since) return Math.max(0, known.since + settle - now);
      waiting.set(key, { look, since: now });
      return settle;
    },
    keep(keys) {
      for (const key of waiting.keys()) if (!keys.has(key)) waiting.delete(key);
    },
  };
}
