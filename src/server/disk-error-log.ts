/**
 * Troubles of the disk that peers meet again and again are logged once, until they are others or over. Kept in memory only: after
 * a restart they are said anew.
 */
import { openLogOnce } from '../base/async/log-once.js';
import { sentence, type PhotospoolError } from '../base/errors.js';
import { ofDisks } from '../sync/connections/retry-on-disk-error.js';

/** What was said of the disk. */
export interface DiskErrorLog {
  /** Whether it is a trouble of the disk that was said already; if not, it has been said from now on. */
  knows(error: PhotospoolError): boolean;
  /** Something could be written: what comes after that is news. */
  over(): void;
}

/** Begins with nothing said. */
export function openSaid(): DiskErrorLog {
  const { tell, over } = openLogOnce();
  return {
    knows: (error) => ofDisks.has(error.code) && !tell(sentence(error)),
    over: () => over(),
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
