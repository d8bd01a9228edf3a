/** The manifest of a snapshot: its files with their hashes, so that a restore can verify them. Pure. */

/** The name of the manifest in a snapshot. */
export const manifestName = 'manifest.json';
/** The copy of the library: documents, local tables, catalog. */
export const libraryName = 'library.sqlite';
/** The copy of the configuration; absent if the home had none. */
export const configName = 'photospool.toml';
/** The originals in the archive, in the format of `sha256sum`: hash, two spaces, path relative to the archive. */
export const listName = 'originals.txt';

/** The number of blobs of a kind that the library names, and how many of them the backup has. */
export interface SnapshotCoverage {
  listed: number;
  held: number;
}

/** A manifest. Times are UTC in ISO form. */
export interface Manifest {
  format: 1;
  at: string;
  /** The version of Photospool that wrote it. */
  version: string;
  /** The library's id, its format, its epoch and the number of its newest change. */
  server: string;
  libraryFormat: number;
  epoch: string;
  change: number;
  photos: number;
  originals: SnapshotCoverage;
  renditions: SnapshotCoverage;
  /** The paths of the home and its folders. */
  folders: { home: string; incoming: string; work: string; done: string };
  /** The files of the snapshot, by name. */
  files: Record<string, { sha256: string; bytes: number }>;
}

/** Parses a manifest; undefined if it is invalid, or of a newer format. */
export function parseManifest(text: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A truncated or damaged manifest is invalid: its snapshot is not used.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, server, at, files } = value as Record<string, unknown>;
  if (format !== 1 || typeof server !== 'string' || typeof at !== 'string') return undefined;
  return typeof files === 'object' && files !== null && libraryName in files ? (value as Manifest) : undefined;
}
