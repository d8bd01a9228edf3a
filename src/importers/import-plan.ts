/**
 * The plan of an import: photos with their metadata, files that are skipped with the reason, and files that did not
 * match. The readers of exports (google-takeout.ts, icloud-metadata.ts) create it, without storing anything.
 */
import type { ImportedMetadata } from '../document/imported-metadata.js';

/** A file of an export, in a folder or an archive. */
export interface ExportEntry {
  /** Its identity, for people and for records: a path; for archives with the path inside and the CRC-32. Unique. */
  id: string;
  /**
   * The path inside the export, without the name of the part, with forward slashes: parts of one export overlay each
   * other.
   */
  path: string;
  /** The file name in it. */
  name: string;
  /** The folder in it. */
  folder: string;
  bytes: number;
  /** ms since 1970, by the archive or the disk. */
  modified: number;
  /** Why it can't be read, if known in advance. */
  trouble?: string;
  /** Its text. @throws PhotospoolError if it can't be read, or is longer than `limit` bytes. */
  text(limit: number): Promise<string>;
}

/** The rule that matched a photo and its metadata. */
export type How = 'name' | 'number' | 'cut' | 'half' | 'edited' | 'title' | 'row';

/** A photo of an export. */
export interface Planned {
  entry: ExportEntry;
  brought?: ImportedMetadata;
  /** The path of its metadata file, and the rule of the match. */
  by?: { path: string; how: How };
}

/** A file that is not imported, with the reason as a clause: `is in the trash of Google Photos`. */
export interface Aside {
  path: string;
  reason: string;
}

/** The kind of an export: `folder` if it is not a known one. */
export type Kind = 'takeout' | 'icloud' | 'folder';

/** The plan of an import. */
export interface ImportPlan {
  kind: Kind;
  photos: Planned[];
  /** Photos and metadata files that are skipped on purpose. */
  aside: Aside[];
  /** Metadata files of missing photos. */
  orphans: Aside[];
  /** Files that could not be read: the import is incomplete. */
  trouble: Aside[];
  /** The number of metadata files read. */
  metadata: number;
}

/** The progress of reading an export. */
export type Looking = (read: number, of: number) => void;

/** The maximum total size of metadata, which is read into memory, in bytes. */
export const mostMetadata = 256 << 20;

/** Whether a file has the name of a metadata file, which never counts as a photo. */
export const isMetadata = (name: string): boolean => /\.(?:json|csv)$/i.test(name);
