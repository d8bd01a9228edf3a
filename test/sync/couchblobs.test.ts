/**
 * Pictures through a CouchDB: homes that never meet exchange everything through it, and verify everything they read
 * from it. Runs on PouchDB Server, and on the CouchDB at `$COUCHDB_URL`.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { own } from '../../src/document/json-values.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { requestJson, type Address } from '../../src/sync/couch/json-client.js';
import { readAddress } from '../../src/sync/connections/peers.js';
import { openPouchServer } from './peers.js';
import { brittle, files, home, link, soon } from './linking.js';
import { sha256, silent, type Home } from './homes.js';

const couch = process.env['COUCHDB_URL'];
let pouch: Awaited<ReturnType<typeof openPouchServer>>;
beforeAll(async () => {
  pouch = await openPouchServer();
});
afterAll(async () => pouch.close());

/** Creates the address of a server in the middle; its databases are removed after the test. */
function middle(server: string): Address {
  const { url: root, authorization } = readAddress(server);
  const address = {
    url: `${root}/photospool-${randomBytes(8).toString('hex')}`,
    ...(authorization !== undefined && { authorization }),
  };
  onTestFinished(async () => {
    for (const name of ['', '-blobs']) await requestJson(address, name, { method: 'DELETE' });
  });
  return address;
}
const blobsOf = (address: Address): Address => ({ ...address, url: `${address.url}-blobs` });
/** Records log entries. */
const note =
  (told: string[]) =>
  (...[, text]: unknown[]): void =>
    void told.push(String(text));
const count = async (address: Address): Promise<unknown> =>
  own((await requestJson(blobsOf(address), '')).json, 'doc_count');
const thumbOf = ({ library }: Home, id: string): string =>
  (library.get(photoId(id))!.body as unknown as PhotoDocument).renditions.thumb!.sha256;

const kinds: [string, () => string][] = [
  ['PouchDB Server', () => pouch.url],
  ...(couch === undefined ? [] : [['CouchDB', () => couch] as [string, () => string]]),
];

describe.each(kinds)('through %s', (kind, server) => {
  test('homes that never meet get each other’s blobs, also later ones', async () => {
    const [a, b, there] = [await home(), await home(), middle(server())];
    for (let n = 0; n < 5; n++) await a.add(n, 300_000);
    for (let n = 5; n < 10; n++) await b.add(n);
    const links = [link(a, there), link(b, there)];
    for (const side of [a, b]) await expect.poll(() => files(side), soon).toEqual({ renditions: 20, originals: 10 });
    expect(await count(there)).toBe(30);
    await a.add(10);
    await b.add(11);
    for (const side of [a, b]) await expect.poll(() => files(side), soon).toEqual({ renditions: 24, originals: 12 });
    // Received blobs are counted when they are recorded, shortly after their file exists.
    for (const mesh of links)
      await expect
        .poll(() => mesh.status()[0], soon)
        .toMatchObject({
          kind: 'couchdb',
          blobs: { fetched: { count: 18 }, brought: { count: 18 } },
        });
  });

  test('originals: sent for homes that want them, fetched on demand, or not at all', async () => {
    const [a, b, c, there] = [await home(), await home(), await home(), middle(server())];
    const id = await a.add(1);
    link(a, { ...there, originals: 'on-demand' });
    link(b, { ...there, originals: 'on-demand' });
    await expect.poll(() => files(b), soon).toEqual({ renditions: 2, originals: 0 });
    expect(await b.exchange.ask(id, 60_000)).toBe(true);
    expect(await files(b)).toEqual({ renditions: 2, originals: 1 });
    await c.add(2);
    link(c, { ...there, originals: 'none' });
    await expect.poll(() => files(c), soon).toEqual({ renditions: 4, originals: 1 });
    await expect.poll(() => files(b), soon).toEqual({ renditions: 4, originals: 1 });
    expect(await count(there)).toBe(5);
  });

  test('wrong bytes there are rejected and reported; after their removal, the right ones arrive', async () => {
    const [a, b, there] = [await home(), await home(), middle(server())];
    const thumb = thumbOf(a, await a.add(1));
    await requestJson(blobsOf(there), '', { method: 'PUT' });
    const { json } = await requestJson(blobsOf(there), `/${thumb}/blob`, { method: 'PUT', text: 'THUMB 1' });
    link(a, there);
    const told: string[] = [];
    link(b, there, { ...silent, warn: note(told) });
    await expect.poll(() => files(b), soon).toEqual({ renditions: 1, originals: 1 });
    await expect.poll(() => told.join(), soon).toContain(`The bytes received as ${thumb} have a different hash.`);
    expect(await files(b)).toEqual({ renditions: 1, originals: 1 });
    await requestJson(blobsOf(there), `/${thumb}?rev=${(json as { rev: string }).rev}`, { method: 'DELETE' });
    await expect.poll(() => files(b), soon).toEqual({ renditions: 2, originals: 1 });
  });

  test('too few bytes are reported, and not requested forever', async () => {
    const [a, b, there] = [await home(), await home(), middle(server())];
    const id = await a.add(1);
    await requestJson(blobsOf(there), '', { method: 'PUT' });
    await requestJson(blobsOf(there), `/${id}/blob`, { method: 'PUT', text: 'orig' });
    link(a, there);
    const told: string[] = [];
    const mesh = link(b, there, { ...silent, warn: note(told) });
    await expect.poll(() => told.join(), soon).toContain(`Only 4 of 1000 bytes of ${id} were received.`);
    await expect.poll(() => files(b), soon).toEqual({ renditions: 2, originals: 0 });
    await expect.poll(() => mesh.status()[0]!.blobs.fetched.count, soon).toBe(2);
  });

  test('blobs that it loses are sent again', async () => {
    const [a, there] = [await home(), middle(server())];
    for (let n = 0; n < 3; n++) await a.add(n);
    const first = link(a, there);
    await expect.poll(() => count(there), soon).toBe(9);
    await first.close();
    await requestJson(blobsOf(there), '', { method: 'DELETE' });
    link(a, there);
    await expect.poll(() => count(there), soon).toBe(9);
  });

  test('a file that is damaged here is not sent, and delays no other', async () => {
    const [a, there] = [await home(), middle(server())];
    const thumb = thumbOf(a, await a.add(1));
    await writeFile(a.blobs.path(thumb), 'thumb X');
    await a.add(2);
    const told: string[] = [];
    link(a, there, { ...silent, warn: note(told) });
    await expect.poll(() => count(there), soon).toBe(5);
    await expect.poll(() => told.join(), soon).toContain('has changed since it was imported and is not sent.');
    expect((await requestJson(blobsOf(there), `/${thumb}`)).status).toBe(404);
  });

  test('interrupted transfers, either way, arrive complete', async () => {
    const [a, b, there] = [await home(), await home(), middle(server())];
    const id = await a.add(1, 2_000_000);
    let n = 0;
    const cut = async (): Promise<Address & { cuts(): number }> => {
      const way = await brittle(new URL(there.url).origin, () => (++n < 14 ? 400_000 : Infinity));
      return { ...there, url: there.url.replace(new URL(there.url).origin, way.url), cuts: way.cuts };
    };
    const [near, far] = [await cut(), await cut()];
    // PouchDB Server takes a truncated upload for a complete one.
    link(a, kind === 'CouchDB' ? near : there);
    await expect.poll(() => count(there), soon).toBe(3);
    if (kind === 'CouchDB') expect(near.cuts()).toBeGreaterThan(0);
    n = 0;
    const mesh = link(b, far);
    await expect.poll(() => files(b), soon).toEqual({ renditions: 2, originals: 1 });
    expect(far.cuts()).toBeGreaterThan(0);
    expect(sha256(Buffer.alloc(2_000_000, 'original 1 '))).toBe(id);
    // With range requests, no byte is fetched twice.
    if (kind === 'CouchDB') expect(mesh.status()[0]!.blobs.fetched.bytes).toBeLessThan(2_010_000);
  });
});
