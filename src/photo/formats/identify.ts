/**
 * What a file is, by its first bytes and never by its name. Adding a format: one file per family, one line in
 * families.ts. Pure; any bytes get an answer.
 */
import type { Format } from './format-family.js';
import { families } from './families.js';
import { describeForeign, unknown } from './unsupported.js';

export type { Format } from './format-family.js';

/** How many bytes of a file `identify` wants. */
export const headLength = 4096;

/** The outcome of looking at a file's first bytes. */
export type Identified =
  | { kind: 'photo'; format: Format }
  /** A photo or video that this version can't read: it stays where it is, with this reason. */
  | { kind: 'unsupported'; format: Format; reason: string }
  /** No photo or video by its bytes (text, HTML, SVG, executables, empty, DjVu, …). */
  | { kind: 'foreign'; reason: string };

/** What a damaged file is whose first bytes do not say what it was: the same under any name. */
export const unknownFormat: Format = { type: 'application/octet-stream', family: 'unknown', name: 'file' };

/** The format of an original in the archive, by its first bytes. */
export function formatOf(head: Uint8Array): Format {
  const found = identify(head);
  return found.kind === 'photo' ? found.format : unknownFormat;
}

/** Whether the first bytes of a file, which `identify` takes for foreign, are nothing known at all, and its name is that of a photo or video. */
export function isBroken(name: string, found: Identified): boolean {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return (
    found.kind === 'foreign' &&
    found.reason === unknown &&
    families.some(({ endings = [] }) => endings.includes(ending))
  );
}

/**
 * Why a file is not taken in, by its first bytes, as a clause; undefined where it is: a photo, a video, or, by its name, what is left
 * of one. Sidecars are not known here.
 */
export function whyNotTaken(name: string, head: Uint8Array): string | undefined {
  const found = identify(head);
  return found.kind === 'photo' || isBroken(name, found) ? undefined : found.reason;
}

/** Looks at the first bytes of a file. A `reason` is a clause such as `it is text`, without the file's name. */
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
