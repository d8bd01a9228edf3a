/** Checks the archive against the local table of originals. Reads every byte; changes nothing. */
import { join } from 'node:path';
import { originalPath } from '../archive/archive.js';
import { printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Originals } from '../library/local.js';

/** Something that is not as the library says. Paths are relative to the archive. */
export interface Finding {
  /** `unknown`: a file that the library does not know. `unreadable`: the disk would not give it. */
  kind: 'missing' | 'changed' | 'unknown' | 'unreadable';
  path: string;
  /** What the library says it is; absent for unknown files. */
  sha256?: string;
}

/** The outcome of a check. */
export interface Verified {
  checked: number;
  findings: Finding[];
}

/** Folders of the archive that hold no originals. */
const aside = new Set(['duplicates', 'trash']);

/** Rehashes all originals that are `here`, then looks for files nobody knows. `archive` is its folder; `progress` is told how many are done. */
export async function verifyArchive(
  originals: Originals,
  archive: string,
  files: Files,
  progress: (done: number) => void = () => undefined,
): Promise<Verified> {
  const findings: Finding[] = [];
  let checked = 0;
  for (const { sha256, path, state } of originals.all()) {
    if (state !== 'here') continue;
    const kind = await check(originalPath(archive, path), sha256);
    if (kind) findings.push({ kind, path: printable(path), sha256 });
    progress(++checked);
  }
  await findUnknown('');
  return { checked, findings };

  async function check(file: string, sha256: string): Promise<Finding['kind'] | undefined> {
    try {
      const there = await files.look(file);
      if (!there?.isFile()) return 'missing';
      return (await files.hash(file)).sha256 === sha256 ? undefined : 'changed';
    } catch {
      // What the disk says of one file is a finding; the others are looked at all the same.
      return 'unreadable';
    }
  }

  async function findUnknown(folder: string): Promise<void> {
    for (const entry of (await files.list(join(archive, folder))) ?? []) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.kind === 'folder' && !aside.has(path) && !entry.name.startsWith('.')) await findUnknown(path);
      else if (entry.kind === 'file' && !originals.findByPath(path) && !entry.name.startsWith('.'))
        findings.push({ kind: 'unknown', path: printable(path) });
    }
  }
}
