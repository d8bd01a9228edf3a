/**
 * One direction of a replication: transfers everything that the source has and the target is missing, in batches, from
 * the last checkpoint. After a crash it resumes at that checkpoint, and what was already transferred is reported as not
 * missing. The checkpoint passes only what the target stored, or what it rejected and was reported; on disk errors a
 * batch is retried later.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { toPhotospoolError } from '../../base/errors.js';
import { commonPoint, nextCheckpoint } from './checkpoints.js';
import type { Database, RejectedRevision } from './database.js';
import { ofDisks } from '../connections/retry-on-disk-error.js';
import { openBatchReader, type Load } from './read-ahead.js';

/** The parameters of one direction. */
export interface ReplicationParts {
  source: Database;
  target: Database;
  clock: Clock;
  /** The name of this run in checkpoints; drawn by the caller, unique per run. */
  session: string;
  /** At the end of the feed, waits for more changes until the signal aborts. */
  live: boolean;
  signal: AbortSignal;
  /** Rows of the change feed per batch; default 500. */
  batch?: number;
  /** Called after each batch. */
  progress?(progress: ReplicationProgress): void;
  /** Called with the revisions that the target rejected. */
  refused(documents: readonly RejectedRevision[]): void;
  /**
   * Called for each batch before the checkpoint passes it: the documents in it, and those of them that were rejected.
   */
  settled?(ids: readonly string[], refused: readonly RejectedRevision[]): void;
  /** Processes the whole feed, without a checkpoint. */
  anew?: boolean;
}

/** The progress of one direction. */
export interface ReplicationProgress {
  /** Documents processed, and revisions sent, since the start. */
  seen: number;
  sent: number;
  /** Documents still to be processed, if the source reports it. */
  pending?: number;
  /** The sequence of the source up to which the target has everything. */
  seq: string;
}

const usualBatch = 500;
/** Batches being sent to the target in parallel: it stores one while the next one arrives. */
const underWay = 2;
/** Ms between checkpoints during continuous transfer. */
const interval = 5_000;

/** The name of a replication in `_local` documents: the same for the same two databases on either side. */
export async function replicationId(source: Database, target: Database): Promise<string> {
  const text = JSON.stringify(['photospool', 1, await source.id(), await target.id()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * Runs until everything is transferred (or, live, until the signal aborts). Rejects with the error of a side; then it
 * can be run again.
 */
export async function replicate(replication: ReplicationParts): Promise<ReplicationProgress> {
  const { source, target, clock, session, live, signal, batch = usualBatch, anew = false } = replication;
  const id = await replicationId(source, target);
  // Before anything else: everything read and written later belongs to these openings, or the run fails.
  const [ofSource, ofTarget] = await Promise.all([source.opening(), target.opening()]);
  const known = await Promise.all([source.checkpoint(id), target.checkpoint(id)]);
  const progress: ReplicationProgress = {
    seen: 0,
    sent: 0,
    seq: anew ? commonPoint(undefined, undefined) : commonPoint(...known),
  };
  let base = known[1];
  let [saved, savedAt] = [progress.seq, clock.now()];
  /** Rejected revisions of a batch whose parts have not all been stored yet. */
  let held: RejectedRevision[] = [];
  /** Writes in progress, in feed order. */
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
      // The error is reported when it is the turn of this write.
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

  /** In feed order, so that the checkpoint skips nothing. */
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
    // The signal aborted while it waited.
    await save();
  } finally {
    // No write is in progress when the run has ended.
    await Promise.allSettled(writes.map(({ refused }) => refused));
  }
  return progress;
}
