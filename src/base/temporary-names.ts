/**
 * Names of temporary files. They tell which process made them, so that what a killed one left can be told from what
 * another is just writing.
 */
import { ulid } from 'ulid';
import { errnoOf } from './errors.js';

/**
 * A name for a temporary file of this process. The spool leaves it alone, as all hidden names. `extension`: where a program
 * must be able to tell from it what to write.
 */
export const temporaryName = (extension = 'tmp'): string => `.photospool-${process.pid}-${ulid()}.${extension}`;

/** Some programs that write several files put numbers behind the name. */
const shape = /^\.photospool-(\d+)-[0-9A-Z]{26}(?:-\d+)?\.(?:tmp|tif)$/;

/** Whether a name is one of a temporary file, of whichever process. */
export const isTemporary = (name: string): boolean => shape.test(name);

/**
 * Whether a name is that of a temporary file which nobody is writing any more: its process is gone, or had the id of this
 * one (asked at the start, before this process made any).
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
