/** The file operations that tests prepare a folder with. */
import { execFileSync } from 'node:child_process';

export * from 'node:fs';

/** Makes a FIFO, which Node itself can't. */
export function mkfifoSync(path: string): void {
  execFileSync('mkfifo', [path]);
}
