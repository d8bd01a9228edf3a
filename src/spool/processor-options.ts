/** The options and dependencies of a processor. */
import type { Clock } from '../base/clock.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import type { Holder } from '../document/item-id.js';
import type { Ingest } from '../ingest/ingest.js';
import type { Sidecars } from '../ingest/sidecars/ingest-sidecars.js';
import type { Local } from '../library/local-tables.js';
import type { SentBytes } from '../library/sent-files.js';
import type { IncomingFiles } from './incoming-files.js';
import type { ScannedFile } from './scan-incoming.js';
import type { Accepted } from './upload-parts.js';
import type { WaitingSidecars } from './waiting-sidecars.js';

/** The options of a processor. Times in seconds. */
export interface ProcessorOptions {
  incoming: string;
  work: string;
  mode: 'move' | 'copy';
  settle: number;
  /** The number of files decoded concurrently. */
  workers: number;
  rescan: number;
  poll: number;
  /** Counts files that `copy` mode remembers as duplicates (for an import's report), instead of skipping them. */
  countSeen?: boolean;
  /** The `work` folder that takes over the remaining claims when the processor is closed (of an import). */
  handOver?: string;
  /** The person (a ULID) who holds everything in `incoming` (of an import); absent for the house. */
  holder?: Holder;
  /**
   * A replacement for the files in `incoming` (of an export). `works`: the folders whose claims may have hidden files.
   */
  inbox?: (works: string[], openSidecars: () => WaitingSidecars | undefined) => IncomingFiles;
}

/** The dependencies of a processor. */
export interface ProcessorParts {
  files: Files;
  clock: Clock;
  log: Log;
  ingest: Ingest;
  local: Pick<Local, 'seen' | 'today'> & Partial<Pick<Local, 'sentFiles'>>;
  /** Whether the archive has these bytes, according to the local table and the disk. */
  isHere: (sha256: string) => boolean;
  /**
   * Whether the holder of a file already has its bytes, given that the archive has them; without it, any holder counts.
   */
  isHeld?: (sha256: string, found: ScannedFile) => boolean;
  /** See `UploadsParts.isStored`. */
  isStored?: (file: SentBytes) => boolean;
  /** The person that exactly this folder of `incoming` is assigned to. */
  personOf?: (folder: string) => Holder | undefined;
  /** The absolute path of these bytes in the archive. */
  placeOf?: (sha256: string) => string | undefined;
  /** The matching of sidecars; without it they stay in place. */
  sidecars?: Sidecars;
  /** See `UploadsParts.mayUpload`. */
  mayUpload?: (by: string) => boolean;
  /** See `UploadsParts.accepted`. */
  accepted?: (upload: Accepted) => void;
  /** See `TakingParts.told`. */
  told?: (found: ScannedFile, sha256: string) => void;
}
