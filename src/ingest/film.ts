/**
 * What is made of a video when it comes in, and again where it could not be made then: facts, and pictures of a frame. Without
 * ffmpeg the facts are those that ExifTool knows, and there are no pictures; the recipes say so, so that whoever can make them
 * later, here or on another server, wins. A crash leaves a temporary file that is swept away.
 */
import { stat } from 'node:fs/promises';
import type { Blobs } from '../archive/blobs.js';
import { PhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { newExif } from '../document/arrival.js';
import type { Facts, Renditions } from '../document/photo.js';
import { isCutOff, renderError } from '../photo/failure.js';
import type { Format } from '../photo/identify.js';
import { factsRecipe, type Metadata } from '../photo/metadata.js';
import { previewEdge, type Rendered } from '../photo/renditions.js';
import type { Films, Source } from '../video/films.js';
import { isPlayable } from '../video/playable.js';
import type { Film } from '../video/probe.js';
import { storeRendered } from './pictures.js';
import type { Made } from './record.js';

/** What making pictures of a video works with. */
export interface PictureParts {
  films: Films;
  blobs: Blobs;
  files: Files;
  /** Makes the scaled pictures. */
  render(path: string, format: Format): Promise<Rendered>;
}

/** What reading it works with, too. */
export interface FilmParts extends PictureParts {
  metadata: Metadata;
}

/** The recipe of facts that were read without ffprobe: below every whole one. */
const unaided = 0.5;
/** The renditions of what could not be shown here: below every recipe. */
const none: Renditions = { recipe: 0 };
const untold: Renditions = { ...none, unshown: 'no-ffmpeg' };
/** ms without a write after which the end of a film is not waited for any more. */
const patience = 24 * 3_600_000;

const png: Format = { type: 'image/png', family: 'png', name: 'PNG' };

/**
 * Reads a video and makes its pictures; `inspecting` is called when they are made. One that ffmpeg can't show, though there is
 * a film in it, has no pictures.
 * @throws PhotospoolError `truncated` (its end is missing), `undecodable` (there is no film in it), `timeout`, `busy`.
 */
export async function makeFilm(parts: FilmParts, source: Source, inspecting: () => void): Promise<Made> {
  const { films, metadata } = parts;
  await checkWhole(source);
  const film = films.missing.length > 0 ? undefined : await look(films, source);
  const renditions = film ? await pictures(parts, source, film) : films.missing.length > 0 ? untold : none;
  inspecting();
  const read = await metadata.read(source.path, source.format, source.bytes, film?.pictures && sizeOf(film));
  return {
    facts: film ? { ...read.facts, ...factsOf(film, source) } : { ...read.facts, recipe: unaided },
    renditions,
    exif: newExif(factsRecipe, read.tags, read.cut),
  };
}

/** What a video is; undefined where it is sound, but of a codec that is not decoded here. */
async function look(films: Films, source: Source): Promise<Film | undefined> {
  try {
    return await films.look(source);
  } catch (error) {
    if (error instanceof PhotospoolError && error.code === 'unsupported') return undefined;
    throw error;
  }
}

/** A film that is still arriving: for a day after its last write, then what is there is taken. */
async function checkWhole({ path, format }: Source): Promise<void> {
  if (!(await isCutOff(path, format)) || Date.now() - (await stat(path)).ctimeMs > patience) return;
  throw renderError('truncated', path, format);
}

const sizeOf = ({ pictures: { width, height } }: Film): { width: number; height: number } => ({ width, height });

function factsOf(film: Film, { format }: Source): Partial<Facts> {
  const { pictures, sound, seconds } = film;
  return {
    ...(seconds > 0 && { seconds: Number(seconds.toFixed(3)) }),
    codecs: { video: pictures.codec, ...(sound && { audio: sound.codec }) },
    ...(isPlayable(film, format.type) && { playable: true }),
  };
}

/** Makes the pictures of a video alone. @throws as `makeFilm`. */
export async function pictureFilm(parts: PictureParts, source: Source): Promise<Renditions> {
  return pictures(parts, source, await parts.films.look(source));
}

async function pictures(parts: PictureParts, source: Source, film: Film): Promise<Renditions> {
  const { films, blobs, files } = parts;
  const frame = blobs.temporary();
  try {
    await films.poster(source, film, previewEdge, frame);
    return await storeRendered(await parts.render(frame, png), source.format, blobs);
  } catch (error) {
    // No picture of a film is no reason to keep it out; but one that could be made in a moment is waited for.
    if (!(error instanceof PhotospoolError) || error.code === 'busy') throw error;
    return none;
  } finally {
    await files.remove(frame);
  }
}
