/** By which path an installed job starts Node, so that it still does after an upgrade. Reads only. */
import { realpathSync } from 'node:fs';
import { findProgram } from './system-command.js';

/**
 * The path by which this Node is best started later: the one on the PATH where it is the same program, since the real one
 * may have a version in it that the next upgrade takes away (Homebrew).
 */
export function lastingNode(real = process.execPath, path = process.env.PATH): string {
  const found = findProgram('node', path);
  return found?.startsWith('/') && realpathSync(found) === realpathSync(real) ? found : real;
}
