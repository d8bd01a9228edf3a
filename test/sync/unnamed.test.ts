/** Blobs that no document has named for a day are removed, and no others. */
import { existsSync } from 'node:fs';
import { utimes, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { openFiles } from '../../src/base/files.js';
import { photoId } from '../../src/document/photo-document.js';
import { sweepOnce } from '../../src/sync/blobs/blob-garbage-collection.js';
import { home } from './linking.js';
import { silent } from './homes.js';

const day = 86_400_000;

test('unreferenced blobs are removed after a day; referenced ones, or those that arrived again since, stay', async () => {
  const one = await home();
  const [kept, purged] = [await one.add(1), await one.add(2)];
  const stray = await one.blobs.put(Buffer.from('no document names this'));
  let now = Date.now();
  const clock = { ...systemClock, now: () => now };
  const sweep = () =>
    sweepOnce({ db: one.db, blobs: one.blobs, files: openFiles(), exchange: one.exchange, clock, log: silent });
  const at = one.library.stamp();
  one.library.update(photoId(purged), () => ({ format: 1, kind: 'photo', purged: { at, by: 'owner' } }));
  expect(await sweep()).toBe(0);
  now += day - 1_000;
  expect(await sweep()).toBe(0);
  now += 2_000;
  // One is stored again: its writer is about to name it.
  await writeFile(one.blobs.path(stray), 'no document names this');
  await utimes(one.blobs.path(stray), now / 1_000, now / 1_000);
  // Thumb and preview of the purged photo.
  expect(await sweep()).toBe(2);
  expect(existsSync(one.blobs.path(stray))).toBe(true);
  now += 2 * day;
  expect(await sweep()).toBe(1);
  expect(existsSync(one.blobs.path(stray))).toBe(false);
  // Originals are never removed, whatever the photo.
  for (const id of [kept, purged])
    expect(existsSync(one.archive.resolve(one.library.local.originals.find(id)!.path))).toBe(true);
  expect(await sweep()).toBe(0);
});
