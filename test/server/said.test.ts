/** With a full disk, each request of a peer gets an error, which is logged once. */
import { expect, test } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { openSaid } from '../../src/server/disk-error-log.js';
import { openHome } from './fixture.js';

test('a full disk is logged once, however many requests meet it, and again after there was space', async () => {
  const home = await openHome();
  const { secret } = home.access.tokens.make('laptop', ['replicate'], { by: 'owner', who: 'owner' });
  const headers = { authorization: `Bearer ${secret}` };
  const one = (id: string) => ({ _id: id, _rev: '1-a', kind: 'comment', text: 'x'.repeat(200_000) });
  const bring = (id: string) =>
    home.app.inject({
      ...{ method: 'POST', url: '/db/photos/_bulk_docs', headers },
      payload: { new_edits: false, docs: [one(id)] },
    });
  expect((await bring('x:1')).statusCode).toBe(201);
  const setMost = (pages: number): void => home.db.exec(`PRAGMA max_page_count = ${pages}`);
  const full = (): void => setMost(home.db.prepare<{ page_count: number }>('PRAGMA page_count').get()!.page_count);
  full();
  for (let n = 0; n < 3; n++) expect((await bring('x:2')).statusCode).toBe(507);
  expect(home.logged).toHaveLength(1);
  setMost(1_000_000);
  expect((await bring('x:2')).statusCode).toBe(201);
  full();
  for (let n = 0; n < 3; n++) expect((await bring('x:3')).statusCode).toBe(507);
  expect(home.logged).toHaveLength(2);
});

test('other errors are logged each time', () => {
  const { knows } = openSaid();
  const [full, broken] = [new PhotospoolError('disk-full', 'Full.'), new PhotospoolError('io', 'Broken.')];
  expect([knows(full), knows(full), knows(broken), knows(broken)]).toEqual([false, true, false, false]);
});
