/**
 * Reads facts and tags with ExifTool, in processes that end when idle. Each read is limited in time and output; a crash
 * of ExifTool is a failure of that file alone. Facts depend on the bytes alone: the same bytes give the same facts
 * under any name, timestamp, time zone or configuration. Nothing is written: a crash leaves nothing.
 */
import { access, constants } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { Limits, Reply } from '../../base/sandbox/pool.js';
import { PhotospoolError, type ErrorCode } from '../../base/errors.js';
import { openRegular } from '../../base/read-files.js';
import type { Facts, SidecarValues } from '../../document/photo-document.js';
import { readCamera } from './camera.js';
import { readCapture } from './capture-tags.js';
import { readTaken } from './embedded-time-taken.js';
import { openReader, type ExifToolAnswer } from './exiftool.js';
import type { Format } from '../formats/identify.js';
import { readFilm, readFilmSize } from './video-facts.js';
import { findMotion, readPair } from './motion-photos.js';
import { readPosition } from './position-and-place.js';
import { readSidecarValues } from './xmp-sidecar.js';
import { describeTags, openTags, type Tags } from './exif-tags.js';
import { readWords } from './captions.js';
import { checkSidecar, largestSidecar } from './xmp-limits.js';

/** The number of the recipe for facts; raised whenever the same bytes would give different facts. */
export const factsRecipe = 3;

/** The metadata of an original: facts without the displayed size, which the decoder knows best. */
export interface Read {
  facts: Facts;
  /** Every tag as text, by `Group:Name`, as `exif:<sha256>` keeps them. */
  tags: Record<string, string>;
  cut: boolean;
}

/** A metadata reader; its ExifTool starts with the first read and ends after an idle time. */
export interface Metadata {
  /**
   * Reads one original. `size` is as displayed, from the decoder; without it, the size comes from the tags, or is 0. If
   * ExifTool can't read the file, the facts are its type and size: a picture that can be decoded is not rejected
   * because of its tags.
   *
   * The path must not contain line breaks, since ExifTool reads arguments line by line.
   * @throws PhotospoolError `invalid` (a line break in the path), `timeout`, `too-large` (more tags or memory than the
   * limit),
   * `io` (no Perl; or ExifTool ended); or the system's error if the file can't be read.
   */
  read(path: string, format: Format, bytes: number, size?: { width: number; height: number }): Promise<Read>;
  /**
   * The values of an XMP sidecar; empty if ExifTool can't read it. The same limits and errors; `too-large` also if
   * reading it would take long (xmp-limits.ts).
   */
  sidecar(path: string): Promise<SidecarValues>;
  close(): Promise<void>;
}

/**
 * Opens the reader; `processes` is the maximum number of ExifTools (default: the number of cores), which end after
 * `idle` ms (30 s).
 */
export function openMetadata(options: { processes?: number; idle?: number; limits?: Limits } = {}): Metadata {
  const reader = openReader(options);

  async function ask(path: string): Promise<ExifToolAnswer> {
    if (/[\r\n\0]/.test(path)) {
      throw new PhotospoolError('invalid', 'A path that contains a line break can’t be read.', { op: 'read', path });
    }
    const told = await reader.ask(isAbsolute(path) ? path : resolve(path));
    if (told.kind === 'ended') throw explainReader(told, path);
    // ExifTool prints nothing for a file that it can't open: ask the system why.
    if (Object.keys(told.answer).length === 0) await access(path, constants.R_OK);
    return told.answer;
  }

  return {
    async sidecar(path) {
      const file = await openRegular(path);
      try {
        const begin = Buffer.alloc(Math.min((await file.stat()).size, largestSidecar + 1));
        const { bytesRead } = await file.read(begin, 0, begin.length, 0);
        checkSidecar(begin.subarray(0, bytesRead), path);
      } finally {
        await file.close();
      }
      return readSidecarValues(await ask(path));
    },
    async read(path, format, bytes, size) {
      const answer = await ask(path);
      const tags = openTags(answer);
      const { type } = format;
      const displayed =
        (size && { width: size.width, height: size.height }) ??
        (type.startsWith('video/') ? readFilmSize(tags) : undefined) ??
        readSize(tags);
      const motion = await findMotion(path, type, tags);
      const facts: Facts = {
        ...{ recipe: factsRecipe, type, bytes, ...displayed },
        ...{ ...readFacts(answer), ...readFilm(tags, type), ...motion },
      };
      return { facts: format.animated ? { ...facts, animated: true } : facts, ...describeTags(answer) };
    },
    close: () => reader.close(),
  };
}

/** All facts from tags. Pure. */
export function readFacts(answer: ExifToolAnswer): Omit<Facts, 'recipe' | 'type' | 'bytes' | 'width' | 'height'> {
  const tags = openTags(answer);
  const { zone, ...position } = readPosition(tags);
  const taken = readTaken(tags, zone);
  return { ...taken, ...readCamera(tags), ...position, ...readWords(tags), ...readPair(tags), ...readCapture(tags) };
}

/** Why ExifTool ended. */
type Ended = Pick<Extract<Reply<ExifToolAnswer>, { kind: 'ended' }>, 'why' | 'said' | 'worked'>;

function explainReader({ why, said, worked }: Ended, path: string): PhotospoolError {
  const again = 'Photospool retries automatically.';
  const without = 'Make a copy of the file without that metadata.';
  const tell = (code: ErrorCode, message: string, hint: string): PhotospoolError =>
    new PhotospoolError(code, message, { op: 'read', path, hint, cause: new Error(`ExifTool: ${why} ${said}`.trim()) });
  switch (why) {
    case 'time':
      // It did not wait for a disk or other processes: a retry would take as long.
      if (worked === true) return tell('too-large', 'Reading its metadata takes too long.', without);
      return tell('timeout', 'Reading its metadata took too long.', again);
    case 'memory':
    case 'output':
      return tell('too-large', 'Its metadata is too large.', without);
    case 'start':
      return tell(
        'io',
        "Photos can't be read without Perl, which ExifTool runs on.",
        'Install Perl (on Debian: perl-base). Photospool retries automatically.',
      );
    case 'closed':
      return tell('busy', 'Photospool is shutting down.', again);
    case 'crash':
      return tell('io', 'ExifTool exited before it had read the file.', again);
  }
}

/** The displayed size from tags; 0 × 0 if unknown. Pure. */
export function readSize(tags: Tags): { width: number; height: number } {
  const [, across = 0, down = 0] = /^(\d+)[ x](\d+)$/.exec(tags.text('Composite:ImageSize') ?? '')?.map(Number) ?? [];
  const turned = (tags.number('IFD0:Orientation') ?? 1) > 4 || (tags.number('Composite:Rotation') ?? 0) % 180 !== 0;
  return turned ? { width: down, height: across } : { width: across, height: down };
}
