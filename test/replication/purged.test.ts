/** Pictures of purged photos do not stay in a CouchDB in the middle; those of photos that are still somewhere do. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { own } from '../../src/document/json.js';
import { photoId, type Body } from '../../src/document/photo.js';
import { purge } from '../../src/document/purge.js';
import { newestStamp } from '../../src/document/stamp.js';
import { ask } from '../../src/replication/client.js';
import type { Home } from './homes.js';
import { files, home, link, soon } from './linking.js';
import { openPouchServer } from './peers.js';

let pouch: Awaited<ReturnType<typeof openPouchServer>>;
beforeAll(async () => {
  pouch = await openPouchServer();
});
afterAll(async () => pouch.close());

const count = async (url: string): Promise<unknown> => own((await ask({ url: `${url}-blobs` }, '')).json, 'doc_count');

function purgeAt({ library }: Home, id: string): void {
  library.update(photoId(id), (body) => {
    const at = library.stamp(newestStamp(body));
    return body && (purge(body, { at, by: 'owner' }) as unknown as Body);
  });
}

test('they are removed where the purge is known, and the others stay', async () => {
  const [a, b, url] = [await home(), await home(), `${pouch.url}/photospool-${randomUUID()}`];
  const [gone] = [await a.add(1), await a.add(2)];
  const first = link(a, url);
  link(b, url);
  await expect.poll(() => files(b), soon).toEqual({ renditions: 4, originals: 2 });
  expect(await count(url)).toBe(6);
  purgeAt(b, gone);
  await expect.poll(() => count(url), soon).toBe(3);
  await expect.poll(() => a.library.get(photoId(gone)), soon).toBeUndefined();
  // The homes keep what they have: the original always, the renditions for a day.
  expect(await files(a)).toEqual({ renditions: 4, originals: 2 });
  // What comes in again is brought again.
  await first.close();
  await a.add(1);
  link(a, url);
  await expect.poll(() => b.library.get(photoId(gone)), soon).toBeDefined();
  await expect.poll(() => count(url), soon).toBe(6);
});
