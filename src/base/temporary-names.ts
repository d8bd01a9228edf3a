/**
 * Names of temporary files. They contain the id of the process, so that the leftovers of a killed process can be
 * distinguished from files still being written.
 */
import { ulid } from 'ulid';
import { errnoOf } from './errors.js';

/**
 * A name for a temporary file of this process. The spool ignores it, like all hidden names. `extension`: for programs
 * that choose the format by it.
 */
export const temporaryName = (extension = 'tmp'): string => `.photospool-${process.pid}-${ulid()}.${extension}`;

/** Programs that write several files append numbers to the name. */
const shape = /^\.photospool-(\d+)-[0-9A-Z]{26}(?:-\d+)?\.(?:tmp|tif)$/;

/** Whether a name is that of a temporary file, of any process. */
export const isTemporary = (name: string): boolean => shape.test(name);

/**
 * Whether a name is that of an abandoned temporary file: its process has ended, or had the id of this one (called at
 * the start, before this process creates any).
 */
export function isLeftOver(name: string): boolean {
  const pid = Number(shape.exec(name)?.[1]);
  if (Number.isNaN(pid)) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}
