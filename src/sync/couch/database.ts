/**
 * The interface of one side of a replication: the local library (library-database.ts) or a server with CouchDB's
 * replication protocol (remote-database.ts). Both pass the same suite (test/sync/contract.ts).
 */
import { PhotospoolError } from '../../base/errors.js';
import type { Incoming } from '../../library/library.js';

/** A row of a change feed: a document with all its leaves. */
export interface FeedRow {
  seq: string;
  id: string;
  revs: string[];
  /** True if the winner is deleted. */
  deleted?: boolean;
}

/** A batch of a change feed, oldest first. `last` is the position of the next batch. */
export interface FeedBatch {
  rows: FeedRow[];
  last: string;
  /** Whether more changes after `last` may exist already. */
  more: boolean;
  /** The number of documents changed after `last`, if known. */
  pending?: number;
  /** Leaves that are not in `rows` because no other server could accept them, with the reasons. */
  aside?: RejectedRevision[];
}

/** Options of reading a change feed. */
export interface FeedOptions {
  /** The maximum number of rows. */
  limit: number;
  /** Milliseconds to wait for a change if there is none; then an empty batch. */
  wait?: number;
  signal?: AbortSignal;
}

/** One revision of one document. */
export interface RevisionId {
  id: string;
  rev: string;
}

/** A revision that a side rejected, and why. It is reported only once: the receiver must not ignore it. */
export interface RejectedRevision extends RevisionId {
  reason: string;
}

/** The progress of a replication, as both sides keep it under `_local/<id>`. */
export interface Checkpoint {
  /** Random for each start of a replication: shows whether both sides have a note of the same one. */
  session: string;
  /** The sequence of the source up to which the target has everything. */
  seq: string;
  /** Earlier ones, newest first. */
  history: { session: string; seq: string }[];
}

/** One side of a replication. Every call rejects with a PhotospoolError that names the side. */
export interface Database {
  /** Its name in messages: an address without secrets. */
  readonly name: string;
  /** The identity of the database: unique and permanent. */
  id(): Promise<string>;
  changes(since: string, options: FeedOptions): Promise<FeedBatch>;
  /**
   * Of the requested revisions, those that this side does not have. `refuse` is called with those that can't be
   * requested; without it the call rejects.
   */
  missing(
    asked: ReadonlyMap<string, readonly string[]>,
    refuse?: (refused: RejectedRevision) => void,
  ): Promise<Map<string, string[]>>;
  /**
   * The revisions with their ancestors. A replaced revision gives its replacement; a missing one gives nothing: its
   * successor will be in the change feed. `refuse` is called with revisions that are not valid documents here, or are
   * not delivered, with the reason; without it the call rejects. It also rejects if the side delivers none of many.
   */
  read(named: readonly RevisionId[], refuse?: (refused: RejectedRevision) => void): Promise<Incoming[]>;
  /**
   * The same in parts of some mebibytes, each read after the previous one was consumed: memory is bounded, however
   * large the revisions are.
   */
  readParts?(named: readonly RevisionId[], refuse?: (refused: RejectedRevision) => void): AsyncIterable<Incoming[]>;
  /**
   * Stores revisions; durable when it resolves to those it rejected. Storing the same again changes nothing. `from`
   * names their sender, for people.
   */
  write(incoming: readonly Incoming[], from?: string): Promise<RejectedRevision[]>;
  /**
   * The opening (epoch) of the database: changes at a restart or restore. Earlier writes may be gone then, so a run
   * must not record them.
   */
  opening(): Promise<string>;
  checkpoint(id: string): Promise<Checkpoint | undefined>;
  /** Stores a checkpoint. @throws PhotospoolError `conflict` if the database is no longer in the opening `opening`. */
  setCheckpoint(id: string, checkpoint: Checkpoint, opening: string): Promise<void>;
}

/** The error of a run whose database was reopened since it began. */
export const reopened = (name: string): PhotospoolError =>
  new PhotospoolError('conflict', `${name} was restarted in the meantime.`, { op: 'replicate' });
