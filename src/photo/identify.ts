/**
 * What a file is, by its first bytes and never by its name. Adding a format: one file per family, one line in
 * families.ts. Pure; any bytes get an answer.
 */
import type { Format } from './family.js';
import { families } from './families.js';
import { describeForeign } from './foreign.js';

export type { Format } from './family.js';

/** How many bytes of a file `identify` wants. */
export const headLength = 4096;

/** The outcome of looking at a file's first bytes. */
export type Identified =
  | { kind: 'photo'; format: Format }
  /** A photo or video that this version can't read: it stays where it is, with this reason. */
  | { kind: 'unsupported'; format: Format; reason: string }
  /** No photo or video by its bytes (text, HTML, SVG, executables, empty, DjVu, …). */
  | { kind: 'foreign'; reason: string };

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
