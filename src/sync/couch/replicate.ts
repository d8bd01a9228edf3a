/**
 * One direction of a link: everything that the source has and the target has not goes over, in batches, from where it
 * stopped last time. Killed at any instant it begins again at the last checkpoint, and what had gone over goes over as
 * "not missing". The checkpoint moves only past what the target has, or has refused in words that were passed on; where a disk
 * has no room for it, it is tried again later, and documents go on.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { toPhotospoolError } from '../../base/errors.js';
import { commonPoint, nextCheckpoint } from './checkpoints.js';
import type { Database, RejectedRevision } from './database.js';
import { ofDisks } from '../connections/retry-on-disk-error.js';
import { openBatchReader, type Load } from './read-ahead.js';

/** How one direction runs. */
export interface ReplicationParts {
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
  progress?(progress: ReplicationProgress): void;
  /** Told what the target did not take. */
  refused(documents: readonly RejectedRevision[]): void;
  /** Told of each batch before the checkpoint passes it: the documents in it, and those of them that did not go over. */
  settled?(ids: readonly string[], refused: readonly RejectedRevision[]): void;
  /** Looks at the whole feed, and notes no checkpoint. */
  anew?: boolean;
}

/** How far it is. */
export interface ReplicationProgress {
  /** Documents looked at, and revisions sent, since the start. */
  seen: number;
  sent: number;
  /** Documents that are still to be looked at, where the source tells. */
  pending?: number;
  /** The source's sequence up to which the target has everything. */
  seq: string;
}

const usualBatch = 500;
/** Batches that are on their way to the target at once: it takes in one while the next one comes. */
const underWay = 2;
/** Ms between checkpoints while batches follow one another. */
const interval = 5_000;

/** The name of a replication in `_local` documents: the same for the same two databases, whoever runs it. */
export async function replicationId(source: Database, target: Database): Promise<string> {
  const text = JSON.stringify(['photospool', 1, await source.id(), await target.id()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Runs until everything is over (or, live, until the signal). Rejects with what a side says; then it can be run again. */
export async function replicate(replication: ReplicationParts): Promise<ReplicationProgress> {
  const { source, target, clock, session, live, signal, batch = usualBatch, anew = false } = replication;
  const id = await replicationId(source, target);
  // Before anything else: what is seen and written later is of these openings, or of none.
  const [ofSource, ofTarget] = await Promise.all([source.opening(), target.opening()]);
  const known = await Promise.all([source.checkpoint(id), target.checkpoint(id)]);
  const progress: ReplicationProgress = {
    seen: 0,
    sent: 0,
    seq: anew ? commonPoint(undefined, undefined) : commonPoint(...known),
  };
  let base = known[1];
  let [saved, savedAt] = [progress.seq, clock.now()];
  /** What did not go over of the parts of a stretch that is not over yet. */
  let held: RejectedRevision[] = [];
  /** What is under way, in the order of the feed. */
  const writes: { load: Load; refused: Promise<RejectedRevision[]> }[] = [];

  async function save(): Promise<void> {
    if (anew || saved === progress.seq) return;
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
    const reading = openBatchReader({ source, target, signal, batch }, progress.seq);
    for (let done = false; !done;) {
      const load = await reading.next();
      const refused = load.incoming.length > 0 ? target.write(load.incoming, source.name) : Promise.resolve([]);
      // Told when its turn comes.
      refused.catch(() => undefined);
      writes.push({ load, refused });
      while (writes.length >= (load.more && !signal.aborted ? underWay : 1)) {
        const { load, refused } = writes[0]!;
        stored(load, [...load.refused, ...(await refused)]);
        writes.shift();
        done = writes.length === 0 && (signal.aborted || (!load.more && !live));
        if (done || load.rows.length === 0 || clock.now() - savedAt >= interval) await save();
        replication.progress?.({ ...progress });
      }
    }
  }

  /** In the order of the feed, so that the checkpoint passes nothing. */
  function stored({ rows, last, pending, incoming, isPart = false }: Load, more: readonly RejectedRevision[]): void {
    const refused = [...held, ...more];
    held = isPart ? refused : [];
    progress.sent += incoming.length;
    if (isPart) return;
    replication.settled?.(
      rows.map(({ id }) => id),
      refused,
    );
    if (refused.length > 0) replication.refused(refused);
    progress.seen += rows.length;
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
  } finally {
    // Nothing is written any more when the run has ended.
    await Promise.allSettled(writes.map(({ refused }) => refused));
  }
  return progress;
}
