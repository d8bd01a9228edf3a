/** The parts that ingest is put together from. Types only. */
import type { Archive } from '../archive/archive.js';
import type { Blobs } from '../archive/blob-store.js';
import type { Files } from '../base/file-operations.js';
import type { Library } from '../library/library.js';
import type { Format } from '../photo/formats/format-family.js';
import type { Metadata } from '../photo/facts/read-metadata.js';
import type { Rendered } from '../photo/decode/renditions.js';
import type { Films } from '../video/transcode.js';
import type { MayHold } from './arrival-holder.js';
import type { Sidecars } from './sidecars/ingest-sidecars.js';

/** What ingest works with. */
export interface IngestParts {
  library: Library;
  archive: Archive;
  blobs: Blobs;
  metadata: Metadata;
  films: Films;
  files: Files;
  /** Without them, sidecars are no photos, and not taken in. */
  sidecars?: Sidecars;
  /** Whether a claim (by its path) still has a file in it. */
  claimed(claim: string): Promise<boolean>;
  /** Without it nobody but the house holds items. */
  mayHold?: MayHold;
  /** Makes the scaled pictures; bounds how many are made at once. `asIs`: of a damaged original, what can be decoded. */
  render(path: string, format: Format, asIs?: boolean): Promise<Rendered>;
}
