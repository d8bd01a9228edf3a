/** Originals that arrive together wait for the disk together. */
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { photoId } from '../../src/document/photo-document.js';
import { sha256 } from './homes.js';
import { files, home } from './linking.js';

const original = (n: number): Buffer => Buffer.alloc(1_000, `original ${n} `);

test('an original that arrives takes two transactions at most, one of which names it', async () => {
  const [from, to] = [await home(), await home()];
  const count = 12;
  for (let n = 0; n < count; n++) {
    const id = photoId(await from.add(n));
    to.library.update(id, () => from.library.get(id)!.body);
  }
  await to.exchange.named.follow();
  const turn = (): number => to.db.transaction(() => to.db.turn);
  const before = turn();
  const have = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      to.exchange.store.take(sha256(original(n)), 0, Readable.from([original(n)])),
    ),
  );
  expect(turn() - before - 1).toBeLessThanOrEqual(2 * count);
  expect(new Set(have)).toEqual(new Set([1_000]));
  expect(await files(to)).toEqual({ renditions: 0, originals: count });
  expect(to.library.local.originals.counts()).toMatchObject({ reserved: 0, here: count });
});
