/**
 * Walks `incoming`: every regular file that is not left alone by name, and what is there but is never followed or opened
 * (links, devices, sockets, FIFOs). Changes nothing.
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
  /** The name as text. Bytes that are not UTF-8 are read as Windows-1252, as old cameras and systems wrote them. */
  name: string;
  /** The name's bytes where they are not UTF-8. */
  raw?: Buffer;
  /** The folder it lies in relative to `incoming`, or to that of its person, with forward slashes; `''` at the top. */
  folder: string;
  look: FileState;
  /** mtime in ms. */
  modified: number;
  /** ctime in ms: when it was last written or renamed there. */
  changed?: number;
  /** Who sent it in; absent for the owner of the home. */
  by?: string;
  /** Whose it is: a person (a ULID); absent for the house. */
  holder?: Holder;
  /** What the export that it is a part of says of it. */
  brought?: ImportedMetadata;
}

/** The outcome of a walk. */
export interface Scan {
  files: ScannedFile[];
  /** What is neither file nor folder, by path relative to `incoming`. */
  special: { name: string; reason: string; holder?: Holder }[];
  /** What could not be read, and may hold photos. */
  trouble: { name: string; reason: string; holder?: Holder }[];
  /** Files that lie hidden beside where they were, on their way into a claim (cross-device-staging.ts). */
  hidden: Path[];
  /** All folders that were read, `incoming` first. */
  folders: Folder[];
}

/** The text of a name's bytes that are not UTF-8. */
const legacy = new TextDecoder('windows-1252');

/** Whose what is found is, where whoever sent it in said nothing. */
export interface Assignment {
  /** Of all; absent for the house. */
  holder?: Holder;
  /** The person that a folder itself was given to, by its path relative to the top; the innermost of several counts. */
  personOf?(folder: string): Holder | undefined;
}

/** Where the walk is. */
interface Place {
  /** Relative to the top, with forward slashes. */
  shown: string;
  /** Relative to the folder of the person whose it is. */
  folder: string;
  by?: string;
  holder?: Holder;
}

const whose = ({ holder }: Place): { holder?: Holder } => (holder === undefined ? {} : { holder });

const inPlace = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/**
 * Walks a folder. undefined where the folder itself is not there (an unmounted drive is not a deletion).
 * What can't be read below it is passed over and told of in `trouble`.
 */
// Longer than a screen: one walk fills one result.
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
        result.special.push({ name: shown, reason: 'is a link or device, which is never followed', ...whose(place) });
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

  /** False where there is no such folder. Which one it is, is asked before it is read: another may come to its place. */
  async function enter(path: Path, place: Place): Promise<boolean> {
    const there = await files.statExact(path);
    const entries = there && (await files.list(path));
    if (!entries) return false;
    result.folders.push({ path, id: idOf(there) });
    await walk(entries, ownPlace(path, place));
    return true;
  }

  /**
   * The place for what lies in a folder that was given to a person. Asked when the folder has been read: so what came after it was
   * given is theirs. What somebody sent in is not, whatever its folder is called: it says itself whose it is.
   */
  function ownPlace(path: Path, place: Place): Place {
    const isNamed = place.by === undefined && place !== top && typeof path === 'string';
    const person = isNamed ? personOf?.(place.shown) : undefined;
    return person === undefined ? place : { ...place, folder: '', holder: person };
  }

  /** The folders of those who sent something in (sender-folders.ts): what is in them came to the top of `incoming`, for all others. */
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
