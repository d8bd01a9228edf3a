/**
 * Translates libvips errors to one sentence for a person and one of our codes. The original message names files and
 * functions and is kept only as the cause.
 */
import { PhotospoolError, type ErrorCode } from '../../base/errors.js';
import { families } from '../formats/families.js';
import type { Format } from '../formats/format-family.js';
import { readParts } from '../formats/read-parts.js';

/**
 * Not the only sign: libvips has one list of messages per process, and if several pictures are read at the same time, a
 * message may belong to another one or be missing.
 */
const truncated = /premature end of JPEG|Unexpected end of (GIF source data|file)/i;
const tooLarge = /exceeds pixel limit|Input image exceeds|limitInput|too many|image dimensions|exceeds.*limit/i;
const noMemory = /out of memory|insufficient memory|unable to (allocate|malloc)|memory allocation/i;

const sentences: Partial<Record<ErrorCode, [string, string]>> = {
  truncated: [
    'its end is missing',
    'It may still be arriving, or its transfer was interrupted. If the problem persists, copy it again.',
  ],
  'too-large': ['it exceeds the pixel limit', 'Make a smaller copy of it.'],
  timeout: ['it took too long', 'Photospool retries automatically.'],
  busy: ['there was not enough memory', 'Photospool retries automatically.'],
  undecodable: ['its picture is damaged', 'Check whether you have an undamaged copy.'],
};

/**
 * The error for a code that `render` throws. `what`: the reason as a clause, if it differs from the usual one of the
 * code.
 */
export function renderError(
  code: ErrorCode,
  path: string,
  format: Format,
  cause?: unknown,
  what = sentences[code]?.[0] ?? 'it failed',
): PhotospoolError {
  const detail = { op: 'render', path, hint: sentences[code]?.[1] ?? '', cause };
  return new PhotospoolError(code, `This ${format.name} can't be shown: ${what}.`, detail);
}

/** The error for a picture that needs more memory than its decoder may use: a retry would fail, too. */
export function memoryError(path: string, format: Format, cause: unknown): PhotospoolError {
  return renderError('too-large', path, format, cause, 'it exceeds the memory limit for a photo');
}

/** Turns an error that sharp threw for a file into a PhotospoolError. System errors are returned unchanged. */
export async function explain(error: unknown, path: string, format: Format): Promise<unknown> {
  if (error instanceof PhotospoolError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (noMemory.test(message)) return memoryError(path, format, error);
  if (tooLarge.test(message)) return renderError('too-large', path, format, error);
  const cut = truncated.test(message) || (await isCutOff(path, format));
  return renderError(cut ? 'truncated' : 'undecodable', path, format, error);
}

/** Asks the file's family whether its end is missing. @throws the system's error if the file can't be read. */
export async function isCutOff(path: string, format: Format): Promise<boolean> {
  const family = families.find(({ name }) => name === format.family);
  return readParts(path, async (readAt, size) => (await family?.cutOff?.(readAt, size)) ?? false);
}
