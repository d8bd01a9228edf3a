/** The path with which an installed service starts Node, chosen to survive upgrades. Reads only. */
import { realpathSync } from 'node:fs';
import { findProgram } from './system-command.js';

/**
 * The best path for starting this Node later: the one in PATH if it is the same program, since the real path may
 * contain a version that the next upgrade removes (Homebrew).
 */
export function lastingNode(real = process.execPath, path = process.env.PATH): string {
  const found = findProgram('node', path);
  return found?.startsWith('/') && realpathSync(found) === realpathSync(real) ? found : real;
}
