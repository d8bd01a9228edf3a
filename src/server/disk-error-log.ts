/**
 * Logs disk errors that peers cause repeatedly only once, until they change or end. In memory only: after a restart
 * they are logged again.
 */
import { openLogOnce } from '../base/async/log-once.js';
import { sentence, type PhotospoolError } from '../base/errors.js';
import { ofDisks } from '../sync/connections/retry-on-disk-error.js';

/** The logged disk errors. */
export interface DiskErrorLog {
  /** Whether a disk error was logged already; if not, marks it as logged. */
  knows(error: PhotospoolError): boolean;
  /** A write succeeded: the next error is logged again. */
  over(): void;
}

/** Opens it without logged errors. */
export function openSaid(): DiskErrorLog {
  const { tell, over } = openLogOnce();
  return {
    knows: (error) => ofDisks.has(error.code) && !tell(sentence(error)),
    over: () => over(),
  };
}

const hushed = new WeakSet<object>();

/** Marks an error that is answered like any other, but not logged. */
export const hush = (error: PhotospoolError): PhotospoolError => {
  hushed.add(error);
  return error;
};

/** Whether an error is marked so. */
export const isHushed = (error: object): boolean => hushed.has(error);
