/** The change feed of one side, batch by batch to its end. Replication uses read-ahead.ts instead. */
import type { Database, FeedBatch } from './database.js';

/** How to read the feed. */
export interface FeedBatchOptions {
  /** The maximum number of rows per batch. */
  limit: number;
  signal?: AbortSignal;
}

/** All batches of a feed after `since`; each is requested after the previous one was consumed. */
export async function* feedBatches(
  { changes }: Pick<Database, 'changes'>,
  since: string,
  options: FeedBatchOptions,
): AsyncGenerator<FeedBatch> {
  for (let after = since; ;) {
    const batch = await changes(after, options);
    yield batch;
    // A server that returns the same position again has no more changes.
    if (!batch.more || batch.last === after || options.signal?.aborted === true) return;
    after = batch.last;
  }
}
