/**
 * Renders pictures that were made by an older recipe, are missing, or could not be rendered before. Progress is in the
 * documents, so an interrupted run is continued by the next; a crash leaves blobs at most. Originals are only read.
 */
import type { Archive } from '../archive/archive.js';
import type { Blobs } from '../archive/blob-store.js';
import { PhotospoolError, printable, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { isDamaged, renditionsShown } from '../document/facts.js';
import { own } from '../document/json-values.js';
import { isNewer } from '../document/merge.js';
import { exifId, type PhotoDocument, type Renditions } from '../document/photo-document.js';
import { photoWith, scanItems, updatePhotosWith } from '../library/items-of-bytes.js';
import type { Library } from '../library/library.js';
import { gainMapRecipe } from '../photo/decode/renditions.js';
import { recipeOfType } from '../photo/formats/families.js';
import { formatOf, headLength } from '../photo/formats/identify.js';
import type { Films } from '../video/transcode.js';
import { isVideo } from '../video/ffmpeg-input.js';
import { pictureFilm } from './ingest-video.js';
import { developPhoto, lacksDeveloped } from './develop-photo.js';
import type { IngestParts } from './ingest-parts.js';
import { storeRendered } from './store-renditions.js';

/** The dependencies of the run. */
export interface RerenderParts {
  library: Library;
  archive: Archive;
  blobs: Blobs;
  files: Files;
  films: Films;
  render: IngestParts['render'];
  /** The number of photos processed concurrently. */
  lanes: number;
  /** Called with the number of photos processed, and the total. */
  progress?: (done: number, total: number) => void;
}

/** A photo that could not be rendered: the path of its original in the archive, and why, as a sentence. */
export interface NotRendered {
  path: string;
  reason: string;
}

/** The result. `away`: photos whose original is not on this server, for another one to render. */
export interface Rerendered {
  looked: number;
  made: number;
  away: number;
  failed: NotRendered[];
}

/** Whether the pictures of a document are those of this version, as far as this server can make them. */
function isCurrent({ facts, renditions }: PhotoDocument, { blobs, films }: RerenderParts): boolean {
  const recipe = own(renditions, 'recipe');
  const unshown = own(renditions, 'unshown');
  // Only another attempt shows whether a damaged one can be rendered better.
  if (isDamaged(renditions)) return false;
  if (unshown === 'no-ffmpeg') return films.missing.length > 0;
  if (typeof recipe !== 'number' || recipe < recipeOfType(String(own(facts, 'type')))) return false;
  if (unshown !== undefined) return true;
  const { thumb, preview } = renditionsShown(renditions);
  return thumb !== undefined && preview !== undefined && blobs.has(thumb.sha256) && blobs.has(preview.sha256);
}

/** Types whose gain maps are read. */
const typesWithGainMap = ['image/jpeg', 'image/heic', 'image/heif'];
/** Tags of originals that may have a gain map: Adobe's XMP, which Ultra HDR files have, too, and Apple's maker notes. */
const gainMapTags = ['XMP-hdrgm:Version', 'Apple:HDRHeadroom', 'Apple:HDRGain'];

/** Whether the pictures may lack the gain map of their original: an older recipe made them, and its tags name one. */
function lacksGainMap({ facts, renditions }: PhotoDocument, sha256: string, { library }: RerenderParts): boolean {
  const type = String(own(facts, 'type'));
  const recipe = own(renditions, 'recipe');
  if (!typesWithGainMap.includes(type) || typeof recipe !== 'number' || recipe >= recipeOfType(type) + gainMapRecipe)
    return false;
  const tags = own(library.get(exifId(sha256))?.body, 'tags');
  return gainMapTags.some((name) => own(tags, name) !== undefined);
}

/** Processes all photos and renders what is needed. No more are started after `ended`. */
export async function rerender(parts: RerenderParts, ended?: AbortSignal): Promise<Rerendered> {
  const { library, progress = () => undefined } = parts;
  const outcome: Rerendered = { looked: 0, made: 0, away: 0, failed: [] };
  const wanted = new Set<string>();
  for (const { id, sha256, body } of scanItems(library)) {
    outcome.looked++;
    const isDone = isCurrent(body, parts) && !lacksDeveloped(parts, id) && !lacksGainMap(body, sha256, parts);
    if (!isNewer(body) && !isDone) wanted.add(sha256);
  }
  const total = wanted.size;
  const open = [...wanted];
  let done = 0;
  const lane = async (): Promise<void> => {
    for (let sha256 = open.pop(); sha256 !== undefined && !ended?.aborted; sha256 = open.pop()) {
      const what = await remake(sha256, parts);
      if (typeof what === 'object') outcome.failed.push(what);
      else if (what !== 'same') outcome[what]++;
      progress(++done, total);
    }
  };
  await Promise.all(Array.from({ length: parts.lanes }, lane));
  return outcome;
}

/** `same`: the result for a damaged one did not change. */
async function remake(sha256: string, parts: RerenderParts): Promise<'made' | 'away' | 'same' | NotRendered> {
  const { library, archive } = parts;
  const row = library.local.originals.find(sha256);
  if (row?.state !== 'here') return 'away';
  try {
    const before = photoWith(library, sha256);
    const developed = await developAll(sha256, parts);
    const lacked = before !== undefined && lacksGainMap(before, sha256, parts);
    if (before && isCurrent(before, parts) && !lacked) return developed ? 'made' : 'same';
    const pictures = await render(archive.resolve(row.path), sha256, row.bytes, parts, isDamaged(before?.renditions));
    // Also if the map can't be kept, so that it is not tried again.
    const recipe = lacked ? recipeOfType(String(own(before.facts, 'type'))) + gainMapRecipe : pictures.recipe;
    const made = { ...pictures, recipe };
    // Not merged by recipe: the same one may give other bytes with another decoder, and these are the ones on this
    // server.
    const changed = updatePhotosWith(library, sha256, (body) => ({ ...body, renditions: made }));
    return !changed && made.damaged ? 'same' : 'made';
  } catch (error) {
    // An error of one original does not stop the others.
    return { path: printable(row.path), reason: toPhotospoolError(error, 'render', row.path).message };
  }
}

/** Makes the developed pictures of all items with these bytes; false if none lacks any. */
async function developAll(sha256: string, parts: RerenderParts): Promise<boolean> {
  let made = false;
  for (const id of parts.library.items.withBytes(sha256)) made = (await developPhoto(parts, id)) || made;
  return made;
}

/** `asIs`: it was damaged before; otherwise a partial result does not replace the current pictures. */
async function render(
  path: string,
  sha256: string,
  bytes: number,
  parts: RerenderParts,
  asIs: boolean,
): Promise<Renditions> {
  const { files, blobs } = parts;
  const format = formatOf(await files.head(path, headLength));
  // Renditions of other bytes would show another picture.
  if ((await files.hash(path)).sha256 !== sha256)
    throw new PhotospoolError('corrupt', `${printable(path)} has been changed.`, {
      path,
      hint: 'Run `photospool verify` for details.',
    });
  if (isVideo(format)) return pictureFilm(parts, { path, format, bytes }, asIs);
  return storeRendered(await parts.render(path, format, asIs), format, blobs, true);
}
