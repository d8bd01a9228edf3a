/** The dependencies of ingest. Types only. */
import type { Archive } from '../archive/archive.js';
import type { Blobs } from '../archive/blob-store.js';
import type { Clock } from '../base/clock.js';
import type { Files } from '../base/file-operations.js';
import type { Develop } from '../document/develop.js';
import type { Item } from '../document/item-id.js';
import type { Library } from '../library/library.js';
import type { Format } from '../photo/formats/format-family.js';
import type { Metadata } from '../photo/facts/read-metadata.js';
import type { Rendered } from '../photo/decode/renditions.js';
import type { Films } from '../video/transcode.js';
import type { MayHold } from './arrival-holder.js';
import type { Sidecars } from './sidecars/ingest-sidecars.js';

/** The dependencies of ingest. */
export interface IngestParts {
  library: Library;
  archive: Archive;
  blobs: Blobs;
  metadata: Metadata;
  films: Films;
  files: Files;
  /** Without it, sidecars are ignored. */
  sidecars?: Sidecars;
  /** Whether a claim (by its path) still contains a file. */
  claimed(claim: string): Promise<boolean>;
  /** Default: the system's. */
  clock?: Clock;
  /** Without it, only the house holds items. */
  mayHold?: MayHold;
  /** Records that a guest sent the bytes of an item that does not wait (access/known-from-guests.ts). */
  noteKnown?: (item: Item, sender: string) => void;
  /**
   * Makes the scaled pictures, with a concurrency limit. `asIs`: of a damaged original, as far as it can be decoded;
   * `develop`: developed.
   */
  render(path: string, format: Format, asIs?: boolean, develop?: Develop): Promise<Rendered>;
}
