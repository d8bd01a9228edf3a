/** The server's interface to a running spool. The spool implements it; the server and its tests depend on it alone. */
import type { Readable } from 'node:stream';
import type { Subscribe } from '../base/async/listeners.js';
import type { Holder } from '../document/item-id.js';
import type { SentFile } from '../library/sent-files.js';

/** A file in `incoming`. `since` is when it was last written or renamed there, UTC; `bytes` its size then. */
export interface WaitingItem {
  name: string;
  since: string;
  bytes: number;
  /** Its holder: a person (a ULID); absent for the house. Responses omit it (spool-view.ts). */
  holder?: Holder;
}

/** A file being processed. `since` is the start of its current step, UTC, `2026-11-24T10:00:00.000Z`. */
export interface WorkItem {
  name: string;
  /** `claim`, `hash`, `render`, `inspect`, `record`, `archive`. */
  step: string;
  since: string;
  /** When it was claimed, UTC. */
  claimed: string;
  /** Its holder: a person (a ULID); absent for the house. Responses omit it (spool-view.ts). */
  holder?: Holder;
}

/** A file that could not be imported and waits in its claim. */
export interface StuckItem {
  name: string;
  /** The claim's ULID; empty for a file that could not be claimed and is still in place. */
  claim: string;
  /** A sentence for a person. */
  reason: string;
  /** The error's code (base/errors.ts). */
  code: string;
  attempts: number;
  /** The next attempt, UTC; absent if only a person can help. */
  next?: string;
  /** When it was claimed, UTC; absent if it was not. */
  claimed?: string;
  /** When the last attempt failed, UTC. */
  failed?: string;
  /** For a damaged file: when it is archived despite its damage, UTC, unless it changes before. */
  asIs?: string;
  /** The time since when it is stuck in its current state, UTC. */
  since?: string;
  /** The cause is the file itself, not a disk or the machine: then it can be ignored, or moved to the trash. */
  own?: true;
  /** An owner chose to ignore it; it is not retried until it changes, or by `retry`. */
  ignored?: true;
  /** Its holder: a person (a ULID); absent for the house. Responses omit it (spool-view.ts). */
  holder?: Holder;
}

/** Stuck files with the same reason, without ignored ones. */
export interface StuckGroup {
  /** The error's code. */
  code: string;
  /** The reason, without a full stop. */
  title: string;
  count: number;
  /** They can be ignored, or moved to the trash. */
  own?: true;
  /** They can be archived despite their damage. */
  damaged?: true;
}

/** An ignored file, and why. */
export interface IgnoredItem {
  name: string;
  reason: string;
  /** Its holder: a person (a ULID); absent for the house. Responses omit it (spool-view.ts). */
  holder?: Holder;
}

/** A processed file. `at` is UTC; `seconds` is the processing time. */
export interface DoneItem {
  name: string;
  outcome: 'stored' | 'duplicate';
  sha256: string;
  at: string;
  seconds: number;
  /** Its holder: a person (a ULID); absent for the house. Responses omit it (spool-view.ts). */
  holder?: Holder;
}

/** The numbers of processed files. */
export interface Totals {
  stored: number;
  duplicates: number;
}

/** A pause of the imports from `incoming` because of a disk error. `until` is UTC. */
export interface SpoolPause {
  until: string;
  reason: string;
}

/** The number of other people's files in the spool; everything else about them is hidden. */
export interface OthersFiles {
  waiting: number;
  work: number;
  stuck: number;
}

/** Whether a holder's files are visible to the viewer. Without it: only those of the house. */
export type Sees = (holder: Holder) => boolean;

/**
 * The content of the spool. `stored`, `duplicates` and `today` only count the house's files: counts of others would
 * reveal what they have.
 */
export interface SpoolStatus extends Totals {
  /** The number of files in `incoming` that are not ignored. */
  incoming: number;
  /** The first of them, oldest first; 50 at most. */
  waiting: WaitingItem[];
  work: WorkItem[];
  stuck: StuckItem[];
  /** The stuck files by reason, the largest group first. */
  groups: StuckGroup[];
  ignored: IgnoredItem[];
  /** Since midnight by this machine's clock, by any process. */
  today: Totals;
  /** Processed files per minute, over the last five minutes, or since the spool was opened if that is shorter. */
  rate: number;
  /** The last processed files, newest first; 20 at most. */
  recent: DoneItem[];
  held?: SpoolPause;
  /** Absent if there are none. */
  others?: OthersFiles;
}

/** The status of a new spool. */
export const idleStatus: Readonly<SpoolStatus> = {
  incoming: 0,
  waiting: [],
  work: [],
  stuck: [],
  groups: [],
  ignored: [],
  stored: 0,
  duplicates: 0,
  today: { stored: 0, duplicates: 0 },
  rate: 0,
  recent: [],
};

/** The durations of a step, over all files since the spool was opened. */
export interface StepFigures {
  step: string;
  /** The number of durations up to each bound in `stepBounds`, cumulative. */
  counts: number[];
  count: number;
  /** The total in seconds. */
  sum: number;
}

/** The bounds of `StepFigures`, in seconds. */
export const stepBounds = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100] as const;

/** The result of one pass; of a pass over `incoming`, for the house. */
export interface PassSummary {
  stored: number;
  duplicates: number;
  stuck: number;
  ignored: number;
  /** The number of stored sidecars, if any; `stored` does not include them. */
  sidecars?: number;
  /** The number of photos stored for other holders, if any; `stored` does not include them. */
  others?: number;
  seconds: number;
  stuckItems: { name: string; reason: string }[];
}

/** The options of a retry. */
export interface Retry {
  /** Resolve after the attempt. */
  wait?: boolean;
  /** Archive damaged files as they are, instead of waiting for a repair; only those of visible holders. */
  asIs?: boolean;
  /** The holders whose files can be named and are listed. With the house among them, `all` also retries others' files. */
  sees?: Sees;
}

/** Stuck files, by name or claim. */
export type StuckNames = string[] | 'all';

/**
 * The result of an owner's decision about stuck files, by name. `refused`: the file is not the cause of its error, or
 * is being processed.
 */
export interface Chosen {
  chosen: string[];
  refused: string[];
  unknown: string[];
}

/** A stuck file on the disk. */
export interface StuckFile {
  /** Absolute. */
  path: string;
  name: string;
  bytes: number;
}

/** The result of a retry. */
export interface Retried {
  retried: string[];
  unknown: string[];
  /** With `wait`: the files that are stuck again. */
  stuck?: { name: string; reason: string }[];
}

/** Events of the spool. Delivered after the change is durable. `by`: the sender (`authorOf`), of an upload. */
export type SpoolEvent =
  | { type: 'incoming'; count: number }
  | { type: 'item'; name: string; step: string }
  | { type: 'stored' | 'duplicate'; name: string; sha256: string; sidecar?: true; by?: string }
  | { type: 'stuck'; name: string; reason: string }
  | { type: 'ignored'; name: string; reason: string }
  | { type: 'summary'; summary: PassSummary };

/** A requested upload. */
export interface WantedUpload {
  /** Its sender (`authorOf`). Only the sender can access the upload. */
  by: string;
  /** Its holder: a person (a ULID); absent for the house. */
  holder?: Holder;
  /** The total number of bytes; -1 while a `put` does not know it. */
  length: number;
  /** The path in the sender's listing; only for an upload by a single request. */
  put?: string;
  /** The client's metadata, hostile text: `filename`, `folder`, `modified`, `sha256`. */
  metadata: Readonly<Record<string, string>>;
}

/** A resumable upload. */
export interface Upload extends WantedUpload {
  id: string;
  /** The number of received bytes. */
  bytes: number;
  /** When the last of them arrived, or the upload started; ms since 1970. */
  touched: number;
  /** `checking`: all bytes have arrived and are being hashed; `received`: they are in `incoming`, durable. */
  state: 'uploading' | 'checking' | 'received';
  /** The hash of all bytes on the disk, once received. */
  sha256?: string;
}

/**
 * Called immediately before a file appears in `incoming`: throws if the sender may no longer upload. Then nothing of
 * the file is kept.
 */
export type Still = () => void;

/** An upload by a single request, which is then listed for its sender (library/sent-files.ts). */
export interface WantedPut extends Omit<WantedUpload, 'length'> {
  /** Absent if the client did not specify it. */
  length?: number;
  /** The path in the sender's listing. */
  put: string;
}

/**
 * What happened to the bytes of a removed upload: `placed`: they are in `incoming`, and stay. Undefined if there was
 * none.
 */
export type Removal = 'placed' | 'removed' | undefined;

/** Resumable uploads, stored on the disk (upload-parts.ts). Ids are 32 hexadecimal digits. */
export interface Uploads {
  /**
   * Starts an upload. @throws PhotospoolError `disk-full` if there is no space for it and the sender's unfinished ones,
   * `slow-down` if the sender has too many unfinished ones.
   */
  begin(id: string, wanted: WantedUpload): Promise<void>;
  find(id: string): Promise<Upload | undefined>;
  /**
   * Appends a stream; resolves to the number of bytes then stored, durable. If the stream or the disk fails, the
   * received bytes are kept. Not for concurrent calls.
   */
  append(id: string, stream: Readable): Promise<number>;
  /**
   * Checks a complete upload and puts it into `incoming`; an incomplete or received one is returned unchanged.
   * @throws PhotospoolError `mismatch` if its hash differs from the given `sha256`, after which it is removed.
   * `not-found`. Errors of `still`, after which it is removed; `still` is not called for a file that is listed already.
   */
  finish(id: string, still?: Still): Promise<Upload>;
  /**
   * Removes an upload: its bytes, or, once these are in `incoming`, only its note. Waits until it is no longer being
   * finished.
   */
  remove(id: string): Promise<Removal>;
  /**
   * Receives a whole file, lists it, and puts it into `incoming`; durable when it resolves. Nothing is kept if the stream, `still` or the
   * disk fails. Bytes that are listed under the path already are discarded. A file with a name that the spool ignores waits until `finish`
   * finds it listed under another one.
   */
  put(id: string, wanted: WantedPut, stream: Readable, still?: Still): Promise<{ bytes: number; sha256: string }>;
  /** The absolute path of the bytes of a listed file, among the uploads or in the spool; undefined if they are in neither. */
  locate(entry: SentFile): Promise<string | undefined>;
}

/** An owner's decisions about stuck files, except retries. All throw disk errors. */
export interface SpoolChoices {
  /** Ignores files: no attempts until they change or are retried. */
  ignore(names: StuckNames, sees?: Sees): Promise<Chosen>;
  /** Moves files to the trash of the spool. */
  discard(names: StuckNames, sees?: Sees): Promise<Chosen>;
  /** Restores all files from that trash. */
  restore(): Promise<void>;
  /** The files of stuck claims of the house, by their ids, without missing ones. */
  filesOf(claims: readonly string[]): Promise<StuckFile[]>;
}

/** A running spool, as the server sees it. */
export interface SpoolPort {
  status(): Promise<SpoolStatus>;
  /** Makes a pass (or joins the current one) and resolves when it is done. */
  pass(): Promise<PassSummary>;
  /** The durations of each step, in the order of the steps. */
  steps(): StepFigures[];
  /** The numbers of photos of these holders that were processed since the spool was opened; without sidecars. */
  processed(sees: Sees): Totals;
  /**
   * Retries stuck items, by file name or claim. Resolves when they are queued; with `wait`, after the attempt, with
   * those that are stuck again in `stuck`.
   */
  retry(names: StuckNames, how?: Retry): Promise<Retried>;
  readonly choices: SpoolChoices;
  /**
   * Writes a stream into `incoming` by a temporary name and a rename; never replaces a file. `name` is the sender's
   * name for it, hostile text, or a function that is called after the stream has ended; `by` the sender, in the form of
   * `authorOf`; `holder` a person (a ULID), by default the house; `modified` when the file was last written, in ms
   * since 1970, called after the stream has ended. Resolves to the actual name. Rejects, and leaves nothing, if the
   * stream fails, or `still` throws.
   */
  place(
    stream: Readable,
    name: string | (() => string),
    by: string,
    still?: Still,
    holder?: Holder,
    modified?: () => number | undefined,
  ): Promise<string>;
  readonly uploads: Uploads;
  /** Listens for events; returns the function that unsubscribes. */
  on: Subscribe<[event: SpoolEvent]>;
}
