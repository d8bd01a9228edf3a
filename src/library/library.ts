/**
 * The library: documents with their CouchDB revisions in one SQLite file; the truth. A document, its revision, its change
 * row, its catalog rows and its local rows commit in one transaction, durable before the call returns. Only new documents that
 * come in great numbers may be left to the catalog for later (`insert`).
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

/** What `openLibrary` needs beside the database. */
export interface LibraryOptions {
  index?: Index;
  /** Where it is missing, nothing is indexed later. */
  defer?: Defer;
  clock?: Clock;
  /** Random bytes, for epochs and ids. */
  random?: (length: number) => Uint8Array;
  /** Opens for reading only: draws no epoch, migrates nothing. */
  readOnly?: boolean;
  /** Called before a migration with the format found; makes the backup. */
  backup?: (from: number) => void;
}

/** An open library. Synchronous; every write is durable when it returns. */
export interface Library {
  /** The id of this server: stays over restarts, differs between servers. */
  readonly server: string;
  /** Drawn at this opening. */
  readonly epoch: string;
  readonly local: Local;
  /** The items that people and the house hold, by public id and by bytes. */
  readonly items: ItemIndex;
  /** The documents on which access to other people’s items depends. */
  readonly controls: ControlDocuments;
  /** The winning revision, undefined where there is none or it is deleted. */
  get<B extends object = Body>(id: string): StoredRevision<B> | undefined;
  /** The winning bodies of many documents, in the order asked for. */
  getMany<B extends object = Body>(ids: readonly string[]): (StoredRevision<B> | undefined)[];
  /** One given revision with its ancestors, also a deleted one. */
  revision(id: string, rev: string): (StoredRevision & { revisions: string[] }) | undefined;
  /** As `revision`, with its body as it is stored: canonical JSON. */
  raw(id: string, rev: string): Raw | undefined;
  /** All leaves of a document, the winner first. */
  leaves(id: string): StoredRevision[];
  /** As `leaves`, without bodies. */
  heads(id: string): { rev: string; deleted: boolean }[];
  /** How many bodies are kept of a document, those of bare tombstones left out, and their bytes. */
  apart(id: string): { count: number; bytes: number };
  /**
   * Changes a document: `change` gets the winner's body (undefined where there is none) and returns the new one, or
   * undefined to leave it. An equal body makes no revision. A body that is a purge (document/purge.ts) deletes the
   * document; a body for a purged one joins it in the trash. Throws `too-large` past 256 KiB, `newer-version` for a
   * document of a newer format, `invalid` for what is no I-JSON.
   */
  update<B extends object = Body>(
    id: string,
    change: (body: B | undefined) => B | undefined,
  ): { rev: string; changed: boolean } | undefined;
  /**
   * Stores revisions made elsewhere; idempotent, in any order; conflicts are merged in the same transaction. Throws
   * `invalid` or `too-large` (past 1 MiB) for the first that can't be stored, and then stores none. With `later`, documents
   * that nobody had before may come into the catalog after that.
   */
  insert(incoming: readonly Incoming[], options?: InsertOptions): void;
  /** Calls `listener` in the transaction of each `insert`, for each document whose id begins with `prefix`. */
  onReceive(prefix: string, listener: Receiver): void;
  /** The leaves that a revision which was replaced became. */
  heirs(id: string, rev: string): string[];
  /** Which of these revisions are missing here. */
  missing(asked: ReadonlyMap<string, readonly string[]>): Map<string, string[]>;
  /** Changes after `since` (a sequence, or 0), oldest first; 1,000 at most where no limit is given. */
  changes(since: string | number, limit?: number): { changes: FeedChange[]; last: string };
  /** Changes before the change `before` (its number; the newest ones where it is undefined), newest first. */
  newest(before: number | undefined, limit: number): FeedChange[];
  /** How many documents changed after `since`. */
  pending(since: string | number): number;
  /** The number of the newest change, cheap to ask: how other processes' writes are noticed. */
  lastChange(): number;
  /** Winning, undeleted documents whose id begins with `prefix`, in id order, in batches that yield to other work. */
  scan<B extends object = Body>(prefix: string, after?: string): IterableIterator<StoredRevision<B>>;
  /** How many undeleted documents have such an id. Walks an index: some 100 ms for a million. */
  count(prefix: string): number;
  /** A stamp greater than the wall clock, than the last own one, and than those in `seen` that are not more than a day ahead. */
  stamp(...seen: (Stamp | undefined)[]): Stamp;
  /** The stamp for a change of a document: greater than all in it that are not more than a day ahead. */
  stampAfter(body: object | undefined): Stamp;
  /** The same, with the wall clock's time where people must be shown that one. */
  sign(body: object | undefined): { at: Stamp; made?: string };
  /** Runs `work` in one transaction. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/**
 * Opens the library in an open database file, making its tables where they are missing and migrating an older format in
 * one transaction. Closing it leaves the database open. @throws PhotospoolError `newer-version` where a newer version
 * wrote it; `unusable` where it is opened for reading only and there is no library yet, or one of an older format.
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
    ...openWrites(db, { revisions, journal, merges: local.merges, ends }),
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
      // Nothing is held but statements, which end with the database.
    },
  };
}

/** The setting that says that a library's revision ids were looked at. */
const repairedMark = 'revisions-repaired';

/** Renames revisions that former versions took and CouchDB refuses, once per library. */
function repairOnce(db: Sqlite, local: Local, journal: Journal): void {
  if (local.setting(repairedMark) !== undefined) return;
  db.transaction(() => {
    for (const id of repairRevisions(db)) journal(id);
    local.setSetting(repairedMark, '1');
  });
}
