/** The change feed of one side of a link, batch by batch to its end. What replicates reads ahead instead (read-ahead.ts). */
import type { Database, FeedBatch } from './database.js';

/** How a feed is read. */
export interface FeedBatchOptions {
  /** The most rows of a batch. */
  limit: number;
  signal?: AbortSignal;
}

/** Batches of a feed after `since` until there are no more; each is asked for when the one before it is done with. */
export async function* feedBatches(
  { changes }: Pick<Database, 'changes'>,
  since: string,
  options: FeedBatchOptions,
): AsyncGenerator<FeedBatch> {
  for (let after = since; ;) {
    const batch = await changes(after, options);
    yield batch;
    // A server that gives the same place again has nothing more to say.
    if (!batch.more || batch.last === after || options.signal?.aborted === true) return;
    after = batch.last;
  }
}
