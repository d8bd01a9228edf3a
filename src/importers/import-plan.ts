/**
 * What an export holds and what is to be done with it: photos with what is said of them, what is left aside and why, and what
 * could not be brought together. The readers of exports (google-takeout.ts, icloud-metadata.ts) make it, without storing anything.
 */
import type { ImportedMetadata } from '../document/imported-metadata.js';

/** A file of an export, in a folder or in a ZIP part. */
export interface ExportEntry {
  /** Where it is, for people and for the records: a path, of parts with the way inside and the CRC-32. Each is there once. */
  id: string;
  /** The path inside the export, without the name of the part, with forward slashes: parts of one export lie over one another. */
  path: string;
  /** The last name in it. */
  name: string;
  /** The rest of it. */
  folder: string;
  bytes: number;
  /** ms since 1970, as the part or the disk says it. */
  modified: number;
  /** Why it can't be read, where that is known before. */
  trouble?: string;
  /** Its text. @throws PhotospoolError where it can't be read, or is longer than `limit` bytes. */
  text(limit: number): Promise<string>;
}

/** Which rule brought a photo and what is said of it together. */
export type How = 'name' | 'number' | 'cut' | 'half' | 'edited' | 'title' | 'row';

/** A photo of an export. */
export interface Planned {
  entry: ExportEntry;
  brought?: ImportedMetadata;
  /** The path of the file that says something of it, and by which rule. */
  by?: { path: string; how: How };
}

/** Something that is not taken in, with the reason as a clause: `is in the trash of Google Photos`. */
export interface Aside {
  path: string;
  reason: string;
}

/** What kind of export it is: `folder` where it is none that is known. */
export type Kind = 'takeout' | 'icloud' | 'folder';

/** What is to be done with an export. */
export interface ImportPlan {
  kind: Kind;
  photos: Planned[];
  /** Photos and files that say something of photos, and are left where they are on purpose. */
  aside: Aside[];
  /** Files that say something of a photo that is not there. */
  orphans: Aside[];
  /** What could not be read: the import is not complete. */
  trouble: Aside[];
  /** How many metadata files were read. */
  metadata: number;
}

/** How far the looking is, for a line of progress. */
export type Looking = (read: number, of: number) => void;

/** Metadata is read into memory: so much of it at most, in bytes. */
export const mostMetadata = 256 << 20;

/** Files that say something of photos are never taken for photos. */
export const isMetadata = (name: string): boolean => /\.(?:json|csv)$/i.test(name);
