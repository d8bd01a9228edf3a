/**
 * The files that exports made in a folder, by their hashes, so that a later export can replace those that were not
 * changed since. A list of lines in the folder, which gets the hash of a file before the file is written: after a crash
 * each file is the old or the new one, and both are known. A line cut off by a crash is ignored.
 */
import { join } from 'node:path';
import type { Files } from '../base/files.js';
import type { Holder } from '../document/item-id.js';
import { own, textOf } from '../document/json-values.js';

/** The name of the list. */
export const listName = '.photospool-export.jsonl';

/** The files that exports made in a folder. */
export interface ExportedFiles {
  /** Whether an export made this file; `sha256` is of its current content. */
  isKnown(path: string, sha256: string): boolean;
  /** Adds a file that is about to be written, or that already has the right content. Durable. */
  add(path: string, sha256: string): Promise<void>;
}

/**
 * Opens the list of a folder, which need not exist, for exports of one holder: a file of another one is not known.
 * @throws the system's error if it can't be read.
 */
export async function openExportedFiles(folder: string, holder: Holder, files: Files): Promise<ExportedFiles> {
  const list = join(folder, listName);
  const text = (await files.readText(list)) ?? '';
  const known = new Set(text.split('\n').flatMap((line) => readLine(line, holder)));
  let isWhole = text === '' || text.endsWith('\n');
  return {
    isKnown: (path, sha256) => known.has(`${sha256} ${path}`),
    async add(path, sha256) {
      if (known.has(`${sha256} ${path}`)) return;
      await files.makeFolder(folder);
      const line = `${isWhole ? '' : '\n'}${JSON.stringify({ holder, path, sha256 })}\n`;
      await files.extend(once(Buffer.from(line)), list);
      isWhole = true;
      known.add(`${sha256} ${path}`);
    },
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

/** The file of a line, as `isKnown` finds it, if it is of this holder. */
function readLine(line: string, holder: Holder): string[] {
  try {
    const entry: unknown = JSON.parse(line);
    return own(entry, 'holder') === holder ? [`${textOf(own(entry, 'sha256'))} ${textOf(own(entry, 'path'))}`] : [];
  } catch {
    return [];
  }
}
