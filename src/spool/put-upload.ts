/**
 * Uploads by a single request, the PUT of WebDAV. A complete one is first listed for its sender (library/sent-files.ts), then its
 * bytes go to the spool. A file whose name the spool ignores waits among the uploads until its entry has another name. An entry
 * names its upload, so every step can be repeated after a crash (docs/webdav.md).
 */
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import type { Files } from '../base/files.js';
import { owner } from '../document/photo-senders.js';
import { splitPath, type SentFile, type SentFiles } from '../library/sent-files.js';
import { headLength, whyNotTaken } from '../photo/formats/identify.js';
import { duplicateName } from '../archive/original-names.js';
import { isClaimName } from './claim-name.js';
import { itemName, parseItem } from './claim-record.js';
import { hintedPath, type Note } from './finish-upload.js';
import { isLeftAlone } from './ignored-names.js';
import { comingName } from './place-upload.js';
import { pathOfSender } from './sender-folders.js';

/** How long files stay listed, in ms. */
export const listedFor = 30 * 24 * 3_600_000;

/**
 * What happens to the bytes of a complete upload. `known`: they are already listed under that name, and are discarded.
 * `gone`: its entry was removed meanwhile, and they are discarded. `waits`: they stay, because the spool ignores a file
 * of that name. `goes`: they go to the spool, with that name and folder. `replaced`: no entry names the upload any
 * longer.
 */
export type NextStep =
  | { kind: 'known' | 'gone' | 'waits'; replaced?: string }
  | { kind: 'goes'; folder: string; name: string; replaced?: string };

/** A sealed upload that is to be listed. `now` in ms. */
export interface Listing {
  id: string;
  note: Note & { put: string };
  now: number;
  /** The upload of an entry whose bytes no longer exist. */
  stale?: string;
}

/** Lists a sealed upload, in one transaction, and returns what happens to its bytes. */
export const listUpload = (sent: SentFiles, listing: Listing): NextStep => sent.together(() => list(sent, listing));

function list(sent: SentFiles, { id, note, now, stale }: Listing): NextStep {
  const { by: sender, put: path, holder, sha256 = '', length: bytes } = note;
  const there = sent.find(sender, path);
  let replaced: string | undefined;
  if (note.waits !== true && sent.ofUpload(id).length === 0) {
    if (there?.file?.sha256 === sha256 && there.file.upload !== stale) return { kind: 'known' };
    const { parent: folder, name } = splitPath(path);
    const isGone = folder !== '' && !isFolder(sent.find(sender, folder));
    // While it was received, its folder was removed, or a folder with its name was created: it can't be listed.
    if (isGone || isFolder(there))
      return isGone && isLeftAlone(name) ? { kind: 'gone' } : { kind: 'goes', folder, name };
    const modified = Number(note.metadata['modified'] ?? now);
    const file = { bytes, sha256, upload: id, ...(holder !== undefined && { holder }) };
    sent.put({ ...splitPath(path), ...{ sender, modified, at: now, file }, ...keptOf(there) });
    replaced = there?.file?.upload;
    if (replaced !== undefined && sent.ofUpload(replaced).length > 0) replaced = undefined;
  }
  const rows = sent.ofUpload(id);
  if (rows.length === 0) return { kind: 'gone' };
  const named = rows.find(({ name }) => !isLeftAlone(name));
  const rest = replaced !== undefined && { replaced };
  if (!named) return { kind: 'waits', ...rest };
  const place = named.file?.sentAs ?? { folder: named.parent, name: named.name };
  for (const row of rows) sent.put({ ...row, file: { ...row.file!, sentAs: place } });
  return { kind: 'goes', ...place, ...rest };
}

const isFolder = (entry: SentFile | undefined): boolean => entry !== undefined && entry.file === undefined;

/** Lists an empty file; there are no bytes to keep. */
export function listEmpty(
  sent: SentFiles,
  { by: sender, put, sha256 = '' }: Note & { put: string },
  now: number,
): NextStep {
  const there = sent.find(sender, put);
  const [file, before] = [{ bytes: 0, sha256 }, there?.file?.upload];
  sent.put({ ...splitPath(put), ...{ sender, modified: now, at: now, file }, ...keptOf(there) });
  const isLast = before !== undefined && sent.ofUpload(before).length === 0;
  return { kind: 'known', ...(isLast && { replaced: before }) };
}

/** Properties are kept when the content under a name is replaced. */
const keptOf = (there: SentFile | undefined): Pick<SentFile, 'properties'> =>
  there?.properties ? { properties: there.properties } : {};

/** A note with the name and the folder under which the spool gets the bytes. */
export const renamed = (note: Note, { folder, name }: { folder: string; name: string }): Note => ({
  ...note,
  metadata: { ...note.metadata, filename: name, folder },
});

/** Whether bytes that waited are those of a photo or video: such a file is never removed. */
export const isPhoto = async (files: Files, part: string): Promise<boolean> =>
  whyNotTaken('', await files.head(part, headLength)) === undefined;

/** The folders that may contain the bytes of a sent file. */
export interface SentPlaces {
  incoming: string;
  work: string;
  files: Files;
  hashOf: HashOf;
}

/** The SHA-256 of a file with this status; undefined if it can't be read. */
export type HashOf = (path: string, stat: Stats) => Promise<string | undefined>;

/** How long a hash is cached, in ms, and the maximum number of them. */
const [rememberedFor, mostRemembered] = [60_000, 100];

/** Hashes files, once a minute while they do not change: clients read a file in many ranges. */
export function openHashes(files: Files, clock: Pick<Clock, 'now'>): HashOf {
  const known = new Map<string, { at: number; sha256: Promise<string | undefined> }>();
  return (path, { ino, size, mtimeMs, ctimeMs }) => {
    const key = [ino, size, mtimeMs, ctimeMs, path].join(' ');
    const found = known.get(key);
    if (found && Math.abs(clock.now() - found.at) < rememberedFor) return found.sha256;
    const hashed = files.hash(path).catch(() => undefined);
    const sha256 = hashed.then((one) => one?.sha256);
    known.delete(key);
    known.set(key, { at: clock.now(), sha256 });
    if (known.size > mostRemembered) known.delete(known.keys().next().value!);
    return sha256;
  };
}

/**
 * The absolute path of the bytes of a listed file in the spool: in `incoming` or in a claim of its sender; undefined if
 * they are in neither. Found by name, and checked by hash.
 */
export async function findSent(
  { incoming, work, files, hashOf }: SentPlaces,
  entry: SentFile,
): Promise<string | undefined> {
  const { file, sender: by } = entry;
  if (!file?.sentAs) return undefined;
  const { holder, sentAs } = file;
  const names = new Set(Array.from({ length: 20 }, (_, n) => duplicateName(comingName(sentAs.name), n)));
  const isIt = async (path: string): Promise<boolean> => {
    const found = await files.stat(path);
    if (found?.isFile() !== true || found.size !== file.bytes) return false;
    return (await hashOf(path, found)) === file.sha256;
  };
  const top = pathOfSender(incoming, { by, ...(holder !== undefined && { holder }) });
  for (const folder of new Set([hintedPath(top, sentAs.folder), top]))
    for (const name of names) if (await isIt(join(folder, name))) return join(folder, name);
  for (const { name, kind } of (await files.list(work)) ?? []) {
    if (kind !== 'folder' || !isClaimName(name)) continue;
    const item = parseItem((await files.readText(join(work, name, itemName))) ?? '');
    // Only a claim of this sender and holder: those of others must not be revealed.
    if (!item || (item.by ?? owner) !== by || item.holder !== holder) continue;
    if (names.has(item.name) && (await isIt(join(work, name, item.file)))) return join(work, name, item.file);
  }
  return undefined;
}
