/**
 * Makes the films of videos and motion photos in the background, one at a time: what the timeline shows on hover, and what browsers
 * play. Each is durable, with its document, before the next is begun. A crash leaves a temporary file, which is swept away;
 * what was being made is made anew.
 */
import { createReadStream } from 'node:fs';
import type { Archive } from '../archive/archive.js';
import type { Clock } from '../base/clock.js';
import { PhotospoolError, sentence, toPhotospoolError, type ErrorCode } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Sqlite } from '../base/sqlite.js';
import { motionOf } from '../document/facts.js';
import { merge } from '../document/merge.js';
import type { Clip } from '../document/clips.js';
import { exifId, photoId, photoOf, type ExifDocument, type PhotoDocument } from '../document/photo.js';
import type { Library } from '../library/library.js';
import { headLength, identify } from '../photo/identify.js';
import type { Source } from '../video/films.js';
import type { Size } from '../video/making.js';
import { makeFilm, type FilmParts } from './film.js';
import { clipAt, openWanted, type Wanted, type Wish } from './wanted.js';

/** What making films works with. */
export interface ClipParts extends FilmParts {
  db: Sqlite;
  library: Library;
  archive: Archive;
  clock: Clock;
  log: Log;
  /** Calls when documents changed; returns the function that ends it. */
  onChange(listener: () => void): () => void;
}

/** What makes the films of a home. */
export interface Clips {
  wanted: Wanted;
  /** Makes what is missing until all is there that can be made now; answers how many were made. Never rejects. */
  drain(signal?: AbortSignal): Promise<number>;
  /** Goes on until the signal. */
  watch(signal: AbortSignal): Promise<void>;
}

/** ms between looks at what other processes changed. */
const rest = 30_000;

/** What is wrong with the file, and not with the machine. */
const faults: ReadonlySet<ErrorCode> = new Set(['undecodable', 'unsupported', 'timeout', 'too-large', 'truncated']);

/** Opens the maker; nothing is begun before a call. Without ffmpeg there is nothing that it can do. */
export function openClips(parts: ClipParts): Clips {
  const { db, library, clock, log, films } = parts;
  const wanted = openWanted(db, library, clock);

  async function makeNext(wish: Wish, signal?: AbortSignal): Promise<boolean> {
    const began = clock.now();
    try {
      await make(wish, parts);
      log.debug({ ...wish, seconds: (clock.now() - began) / 1000 }, `made ${wish.stage} of a video`);
      return true;
    } catch (error) {
      const failure = toPhotospoolError(error, 'render', wish.sha256);
      // What was called off is no failure.
      if (signal?.aborted !== true) {
        wanted.failed(wish, failure.message, faults.has(failure.code));
        log.warn({ ...wish, code: failure.code, err: failure.cause }, sentence(failure));
      }
      return false;
    }
  }

  async function drain(signal?: AbortSignal): Promise<number> {
    let made = 0;
    while (films.missing.length === 0 && signal?.aborted !== true) {
      await wanted.follow();
      const wish = wanted.next();
      if (!wish) break;
      if (await makeNext(wish, signal)) made++;
    }
    return made;
  }

  return {
    wanted,
    drain,
    async watch(signal) {
      const turn = new Turn();
      const unlisten = parts.onChange(() => turn.wake());
      while (!signal.aborted) {
        const woken = turn.next();
        await drain(signal);
        const ended = new AbortController();
        await Promise.race([woken, clock.sleep(rest, AbortSignal.any([signal, ended.signal]))]);
        ended.abort();
      }
      unlisten();
    },
  };
}

/** Lets somebody wait for the next call of `wake`. */
class Turn {
  #wake: () => void = () => undefined;
  next(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
  wake(): void {
    this.#wake();
  }
}

/** Makes one thing that a document lacks. @throws PhotospoolError as films.ts, or `not-found` where the original went. */
async function make({ sha256, stage }: Wish, parts: ClipParts): Promise<void> {
  const { library, archive, files } = parts;
  const row = library.local.originals.find(sha256);
  const document = photoOf(library.get(photoId(sha256))?.body);
  if (row?.state !== 'here' || !document) throw new PhotospoolError('not-found', 'The original is not here any more.');
  const path = archive.resolve(row.path);
  const motion = motionOf(document.facts);
  if (motion && stage === 'video') return cutOut(path, motion, sha256, parts);
  const found = identify(await files.head(path, headLength));
  if (found.kind !== 'photo') throw new PhotospoolError('unsupported', `This can't be shown: ${found.reason}.`);
  const source = { path, format: found.format, bytes: row.bytes };
  return stage === 'pictures' ? picture(source, sha256, parts) : clip(source, sha256, stage, parts);
}

/** Reads a video anew and makes its pictures, where that could not be done before. */
async function picture(source: Source, sha256: string, parts: ClipParts): Promise<void> {
  const { library } = parts;
  const { facts, renditions, exif } = await makeFilm(parts, source, () => undefined);
  if (renditions.thumb === undefined) throw new PhotospoolError('undecodable', 'No picture of it could be made.');
  library.transaction(() => {
    library.update<PhotoDocument>(photoId(sha256), (body) => body && merge(body, { ...body, facts, renditions }));
    library.update<ExifDocument>(exifId(sha256), (body) => (body ? merge(body, exif) : exif));
  });
}

/** Makes a film of a video. */
async function clip(source: Source, sha256: string, name: 'hover' | 'video', parts: ClipParts): Promise<void> {
  const { films, blobs, files, library } = parts;
  const made = blobs.temporary();
  try {
    const film = await films.look(source);
    const size = await (name === 'hover' ? films.hover : films.play)(source, film, made);
    const kept = await keep(made, size, parts);
    library.update<PhotoDocument>(
      photoId(sha256),
      (body) => body && merge(body, { ...body, clips: { ...body.clips, [name]: kept } }),
    );
  } finally {
    await files.remove(made);
  }
}

async function keep(file: string, { width, height }: Size, { blobs }: ClipParts): Promise<Clip> {
  const { sha256, bytes } = await blobs.take(file);
  return { at: clipAt, sha256, type: 'video/mp4', width, height, bytes };
}

/** Makes the clip of a motion photo, which lies in its original, playable. */
async function cutOut(
  path: string,
  { at, bytes }: { at: number; bytes: number },
  sha256: string,
  parts: ClipParts,
): Promise<void> {
  const { blobs, files } = parts;
  const part = blobs.temporary();
  try {
    await files.pour(createReadStream(path, { start: at, end: at + bytes - 1 }), part);
    const found = identify(await files.head(part, headLength));
    if (found.kind !== 'photo') throw new PhotospoolError('unsupported', `Its clip can't be shown: ${found.reason}.`);
    await clip({ path: part, format: found.format, bytes }, sha256, 'video', parts);
  } finally {
    await files.remove(part);
  }
}
