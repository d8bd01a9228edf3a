/**
 * Scans `incoming`: every regular file whose name is not ignored, and entries that are never followed or opened (links,
 * devices, sockets, FIFOs). Changes nothing.
 */
import { sentence, toPhotospoolError } from '../base/errors.js';
import type { Entry, Files, Path } from '../base/files.js';
import type { ImportedMetadata } from '../document/imported-metadata.js';
import type { Holder } from '../document/item-id.js';
import { hiddenClaim } from './cross-device-staging.js';
import { isLeftAlone } from './ignored-names.js';
import type { FileState } from './stable-files.js';
import { isSenders, senderOf } from './sender-folders.js';
import { idOf, type Folder } from './watch-incoming.js';

/** A file in `incoming`. */
export interface ScannedFile {
  path: Path;
  /**
   * The name as text. Bytes that are not UTF-8 are decoded as Windows-1252, the encoding of old cameras and systems.
   */
  name: string;
  /** The name's bytes, if they are not UTF-8. */
  raw?: Buffer;
  /** Its folder relative to `incoming`, or to that of its person, with forward slashes; `''` at the top. */
  folder: string;
  look: FileState;
  /** mtime in ms. */
  modified: number;
  /** ctime in ms: when it was last written or renamed there. */
  changed?: number;
  /** Its sender; absent for the owner of the home. */
  by?: string;
  /** Its holder: a person (a ULID); absent for the house. */
  holder?: Holder;
  /** The metadata of the export that contains it. */
  brought?: ImportedMetadata;
}

/** The result of a scan. */
export interface Scan {
  files: ScannedFile[];
  /** Entries that are neither files nor folders, by path relative to `incoming`. */
  special: { name: string; reason: string; holder?: Holder }[];
  /** Entries that could not be read, and may contain photos. */
  trouble: { name: string; reason: string; holder?: Holder }[];
  /** Files hidden beside their old paths, on their way into a claim (cross-device-staging.ts). */
  hidden: Path[];
  /** All scanned folders, `incoming` first. */
  folders: Folder[];
}

/** Decodes names that are not UTF-8. */
const legacy = new TextDecoder('windows-1252');

/** The holders of files that were not uploaded. */
export interface Assignment {
  /** The holder of all files; absent for the house. */
  holder?: Holder;
  /**
   * The person that exactly this folder is assigned to, by its path relative to the top; the innermost assignment
   * counts.
   */
  personOf?(folder: string): Holder | undefined;
}

/** The current position of the scan. */
interface Place {
  /** Relative to the top, with forward slashes. */
  shown: string;
  /** Relative to the folder assigned to the person. */
  folder: string;
  by?: string;
  holder?: Holder;
}

const whose = ({ holder }: Place): { holder?: Holder } => (holder === undefined ? {} : { holder });

const inPlace = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/**
 * Scans a folder. Undefined if the folder itself does not exist (an unmounted drive is not a deletion). Unreadable
 * entries below it are skipped and listed in `trouble`.
 */
// Longer than a screen: one recursion fills one result.
export async function scan(incoming: string, files: Files, assignment: Assignment = {}): Promise<Scan | undefined> {
  const result: Scan = { files: [], special: [], trouble: [], hidden: [], folders: [] };
  const { holder, personOf } = assignment;
  const top: Place = { shown: '', folder: '', ...(holder !== undefined && { holder }) };
  return (await enter(incoming, top)) ? result : undefined;

  async function walk(entries: Entry[], place: Place): Promise<void> {
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
      if (hiddenClaim(entry.name) !== undefined) result.hidden.push(entry.path);
      if (place === top && isSenders(entry)) await enterSenders(entry.path);
      if (isLeftAlone(entry.name)) continue;
      const shown = inPlace(place.shown, nameOf(entry));
      if (entry.kind === 'other') {
        result.special.push({ name: shown, reason: 'is a link or device; these are never followed', ...whose(place) });
        continue;
      }
      try {
        if (entry.kind === 'file') await add(entry, place);
        else await enter(entry.path, { ...place, shown, folder: inPlace(place.folder, nameOf(entry)) });
      } catch (error) {
        const failure = toPhotospoolError(error, 'read', shown);
        result.trouble.push({ name: shown, reason: sentence(failure), ...whose(place) });
      }
    }
  }

  /**
   * False if the folder does not exist. Its id is read before its content, because another folder may replace it
   * meanwhile.
   */
  async function enter(path: Path, place: Place): Promise<boolean> {
    const there = await files.statExact(path);
    const entries = there && (await files.list(path));
    if (!entries) return false;
    result.folders.push({ path, id: idOf(there) });
    await walk(entries, ownPlace(path, place));
    return true;
  }

  /**
   * The position inside a folder that is assigned to a person. Evaluated after the folder is read, so that files that
   * arrived after the assignment are theirs. Uploads are exempt, regardless of the name of their folder: they name
   * their holder.
   */
  function ownPlace(path: Path, place: Place): Place {
    const isNamed = place.by === undefined && place !== top && typeof path === 'string';
    const person = isNamed ? personOf?.(place.shown) : undefined;
    return person === undefined ? place : { ...place, folder: '', holder: person };
  }

  /** The folders of senders (sender-folders.ts): their files count as being at the top of `incoming`. */
  async function enterSenders(path: Path): Promise<void> {
    const there = await files.statExact(path);
    if (there) result.folders.push({ path, id: idOf(there) });
    for (const one of (await files.list(path)) ?? [])
      if (one.kind === 'folder') await enter(one.path, { shown: '', folder: '', ...(await senderOf(files, one.path)) });
  }

  async function add(entry: Entry, { folder, by, holder: person }: Place): Promise<void> {
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
      ...(person !== undefined && { holder: person }),
    });
  }
}

/** The bytes of a name, if it is not UTF-8. */
function rawOf({ name, path }: Entry): Buffer | undefined {
  if (typeof path === 'string') return undefined;
  const last = path.subarray(path.lastIndexOf('/') + 1);
  return last.equals(Buffer.from(name)) ? undefined : last;
}

function nameOf(entry: Entry): string {
  const raw = rawOf(entry);
  return raw ? legacy.decode(raw) : entry.name;
}
