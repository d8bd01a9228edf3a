/**
 * The source's side of a run: its change feed in batches, each with what the target misses of it, and some of them read ahead of
 * the one that is asked for, so that both servers and the line between them work at the same time.
 */
import type { Incoming } from '../../library/library.js';
import type { Database, RevisionId, RejectedRevision, FeedBatch } from './database.js';

/** A batch that was read from the source: a stretch of its feed, and the revisions of it that the target has not. */
export interface Load extends FeedBatch {
  incoming: Incoming[];
  /** Those of them that can be no documents here. */
  refused: RejectedRevision[];
}

/** What is read, for whom. */
export interface ReadingParts {
  source: Database;
  target: Database;
  signal: AbortSignal;
  /** Rows of the change feed at once. */
  batch: number;
}

/** Batches one after the other. */
export interface BatchReader {
  /** The next batch. After one without `more` it waits for a change; that one may be empty. Rejects with what a side says. */
  next(): Promise<Load>;
}

/** Batches that are read and not asked for yet: one is ready when it is asked for, the one behind it is on its way. */
const ahead = 2;
/** How long a look for changes may last, in ms: shorter than what proxies wait (a minute), longer than half of it. */
const patience = 58_000;

/** Begins to read after `since`. What was read and is not asked for any more is dropped; nothing of it was noted anywhere. */
export function openBatchReader({ source, target, signal, batch }: ReadingParts, since: string): BatchReader {
  const queue: Promise<Load>[] = [];
  /** Where the next batch begins that nobody reads yet, and whether to wait there for a change. */
  let from: { since: string; wait: boolean } | undefined = { since, wait: false };

  function begin(): void {
    if (!from || queue.length >= ahead) return;
    const { since, wait } = from;
    from = undefined;
    const stretch = source.changes(since, { limit: batch, signal, ...(wait && { wait: patience }) });
    const load = stretch.then(async (stretch) => {
      // The feed is read on while the target is asked about this part of it.
      if (stretch.more) proceed(stretch.last, false);
      return { ...stretch, ...(await missing(stretch)) };
    });
    // Told where it is asked for.
    load.catch(() => undefined);
    queue.push(load);
  }

  function proceed(since: string, wait: boolean): void {
    from = { since, wait };
    begin();
  }

  async function missing({ rows, aside = [] }: FeedBatch): Promise<Pick<Load, 'incoming' | 'refused'>> {
    const refused = [...aside];
    if (rows.length === 0) return { incoming: [], refused };
    const refuse = (one: RejectedRevision): void => void refused.push(one);
    const found = await target.missing(new Map(rows.map(({ id, revs }) => [id, revs])), refuse);
    const named = [...found].flatMap(([id, revs]) => revs.map((rev): RevisionId => ({ id, rev })));
    const incoming = named.length === 0 ? [] : await source.read(named, refuse);
    return { incoming, refused };
  }

  return {
    async next() {
      begin();
      const load = await queue.shift()!;
      if (load.more) begin();
      else from = { since: load.last, wait: true };
      return load;
    },
  };
}
