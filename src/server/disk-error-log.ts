/**
 * Troubles of the disk that peers meet again and again are logged once, until they are others or over. Kept in memory only: after
 * a restart they are said anew.
 */
import { sentence, type PhotospoolError } from '../base/errors.js';
import { ofDisks } from '../sync/connections/retry-on-disk-error.js';

/** What was said of the disk. */
export interface DiskErrorLog {
  /** Whether it is a trouble of the disk that was said already; if not, it has been said from now on. */
  knows(error: PhotospoolError): boolean;
  /** Something could be written: what comes after that is news. */
  over(): void;
}

/** Troubles that are remembered. */
const most = 50;

/** Begins with nothing said. */
export function openSaid(): DiskErrorLog {
  const told = new Set<string>();
  return {
    knows(error) {
      const text = sentence(error);
      if (!ofDisks.has(error.code)) return false;
      if (told.has(text)) return true;
      if (told.size >= most) told.clear();
      told.add(text);
      return false;
    },
    over: () => told.clear(),
  };
}

const hushed = new WeakSet<object>();

/** Marks an error that is answered like any other, and need not be logged. */
export const hush = (error: PhotospoolError): PhotospoolError => {
  hushed.add(error);
  return error;
};

/** Whether an error was marked so. */
export const isHushed = (error: object): boolean => hushed.has(error);
