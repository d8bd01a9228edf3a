/**
 * Transcodes videos and motion photos in the background, one at a time: the hover previews of the timeline, and the
 * versions that browsers play. Each one is durable, with its document, before the next starts. A crash leaves a
 * temporary file, which is removed later; the interrupted transcode is repeated.
 */
import type { Archive } from '../archive/archive.js';
import { openLogOnce } from '../base/async/log-once.js';
import { openListeners, type Subscribe } from '../base/async/listeners.js';
import type { Clock } from '../base/clock.js';
import { PhotospoolError, sentence, toPhotospoolError, type ErrorCode } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import { openRegular } from '../base/read-files.js';
import type { Sqlite } from '../base/sqlite.js';
import { motionOf } from '../document/facts.js';
import { house, itemOf } from '../document/item-id.js';
import { merge } from '../document/merge.js';
import { type Clip, exifId, type ExifDocument, type PhotoDocument } from '../document/photo-document.js';
import { keepFollowing } from '../library/follow.js';
import { photosWith, updatePhotosWith, withBytesOf } from '../library/items-of-bytes.js';
import type { Library } from '../library/library.js';
import { headLength, identify } from '../photo/formats/identify.js';
import type { VideoSource } from '../video/transcode.js';
import { makeFilm, type FilmParts } from './ingest-video.js';
import { clipAt, hasStage, lacksVideo, openWanted, type TranscodeBacklog, type Wish } from './transcode-backlog.js';

/** The dependencies of transcoding. */
export interface TranscodeParts extends FilmParts {
  db: Sqlite;
  library: Library;
  archive: Archive;
  clock: Clock;
  log: Log;
  /** Calls a listener when documents change; returns the function that unsubscribes it. */
  onChange: Subscribe;
}

/** The transcoder of a home. */
export interface TranscodeJobs {
  wanted: TranscodeBacklog;
  /** As `TranscodeBacklog.ask`, and starts with it when watching; false also without ffmpeg. */
  ask(sha256: string): boolean;
  /** Makes every missing version that can be made now; resolves to the number made. Never rejects. */
  drain(signal?: AbortSignal): Promise<number>;
  /** Continues until the signal aborts. */
  watch(signal: AbortSignal): Promise<void>;
}

/** ms between checks for changes by other processes. */
const rest = 30_000;

/** Errors caused by the file, not by the machine. */
const faults: ReadonlySet<ErrorCode> = new Set(['undecodable', 'unsupported', 'timeout', 'too-large', 'truncated']);

/** Opens the transcoder; nothing starts before a call. Without ffmpeg it does nothing. */
export function openClips(parts: TranscodeParts): TranscodeJobs {
  const { db, library, clock, log, films } = parts;
  const wanted = openWanted(db, library, clock);
  const asked = openListeners();
  const troubles = openLogOnce();

  /**
   * Whether the log may name bytes: their hash would reveal what a person has, and a transcode that the bytes were new.
   */
  const mayLog = ({ sha256 }: Wish): boolean => {
    const items = library.items.withBytes(sha256);
    return items.length > 0 && items.every((id) => itemOf(id)?.holder === house);
  };

  /** Returns the number made. */
  async function makeNext(wish: Wish, signal?: AbortSignal): Promise<number> {
    const began = clock.now();
    try {
      const made = await make(wish, parts);
      const seconds = (clock.now() - began) / 1000;
      if (mayLog(wish)) log.debug({ ...wish, seconds }, `created ${wish.stage} of a video`);
      return made;
    } catch (error) {
      const failure = toPhotospoolError(error, 'render', wish.sha256);
      // An aborted transcode is no failure.
      if (signal?.aborted !== true) {
        wanted.failed(wish, failure.message, faults.has(failure.code));
        const { code, cause } = failure;
        if (mayLog(wish)) log.warn({ ...wish, code, err: cause }, sentence(failure));
        else log.warn({ stage: wish.stage, code }, 'A video could not be transcoded.');
      }
      return 0;
    }
  }

  async function drain(signal?: AbortSignal): Promise<number> {
    let made = 0;
    try {
      while (films.missing.length === 0 && signal?.aborted !== true) {
        await wanted.follow();
        const wish = wanted.next();
        if (!wish) break;
        made += await makeNext(wish, signal);
      }
      troubles.over();
    } catch (error) {
      // The library can't be read or written, for example on a full disk: retried, and logged once.
      const failure = toPhotospoolError(error, 'make', 'films');
      if (troubles.tell(sentence(failure))) log.warn({ code: failure.code }, sentence(failure));
    }
    return made;
  }

  return {
    wanted,
    ask(sha256) {
      const isComing = films.missing.length === 0 && wanted.ask(sha256);
      if (isComing) asked.call();
      return isComing;
    },
    drain,
    watch: (signal) =>
      keepFollowing({ events: [parts.onChange, asked.on], clock, look: rest, signal }, () => drain(signal)),
  };
}

/**
 * Makes the next missing version of a document, and any made together with it; returns the number made.
 * @throws PhotospoolError as transcode.ts, or `not-found` if the original is gone.
 */
async function make({ sha256, stage }: Wish, parts: TranscodeParts): Promise<number> {
  const { library, archive, files } = parts;
  const row = library.local.originals.find(sha256);
  const photos = photosWith(library, sha256);
  if (row?.state !== 'here' || photos.length === 0)
    throw new PhotospoolError('not-found', 'The original is no longer on this server.');
  const known = photos.reduce(withBytesOf);
  // If another item with the same bytes has it already, it is copied from there.
  if (hasStage(known, stage)) {
    updatePhotosWith(library, sha256, (body) => withBytesOf(body, known));
    return 0;
  }
  const path = archive.resolve(row.path);
  if (stage === 'pictures') {
    await picture(await sourceOf(path, row.bytes, files), sha256, parts);
    return 1;
  }
  const both =
    stage === 'hover' && photos.some((photo) => lacksVideo(photo))
      ? await bothFilms(await sourceOf(path, row.bytes, files), parts)
      : undefined;
  const made = both ?? { [stage]: await makeClip(path, row.bytes, known.facts, stage, parts) };
  updatePhotosWith(library, sha256, (body) => merge(body, { ...body, clips: { ...body.clips, ...made } }));
  return Object.keys(made).length;
}

async function sourceOf(path: string, bytes: number, files: Files): Promise<VideoSource> {
  const found = identify(await files.head(path, headLength));
  if (found.kind !== 'photo') throw new PhotospoolError('unsupported', `This can't be shown: ${found.reason}.`);
  return { path, format: found.format, bytes };
}

/**
 * Transcodes an original of `bytes` bytes, or the clip in it, and stores the result; the caller writes the document.
 * @throws PhotospoolError as transcode.ts.
 */
export async function makeClip(
  path: string,
  bytes: number,
  facts: PhotoDocument['facts'],
  name: 'hover' | 'video',
  parts: Pick<TranscodeParts, 'films' | 'blobs' | 'files'>,
): Promise<Clip> {
  const { blobs, files } = parts;
  const motion = motionOf(facts);
  if (!motion) return film(await sourceOf(path, bytes, files), name, parts);
  const part = blobs.temporary();
  try {
    const { at, bytes: length } = motion;
    const original = await openRegular(path);
    await files.pour(original.createReadStream({ start: at, end: at + length - 1 }), part);
    return await film(await sourceOf(part, length, files), name, parts);
  } finally {
    await files.discard(part);
  }
}

/** Reads a video again and makes its pictures, if that was not possible before. */
async function picture(source: VideoSource, sha256: string, parts: TranscodeParts): Promise<void> {
  const { library } = parts;
  const { facts, renditions, exif } = await makeFilm(parts, source, () => undefined, true);
  if (renditions.thumb === undefined && !renditions.damaged)
    throw new PhotospoolError('undecodable', 'A picture could not be created.');
  library.transaction(() => {
    updatePhotosWith(library, sha256, (body) => merge(body, { ...body, facts, renditions }));
    library.update<ExifDocument>(exifId(sha256), (body) => (body ? merge(body, exif) : exif));
  });
}

/** Makes one transcode of a video. */
async function film(
  source: VideoSource,
  name: 'hover' | 'video',
  { films, blobs, files }: Pick<TranscodeParts, 'films' | 'blobs' | 'files'>,
): Promise<Clip> {
  const made = blobs.temporary();
  try {
    const looked = await films.look(source);
    const { width, height } = await (name === 'hover' ? films.hover : films.play)(source, looked, made);
    return clipOf(await blobs.take(made), { width, height });
  } finally {
    await files.remove(made);
  }
}

/** Makes both transcodes of a short video at once; undefined if it is longer, or this failed. */
async function bothFilms(
  source: VideoSource,
  { films, blobs, files }: Pick<TranscodeParts, 'films' | 'blobs' | 'files'>,
): Promise<{ hover: Clip; video: Clip } | undefined> {
  const [hover, play] = [blobs.temporary(), blobs.temporary()];
  try {
    const sizes = await films.together(source, await films.look(source), hover, play);
    if (!sizes) return undefined;
    return {
      hover: clipOf(await blobs.take(hover), sizes.hover),
      video: clipOf(await blobs.take(play), sizes.video),
    };
  } catch (error) {
    // Making them one by one shows which of the two fails.
    if (error instanceof PhotospoolError && faults.has(error.code)) return undefined;
    throw error;
  } finally {
    for (const path of [hover, play]) await files.remove(path);
  }
}

const clipOf = (
  { sha256, bytes }: { sha256: string; bytes: number },
  { width, height }: { width: number; height: number },
): Clip => ({ at: clipAt, sha256, type: 'video/mp4', width, height, bytes });
