/**
 * The files of an export, from folders and ZIP or TAR parts, as one list: parts overlay each other as if all were
 * unpacked into one folder. Reads only.
 */
import { basename, join } from 'node:path';
import { PhotospoolError, sentence, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { keyOf } from '../base/paths.js';
import { isLeftAlone } from '../spool/ignored-names.js';
import { scan, type ScannedFile } from '../spool/scan-incoming.js';
import { mostEntries, type PackedEntry, type Unpacker } from './archive-entries.js';
import type { Aside, ExportEntry, Looking } from './import-plan.js';
import { openTar } from './tar-archive.js';
import { openZip } from './zip-archive.js';

/** An open export. */
export interface Sources {
  entries: ExportEntry[];
  /** The file of each entry in the form that the spool accepts, by the entry's id. */
  found: ReadonlyMap<string, ScannedFile>;
  /** The archive entries among them, by the path of that file. */
  packed: ReadonlyMap<string, PackedEntry>;
  /** The unpackers of sequential archives, in the order of the parts. */
  stages: Unpacker[];
  /** The given folders. */
  folders: string[];
  /** Files skipped in every kind of export: links. */
  aside: Aside[];
  /** Parts that can't be read, or not to their end. */
  trouble: Aside[];
  close(): void;
}

/** Whether a path has the name of a TAR part. */
const isTar = (path: string): boolean => /\.(?:tgz|tar|tar\.gz)$/i.test(path);
/** Whether a path has the name of an archive part. */
export const isPart = (path: string): boolean => /\.zip$/i.test(path) || isTar(path);

/**
 * Opens folders and parts. `looking` is called with the progress, in bytes, of a part that must be read completely to
 * list it.
 * @throws PhotospoolError if none of them can be read, or there are too many entries.
 */
// Longer than a screen: one pass over the parts fills one list of entries.
export async function openSources(
  paths: readonly string[],
  files: Files,
  looking: Looking = () => undefined,
): Promise<Sources> {
  const entries: ExportEntry[] = [];
  const found = new Map<string, ScannedFile>();
  const packed = new Map<string, PackedEntry>();
  const [aside, trouble]: [Aside[], Aside[]] = [[], []];
  const stages: Unpacker[] = [];
  const closing: (() => void)[] = [];
  const close = (): void => closing.splice(0).forEach((end) => end());
  const folders = paths.filter((path) => !isPart(path));
  let failure: PhotospoolError | undefined;
  try {
    for (const path of paths) {
      if (isPart(path)) await addPart(path).catch(failed(path));
      else await addFolder(path);
    }
    if (entries.length === 0 && failure !== undefined) throw failure;
  } catch (error) {
    close();
    throw error;
  }
  return { entries, found, packed, stages, folders, aside, trouble, close };

  function failed(path: string): (error: unknown) => void {
    return (error) => {
      const reason = toPhotospoolError(error, 'read', path);
      failure ??= reason;
      if (reason.code === 'too-large') throw reason;
      trouble.push({ path, reason: sentence(reason) });
    };
  }

  async function addPart(part: string): Promise<void> {
    const room = mostEntries - entries.length;
    const opened = isTar(part) ? await openTar(part, room, files, looking) : await openZip(part, room);
    closing.push(opened.close);
    if (opened.stage) stages.push(opened.stage);
    if (opened.trouble !== undefined) trouble.push({ path: part, reason: opened.trouble });
    const ids = new Set<string>();
    for (const entry of opened.entries) {
      const path = pathIn(entry.path);
      if (path === '' || path.split('/').some(isLeftAlone)) continue;
      if (entry.aside !== undefined) {
        aside.push({ path, reason: entry.aside });
        continue;
      }
      const id = idIn(part, path, entry, ids);
      const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
      const mtimeNs = BigInt(Math.round(entry.modified)) * 1_000_000n;
      packed.set(id, entry);
      found.set(id, {
        path: id,
        name: basename(path),
        folder,
        look: { size: BigInt(entry.bytes), mtimeNs, ino: 0n },
        modified: entry.modified,
      });
      add(id, path, entry, (limit) => textOf(entry, limit));
    }
  }

  async function addFolder(folder: string): Promise<void> {
    const scanned = await scan(folder, files);
    if (!scanned)
      throw new PhotospoolError('usage', `${folder} does not exist.`, { path: folder, hint: 'Check the path.' });
    aside.push(...scanned.special.map(({ name, reason }) => ({ path: name, reason })));
    trouble.push(...scanned.trouble.map(({ name, reason }) => ({ path: name, reason })));
    for (const file of scanned.files) {
      const id = keyOf(file.path);
      found.set(id, file);
      const bytes = Number(file.look.size);
      add(
        id,
        pathIn(file.folder === '' ? file.name : `${file.folder}/${file.name}`),
        { bytes, modified: file.modified },
        () => files.reading(file.path, (handle) => handle.readFile('utf8')),
      );
    }
  }

  function add(
    id: string,
    path: string,
    { bytes, modified, trouble: why }: Pick<PackedEntry, 'bytes' | 'modified' | 'trouble'>,
    text: ExportEntry['text'],
  ): void {
    const slash = path.lastIndexOf('/');
    const [folder, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
    entries.push({ id, path, name, folder, bytes, modified, ...(why !== undefined && { trouble: why }), text });
  }
}

/** The path inside an export: without parts that lead out of it, and from `Takeout` on if it contains that. */
function pathIn(name: string): string {
  const parts = name
    .normalize('NFC')
    .split('/')
    .filter((part) => !/^\.*$/.test(part) && !/^[a-z]:$/i.test(part));
  const from = parts.indexOf('Takeout');
  return parts.slice(Math.max(from, 0)).join('/');
}

/** The identity of an entry in records. It is stored, so it distinguishes bytes as well as location. */
function idIn(part: string, path: string, { crc32 }: PackedEntry, ids: Set<string>): string {
  const id = `${join(part, path)}#${crc32.toString(16).padStart(8, '0')}`;
  for (let n = 1; ; n++) {
    const one = n === 1 ? id : `${id}-${n}`;
    if (ids.size < ids.add(one).size) return one;
  }
}

async function textOf(entry: PackedEntry, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of entry.open()) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > limit) throw new PhotospoolError('too-large', 'It is larger than its archive states.');
  }
  return Buffer.concat(chunks).toString('utf8');
}
