/** The files of an export, for any target. A type. */

import type { Turns } from './rotated-bytes.js';

/**
 * A file of an export. `path` is relative, with forward slashes; `taken` is local wall time. `rotated` is a video that
 * differs from its original only in how players turn it.
 */
export type ExportFile = { path: string; taken: string } & (
  | { kind: 'original'; sha256: string; bytes: number; source: string }
  | { kind: 'rotated'; bytes: number; source: string; turns: Turns }
  | { kind: 'made'; make: () => Promise<Buffer> }
);
