/**
 * Identifies a file by its first bytes, never by its name. To add a format: one file per family, one line in
 * families.ts. Pure; accepts any bytes.
 */
import type { Format } from './format-family.js';
import { families } from './families.js';
import { describeForeign, unknown } from './unsupported.js';

export type { Format } from './format-family.js';

/** How many bytes `identify` needs. */
export const headLength = 4096;

/** The result of identifying a file. */
export type Identified =
  | { kind: 'photo'; format: Format }
  /** A photo or video that this version can't read: the file stays in place, with this reason. */
  | { kind: 'unsupported'; format: Format; reason: string }
  /** Not a photo or video by its bytes (text, HTML, SVG, executables, empty, DjVu, …). */
  | { kind: 'foreign'; reason: string };

/** The format of a damaged file with unrecognisable first bytes: the same for any name. */
export const unknownFormat: Format = { type: 'application/octet-stream', family: 'unknown', name: 'file' };

/** The format of an original in the archive, by its first bytes. */
export function formatOf(head: Uint8Array): Format {
  const found = identify(head);
  return found.kind === 'photo' ? found.format : unknownFormat;
}

/**
 * Whether a file that `identify` reports as foreign has unrecognisable first bytes and the name of a photo or video.
 */
export function isBroken(name: string, found: Identified): boolean {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return (
    found.kind === 'foreign' &&
    found.reason === unknown &&
    families.some(({ endings = [] }) => endings.includes(ending))
  );
}

/**
 * Why a file is not imported, by its first bytes, as a clause; undefined if it is: a photo, a video, or, by its name, a
 * damaged one. Sidecars are handled elsewhere.
 */
export function whyNotTaken(name: string, head: Uint8Array): string | undefined {
  const found = identify(head);
  return found.kind === 'photo' || isBroken(name, found) ? undefined : found.reason;
}

/** Identifies a file by its first bytes. A `reason` is a clause such as `it is a text file`, without the file name. */
export function identify(head: Uint8Array): Identified {
  for (const family of families) {
    const kind = family.tell(head);
    if (kind === undefined) continue;
    const { type, name, animated, missing } = kind;
    const format: Format = { type, family: family.name, name, ...(animated && { animated }) };
    return missing === undefined ? { kind: 'photo', format } : { kind: 'unsupported', format, reason: missing };
  }
  return { kind: 'foreign', reason: describeForeign(head) };
}
