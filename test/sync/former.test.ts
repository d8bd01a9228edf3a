/**
 * Versions one apart: a peer that knows nothing of later additions to the protocol (heartbeats and versions of what is
 * wanted at `/blobs`, checksums, the requester's identity and epoch) still exchanges all documents and pictures,
 * whichever side opened the link.
 * `scripts/try-former.sh` does the same with a build of another commit.
 */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { photoId, type Body } from '../../src/document/photo-document.js';
import { fromHeaders } from '../../src/sync/couch/json-client.js';
import { openMesh, type Mesh } from '../../src/sync/connections/mesh.js';
import { openPeers } from '../../src/sync/connections/peers.js';
import { silent, type Home } from './homes.js';
import { clock, files, home, served, soon } from './linking.js';

/** What the later of two versions adds to requests and responses, by path. */
const later = {
  query: ['heartbeat', 'seen'],
  headers: Object.values(fromHeaders),
  answers: [
    { path: /\/blobs\/\?/, fields: ['version', 'total'] },
    { path: /\/db\/$/, fields: ['epoch'] },
    { path: /\/_changes\?/, fields: ['pending'] },
  ],
};

/** A fetch that removes everything that a former version would not send or understand. */
function formerly(left: Set<string>): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input as string);
    for (const name of later.query) {
      if (!url.searchParams.has(name)) continue;
      left.add(name);
      url.searchParams.delete(name);
    }
    const headers = new Headers(init.headers);
    for (const name of later.headers) {
      if (headers.has(name)) left.add(name);
      headers.delete(name);
    }
    const answer = await fetch(url, { ...init, headers });
    const here = later.answers.find(({ path }) => path.test(url.href));
    if (!here || answer.status !== 200 || init.method === 'PUT') return answer;
    const json = (await answer.json()) as Record<string, unknown>;
    for (const name of here.fields) if (name in json) left.add(name);
    const kept = Object.entries(json).filter(([name]) => !here.fields.includes(name));
    return new Response(JSON.stringify(Object.fromEntries(kept)), {
      status: answer.status,
      headers: { 'content-type': 'application/json' },
    });
  };
}

function linkFormerly(from: Home, url: string): { mesh: Mesh; left: Set<string> } {
  const left = new Set<string>();
  const { database, library, exchange } = from;
  const peers = openPeers(from.db);
  peers.put({ url, publish: false, originals: 'all', added: '2026-11-24T10:00:00.000Z' });
  const mesh = openMesh(peers, {
    ...{ database, server: library.server, epoch: library.epoch, clock, log: silent, fetch: formerly(left) },
    random: () => 0.5,
    session: () => randomUUID(),
    blobs: { exchange, throttle: (source) => source },
  });
  onTestFinished(() => mesh.close());
  return { mesh, left };
}

test('documents and pictures are transferred both ways without later features', async () => {
  const [a, b] = [await home(), await home()];
  for (let n = 0; n < 3; n++) await a.add(n);
  for (let n = 3; n < 6; n++) await b.add(n);
  const { mesh, left } = linkFormerly(a, await served(b));
  for (const side of [a, b]) await expect.poll(() => files(side), soon).toEqual({ renditions: 12, originals: 6 });
  await expect.poll(() => mesh.status()[0]?.state, soon).toBe('live');
  // Documents written while the link is up are transferred too.
  const [out, into] = [await a.add(6), await b.add(7)];
  await expect.poll(() => b.exchange.store.find(out), soon).toBeDefined();
  await expect.poll(() => a.exchange.store.find(into), soon).toBeDefined();
  // A value that is not reported is unknown, and not invented.
  expect(mesh.status()[0]).not.toHaveProperty('missing');
  expect(mesh.status()[0]).toMatchObject({ kind: 'photospool', refused: [] });
  // Each of these was present and was removed; the ones a former version never receives were never `seen`.
  for (const name of ['heartbeat', ...later.headers, 'version', 'total', 'epoch']) expect([...left]).toContain(name);
});

test('fields that a photo of an earlier version lacks do no harm, and are not added by servers that pass it on', async () => {
  const [a, b] = [await home(), await home()];
  const id = photoId('f'.repeat(64));
  // As the first versions wrote it: no preview, rendition recipe, place sightings or clips.
  const body = {
    ...{ format: 1, kind: 'photo', facts: { type: 'image/jpeg', bytes: 3, width: 4, height: 3 } },
    ...{ renditions: {}, sightings: {}, edits: {} },
  } as unknown as Body;
  b.library.insert([{ id, revisions: [`1-${'a'.repeat(32)}`], deleted: false, body }]);
  const { mesh } = linkFormerly(a, await served(b));
  await expect.poll(() => a.library.get(id)?.body, soon).toEqual(body);
  await a.exchange.named.follow();
  expect(a.exchange.named.counts()).toMatchObject({ thumb: 0, preview: 0, original: 1 });
  expect(mesh.status()[0]?.refused).toEqual([]);
});
