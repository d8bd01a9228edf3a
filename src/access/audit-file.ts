/**
 * The file of the audit log: JSON lines, appended in order in the background. At one megabyte it becomes
 * `audit.log.1`, the previous one `.2`, up to `.5`; older ones are removed. A crash loses at most the lines not yet
 * written.
 */
import type { Files } from '../base/file-operations.js';

/** A file of lines with a limited size. */
export interface LineFile {
  /** Appends a line, without its line end. */
  add(line: string): void;
  /** Resolves when all lines so far are written. */
  settled(): Promise<void>;
}

/** The size at which a new file is started, in bytes. */
const fullSize = 1024 * 1024;
/** The number of full files kept. */
const kept = 5;

/** Opens a file of lines; `failed` is called with write errors. */
export function openLineFile(path: string, files: Files, failed: (error: unknown) => void): LineFile {
  let waiting: string[] = [];
  let working: Promise<void> | undefined;

  async function write(): Promise<void> {
    // Deferred by one turn, so that simultaneous lines are written together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const text = waiting.map((line) => `${line}\n`).join('');
      waiting = [];
      try {
        // Another process may have rotated it at the same time: then it is small again.
        if (((await files.stat(path))?.size ?? 0) >= fullSize) await turnOver().catch(failed);
        await files.append(path, text, 0o600);
      } catch (error) {
        failed(error);
      }
    }
    working = undefined;
  }

  async function turnOver(): Promise<void> {
    for (let n = kept - 1; n >= 1; n--) {
      if (await files.stat(`${path}.${n}`)) await files.rename(`${path}.${n}`, `${path}.${n + 1}`);
    }
    await files.rename(path, `${path}.1`);
  }

  return {
    add(line) {
      waiting.push(line);
      working ??= write();
    },
    async settled() {
      while (working) await working;
    },
  };
}
