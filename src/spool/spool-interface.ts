/**
 * What the server may ask of a running spool. The spool implements it; the server and its tests know only this.
 */
import type { Readable } from 'node:stream';
import type { Subscribe } from '../base/async/listeners.js';
import type { Holder } from '../document/item-id.js';

/** A file that lies in `incoming`. `since` is UTC, when it was last written or renamed there; `bytes` its size then. */
export interface WaitingItem {
  name: string;
  since: string;
  bytes: number;
  /** Whose it is: a person (a ULID); absent for the house. Answers leave it out (spool-view.ts). */
  holder?: Holder;
}

/** A file in hand. `since` is UTC, `2026-11-24T10:00:00.000Z`, when its present step began. */
export interface WorkItem {
  name: string;
  /** `claim`, `hash`, `render`, `inspect`, `record`, `archive`. */
  step: string;
  since: string;
  /** UTC, when it was taken out of `incoming`. */
  claimed: string;
  /** Whose it is: a person (a ULID); absent for the house. Answers leave it out (spool-view.ts). */
  holder?: Holder;
}

/** A file that could not be taken in and waits in its claim. */
export interface StuckItem {
  name: string;
  /** The claim's ULID; empty for a file that could not be claimed and is still where it was. */
  claim: string;
  /** A sentence for a person. */
  reason: string;
  /** The error's code (base/errors.ts). */
  code: string;
  attempts: number;
  /** UTC of the next try; absent where only a person can help. */
  next?: string;
  /** UTC, when it was taken out of `incoming`; absent where it is still there. */
  claimed?: string;
  /** UTC, when the last try failed. */
  failed?: string;
  /** Of a damaged file, UTC when it is archived as it is, unless it changes before. */
  asIs?: string;
  /** UTC, since when it is stuck as it is now. */
  since?: string;
  /** Where the file itself is the reason, and not a disk or the machine: then it can be ignored, or moved to the trash. */
  own?: true;
  /** An owner chose to leave it where it is; it is not tried until it changes, or `retry`. */
  ignored?: true;
  /** Whose it is: a person (a ULID); absent for the house. Answers leave it out (spool-view.ts). */
  holder?: Holder;
}

/** Stuck files with one reason, those that are ignored aside. */
export interface StuckGroup {
  /** The error's code. */
  code: string;
  /** The reason, without a full stop. */
  title: string;
  count: number;
  /** They can be ignored, or moved to the trash. */
  own?: true;
  /** They can be archived as they are. */
  damaged?: true;
}

/** A file that is left where it is, and why. */
export interface IgnoredItem {
  name: string;
  reason: string;
  /** Whose it is: a person (a ULID); absent for the house. Answers leave it out (spool-view.ts). */
  holder?: Holder;
}

/** A file that is done. `at` is UTC; `seconds` is how long it was in hand. */
export interface DoneItem {
  name: string;
  outcome: 'stored' | 'duplicate';
  sha256: string;
  at: string;
  seconds: number;
  /** Whose it is: a person (a ULID); absent for the house. Answers leave it out (spool-view.ts). */
  holder?: Holder;
}

/** How many files came through. */
export interface Totals {
  stored: number;
  duplicates: number;
}

/** Why nothing is taken out of `incoming` for a while: trouble of the disk. `until` is UTC. */
export interface SpoolPause {
  until: string;
  reason: string;
}

/** How many files of other people are in the spool; nothing else is told of them. */
export interface OthersFiles {
  waiting: number;
  work: number;
  stuck: number;
}

/** Whether whoever asks is told of the files of a holder. Without it: of those of the house. */
export type Sees = (holder: Holder) => boolean;

/** What the spool holds now. `stored`, `duplicates` and `today` count what came in for the house: by others’ one could tell what they have. */
export interface SpoolStatus extends Totals {
  /** Files in `incoming` that are not left alone. */
  incoming: number;
  /** The first of them, the longest there first; 50 at most. */
  waiting: WaitingItem[];
  work: WorkItem[];
  stuck: StuckItem[];
  /** What is stuck by reason, the largest group first. */
  groups: StuckGroup[];
  ignored: IgnoredItem[];
  /** Since midnight by the clock of this machine, whichever process did it. */
  today: Totals;
  /** Files done per minute, over the last five minutes, or since the spool was opened where that is less. */
  rate: number;
  /** The last that were done, the newest first; 20 at most. */
  recent: DoneItem[];
  held?: SpoolPause;
  /** Absent where there are none. */
  others?: OthersFiles;
}

/** A spool that nothing happened in yet. */
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

/** How long a step took, over all files since the spool was opened. */
export interface StepFigures {
  step: string;
  /** How many times it took at most so many seconds, by the bounds in `stepBounds`, each with those before it. */
  counts: number[];
  count: number;
  /** Seconds, all together. */
  sum: number;
}

/** The bounds of `StepFigures`, in seconds. */
export const stepBounds = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100] as const;

/** The outcome of one pass; of a pass over `incoming`, for the house. */
export interface PassSummary {
  stored: number;
  duplicates: number;
  stuck: number;
  ignored: number;
  /** Sidecars that were stored, where there were any; they are not in `stored`. */
  sidecars?: number;
  seconds: number;
  stuckItems: { name: string; reason: string }[];
}

/** How something is tried again. */
export interface Retry {
  /** Answer when it was tried. */
  wait?: boolean;
  /** Archive what is damaged as it is, instead of waiting for its damage to go away. */
  asIs?: boolean;
  /** Whose files can be named, and are. `all` tries those of others too. */
  sees?: Sees;
}

/** Stuck files, by name or claim. */
export type StuckNames = string[] | 'all';

/** What an owner chose for stuck files, by name. `refused`: their trouble is none of their own, or they are in work. */
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

/** The outcome of another try. */
export interface Retried {
  retried: string[];
  unknown: string[];
  /** Of a retry that was waited for: what is stuck again. */
  stuck?: { name: string; reason: string }[];
}

/** What happens in the spool. Delivered after it is durable. */
export type SpoolEvent =
  | { type: 'incoming'; count: number }
  | { type: 'item'; name: string; step: string }
  | { type: 'stored'; name: string; sha256: string; sidecar?: true }
  | { type: 'duplicate'; name: string; sha256: string }
  | { type: 'stuck'; name: string; reason: string }
  | { type: 'ignored'; name: string; reason: string }
  | { type: 'summary'; summary: PassSummary };

/** What somebody wants to upload. */
export interface WantedUpload {
  /** Who: `authorOf`. An upload exists for nobody else. */
  by: string;
  /** Whose it becomes: a person (a ULID); absent for the house. */
  holder?: Holder;
  /** Bytes of the whole. */
  length: number;
  /** What the client says of it, hostile text: `filename`, `folder`, `modified`, `sha256`. */
  metadata: Readonly<Record<string, string>>;
}

/** An upload that comes in pieces. */
export interface Upload extends WantedUpload {
  id: string;
  /** How many bytes of it are here. */
  bytes: number;
  /** ms since 1970, when the last of them came, or it was begun. */
  touched: number;
  /** `checking`: all bytes are here and are being hashed; `received`: they are in `incoming`, durable. */
  state: 'uploading' | 'checking' | 'received';
  /** Of all bytes as they are on the disk; of a received one. */
  sha256?: string;
}

/**
 * Asked right before a file appears in `incoming`: throws where whoever sends it may not any more. Nothing of it is kept then.
 */
export type Still = () => void;

/** Uploads that come in pieces, kept on the disk between them (upload-parts.ts). Ids are 32 hexadecimal digits. */
export interface Uploads {
  /**
   * Makes one. @throws PhotospoolError `disk-full` where there is no room for it and for what its sender has begun, `slow-down`
   * where they have begun too many.
   */
  begin(id: string, wanted: WantedUpload): Promise<void>;
  find(id: string): Promise<Upload | undefined>;
  /**
   * Adds a stream to the end; resolves to how many bytes are there then, durable. Where the stream or the disk fails, what
   * came stays. Not for two callers at once.
   */
  append(id: string, stream: Readable): Promise<number>;
  /**
   * Checks an upload that is whole and puts it into `incoming`; one that is not whole, or received, is answered as it is.
   * @throws PhotospoolError `mismatch` where it has not the `sha256` that it should; it is gone then. `not-found`. What `still`
   * throws; it is gone then.
   */
  finish(id: string, still?: Still): Promise<Upload>;
  /** Forgets one, and what came of it; false where there is none. */
  remove(id: string): Promise<boolean>;
}

/** What an owner may do with stuck files beside trying them again. All throw what the disk says. */
export interface SpoolChoices {
  /** Leaves files where they are, untried until they change or are tried again. */
  ignore(names: StuckNames, sees?: Sees): Promise<Chosen>;
  /** Moves files into the trash of the spool. */
  discard(names: StuckNames, sees?: Sees): Promise<Chosen>;
  /** Brings all files in that trash back. */
  restore(): Promise<void>;
  /** The files of stuck claims of the house, by their ids; those that are not there are left out. */
  filesOf(claims: readonly string[]): Promise<StuckFile[]>;
}

/** A running spool, as the server sees it. */
export interface SpoolPort {
  status(): Promise<SpoolStatus>;
  /** Makes a pass (or joins the one under way) and resolves when it is done. */
  pass(): Promise<PassSummary>;
  /** How long each step took, in the order of the steps. */
  steps(): StepFigures[];
  /**
   * Tries stuck items again, by file name or claim. Resolves when they are queued, or, where `wait`, when they were tried:
   * `stuck` are those that are stuck again.
   */
  retry(names: StuckNames, how?: Retry): Promise<Retried>;
  readonly choices: SpoolChoices;
  /**
   * Puts a stream's bytes into `incoming` by a temporary name and a rename; never replaces a file. `name` is what the
   * sender called it: hostile text; `by` who that is, as `authorOf` writes it; `holder` the person (a ULID) whose it becomes, else it is the house’s. Resolves to the name it got. Rejects, and leaves nothing, where the stream ends in an error,
   * or `still` throws.
   */
  place(stream: Readable, name: string, by: string, still?: Still, holder?: Holder): Promise<string>;
  readonly uploads: Uploads;
  /** Tells of what happens; returns the function that ends it. */
  on: Subscribe<[event: SpoolEvent]>;
}
