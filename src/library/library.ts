/**
 * The library: documents with their CouchDB revisions in one SQLite file; the source of truth. A document, its
 * revision, its change row, its catalog rows and its local rows commit in one transaction, which is durable when the
 * call returns; a crash leaves all of them or none. Only new documents in large batches may be indexed later
 * (`insert`).
 */
import { randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import type { Body, Stamp } from '../document/photo-document.js';
import { madeAt, openHlc } from '../document/stamp.js';
import { openReads, type Raw, type StoredRevision } from './read-documents.js';
import { openEpochs } from './sequences.js';
import { openFeed, type FeedChange } from './change-feed.js';
import type { Incoming } from './validate-documents.js';
import { openItemIndex, type ItemIndex } from './item-index.js';
import { openControlDocuments, type ControlDocuments } from './control-documents.js';
import { openKnownEnds } from './known-ends.js';
import { openJournal, type Defer, type Index, type Journal } from './change-journal.js';
import { openLocal, type Local } from './local-tables.js';
import { repairRevisions } from './repair-revision-ids.js';
import { openRevisions } from './revision-tree.js';
import { openSchema } from './library-format.js';
import { openWrites, type InsertOptions, type Receiver } from './write-documents.js';

export type { Raw, StoredRevision as Stored } from './read-documents.js';
export type { FeedChange as Change } from './change-feed.js';
export type { Incoming } from './validate-documents.js';
export type { Defer, Index } from './change-journal.js';
export type { InsertOptions, Receiver } from './write-documents.js';

/** Options of `openLibrary`. */
export interface LibraryOptions {
  index?: Index;
  /** Without it, every document is indexed in its transaction. */
  defer?: Defer;
  clock?: Clock;
  /** Random bytes for epochs and ids. */
  random?: (length: number) => Uint8Array;
  /** Opens the library read-only: starts no epoch, migrates nothing. */
  readOnly?: boolean;
  /** Called before a migration with the old format, to make a backup. */
  backup?: (from: number) => void;
}

/** An open library. Synchronous; every write is durable when it returns. */
export interface Library {
  /** The id of this server: constant across restarts, unique per server. */
  readonly server: string;
  /** A random id, new at each opening. */
  readonly epoch: string;
  readonly local: Local;
  /** The items of people and the house, by public id and by bytes. */
  readonly items: ItemIndex;
  /** The documents that determine access to other people’s items. */
  readonly controls: ControlDocuments;
  /** The winning revision; undefined if there is none, or it is deleted. */
  get<B extends object = Body>(id: string): StoredRevision<B> | undefined;
  /** The winning bodies of many documents, in the order of `ids`. */
  getMany<B extends object = Body>(ids: readonly string[]): (StoredRevision<B> | undefined)[];
  /** A revision with its ancestors, even a deleted one. */
  revision(id: string, rev: string): (StoredRevision & { revisions: string[] }) | undefined;
  /** As `revision`, with the stored body: canonical JSON. */
  raw(id: string, rev: string): Raw | undefined;
  /** All leaves of a document, the winner first. */
  leaves(id: string): StoredRevision[];
  /** As `leaves`, without bodies. */
  heads(id: string): { rev: string; deleted: boolean }[];
  /** The number and bytes of a document's bodies, without bare tombstones. */
  apart(id: string): { count: number; bytes: number };
  /**
   * Changes a document: `change` gets the winner's body (undefined without one) and returns the new one, or undefined
   * for no change. An equal body creates no revision. A body with a purge (document/purge.ts) deletes the document; a
   * body for a purged document joins the purged content in the trash. Throws `too-large` beyond 256 KiB,
   * `newer-version` for a document of a newer format, `invalid` if the body is not I-JSON.
   */
  update<B extends object = Body>(
    id: string,
    change: (body: B | undefined) => B | undefined,
  ): { rev: string; changed: boolean } | undefined;
  /**
   * Stores revisions from elsewhere; idempotent, in any order; conflicts are merged in the same transaction. Throws
   * `invalid` or `too-large` (beyond 1 MiB) for the first that can't be stored, and then stores none. With `later`, new
   * documents may be indexed afterwards.
   */
  insert(incoming: readonly Incoming[], options?: InsertOptions): void;
  /** Calls `listener` in the transaction of each `insert`, for each document whose id starts with `prefix`. */
  onReceive(prefix: string, listener: Receiver): void;
  /** The leaves below a replaced revision. */
  heirs(id: string, rev: string): string[];
  /** Those of the given revisions that are missing here. */
  missing(asked: ReadonlyMap<string, readonly string[]>): Map<string, string[]>;
  /** Changes after `since` (a sequence, or 0), oldest first; at most 1,000 by default. */
  changes(since: string | number, limit?: number): { changes: FeedChange[]; last: string };
  /** Changes before the change `before` (its number; undefined for the newest), newest first. */
  newest(before: number | undefined, limit: number): FeedChange[];
  /** The number of documents changed after `since`. */
  pending(since: string | number): number;
  /** The number of the newest change. Cheap: used to detect other processes' writes. */
  lastChange(): number;
  /**
   * Winning, undeleted documents whose id starts with `prefix`, in id order. Reads in batches, so that no statement
   * stays open in between.
   */
  scan<B extends object = Body>(prefix: string, after?: string): IterableIterator<StoredRevision<B>>;
  /** The number of undeleted documents with such an id. Walks an index: about 100 ms for a million. */
  count(prefix: string): number;
  /** A stamp greater than the wall clock, the last own stamp, and those in `seen` that are at most a day ahead. */
  stamp(...seen: (Stamp | undefined)[]): Stamp;
  /** The stamp for a change of a document: greater than all stamps in it that are at most a day ahead. */
  stampAfter(body: object | undefined): Stamp;
  /** As `stampAfter`, with the wall clock's time if that one must be shown instead. */
  sign(body: object | undefined): { at: Stamp; made?: string };
  /** Runs `work` in one transaction. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/**
 * Opens the library in an open database, creating missing tables and migrating an older format in one transaction.
 * Closing the library leaves the database open. @throws PhotospoolError `newer-version` if a newer version wrote it;
 * `unusable` if it is opened read-only and has no library, or one of an older format.
 */
export function openLibrary(db: Sqlite, options: LibraryOptions = {}): Library {
  const { clock = systemClock, random = randomBytes, readOnly = false, backup } = options;
  const draw = (): string => Buffer.from(random(8)).toString('hex');
  openSchema(db, { server: draw, readOnly, ...(backup && { backup }) });
  const revisions = openRevisions(db);
  const epochs = openEpochs(db);
  const epoch = readOnly ? epochs.newest() : draw();
  if (!readOnly) db.transaction(() => epochs.begin(epoch));
  const { server, stamp } = db
    .prepare<{ server: string; stamp: string | null }>('SELECT server, stamp FROM library')
    .get()!;
  const hlc = openHlc(clock, epoch, { last: stamp ?? undefined, renew: draw });
  const local = openLocal(db, clock);
  const isThere = (id: string): boolean => revisions.winner(id)?.deleted === false;
  const ends = openKnownEnds(db, local, readOnly);
  const items = openItemIndex(db, { isThere, ...local }, readOnly);
  const isHeld = (sha256: string): boolean => items.withBytes(sha256).length > 0;
  const journal = openJournal(db, {
    ...{ hlc, epochs, revisions, take: items.take },
    ...(options.index && { index: options.index }),
    ...(options.defer && { defer: options.defer }),
  });
  if (!readOnly) repairOnce(db, local, journal);
  const reads = openReads(db, revisions);
  const controls = openControlDocuments(db, { bodyOf: (id) => reads.get(id)?.body, ends }, () => epochs.last());
  return {
    server,
    epoch,
    local,
    items,
    controls,
    ...reads,
    ...openFeed(db, epochs),
    ...openWrites(db, { revisions, journal, merges: local.merges, ends, isHeld }),
    lastChange: () => epochs.last(),
    stamp: (...seen) => hlc.next(...seen),
    stampAfter: (body) => hlc.after(body),
    sign(body) {
      const at = hlc.after(body);
      const made = madeAt(at, clock.now());
      return { at, ...(made !== undefined && { made }) };
    },
    transaction: (work) => db.transaction(work),
    close() {
      // Only prepared statements are open; they end with the database.
    },
  };
}

/** The setting that records that a library's revision ids were repaired. */
const repairedMark = 'revisions-repaired';

/** Renames revisions that earlier versions accepted and CouchDB rejects, once per library. */
function repairOnce(db: Sqlite, local: Local, journal: Journal): void {
  if (local.setting(repairedMark) !== undefined) return;
  db.transaction(() => {
    for (const id of repairRevisions(db)) journal(id);
    local.setSetting(repairedMark, '1');
  });
}
