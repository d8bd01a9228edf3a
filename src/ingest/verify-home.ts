/**
 * Checks a home against its library: every original in the archive and every rendition, by its hash, and files that nobody
 * knows. Reads every byte; changes nothing.
 */
import { join } from 'node:path';
import { originalPath } from '../archive/archive.js';
import { printable } from '../base/errors.js';
import type { Entry, Files } from '../base/files.js';
import { clipsShown, renditionsShown } from '../document/facts.js';
import type { PhotoDocument } from '../document/photo-document.js';
import { countItems, scanItems } from '../library/items-of-bytes.js';
import { viewPhoto } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import type { OriginalRow } from '../library/local-tables.js';

/** What is made of an original. */
export type Shown = 'thumb' | 'preview' | 'hover' | 'video';

/** Something that is not as the library says. Paths are relative to the archive. */
export interface VerifyFinding {
  /**
   * `moved`: an original that is elsewhere in the archive than the library says, or of which it did not know that it is
   * there. `unknown`: a file that the library does not know. `unreadable`: the disk would not give it. `rendition`: a scaled
   * picture or a film that is missing or changed; the path is the photo's.
   */
  kind: 'missing' | 'changed' | 'moved' | 'unknown' | 'unreadable' | 'rendition';
  path: string;
  /** What the library says it is; of an unknown file, what its bytes are. Absent where it could not be read. */
  sha256?: string;
  /** Of a moved one: where the library says it is; absent where it says that it is not here. */
  from?: string;
  /** Of a lost or changed original: where its bytes are as well, in the archive or by an absolute path. */
  copies?: string[];
  /** Of a rendition: which ones. */
  renditions?: Shown[];
  repaired?: true;
}

/** The outcome of a check. */
export interface Verified {
  /** How many originals were read. */
  checked: number;
  findings: VerifyFinding[];
}

/** What a check looks at. Folders are absolute. */
export interface VerifyParts {
  library: Library;
  archive: string;
  blobs: string;
  files: Files;
  /** Where a backup has an original, by its hash. */
  backups?: (sha256: string) => Promise<string[]>;
  /** Told how many of how many files were read. */
  progress?: (done: number, total: number) => void;
}

/** Folders of the archive that hold no originals. */
const aside = new Set(['duplicates', 'trash']);
const lost = new Set<VerifyFinding['kind']>(['missing', 'changed', 'unreadable']);

/** Whether an original is not in the archive as it should be. */
export const isLost = ({ kind }: VerifyFinding): boolean => lost.has(kind);

/** Checks all originals that are `here`, then the rest of the archive, then all renditions. */
export async function verifyHome(parts: VerifyParts): Promise<Verified> {
  const { library, archive, files, progress = () => undefined } = parts;
  const { originals } = library.local;
  const { here, sidecars } = originals.counts();
  const total = here + sidecars + countItems(library);
  const bad = new Map<string, VerifyFinding>();
  let checked = 0;
  for (const { sha256, path, state } of originals.all()) {
    if (state !== 'here') continue;
    const kind = await check(originalPath(archive, path), sha256, files);
    if (kind) bad.set(sha256, { kind, path: printable(path), sha256 });
    progress(++checked, total);
  }
  const strays: VerifyFinding[] = [];
  const found = new Set<string>();
  for await (const stray of strayFiles(parts, bad)) strays.push(await nameStray(stray, bad, found, parts));
  for (const finding of bad.values()) await addCopies(finding, parts);
  const renditions: VerifyFinding[] = [];
  let seen = 0;
  for (const { sha256, body } of scanItems(library)) {
    const finding = await checkRenditions(sha256, body, parts);
    if (finding) renditions.push(finding);
    progress(checked + ++seen, total);
  }
  return { checked, findings: [...bad.values(), ...strays, ...renditions] };
}

/** What is wrong with a file that should have these bytes. */
async function check(
  file: string,
  sha256: string,
  files: Files,
): Promise<'missing' | 'changed' | 'unreadable' | undefined> {
  try {
    const there = await files.stat(file);
    if (!there?.isFile()) return 'missing';
    return (await files.hash(file)).sha256 === sha256 ? undefined : 'changed';
  } catch {
    // What the disk says of one file is a finding; the others are looked at all the same.
    return 'unreadable';
  }
}

/** A file in the archive that no row names. */
interface Stray {
  path: string;
  entry: Entry;
}

async function* strayFiles(
  parts: VerifyParts,
  bad: ReadonlyMap<string, VerifyFinding>,
  folder = '',
): AsyncIterable<Stray> {
  const { library, archive, files } = parts;
  const entries = (await files.list(join(archive, folder))) ?? [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith('.') || aside.has(path)) continue;
    if (entry.kind === 'folder') yield* strayFiles(parts, bad, path);
    const row = library.local.originals.findByPath(path);
    // Where only the case differs, it is that original, unless the system can tell them apart.
    const named = row && (row.path === path || bad.get(row.sha256)?.kind !== 'missing');
    if (entry.kind === 'file' && !named) yield { path, entry };
  }
}

/** Says what a stray file is. One that is a lost original is taken from the lost ones; of two, it is the first. */
async function nameStray(
  { path, entry }: Stray,
  bad: Map<string, VerifyFinding>,
  found: Set<string>,
  { library, files }: VerifyParts,
): Promise<VerifyFinding> {
  const shown = printable(path);
  const hashed = await files.hash(entry.path).catch(() => undefined);
  if (!hashed) return { kind: 'unknown', path: shown };
  const { sha256 } = hashed;
  const row = library.local.originals.find(sha256);
  const wanted = bad.has(sha256) || (!row && library.items.withBytes(sha256).length > 0);
  // A name that can't be written down can't be taken up.
  if (!wanted || found.has(sha256) || typeof entry.path !== 'string' || path !== shown)
    return { kind: 'unknown', path: shown, sha256 };
  bad.delete(sha256);
  found.add(sha256);
  return { kind: 'moved', path: shown, sha256, ...(row && { from: row.path }) };
}

async function addCopies(finding: VerifyFinding, { library, archive, files, backups }: VerifyParts): Promise<void> {
  const row = library.local.originals.find(finding.sha256!);
  const copies = [...(row ? await laidAside(row, archive, files) : []), ...((await backups?.(finding.sha256!)) ?? [])];
  if (copies.length > 0) finding.copies = copies;
}

/**
 * The files with the bytes of an original in `duplicates/`, and in `trash/`: a library from before its photo was purged says that
 * it is in its place.
 */
async function laidAside({ sha256, bytes }: OriginalRow, archive: string, files: Files): Promise<string[]> {
  const found: string[] = [];
  for (const folder of aside) {
    for (const { name, path, kind } of (await files.list(join(archive, folder))) ?? []) {
      if (kind !== 'file' || (await files.stat(path))?.size !== bytes) continue;
      if ((await check(path.toString(), sha256, files)) === undefined) found.push(`${folder}/${printable(name)}`);
    }
  }
  return found;
}

async function checkRenditions(
  sha256: string,
  body: PhotoDocument,
  parts: VerifyParts,
): Promise<VerifyFinding | undefined> {
  const { library, blobs, files } = parts;
  const named = { ...renditionsShown(body.renditions), ...clipsShown(body) };
  const broken: Shown[] = [];
  for (const which of ['thumb', 'preview', 'hover', 'video'] as const) {
    const hash = named[which]?.sha256;
    if (hash !== undefined && (await check(join(blobs, hash.slice(0, 2), hash), hash, files))) broken.push(which);
  }
  if (broken.length === 0) return undefined;
  const path = library.local.originals.find(sha256)?.path ?? viewPhoto(sha256, body, { here: false }).name;
  return { kind: 'rendition', path: printable(path), sha256, renditions: broken };
}
