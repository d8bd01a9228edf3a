/**
 * Facts and tags by ExifTool, kept open and stopped when idle. Each read is bounded in time and output; a crash of
 * ExifTool is that item's failure and nobody else's. Facts come from the bytes alone: the same bytes give the same
 * facts under any name, time stamp, time zone or configuration. Nothing is written: a crash leaves nothing.
 */
import { isAbsolute, resolve } from 'node:path';
import { PhotospoolError } from '../base/errors.js';
import type { Facts } from '../document/photo.js';
import { readCamera } from './camera.js';
import { readTaken } from './dates.js';
import { openReader, type Answer } from './exiftool.js';
import type { Format } from './identify.js';
import { readPosition } from './position.js';
import { describeTags, openTags } from './tags.js';
import { readWords } from './words.js';

/** The number of the recipe that makes facts; raised whenever the same bytes would give other facts. */
export const factsRecipe = 1;

/** What was read from an original: facts without the size as displayed, which the decoder knows best. */
export interface Read {
  facts: Facts;
  /** Every tag as text, by `Group:Name`, as `exif:<sha256>` keeps them. */
  tags: Record<string, string>;
  cut: boolean;
}

/** An ExifTool that starts at the first read and stops when nothing was read for a while. */
export interface Metadata {
  /**
   * Reads one original. `size` is as displayed, from the decoder. Where ExifTool can make nothing of a file, the facts
   * are its type and size: a picture that can be shown is not kept out of the album for its tags.
   *
   * The caller gives a path without line breaks, since ExifTool is asked in lines.
   * @throws PhotospoolError `invalid` (a line break in the path), `not-found`, `timeout`, `unusable` (no Perl), `io`.
   */
  read(path: string, format: Format, bytes: number, size: { width: number; height: number }): Promise<Read>;
  close(): Promise<void>;
}

/**
 * Opens the reader; `processes` is how many ExifTools may run at once (as many as cores), `idle` after how many ms they
 * end (30 s), `timeout` how many ms one file may take (20 s).
 */
export function openMetadata(options: { processes?: number; idle?: number; timeout?: number } = {}): Metadata {
  const reader = openReader(options);
  return {
    async read(path, format, bytes, size) {
      if (/[\r\n\0]/.test(path)) {
        throw new PhotospoolError('invalid', 'A path with a line break in it can not be read.', { op: 'read', path });
      }
      const answer = await reader.ask(isAbsolute(path) ? path : resolve(path)).catch((error: unknown) => {
        throw explainReader(error, path);
      });
      const facts: Facts = { recipe: factsRecipe, type: format.type, bytes, ...size, ...readFacts(answer) };
      return { facts: format.animated ? { ...facts, animated: true } : facts, ...describeTags(answer) };
    },
    close: () => reader.close(),
  };
}

/** All facts that tags tell. Pure. */
export function readFacts(answer: Answer): Omit<Facts, 'recipe' | 'type' | 'bytes' | 'width' | 'height'> {
  const tags = openTags(answer);
  const { zone, ...position } = readPosition(tags);
  return { ...readTaken(tags, zone), ...readCamera(tags), ...position, ...readWords(tags) };
}

function explainReader(error: unknown, path: string): PhotospoolError {
  if (error instanceof PhotospoolError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const detail = { op: 'read', path, cause: error };
  if (/not found/i.test(message)) return new PhotospoolError('not-found', 'The file is not there any more.', detail);
  if (/timeout|timed out/i.test(message)) {
    return new PhotospoolError('timeout', 'Reading its tags took too long.', {
      ...detail,
      hint: 'It is tried again by itself.',
    });
  }
  if (/ENOENT.*perl|perl.*ENOENT|Can't locate \S+ in @INC|Perl must be/i.test(message)) {
    const hint = 'Install Perl (the package is called perl), and start Photospool again.';
    return new PhotospoolError('unusable', 'ExifTool can not run: it needs Perl.', { ...detail, hint });
  }
  return new PhotospoolError('io', 'ExifTool ended before it had read the file.', {
    ...detail,
    hint: 'It is tried again by itself.',
  });
}
