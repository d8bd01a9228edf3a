/**
 * Walks `incoming`: every regular file that is not left alone by name, and what is there but is never followed or opened
 * (links, devices, sockets, FIFOs). Changes nothing.
 */
import { sentence, toPhotospoolError } from '../base/errors.js';
import type { Entry, Files, Path } from '../base/files.js';
import type { ImportedMetadata } from '../document/imported-metadata.js';
import { hiddenClaim } from './cross-device-staging.js';
import { isLeftAlone } from './ignored-names.js';
import type { FileState } from './stable-files.js';
import { isSenders, senderOf } from './sender-folders.js';
import { idOf, type Folder } from './watch-incoming.js';

/** A file in `incoming`. */
export interface ScannedFile {
  path: Path;
  /** The name as text. Bytes that are not UTF-8 are read as Windows-1252, as old cameras and systems wrote them. */
  name: string;
  /** The name's bytes where they are not UTF-8. */
  raw?: Buffer;
  /** The folder it lies in relative to `incoming`, with forward slashes; `''` at the top. */
  folder: string;
  look: FileState;
  /** mtime in ms. */
  modified: number;
  /** ctime in ms: when it was last written or renamed there. */
  changed?: number;
  /** Who sent it in; absent for the owner of the home. */
  by?: string;
  /** What the export that it is a part of says of it. */
  brought?: ImportedMetadata;
}

/** The outcome of a walk. */
export interface Scan {
  files: ScannedFile[];
  /** What is neither file nor folder, by path relative to `incoming`. */
  special: { name: string; reason: string }[];
  /** What could not be read, and may hold photos. */
  trouble: { name: string; reason: string }[];
  /** Files that lie hidden beside where they were, on their way into a claim (cross-device-staging.ts). */
  hidden: Path[];
  /** All folders that were read, `incoming` first. */
  folders: Folder[];
}

/** The text of a name's bytes that are not UTF-8. */
const legacy = new TextDecoder('windows-1252');

/**
 * Walks a folder. undefined where the folder itself is not there (an unmounted drive is not a deletion).
 * What can't be read below it is passed over and told of in `trouble`.
 */
export async function scan(incoming: string, files: Files): Promise<Scan | undefined> {
  const result: Scan = { files: [], special: [], trouble: [], hidden: [], folders: [] };
  return (await enter(incoming, '')) ? result : undefined;

  async function walk(entries: Entry[], folder: string, by?: string): Promise<void> {
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
      if (hiddenClaim(entry.name) !== undefined) result.hidden.push(entry.path);
      if (folder === '' && by === undefined && isSenders(entry)) await enterSenders(entry.path);
      if (isLeftAlone(entry.name)) continue;
      const shown = folder === '' ? nameOf(entry) : `${folder}/${nameOf(entry)}`;
      if (entry.kind === 'other') {
        result.special.push({ name: shown, reason: 'is a link or device, which is never followed' });
        continue;
      }
      try {
        if (entry.kind === 'file') await add(entry, folder, by);
        else await enter(entry.path, shown, by);
      } catch (error) {
        const failure = toPhotospoolError(error, 'read', shown);
        result.trouble.push({ name: shown, reason: sentence(failure) });
      }
    }
  }

  /** False where there is no such folder. Which one it is, is asked before it is read: another may come to its place. */
  async function enter(path: Path, shown: string, by?: string): Promise<boolean> {
    const there = await files.statExact(path);
    const entries = there && (await files.list(path));
    if (!entries) return false;
    result.folders.push({ path, id: idOf(there) });
    await walk(entries, shown, by);
    return true;
  }

  /** The folders of those who sent something in (sender-folders.ts): what is in them came to the top of `incoming`, for all others. */
  async function enterSenders(path: Path): Promise<void> {
    const there = await files.statExact(path);
    if (there) result.folders.push({ path, id: idOf(there) });
    for (const one of (await files.list(path)) ?? [])
      if (one.kind === 'folder') await enter(one.path, '', await senderOf(files, one.path));
  }

  async function add(entry: Entry, folder: string, by?: string): Promise<void> {
    const found = await files.statExact(entry.path);
    if (!found?.isFile()) return;
    const { size, mtimeNs, ino, mtimeMs, ctimeMs } = found;
    const raw = rawOf(entry);
    result.files.push({
      path: entry.path,
      name: nameOf(entry),
      ...(raw && { raw }),
      folder,
      look: { size, mtimeNs, ino },
      modified: Number(mtimeMs),
      changed: Number(ctimeMs),
      ...(by !== undefined && { by }),
    });
  }
}

/** The bytes of a name that is not UTF-8. */
function rawOf({ name, path }: Entry): Buffer | undefined {
  if (typeof path === 'string') return undefined;
  const last = path.subarray(path.lastIndexOf('/') + 1);
  return last.equals(Buffer.from(name)) ? undefined : last;
}

function nameOf(entry: Entry): string {
  const raw = rawOf(entry);
  return raw ? legacy.decode(raw) : entry.name;
}
