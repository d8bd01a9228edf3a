/** How a processor works, and what it works with. */
import type { Clock } from '../base/clock.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import type { Holder } from '../document/item-id.js';
import type { Ingest } from '../ingest/ingest.js';
import type { Sidecars } from '../ingest/sidecars/ingest-sidecars.js';
import type { Local } from '../library/local-tables.js';
import type { IncomingFiles } from './incoming-files.js';
import type { ScannedFile } from './scan-incoming.js';
import type { WaitingSidecars } from './waiting-sidecars.js';

/** How a processor works. Times in seconds. */
export interface ProcessorOptions {
  incoming: string;
  work: string;
  mode: 'move' | 'copy';
  settle: number;
  /** How many files are decoded at once. */
  workers: number;
  rescan: number;
  poll: number;
  /** Count files that `copy` mode remembers as duplicates (an import's report), instead of passing over them. */
  countSeen?: boolean;
  /** The `work` folder that takes over what is left in this one when the processor is closed (an import's). */
  handOver?: string;
  /** The person (a ULID) whose all that lies in `incoming` is (an import's); absent for the house. */
  holder?: Holder;
  /** What is taken instead of what lies in `incoming` (an export's). `works`: whose claims may have hidden something. */
  inbox?: (works: string[], openSidecars: () => WaitingSidecars | undefined) => IncomingFiles;
}

/** What a processor works with. */
export interface ProcessorParts {
  files: Files;
  clock: Clock;
  log: Log;
  ingest: Ingest;
  local: Pick<Local, 'seen' | 'today'>;
  /** Whether the archive has these bytes, by the local table and by a look at the disk. */
  isHere: (sha256: string) => boolean;
  /** Whether the holder of a file has its bytes already, where the archive has them; without it, whoever has them. */
  isHeld?: (sha256: string, found: ScannedFile) => boolean;
  /** The person that a folder of `incoming` itself was given to. */
  personOf?: (folder: string) => Holder | undefined;
  /** Where the archive has these bytes, absolute. */
  placeOf?: (sha256: string) => string | undefined;
  /** Whose sidecars are; without it they stay where they are. */
  sidecars?: Sidecars;
  /** See `UploadsParts.mayUpload`. */
  mayUpload?: (by: string) => boolean;
  /** See `TakingParts.told`. */
  told?: (found: ScannedFile, sha256: string) => void;
}
