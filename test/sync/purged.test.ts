/**
 * Pictures of purged photos are removed from a CouchDB in the middle. Pictures of photos that still exist somewhere are
 * kept, and so are originals whose only copy is there. A photo that comes back, because someone edited it without
 * knowing of the purge, has its original.
 */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { local as owner } from '../../src/access/viewer.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { own } from '../../src/document/json-values.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { newestStamp } from '../../src/document/stamp.js';
import { requestJson } from '../../src/sync/couch/json-client.js';
import { emptyTrash } from '../../src/album/empty-trash.js';
import type { Home } from './homes.js';
import { files, home, link, served, soon } from './linking.js';
import { openPouchServer } from './peers.js';

let pouch: Awaited<ReturnType<typeof openPouchServer>>;
beforeAll(async () => {
  pouch = await openPouchServer();
});
afterAll(async () => pouch.close());

const count = async (url: string): Promise<unknown> =>
  own((await requestJson({ url: `${url}-blobs` }, '')).json, 'doc_count');
const holds = async (url: string, sha256: string): Promise<boolean> =>
  (await requestJson({ url: `${url}-blobs` }, `/${sha256}`)).status === 200;

function purgeAt({ library }: Home, id: string): void {
  library.update(photoId(id), (body) => {
    const at = library.stamp(newestStamp(body));
    return body && (purge(body, { at, by: 'owner' }) as unknown as Body);
  });
}

function edit({ library }: Home, id: string, change: PhotoChange): void {
  library.update(photoId(id), (body) => {
    const at = library.stamp(newestStamp(body));
    return applyChange(body as unknown as PhotoDocument, change, { at, by: 'owner' }) as unknown as Body;
  });
}

/** Purges a photo as a person does: its original is set aside. */
async function purgeByHand(one: Home, id: string): Promise<void> {
  edit(one, id, { trashed: true });
  expect(await emptyTrash(one.library, one.archive, owner, [id])).toEqual({ purged: 1, left: 0 });
}

test('they are removed once the purge is known, and the others stay', async () => {
  const [a, b, url] = [await home(), await home(), `${pouch.url}/photospool-${randomUUID()}`];
  const [gone] = [await a.add(1), await a.add(2)];
  const first = link(a, url);
  link(b, url);
  await expect.poll(() => files(b), soon).toEqual({ renditions: 4, originals: 2 });
  expect(await count(url)).toBe(6);
  purgeAt(b, gone);
  await expect.poll(() => count(url), soon).toBe(3);
  await expect.poll(() => a.library.get(photoId(gone)), soon).toBeUndefined();
  // The homes keep their files: the original forever, the renditions for a day.
  expect(await files(a)).toEqual({ renditions: 4, originals: 2 });
  // A photo that is imported again is transferred again.
  await first.close();
  await a.add(1);
  link(a, url);
  await expect.poll(() => b.library.get(photoId(gone)), soon).toBeDefined();
  await expect.poll(() => count(url), soon).toBe(6);
});

test('an original is removed only if a home has its bytes', async () => {
  const [a, b, url] = [await home(), await home(), `${pouch.url}/photospool-${randomUUID()}`];
  const gone = await a.add(1);
  const first = link(a, url);
  link(b, { url, originals: 'none' });
  await expect.poll(() => files(b), soon).toEqual({ renditions: 2, originals: 0 });
  await expect.poll(() => count(url), soon).toBe(3);
  await first.close();
  purgeAt(b, gone);
  await expect.poll(() => count(url), soon).toBe(1);
  expect(await holds(url, gone)).toBe(true);
  // The server that has them now knows of the purge too.
  link(a, url);
  await expect.poll(() => count(url), soon).toBe(0);
  expect(await files(a)).toMatchObject({ originals: 1 });
});

test('a restored photo gets its original back from the trash', async () => {
  const [a, b] = [await home(), await home()];
  const [back, gone] = [await a.add(1), await a.add(2)];
  const url = await served(a);
  const first = link(b, { url, originals: 'none' });
  await expect.poll(() => files(b), soon).toEqual({ renditions: 4, originals: 0 });
  await first.close();
  for (const id of [back, gone]) await purgeByHand(a, id);
  const aside = join(a.folder, 'archive', 'trash');
  expect(await readdir(aside)).toHaveLength(2);
  edit(b, back, { title: 'Edited at sea' });
  link(b, { url, originals: 'none' });
  await expect.poll(() => a.library.get(photoId(back))?.body, soon).toMatchObject({ edits: { title: [{}] } });
  await expect.poll(() => a.exchange.store.find(back), soon).toBeDefined();
  expect(await files(a)).toMatchObject({ originals: 1 });
  expect(await readdir(aside)).toEqual(['IMG_2.jpg']);
  // And it can be fetched.
  expect((await fetch(`${url}/blobs/${back}`)).status).toBe(200);
  expect((await fetch(`${url}/blobs/${gone}`)).status).toBe(404);
});
