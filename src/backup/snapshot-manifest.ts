/** The manifest of a snapshot: what is in it, with hashes, so that a restore can tell that all of it is as it was. Pure. */

/** The name of the manifest in a snapshot. */
export const manifestName = 'manifest.json';
/** The copy of the library: documents, local tables, catalog. */
export const libraryName = 'library.sqlite';
/** The copy of the configuration; absent where the home had none. */
export const configName = 'photospool.toml';
/** The originals that the archive held, as `sha256sum` writes them: hash, two spaces, path relative to the archive. */
export const listName = 'originals.txt';

/** How many of a kind the library names, and how many of these the backup holds. */
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
  /** The library's id, its format, the epoch it was in and the number of its newest change. */
  server: string;
  libraryFormat: number;
  epoch: string;
  change: number;
  photos: number;
  originals: SnapshotCoverage;
  renditions: SnapshotCoverage;
  /** Where the home and its folders were. */
  folders: { home: string; incoming: string; work: string; done: string };
  /** The files of the snapshot, by name. */
  files: Record<string, { sha256: string; bytes: number }>;
}

/** Reads a manifest; undefined where it is none, or of a newer format. */
export function parseManifest(text: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A manifest that is cut off or damaged is none: its snapshot is not used.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, server, at, files } = value as Record<string, unknown>;
  if (format !== 1 || typeof server !== 'string' || typeof at !== 'string') return undefined;
  return typeof files === 'object' && files !== null && libraryName in files ? (value as Manifest) : undefined;
}
