/**
 * Ingests a video, and retries steps that failed before: facts, and pictures of a frame. Without ffmpeg the facts are
 * those of ExifTool, and there are no pictures; the recipes are lower then, so that better results from here or another
 * server win. A crash leaves a temporary file that is removed later.
 */
import type { Blobs } from '../archive/blob-store.js';
import { PhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { newExif } from '../document/arrival.js';
import type { Develop } from '../document/develop.js';
import type { Facts, Renditions } from '../document/photo-document.js';
import { isCutOff, renderError } from '../photo/decode/decode-errors.js';
import { recipeOf } from '../photo/formats/families.js';
import type { Format } from '../photo/formats/identify.js';
import { factsRecipe, type Metadata } from '../photo/facts/read-metadata.js';
import { previewEdge, type Rendered } from '../photo/decode/renditions.js';
import type { Films, VideoSource } from '../video/transcode.js';
import { isPlayable } from '../video/browser-playback.js';
import type { Film } from '../video/ffprobe.js';
import { storeRendered } from './store-renditions.js';
import type { ProcessedOriginal } from './record-original.js';

/** The dependencies of making pictures. */
export interface PictureParts {
  films: Films;
  blobs: Blobs;
  files: Files;
  /** Makes the scaled pictures, developed. */
  render(path: string, format: Format, asIs?: boolean, develop?: Develop): Promise<Rendered>;
}

/** The dependencies of reading, too. */
export interface FilmParts extends PictureParts {
  metadata: Metadata;
}

/** The recipe of facts without ffprobe: below every complete one. */
const unaided = 0.5;
/** The renditions without a picture: below every recipe. */
const none: Renditions = { recipe: 0 };
const untold: Renditions = { ...none, unshown: 'no-ffmpeg' };
const png: Format = { type: 'image/png', family: 'png', name: 'PNG' };

/**
 * Reads a video and makes its pictures; `inspecting` is called when they are made. A valid video that ffmpeg can't
 * decode has no pictures. `asIs`: accepts a damaged one.
 * @throws PhotospoolError `truncated` (its end is missing), `undecodable` (it contains no video), `timeout`, `busy`.
 */
export async function makeFilm(
  parts: FilmParts,
  source: VideoSource,
  inspecting: () => void,
  asIs = false,
): Promise<ProcessedOriginal> {
  const { films, metadata } = parts;
  const cut = await isCutOff(source.path, source.format);
  if (cut && !asIs) throw renderError('truncated', source.path, source.format);
  const able = films.missing.length === 0;
  const found = able ? await look(films, source, asIs) : undefined;
  const film = found === 'damaged' ? undefined : found;
  const unseen = { ...(able ? none : untold), ...(cut && { damaged: true }) };
  const renditions = film ? await pictures(parts, source, film, cut) : found ? spoilt(source) : unseen;
  inspecting();
  const read = await metadata.read(source.path, source.format, source.bytes, film?.pictures && sizeOf(film));
  return {
    facts: film ? { ...read.facts, ...factsOf(film, source) } : { ...read.facts, recipe: unaided },
    renditions,
    exif: newExif(factsRecipe, read.tags, read.cut),
  };
}

/** Probes a video; undefined if it is valid, but of an unsupported codec. */
async function look(films: Films, source: VideoSource, asIs: boolean): Promise<Film | 'damaged' | undefined> {
  try {
    return await lookAt(films, source, asIs);
  } catch (error) {
    if (error instanceof PhotospoolError && error.code === 'unsupported') return undefined;
    throw error;
  }
}

/** Probes a video, or with `asIs` reports that it is too damaged. */
async function lookAt(films: Films, source: VideoSource, asIs: boolean): Promise<Film | 'damaged'> {
  try {
    return await films.look(source);
  } catch (error) {
    if (asIs && error instanceof PhotospoolError && error.code === 'undecodable') return 'damaged';
    throw error;
  }
}

/** The renditions of a video too damaged for pictures. */
const spoilt = ({ format }: VideoSource): Renditions => ({
  recipe: recipeOf(format),
  unshown: 'damaged',
  damaged: true,
});

const sizeOf = ({ pictures: { width, height } }: Film): { width: number; height: number } => ({ width, height });

function factsOf(film: Film, { format }: VideoSource): Partial<Facts> {
  const { pictures, sound, seconds } = film;
  return {
    ...(seconds > 0 && { seconds: Number(seconds.toFixed(3)) }),
    codecs: { video: pictures.codec, ...(sound && { audio: sound.codec }) },
    ...(isPlayable(film, format.type) && { playable: true }),
  };
}

/**
 * Makes only the pictures of a video, rotated as in `develop`; with `asIs`, those that are possible for a damaged one.
 * @throws as `makeFilm`.
 */
export async function pictureFilm(
  parts: PictureParts,
  source: VideoSource,
  asIs = false,
  develop?: Develop,
): Promise<Renditions> {
  const film = await lookAt(parts.films, source, asIs);
  if (film === 'damaged') return spoilt(source);
  return pictures(parts, source, film, await isCutOff(source.path, source.format), develop);
}

async function pictures(
  parts: PictureParts,
  source: VideoSource,
  film: Film,
  cut: boolean,
  develop?: Develop,
): Promise<Renditions> {
  const { films, blobs, files } = parts;
  const frame = blobs.temporary();
  try {
    await films.poster(source, film, previewEdge, frame);
    const rendered = await parts.render(frame, png, false, develop);
    const made = await storeRendered(rendered, source.format, blobs, develop !== undefined);
    return { ...made, ...(cut && { damaged: true }) };
  } catch (error) {
    // A missing picture is no reason to reject a video; but a temporary error is retried.
    if (!(error instanceof PhotospoolError) || error.code === 'busy') throw error;
    return cut && error.code === 'undecodable' ? spoilt(source) : none;
  } finally {
    await files.discard(frame);
  }
}
