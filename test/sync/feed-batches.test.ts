/** A feed is read to its end, batch by batch, and not beyond it, even if a server announces more and sends nothing. */
import { expect, test } from 'vitest';
import type { FeedBatch } from '../../src/sync/couch/database.js';
import { feedBatches } from '../../src/sync/couch/feed-batches.js';

/** The positions requested from a side that sends one batch after another. */
async function placesOf(batches: Omit<FeedBatch, 'rows'>[], signal?: AbortSignal): Promise<string[]> {
  const asked: string[] = [];
  const changes = (since: string): Promise<FeedBatch> => {
    asked.push(since);
    return Promise.resolve({ rows: [], ...batches[asked.length - 1]! });
  };
  const given: FeedBatch[] = [];
  for await (const one of feedBatches({ changes }, '0', { limit: 1, ...(signal && { signal }) })) given.push(one);
  expect(given).toHaveLength(asked.length);
  return asked;
}

test('it ends if nothing is pending', async () => {
  const batches = ['1', '2'].map((last) => ({ last, more: true }));
  expect(await placesOf([...batches, { last: '3', more: false }])).toEqual(['0', '1', '2']);
});

test('it ends if the position stays the same', async () => {
  const again = { last: '1', more: true };
  expect(await placesOf([again, again, again])).toEqual(['0', '1']);
});

test('it ends at the signal', async () => {
  expect(await placesOf([{ last: '1', more: true }], AbortSignal.abort())).toEqual(['0']);
});
