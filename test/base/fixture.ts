/** The file operations with which tests prepare a folder. */
import { execFileSync } from 'node:child_process';

export * from 'node:fs';

/** Makes a FIFO, which Node itself can't. */
export function mkfifoSync(path: string): void {
  execFileSync('mkfifo', [path]);
}
