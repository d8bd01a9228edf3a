/**
 * Reads the source of a run ahead: its change feed in batches, each with the revisions that the target is missing, so
 * that both servers and the network work at the same time.
 */
import type { Incoming } from '../../library/library.js';
import type { Database, RevisionId, RejectedRevision, FeedBatch } from './database.js';

/** A batch from the source: a part of its feed, and the revisions in it that the target is missing. */
export interface Load extends FeedBatch {
  incoming: Incoming[];
  /** Those that are not valid documents here. */
  refused: RejectedRevision[];
  /** More of the same batch follows: `rows` is empty and `last` is the start of the batch. */
  isPart?: boolean;
}

/** A batch whose revisions arrive in parts, with the first part that was not returned yet. */
interface Stretch extends FeedBatch {
  since: string;
  refused: RejectedRevision[];
  parts: AsyncIterator<Incoming[]>;
  part: IteratorResult<Incoming[], unknown>;
}

/** The feed to read, and the target. */
export interface ReadingParts {
  source: Database;
  target: Database;
  signal: AbortSignal;
  /** Rows of the change feed per batch. */
  batch: number;
}

/** Returns batches one by one. */
export interface BatchReader {
  /**
   * The next batch. After one without `more` it waits for a change; that batch may be empty. Rejects with the error of
   * a side.
   */
  next(): Promise<Load>;
}

/** Batches that are read ahead: one is ready when it is requested, the next is being read. */
const ahead = 2;
/** The duration of a longpoll in ms: shorter than the timeout of proxies (a minute), longer than half of it. */
const patience = 58_000;

/** Starts reading after `since`. A batch that is read and never requested is dropped; nothing about it was recorded. */
export function openBatchReader({ source, target, signal, batch }: ReadingParts, since: string): BatchReader {
  const queue: Promise<Stretch>[] = [];
  /** The batch with parts left. */
  let open: Stretch | undefined;
  /** The start of the next unread batch, and whether to wait there for a change. */
  let from: { since: string; wait: boolean } | undefined = { since, wait: false };

  function begin(): void {
    if (!from || queue.length >= ahead) return;
    const { since, wait } = from;
    from = undefined;
    const feed = source.changes(since, { limit: batch, signal, ...(wait && { wait: patience }) });
    const stretch = feed.then(async (feed) => {
      // Continues reading the feed while the target looks up this batch.
      if (feed.more) proceed(feed.last, false);
      return { ...feed, since, ...(await missing(feed)) };
    });
    // The error is reported when the batch is requested.
    stretch.catch(() => undefined);
    queue.push(stretch);
  }

  function proceed(since: string, wait: boolean): void {
    from = { since, wait };
    begin();
  }

  async function missing({ rows, aside = [] }: FeedBatch): Promise<Pick<Stretch, 'refused' | 'parts' | 'part'>> {
    const refused = [...aside];
    if (rows.length === 0) return { refused, ...nothing };
    const refuse = (one: RejectedRevision): void => void refused.push(one);
    const found = await target.missing(new Map(rows.map(({ id, revs }) => [id, revs])), refuse);
    const named = [...found].flatMap(([id, revs]) => revs.map((rev): RevisionId => ({ id, rev })));
    if (named.length === 0) return { refused, ...nothing };
    const parts = (source.readParts?.(named, refuse) ?? wholly(source, named, refuse))[Symbol.asyncIterator]();
    return { refused, parts, part: await parts.next() };
  }

  return {
    async next() {
      begin();
      const { since, parts, part, refused, ...feed } = open ?? (await queue.shift()!);
      const incoming = part.done === true ? [] : part.value;
      const following = part.done === true ? part : await parts.next();
      open = following.done === true ? undefined : { ...feed, since, refused, parts, part: following };
      if (open) return { rows: [], last: since, more: true, incoming, refused: refused.splice(0), isPart: true };
      if (feed.more) begin();
      else from = { since: feed.last, wait: true };
      return { ...feed, incoming, refused };
    },
  };
}

async function* wholly(
  source: Database,
  named: readonly RevisionId[],
  refuse: (refused: RejectedRevision) => void,
): AsyncGenerator<Incoming[]> {
  yield await source.read(named, refuse);
}

const end = { done: true as const, value: undefined };
/** No revisions. */
const nothing = { part: end, parts: { next: () => Promise.resolve(end) } };
