/**
 * Repairs the findings of a check for which nothing has to be replaced or removed: moved originals get their row,
 * missing originals are restored from a copy, renditions are made again. Files in the archive keep their place and
 * bytes. Each step is durable by itself; a crash leaves some of it done, and the next check finds the rest.
 */
import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import type { Archive } from '../archive/archive.js';
import { archiveName } from '../archive/original-names.js';
import type { Blobs } from '../archive/blob-store.js';
import { parentOf, type Files } from '../base/files.js';
import { developOf, picturesOf } from '../document/develop.js';
import { clipsShown, isDamaged, renditionsShown } from '../document/facts.js';
import { photoOf, type PhotoDocument, type Rendition, type Renditions } from '../document/photo-document.js';
import { photoWith, updatePhotosWith } from '../library/items-of-bytes.js';
import { viewPhoto } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import { formatOf, headLength, type Format } from '../photo/formats/identify.js';
import type { Films } from '../video/transcode.js';
import { isVideo } from '../video/ffmpeg-input.js';
import { developPhoto } from './develop-photo.js';
import { makeClip } from './transcode-jobs.js';
import { pictureFilm } from './ingest-video.js';
import { storeRendered } from './store-renditions.js';
import type { IngestParts } from './ingest-parts.js';
import { isLost, type VerifyFinding } from './verify-home.js';

/** The path of a copy with these bytes outside the home, in a backup. It may be damaged. */
export type SpareCopy = (kind: 'originals' | 'renditions', sha256: string) => Promise<string | undefined>;

/** The dependencies of a repair. */
export interface RepairParts {
  library: Library;
  archive: Archive;
  blobs: Blobs;
  files: Files;
  films: Films;
  /** Makes the scaled pictures, with a concurrency limit. */
  render: IngestParts['render'];
  /**
   * Copies of originals, also for damaged ones, and of renditions. Without it, only missing ones are restored, from
   * copies found by the check.
   */
  elsewhere?: SpareCopy;
  /** Called with the number of findings processed. */
  progress?: (done: number) => void;
}

/** The maximum number of names tried for one original. */
const mostNames = 20;
/** The number of photos in progress: reading one overlaps with rendering another. */
const lanes = 4;
/** Repairs what is possible, and marks it as `repaired`. Findings whose repair fails stay unchanged. */
export async function repair(findings: readonly VerifyFinding[], parts: RepairParts): Promise<void> {
  let done = 0;
  const step = async (finding: VerifyFinding, work: () => Promise<boolean>): Promise<void> => {
    // An error of one finding does not stop the others: its finding stays unchanged.
    if (await work().catch(() => false)) finding.repaired = true;
    parts.progress?.(++done);
  };
  for (const finding of findings) if (finding.kind === 'moved') await step(finding, () => takeUp(finding, parts));
  for (const finding of findings) if (isLost(finding)) await step(finding, () => putBack(finding, parts));
  const broken = findings.filter(({ kind }) => kind === 'rendition');
  const lane = async (): Promise<void> => {
    for (let one = broken.pop(); one; one = broken.pop()) {
      const finding = one;
      await step(finding, () => remake(finding, parts));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Records the new place of an original. */
async function takeUp({ path, sha256 }: VerifyFinding, { library, archive, files }: RepairParts): Promise<boolean> {
  const look = await files.stat(archive.resolve(path));
  if (!look) return false;
  const claim = library.local.originals.find(sha256!)?.claim ?? '';
  const row = { path, claim, bytes: look.size, modified: look.mtimeMs };
  library.local.originals.put({ sha256: sha256!, state: 'here', ...row });
  await files.protect(archive.resolve(path)).catch(() => undefined);
  return true;
}

/**
 * Restores an original from a copy. A damaged one stays, and only a restore from a backup puts the intact one beside
 * it, under a new name.
 */
async function putBack({ kind, sha256, copies = [] }: VerifyFinding, parts: RepairParts): Promise<boolean> {
  const { archive, elsewhere } = parts;
  if (kind !== 'missing' && !elsewhere) return false;
  const backup = await elsewhere?.('originals', sha256!);
  const inside = copies.map((path) => (isAbsolute(path) ? path : archive.resolve(path)));
  for (const from of backup === undefined ? inside : [backup, ...inside]) {
    if (await copyBack(from, sha256!, parts).catch(() => false)) return true;
  }
  return false;
}

async function copyBack(from: string, sha256: string, { library, archive, files }: RepairParts): Promise<boolean> {
  const { originals } = library.local;
  const row = originals.find(sha256);
  const photo = photoWith(library, sha256);
  if (!row) return false;
  const view = photo && viewPhoto(sha256, photo, { here: false });
  for (let n = -1; n < mostNames; n++) {
    // A sidecar has no document, and its only place is beside its photo.
    const path = n < 0 ? row.path : view && archiveName(view.taken, view.name, sha256, n);
    if (path === undefined) return false;
    const holder = originals.findByPath(path);
    if (archive.occupied(path) || (holder && holder.sha256 !== sha256)) continue;
    const to = archive.resolve(path);
    await files.makeFolder(parentOf(to));
    const copy = await files.copy(from, to);
    if (copy.kind === 'taken') continue;
    if (copy.sha256 !== sha256) {
      await files.remove(to);
      return false;
    }
    await files.setTimes(to, { mtimeNs: BigInt(Math.round(row.modified * 1e6)) });
    await files.protect(to);
    originals.put({ ...row, path, state: 'here' });
    return true;
  }
  return false;
}

/** Makes the renditions and videos of a photo again: from a backup, or from its original. */
async function remake({ sha256 }: VerifyFinding, parts: RepairParts): Promise<boolean> {
  const { library, archive, files } = parts;
  const photo = photoWith(library, sha256!);
  if (!photo) return false;
  const clips = clipsShown(photo);
  const pictures = await areThere(Object.values(renditionsShown(photo.renditions)), parts);
  const lost: ('hover' | 'video')[] = [];
  for (const name of ['hover', 'video'] as const) {
    const clip = clips[name];
    if (clip && !(await fetch(clip, parts))) lost.push(name);
  }
  const edited = await mendDeveloped(sha256!, parts);
  if (pictures && lost.length === 0) return edited;
  const row = library.local.originals.find(sha256!);
  if (row?.state !== 'here') return false;
  const path = archive.resolve(row.path);
  const format = formatOf(await files.head(path, headLength));
  // Renditions of other bytes would show another picture.
  if ((await files.hash(path)).sha256 !== sha256) return false;
  // The same recipe may give other bytes with another version of a codec: then the document names these.
  const write = (change: (photo: PhotoDocument) => Partial<PhotoDocument>): void =>
    void updatePhotosWith(library, sha256, (body) => ({ ...body, ...change(body) }));
  if (!pictures) {
    const renditions = await picture(path, row.bytes, format, parts, isDamaged(photo.renditions));
    write(() => ({ renditions }));
  }
  for (const name of lost) {
    const made = await makeClip(path, row.bytes, photo.facts, name, parts);
    write((body) => ({ clips: { ...body.clips, [name]: made } }));
  }
  return edited;
}

/** Restores the developed pictures of all items with these bytes; false if one can't be restored. */
async function mendDeveloped(sha256: string, parts: RepairParts): Promise<boolean> {
  let intact = true;
  for (const id of parts.library.items.withBytes(sha256)) {
    const photo = photoOf(parts.library.get(id)?.body);
    const shown = photo ? developOf(photo) : 'original';
    const made = photo && typeof shown !== 'string' ? picturesOf(photo, shown) : undefined;
    if (!made || (await areThere([made.thumb, made.preview], parts))) continue;
    intact = (await developPhoto(parts, id, true)) && intact;
  }
  return intact;
}

async function picture(
  path: string,
  bytes: number,
  format: Format,
  parts: RepairParts,
  asIs: boolean,
): Promise<Renditions> {
  return isVideo(format)
    ? pictureFilm(parts, { path, format, bytes }, asIs)
    : storeRendered(await parts.render(path, format, asIs), format, parts.blobs, true);
}

const areThere = async (renditions: readonly Rendition[], parts: RepairParts): Promise<boolean> =>
  (await Promise.all(renditions.map((rendition) => fetch(rendition, parts)))).every(Boolean);

/** Whether a rendition is intact here, or restored from a backup. */
async function fetch({ sha256, bytes }: Rendition, { blobs, files, elsewhere }: RepairParts): Promise<boolean> {
  for (const path of [blobs.path(sha256), await elsewhere?.('renditions', sha256)]) {
    const look = path === undefined ? undefined : await files.stat(path);
    if (path === undefined || look?.size !== bytes) continue;
    const content = await files.head(path, bytes);
    if (createHash('sha256').update(content).digest('hex') !== sha256) continue;
    if (path !== blobs.path(sha256)) await blobs.put(content, true);
    return true;
  }
  return false;
}
