/**
 * Walks `incoming`: every regular file that is not left alone by name, and what is there but is never followed or opened
 * (links, devices, sockets, FIFOs). Changes nothing.
 */
import { errnoOf } from '../base/errors.js';
import type { Files, Path } from '../base/files.js';
import { isLeftAlone } from './names.js';
import type { Look } from './ready.js';

/** A file in `incoming`. */
export interface Found {
  path: Path;
  /** The name as text. Bytes that are not UTF-8 are read as Windows-1252, as old cameras and systems wrote them. */
  name: string;
  /** The name's bytes where they are not UTF-8. */
  raw?: Buffer;
  /** The folder it lies in relative to `incoming`, with forward slashes; `''` at the top. */
  folder: string;
  look: Look;
  /** mtime in ms. */
  modified: number;
}

/** The outcome of a walk. */
export interface Scan {
  files: Found[];
  /** What is neither file nor folder, by path relative to `incoming`. */
  special: { name: string; reason: string }[];
  /** All folders that were read, absolute. */
  folders: string[];
}

/** The text of a name's bytes that are not UTF-8. */
const legacy = new TextDecoder('windows-1252');

/**
 * Walks a folder. undefined where the folder itself is not there (an unmounted drive is not a deletion).
 * A folder below it that can't be read is passed over and told of in `special`.
 */
export async function scan(incoming: string, files: Files): Promise<Scan | undefined> {
  const result: Scan = { files: [], special: [], folders: [] };
  const top = await files.list(incoming);
  if (!top) return undefined;
  await walk(top, incoming, '');
  return result;

  async function walk(entries: NonNullable<typeof top>, path: string, folder: string): Promise<void> {
    result.folders.push(path);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
      if (isLeftAlone(entry.name)) continue;
      const shown = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.kind === 'other')
        result.special.push({ name: shown, reason: 'is a link or device, which is never followed' });
      else if (entry.kind === 'file') await add(entry, folder);
      else await enter(entry, shown);
    }
  }

  async function enter(entry: { path: Path }, shown: string): Promise<void> {
    // Folders with names that are not UTF-8 are rare enough to be told of instead of walked.
    if (typeof entry.path !== 'string') {
      result.special.push({ name: shown, reason: 'is a folder whose name is not valid UTF-8; rename it' });
      return;
    }
    try {
      const entries = await files.list(entry.path);
      if (entries) await walk(entries, entry.path, shown);
    } catch (error) {
      const reason = errnoOf(error) === 'EACCES' ? 'may not be read by this user' : 'could not be read';
      result.special.push({ name: shown, reason: `is a folder that ${reason}` });
    }
  }

  async function add(entry: { path: Path; name: string }, folder: string): Promise<void> {
    const found = await files.lookClosely(entry.path);
    if (!found?.isFile()) return;
    const { size, mtimeNs, ino, mtimeMs } = found;
    const file = { path: entry.path, folder, look: { size, mtimeNs, ino }, modified: Number(mtimeMs) };
    if (typeof entry.path === 'string') {
      result.files.push({ ...file, name: entry.name });
    } else {
      const raw = entry.path.subarray(entry.path.lastIndexOf('/') + 1);
      result.files.push({ ...file, name: legacy.decode(raw), raw });
    }
  }
}
