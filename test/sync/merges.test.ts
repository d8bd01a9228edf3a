/** Merges are reported: the number of documents a day, and the fields with conflicting values. */
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { replicate } from '../../src/sync/couch/replicate.js';
import { openLibrarySide } from './peers.js';

type Ours = ReturnType<typeof openLibrarySide>;

test('a conflict that is merged is listed once, with its fields', async () => {
  const [a, b] = [0, 1].map(() => openLibrarySide()) as [Ours, Ours];
  for (const side of [a, b]) onTestFinished(() => side.close());
  let runs = 0;
  const over = (from: Ours, to: Ours) =>
    replicate({
      source: from.database,
      target: to.database,
      clock: systemClock,
      session: String(++runs),
      live: false,
      signal: new AbortController().signal,
      refused: () => undefined,
    });
  const write = ({ library }: Ours, edits: object): void =>
    void library.update('photo:x', (body) => ({ format: 1, kind: 'photo', ...body, edits: { ...edits } }));
  const edit = (side: Ours, value: string) => [{ value, at: side.library.stamp(), by: 'owner' }];
  write(a, { title: edit(a, 'first') });
  await over(a, b);
  expect(b.library.local.merges.read()).toEqual({ days: [], last: [] });
  write(a, { title: edit(a, 'from a') });
  write(b, { title: edit(b, 'from b'), rating: edit(b, 'x') });
  await over(a, b);
  const tally = b.library.local.merges.read();
  expect(tally.last).toMatchObject([{ id: 'photo:x', fields: ['rating', 'title'] }]);
  expect(tally.days).toMatchObject([{ count: 1 }]);
  // Receiving a merged document is not a merge of one's own.
  await over(b, a);
  await over(a, b);
  expect(b.library.local.merges.read()).toEqual(tally);
});
