/**
 * One processor per `work` folder: an exclusive SQLite lock on `work/.lock`, held while the process runs and released
 * when it ends (Node has no flock). A crash leaves the file, unlocked.
 */
import { PhotospoolError } from '../base/errors.js';
import { openSqlite } from '../base/sqlite.js';
import { lockPath } from './work-folder.js';

/** A held lock. */
export interface Lock {
  release(): void;
}

/** Takes the lock of a `work` folder, or returns undefined if another process holds it. */
export function takeLock(work: string): Lock | undefined {
  try {
    const db = openSqlite(lockPath(work), { busyTimeout: 0, journal: 'delete' });
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      throw error;
    }
    return { release: () => db.close() };
  } catch (error) {
    if (error instanceof PhotospoolError && error.code === 'locked') return undefined;
    throw error;
  }
}

/** Takes the lock of a `work` folder. @throws PhotospoolError `locked` if another process holds it. */
export function holdLock(work: string): Lock {
  const lock = takeLock(work);
  if (lock) return lock;
  throw new PhotospoolError('locked', `Another Photospool process is using ${work}.`, {
    path: work,
    hint: 'Stop it, or choose another work folder with --work.',
  });
}
