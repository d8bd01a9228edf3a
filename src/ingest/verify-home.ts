/**
 * Checks a home against its library: every original in the archive and every rendition by its hash, and unknown files.
 * Reads every byte; changes nothing.
 */
import { join } from 'node:path';
import { originalPath } from '../archive/archive.js';
import { printable } from '../base/errors.js';
import type { Entry, Files } from '../base/files.js';
import { picturesNeeded } from '../document/develop.js';
import { clipsShown } from '../document/facts.js';
import type { PhotoDocument, Rendition } from '../document/photo-document.js';
import { countItems, scanItems } from '../library/items-of-bytes.js';
import { viewPhoto } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import type { OriginalRow } from '../library/local-tables.js';

/** The kinds of renditions. */
export type Shown = 'thumb' | 'preview' | 'hover' | 'video';

/** A difference from the library. Paths are relative to the archive. */
export interface VerifyFinding {
  /**
   * `moved`: an original elsewhere in the archive than recorded, or not recorded as here. `unknown`: a file that is not
   * in the library. `unreadable`: a disk error. `rendition`: a scaled picture or a video that is missing or changed;
   * the path is the photo's.
   */
  kind: 'missing' | 'changed' | 'moved' | 'unknown' | 'unreadable' | 'rendition';
  path: string;
  /** The hash in the library; for an unknown file, that of its bytes. Absent if it could not be read. */
  sha256?: string;
  /** For a moved one: its recorded path; absent if it was recorded as not here. */
  from?: string;
  /** For a missing or changed original: paths of copies, in the archive or absolute. */
  copies?: string[];
  /** For a rendition: which ones. */
  renditions?: Shown[];
  repaired?: true;
}

/** The result of a check. */
export interface Verified {
  /** The number of originals read. */
  checked: number;
  findings: VerifyFinding[];
}

/** The input of a check. Folders are absolute. */
export interface VerifyParts {
  library: Library;
  archive: string;
  blobs: string;
  files: Files;
  /** The copies of an original in backups, by its hash. */
  backups?: (sha256: string) => Promise<string[]>;
  /** Called with the number of files read, and the total. */
  progress?: (done: number, total: number) => void;
}

/** Folders of the archive without originals. */
const aside = new Set(['duplicates', 'trash']);
const lost = new Set<VerifyFinding['kind']>(['missing', 'changed', 'unreadable']);

/** Whether an original in the archive is missing or damaged. */
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

/** The problem of a file that should have these bytes. */
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
    // A disk error of one file is a finding; the others are still checked.
    return 'unreadable';
  }
}

/** A file in the archive without a row. */
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
    // If only the case differs, it is that original, unless the system can tell them apart.
    const named = row && (row.path === path || bad.get(row.sha256)?.kind !== 'missing');
    if (entry.kind === 'file' && !named) yield { path, entry };
  }
}

/**
 * Classifies a file without a row. One that is a missing original is removed from the missing ones; of two, the first.
 */
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
  // A file whose name can't be stored can't be adopted.
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
 * Copies of an original in `duplicates/` and `trash/`: a library from before the purge of its photo expects it in its
 * place.
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
  const named = [...picturesNeeded(body), ...Object.entries(clipsShown(body))] as [Shown, Rendition][];
  const broken: Shown[] = [];
  for (const [which, { sha256: hash }] of named) {
    const isBroken = !broken.includes(which) && (await check(join(blobs, hash.slice(0, 2), hash), hash, files));
    if (isBroken) broken.push(which);
  }
  if (broken.length === 0) return undefined;
  const path = library.local.originals.find(sha256)?.path ?? viewPhoto(sha256, body, { here: false }).name;
  return { kind: 'rendition', path: printable(path), sha256, renditions: broken };
}
