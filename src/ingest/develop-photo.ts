/**
 * Makes the developed pictures of an item (document/develop.ts) from its original, stores them durably, and writes them
 * into its document. A crash leaves blobs at most.
 */
import type { Archive } from '../archive/archive.js';
import type { Blobs } from '../archive/blob-store.js';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { developKey, developOf, picturesOf, type Develop, type DevelopedPictures } from '../document/develop.js';
import { factsShown, isDamaged } from '../document/facts.js';
import { itemOf } from '../document/item-id.js';
import { isNewer } from '../document/merge.js';
import { photoOf, type PhotoDocument } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { recipeOf, recipeOfType } from '../photo/formats/families.js';
import { formatOf, headLength } from '../photo/formats/identify.js';
import type { Films } from '../video/transcode.js';
import { isVideo } from '../video/ffmpeg-input.js';
import type { IngestParts } from './ingest-parts.js';
import { pictureFilm } from './ingest-video.js';
import { storeRendered } from './store-renditions.js';

/** The dependencies of developing. */
export interface DevelopParts {
  library: Library;
  archive: Archive;
  blobs: Blobs;
  files: Files;
  films: Films;
  render: IngestParts['render'];
}

const marked = (recipe: number): string => String(recipe).padStart(4, '0');

/** An item that is shown developed. */
interface DevelopedItem {
  photo: PhotoDocument;
  develop: Develop;
  /** Its document has pictures of this recipe, and their files are on this server. */
  isMade: boolean;
  isHere: boolean;
}

/**
 * An item (the id of its document) that is shown developed and whose pictures are not made, made by an older recipe, or
 * not on this server; undefined for others.
 */
export function lacksDeveloped(parts: Pick<DevelopParts, 'library' | 'blobs'>, id: string): DevelopedItem | undefined {
  const found = developedItem(parts, id);
  return found?.isMade === true && found.isHere ? undefined : found;
}

function developedItem({ library, blobs }: Pick<DevelopParts, 'library' | 'blobs'>, id: string) {
  const body = library.get(id)?.body;
  const photo = body && !isNewer(body) ? photoOf(body) : undefined;
  const shown = photo ? developOf(photo) : 'original';
  if (!photo || typeof shown === 'string') return undefined;
  const made = picturesOf(photo, shown);
  const isMade = made !== undefined && made.at >= marked(recipeOfType(factsShown(photo.facts).type));
  const isHere = made !== undefined && [made.thumb, made.preview].every(({ sha256 }) => blobs.has(sha256));
  return { photo, develop: shown, isMade, isHere };
}

/**
 * Makes the missing pictures of an item, or with `anew` all of them; false if there is nothing to make, the original is
 * not on this server, or it is a video and ffmpeg is missing.
 * @throws PhotospoolError as `Decoders.render`; `corrupt` if the original has changed.
 */
export async function developPhoto(parts: DevelopParts, id: string, anew = false): Promise<boolean> {
  const { library, archive, files, films } = parts;
  const [item, lacking] = [itemOf(id), anew ? developedItem(parts, id) : lacksDeveloped(parts, id)];
  const row = item && library.local.originals.find(item.sha256);
  if (!lacking || row?.state !== 'here') return false;
  if (films.missing.length > 0 && isVideo(factsShown(lacking.photo.facts))) return false;
  const path = archive.resolve(row.path);
  // Pictures of other bytes would show another photo.
  if ((await files.hash(path)).sha256 !== item?.sha256)
    throw new PhotospoolError('corrupt', `${printable(path)} has been changed.`, {
      path,
      hint: 'Run `photospool verify` for details.',
    });
  const made = await picturesFor(parts, path, row.bytes, lacking);
  library.update<PhotoDocument>(id, (body) => body && withPictures(body, lacking.develop, made));
  return true;
}

async function picturesFor(
  parts: DevelopParts,
  path: string,
  bytes: number,
  { photo, develop }: { photo: PhotoDocument; develop: Develop },
): Promise<DevelopedPictures> {
  const { files, blobs, render } = parts;
  const format = formatOf(await files.head(path, headLength));
  const asIs = isDamaged(photo.renditions);
  const { thumb, preview, thumbhash } = isVideo(format)
    ? await pictureFilm(parts, { path, format, bytes }, asIs, develop)
    : await storeRendered(await render(path, format, asIs, develop), format, blobs, true);
  if (!thumb || !preview || thumbhash === undefined)
    throw new PhotospoolError('undecodable', 'This file has no picture that can be edited.');
  return { at: marked(recipeOf(format)), thumb, preview, thumbhash };
}

/** A document with these pictures in place of all others; unchanged if it is no longer shown that way. */
function withPictures(body: PhotoDocument, develop: Develop, made: DevelopedPictures): PhotoDocument {
  const shown = developOf(body);
  const key = developKey(develop);
  return typeof shown === 'string' || developKey(shown) !== key ? body : { ...body, developed: { [key]: made } };
}
