/**
 * What replication needs of one side of a link, wherever it is: our own library (library-database.ts) or a server that speaks
 * CouchDB's replication protocol (remote-database.ts). Both pass the same suite (test/sync/contract.ts).
 */
import { PhotospoolError } from '../../base/errors.js';
import type { Incoming } from '../../library/library.js';

/** A line of a change feed: a document with all its leaves. */
export interface FeedRow {
  seq: string;
  id: string;
  revs: string[];
  /** Where the winner is deleted. */
  deleted?: boolean;
}

/** A stretch of a change feed, oldest first. `last` is where the next one begins. */
export interface FeedBatch {
  rows: FeedRow[];
  last: string;
  /** Whether there may be more after `last` already. */
  more: boolean;
  /** How many documents changed after `last`, where the side tells. */
  pending?: number;
  /** Leaves that are not in `rows`, because no other server could take them, and why. */
  aside?: RejectedRevision[];
}

/** How to read a change feed. */
export interface FeedOptions {
  /** The most rows. */
  limit: number;
  /** Milliseconds to wait for a change where there is none; then an empty stretch. */
  wait?: number;
  signal?: AbortSignal;
}

/** One revision of one document. */
export interface RevisionId {
  id: string;
  rev: string;
}

/** A revision that a side did not take, and why. Nothing else tells of it: who gets one must not pass over it. */
export interface RejectedRevision extends RevisionId {
  reason: string;
}

/** How far a replication came, as both sides keep it under `_local/<id>`. */
export interface Checkpoint {
  /** Drawn at each start of a replication: tells whether both sides remember the same one. */
  session: string;
  /** The source's sequence up to which the target has everything. */
  seq: string;
  /** Earlier ones, newest first. */
  history: { session: string; seq: string }[];
}

/** One side of a replication. Every call rejects with a PhotospoolError that names the side. */
export interface Database {
  /** What a person knows it by, for messages: an address without secrets. */
  readonly name: string;
  /** Which database this is: differs between any two, and stays. */
  id(): Promise<string>;
  changes(since: string, options: FeedOptions): Promise<FeedBatch>;
  /**
   * Of the revisions asked for, those that this side does not have. `refuse` hears of those that it can't even be asked about;
   * without it the call rejects.
   */
  missing(
    asked: ReadonlyMap<string, readonly string[]>,
    refuse?: (refused: RejectedRevision) => void,
  ): Promise<Map<string, string[]>>;
  /**
   * The revisions with their ancestors. Of one that was replaced meanwhile, what replaced it; of one that is gone, nothing:
   * the change feed will bring what came after. `refuse` hears of what can't be a document here, or is not given, and why;
   * without it the call rejects. So it does where the side gives none of many.
   */
  read(named: readonly RevisionId[], refuse?: (refused: RejectedRevision) => void): Promise<Incoming[]>;
  /** The same in parts of some mebibytes, each read when the last one was taken: how much is held has a bound, however large they are. */
  readParts?(named: readonly RevisionId[], refuse?: (refused: RejectedRevision) => void): AsyncIterable<Incoming[]>;
  /**
   * Stores revisions; durable when it resolves to those it refused. The same again changes nothing. `from` names who sent them,
   * for people to read.
   */
  write(incoming: readonly Incoming[], from?: string): Promise<RejectedRevision[]>;
  /**
   * Which opening of it answers: another one after a restart or a restore. What was written before may be gone then, so a
   * run must not note that it is there.
   */
  opening(): Promise<string>;
  checkpoint(id: string): Promise<Checkpoint | undefined>;
  /** Keeps a note. @throws PhotospoolError `conflict` where another opening than `opening` answers. */
  setCheckpoint(id: string, checkpoint: Checkpoint, opening: string): Promise<void>;
}

/** What a run ends with whose side is not the one any more that it began with. */
export const reopened = (name: string): PhotospoolError =>
  new PhotospoolError('conflict', `${name} was started again meanwhile.`, { op: 'replicate' });
