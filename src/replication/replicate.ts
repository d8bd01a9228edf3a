/**
 * One direction of a link: everything that the source has and the target has not goes over, in batches, from where it
 * stopped last time. Killed at any instant it begins again at the last checkpoint, and what had gone over goes over as
 * "not missing". The checkpoint moves only past what the target has, or has refused in words that were passed on; where a disk
 * has no room for it, it is tried again later, and documents go on.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { toPhotospoolError } from '../base/errors.js';
import type { Incoming } from '../library/library.js';
import { commonPoint, nextCheckpoint } from './checkpoints.js';
import type { Database, Named, Refused, Row } from './database.js';
import { ofDisks } from './held.js';

/** How one direction runs. */
export interface Replication {
  source: Database;
  target: Database;
  clock: Clock;
  /** Names this run in checkpoints; drawn by the caller, differs between any two runs. */
  session: string;
  /** Waits for more when everything is over, until the signal. */
  live: boolean;
  signal: AbortSignal;
  /** Rows of the change feed at once; 500 where not said. */
  batch?: number;
  /** Told after each batch. */
  progress?(progress: Progress): void;
  /** Told what the target did not take. */
  refused(documents: readonly Refused[]): void;
}

/** How far it is. */
export interface Progress {
  /** Documents looked at, and revisions sent, since the start. */
  seen: number;
  sent: number;
  /** Documents that are still to be looked at, where the source tells. */
  pending?: number;
  /** The source's sequence up to which the target has everything. */
  seq: string;
}

/** A batch that was read from the source. */
interface Load {
  rows: Row[];
  last: string;
  more: boolean;
  pending?: number;
  incoming: Incoming[];
}

const usualBatch = 500;
/** How long a look for changes may last, in ms: shorter than what proxies wait (a minute), longer than half of it. */
const patience = 58_000;
/** Ms between checkpoints while batches follow one another. */
const interval = 5_000;

/** The name of a replication in `_local` documents: the same for the same two databases, whoever runs it. */
export async function replicationId(source: Database, target: Database): Promise<string> {
  const text = JSON.stringify(['photospool', 1, await source.id(), await target.id()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Runs until everything is over (or, live, until the signal). Rejects with what a side says; then it can be run again. */
export async function replicate(replication: Replication): Promise<Progress> {
  const { source, target, clock, session, live, signal } = replication;
  const id = await replicationId(source, target);
  // Before anything else: what is seen and written later is of these openings, or of none.
  const [ofSource, ofTarget] = await Promise.all([source.opening(), target.opening()]);
  const known = await Promise.all([source.checkpoint(id), target.checkpoint(id)]);
  const progress: Progress = { seen: 0, sent: 0, seq: commonPoint(...known) };
  let base = known[1];
  let saved = progress.seq;
  let savedAt = clock.now();

  async function save(): Promise<void> {
    if (saved === progress.seq) return;
    savedAt = clock.now();
    const next = nextCheckpoint(base, session, progress.seq);
    try {
      await target.setCheckpoint(id, next, ofTarget);
      await source.setCheckpoint(id, next, ofSource);
    } catch (error) {
      if (ofDisks.has(toPhotospoolError(error, 'write', 'a checkpoint').code)) return;
      throw error;
    }
    [base, saved] = [next, progress.seq];
  }

  async function run(): Promise<void> {
    let next = load(replication, progress.seq, false);
    for (;;) {
      const batch = await next;
      // The next batch is read while this one is written.
      if (batch.more) next = load(replication, batch.last, false);
      next.catch(() => undefined);
      await store(batch);
      const done = signal.aborted || (!batch.more && !live);
      if (done || batch.rows.length === 0 || clock.now() - savedAt >= interval) await save();
      replication.progress?.({ ...progress });
      if (done) return;
      if (!batch.more) next = load(replication, batch.last, true);
    }
  }

  async function store({ rows, last, pending, incoming }: Load): Promise<void> {
    if (incoming.length > 0) {
      const refused = await target.write(incoming);
      if (refused.length > 0) replication.refused(refused);
    }
    progress.seen += rows.length;
    progress.sent += incoming.length;
    progress.seq = last;
    if (pending === undefined) delete progress.pending;
    else progress.pending = pending;
  }

  try {
    await run();
  } catch (error) {
    if (!signal.aborted) throw error;
    // It was told to end while it waited.
    await save();
  }
  return progress;
}

/** Reads the next stretch of the feed, and what of it the target misses. */
async function load(replication: Replication, since: string, wait: boolean): Promise<Load> {
  const { source, target, signal, batch = usualBatch } = replication;
  const stretch = await source.changes(since, { limit: batch, signal, ...(wait && { wait: patience }) });
  const { rows } = stretch;
  const asked = new Map(rows.map(({ id, revs }) => [id, revs]));
  const missing = rows.length === 0 ? new Map<string, string[]>() : await target.missing(asked);
  const named = [...missing].flatMap(([id, revs]) => revs.map((rev): Named => ({ id, rev })));
  return { ...stretch, incoming: named.length === 0 ? [] : await source.read(named) };
}
