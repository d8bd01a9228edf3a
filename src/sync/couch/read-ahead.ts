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
  /** More of the same stretch follows: `rows` is empty and `last` where the stretch begins. */
  isPart?: boolean;
}

/** A stretch of the feed whose revisions come in parts, with the first of those that were not given on yet. */
interface Stretch extends FeedBatch {
  since: string;
  refused: RejectedRevision[];
  parts: AsyncIterator<Incoming[]>;
  part: IteratorResult<Incoming[], unknown>;
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
  const queue: Promise<Stretch>[] = [];
  /** The stretch of which parts are left. */
  let open: Stretch | undefined;
  /** Where the next batch begins that nobody reads yet, and whether to wait there for a change. */
  let from: { since: string; wait: boolean } | undefined = { since, wait: false };

  function begin(): void {
    if (!from || queue.length >= ahead) return;
    const { since, wait } = from;
    from = undefined;
    const feed = source.changes(since, { limit: batch, signal, ...(wait && { wait: patience }) });
    const stretch = feed.then(async (feed) => {
      // The feed is read on while the target is asked about this part of it.
      if (feed.more) proceed(feed.last, false);
      return { ...feed, since, ...(await missing(feed)) };
    });
    // Told where it is asked for.
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
