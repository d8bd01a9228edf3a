/**
 * Which files are stable: a file is ready when its size and mtime have been unchanged for `settle`, also after
 * start-up, regardless of its mtime (sync tools set old ones). Keeps one small record per waiting file; nothing on
 * disk.
 */
import type { Clock } from '../base/clock.js';

/** The state of a file that reveals changes. */
export interface FileState {
  size: bigint;
  mtimeNs: bigint;
  ino: bigint;
}

/** The readiness of the files in one folder. */
export interface Ready {
  /** Ms until the file may be ready: 0 if it is now. */
  wait(key: string, look: FileState): number;
  /** Forgets all other files: those that are gone or claimed. */
  keep(keys: ReadonlySet<string>): void;
}

/** Whether two states are those of the same unchanged file. */
export const same = (a: FileState, b: FileState): boolean =>
  a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;

/** Opens the tracking of readiness; `settle` in ms. */
export function openReady(settle: number, clock: Clock): Ready {
  const waiting = new Map<string, { look: FileState; since: number }>();
  return {
    wait(key, look) {
      if (settle === 0) return 0;
      const known = waiting.get(key);
      const now = clock.now();
      // After the clock was set back, the wait starts again.
      if (known && same(known.look, look) && now >= known.since) return Math.max(0, known.since + settle - now);
      waiting.set(key, { look, since: now });
      return settle;
    },
    keep(keys) {
      for (const key of waiting.keys()) if (!keys.has(key)) waiting.delete(key);
    },
  };
}
