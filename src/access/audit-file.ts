/**
 * The file of the audit: JSON lines, appended in order behind everything else. When it has grown to a megabyte it becomes
 * `audit.log.1`, the one before `.2`, up to `.5`; older ones go. A crash loses at most the lines that were not yet written.
 */
import type { Files } from '../base/file-operations.js';

/** A file of lines that is bounded. */
export interface LineFile {
  /** Takes a line, without its end. */
  add(line: string): void;
  /** Resolves when all lines so far are written. */
  settled(): Promise<void>;
}

/** The size at which a new file is begun, in bytes. */
const fullSize = 1024 * 1024;
/** Full files that are kept. */
const kept = 5;

/** Opens a file of lines; `failed` hears of a disk that takes none. */
export function openLineFile(path: string, files: Files, failed: (error: unknown) => void): LineFile {
  let waiting: string[] = [];
  let working: Promise<void> | undefined;

  async function write(): Promise<void> {
    // One turn later, so that what comes together is written together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const text = waiting.map((line) => `${line}\n`).join('');
      waiting = [];
      try {
        // Another process may have done it at the same time: then there is nothing to turn over.
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
