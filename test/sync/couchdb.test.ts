/**
 * A real CouchDB at `$COUCHDB_URL` (`http://user:password@host:5984`, on this machine): its own replicator reads from
 * and writes to our server, and two of our libraries meet through it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Library } from '../../src/library/library.js';
import { requestJson, type Address } from '../../src/sync/couch/json-client.js';
import { openMesh } from '../../src/sync/connections/mesh.js';
import { openPeers, readAddress } from '../../src/sync/connections/peers.js';
import { openCouchSide, openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

const couch = process.env['COUCHDB_URL'];
const token = 'replicate-0123456789';
const [bearer, basic] = [`Bearer ${token}`, `Basic ${Buffer.from(`couch:${token}`).toString('base64')}`];

type Ours = ReturnType<typeof openLibrarySide>;
interface Side {
  url: string;
  headers: { authorization: string };
}
const sideOf = ({ url }: Address, authorization: string): Side => ({ url, headers: { authorization } });

function ours(): Ours {
  const side = openLibrarySide();
  onTestFinished(() => side.close());
  return side;
}
async function served(side: Ours, port = 0): Promise<{ address: Address; close(): Promise<void> }> {
  const server = await serveSide(side, port, token);
  onTestFinished(() => server.close());
  return server;
}
async function theirs(): Promise<Address & { authorization: string }> {
  const side = await openCouchSide(couch!);
  onTestFinished(() => side.close());
  return side.address as Address & { authorization: string };
}

/** The root of the CouchDB. */
function root(): Address {
  const { url, authorization } = readAddress(couch!);
  return { url, ...(authorization !== undefined && { authorization }) };
}

interface Replicated {
  ok?: boolean;
  history?: { docs_written: number; doc_write_failures: number }[];
}
async function replicateOnce(source: Side, target: Side, options: object = {}): Promise<Replicated> {
  const { json } = await requestJson(root(), '/_replicate', { method: 'POST', body: { source, target, ...options } });
  return json as Replicated;
}

const id = (n: number): string => `comment:${'0'.repeat(64)}:${String(n).padStart(6, '0')}`;
const write = (library: Library, n: number, text: string): void =>
  void library.update(id(n), () => ({
    kind: 'comment',
    format: 1,
    text: { value: text, at: library.stamp(), by: 'owner' },
  }));
const all = (library: Library): string => JSON.stringify([...library.scan('')]);
const live = (library: Library, n: number): unknown[] => library.leaves(id(n)).filter(({ deleted }) => !deleted);
async function put(address: Address, name: string, body: object): Promise<void> {
  const { status, json } = await requestJson(address, `/${encodeURIComponent(name)}`, { method: 'PUT', body });
  if (status >= 300) throw new Error(JSON.stringify(json));
}

describe.skipIf(couch === undefined)('CouchDB ($COUCHDB_URL names none: skipped)', () => {
  describe.each([
    ['Bearer', bearer],
    ['Basic, the token as password', basic],
  ])('its own replicator, with %s', (_, authorization) => {
    test('2,000 documents are replicated to it and on to another Photospool', async () => {
      const [a, b, middle] = [ours(), ours(), await theirs()];
      for (let n = 0; n < 2_000; n++) write(a.library, n, `text ${n}`);
      a.library.update(id(3), () => ({ kind: 'comment', purged: { at: a.library.stamp(), by: 'owner' } }));
      const [from, to] = [await served(a), await served(b)];
      const here = sideOf(middle, middle.authorization);
      const pulled = await replicateOnce(sideOf(from.address, authorization), here);
      expect(pulled.history?.[0]).toMatchObject({ docs_written: 2_000, doc_write_failures: 0 });
      const pushed = await replicateOnce(here, sideOf(to.address, authorization));
      expect(pushed.history?.[0]).toMatchObject({ docs_written: 2_000, doc_write_failures: 0 });
      expect(all(b.library)).toBe(all(a.library));
      expect(b.library.get(id(3))).toBeUndefined();
      expect(b.library.leaves(id(3))).toEqual(a.library.leaves(id(3)));
    });
  });

  /** Options of CouchDB's replicator, and which of the documents 0 to 5 it then transfers. */
  const modes: [string, object, number[]][] = [
    ['one by one, without _bulk_get (as before 3.3)', { use_bulk_get: false }, [0, 1, 2, 3, 4, 5]],
    ['with create_target', { create_target: true }, [0, 1, 2, 3, 4, 5]],
    ['only some ids', { doc_ids: [id(1), id(4), id(99)] }, [1, 4]],
    ['only some ids, one by one', { doc_ids: [id(1), id(4)], use_bulk_get: false }, [1, 4]],
    ['what a selector says', { selector: { 'text.value': { $in: ['text 2', 'text 5'] } } }, [2, 5]],
    ['winners only', { winning_revs_only: true }, [0, 1, 2, 3, 4, 5]],
    ['from a sequence on', { since_seq: 0 }, [0, 1, 2, 3, 4, 5]],
  ];
  describe.each(modes)('its own replicator, %s', (_, options, wanted) => {
    test('reads from and writes to us', async () => {
      const [a, b, middle] = [ours(), ours(), await theirs()];
      for (let n = 0; n < 6; n++) write(a.library, n, `text ${n}`);
      write(a.library, 0, 'again');
      const [from, to] = [await served(a), await served(b)];
      const here = sideOf(middle, middle.authorization);
      const pulled = await replicateOnce(sideOf(from.address, basic), here, options);
      const counts = [{ docs_written: wanted.length, doc_write_failures: 0 }];
      // Without a feed there is no history, and the counts are next to `ok`.
      const countsOf = (one: Replicated): unknown[] => one.history ?? [one];
      expect(countsOf(pulled)).toMatchObject(counts);
      const pushed = await replicateOnce(here, sideOf(to.address, basic), options);
      expect(countsOf(pushed)).toMatchObject(counts);
      expect([...b.library.scan('')].map((one) => one.id).sort()).toEqual(wanted.map(id).sort());
      for (const n of wanted) expect(b.library.leaves(id(n))).toEqual(a.library.leaves(id(n)));
    });
  });

  test('an unknown filter copies nothing', async () => {
    const [a, middle] = [ours(), await theirs()];
    write(a.library, 1, 'private');
    const { address } = await served(a);
    await replicateOnce(sideOf(address, basic), sideOf(middle, middle.authorization), { filter: 'app/mine' }).catch(
      () => undefined,
    );
    expect((await requestJson(middle, '')).json).toMatchObject({ doc_count: 0 });
  });

  test('documents that one side rejects are counted there, and the others are transferred', async () => {
    const [a, middle] = [ours(), await theirs()];
    const docs = ['1-has space', '1-größe', `1-${'a'.repeat(32)}`].map((_rev, n) => ({ _id: id(n), _rev, n }));
    const stored = await requestJson(middle, '/_bulk_docs', { method: 'POST', body: { new_edits: false, docs } });
    expect(stored.json).toEqual([]);
    const { address } = await served(a);
    const answer = await replicateOnce(sideOf(middle, middle.authorization), sideOf(address, basic));
    expect(answer).toMatchObject({ ok: true, history: [{ docs_written: 1, doc_write_failures: 2 }] });
    expect([...a.library.scan('')].map((one) => one.id)).toEqual([id(2)]);
  });

  test('a wrong token transfers nothing', async () => {
    const [a, middle] = [ours(), await theirs()];
    write(a.library, 1, 'secret');
    const { address } = await served(a);
    const body = { source: sideOf(address, 'Bearer wrong'), target: sideOf(middle, middle.authorization) };
    await requestJson(root(), '/_replicate', { method: 'POST', body }).catch(() => undefined);
    expect((await requestJson(middle, '')).json).toMatchObject({ doc_count: 0 });
  });

  test('edits on both sides merge through its replicator', { timeout: 240_000 }, async () => {
    const [a, b, middle] = [ours(), ours(), await theirs()];
    write(a.library, 1, 'first');
    const here = sideOf(middle, middle.authorization);
    const sides = [sideOf((await served(a)).address, bearer), sideOf((await served(b)).address, basic)];
    const round = async (): Promise<void> => {
      for (const side of sides) await replicateOnce(side, here);
      for (const side of sides) await replicateOnce(here, side);
    };
    await round();
    write(a.library, 1, 'from a');
    // Within the same millisecond, neither edit is later.
    await systemClock.sleep(5);
    write(b.library, 1, 'from b');
    await round();
    await round();
    expect(all(b.library)).toBe(all(a.library));
    expect(live(a.library, 1)).toHaveLength(1);
    expect(a.library.get(id(1))?.body).toMatchObject({ text: { value: 'from b' } });
  });

  test('design documents and attachments stay there, and delay no other', async () => {
    const [a, middle] = [ours(), await theirs()];
    const data = Buffer.from('bytes').toString('base64');
    await put(middle, '_design/filters', { filters: { none: 'function () { return false; }' } });
    await put(middle, id(1), { text: 'x', _attachments: { a: { content_type: 'text/plain', data } } });
    await put(middle, id(2), { text: 'y' });
    const { address } = await served(a);
    const answer = await replicateOnce(sideOf(middle, middle.authorization), sideOf(address, bearer));
    expect(answer).toMatchObject({ ok: true, history: [{ docs_written: 1, doc_write_failures: 2 }] });
    expect(a.library.get(id(2))?.body).toEqual({ text: 'y' });
    expect([...a.library.scan('')].map((one) => one.id)).toEqual([id(2)]);
  });

  test('a continuous job of its own transfers edits as they are made, both ways', async () => {
    const [a, middle] = [ours(), await theirs()];
    const { address } = await served(a);
    const [there, here] = [sideOf(address, bearer), sideOf(middle, middle.authorization)];
    const jobs: Address = { ...root(), url: `${root().url}/_replicator` };
    await requestJson(jobs, '', { method: 'PUT' });
    for (const [source, target] of [
      [there, here],
      [here, there],
    ] as const) {
      const job = `photospool-${randomBytes(6).toString('hex')}`;
      await put(jobs, job, { source, target, continuous: true });
      onTestFinished(async () => {
        const { json } = await requestJson(jobs, `/${job}`);
        await requestJson(jobs, `/${job}?rev=${(json as { _rev: string })._rev}`, { method: 'DELETE' });
      });
    }
    write(a.library, 1, 'from here');
    await expect.poll(async () => (await requestJson(middle, `/${id(1)}`)).status, { timeout: 30_000 }).toBe(200);
    await put(middle, id(2), { kind: 'comment', format: 1, text: { value: 'there', at: a.library.stamp(), by: 'x' } });
    await expect
      .poll(() => a.library.get(id(2))?.body, { timeout: 30_000 })
      .toMatchObject({ text: { value: 'there' } });
  });

  test('two of ours replicate through it, live, by our own connections', async () => {
    const [a, b, middle] = [ours(), ours(), await theirs()];
    for (const side of [a, b]) {
      const peers = openPeers(side.db);
      const { url, authorization } = middle;
      peers.put({ url, authorization, publish: false, originals: 'none', added: '2026-11-24T10:00:00.000Z' });
      const nothing = (): void => undefined;
      const mesh = openMesh(peers, {
        database: side.database,
        server: side.library.server,
        epoch: side.library.epoch,
        clock: systemClock,
        log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
        random: () => 0.5,
        session: () => randomUUID(),
      });
      onTestFinished(() => mesh.close());
    }
    onTestFinished(async () => {
      await requestJson(middle, '-blobs', { method: 'DELETE' });
    });
    for (let n = 0; n < 100; n++) write(n % 2 === 0 ? a.library : b.library, n, `text ${n}`);
    const equal = (): boolean => all(a.library) === all(b.library);
    await expect.poll(() => a.library.count('') === 100 && equal(), { timeout: 30_000 }).toBe(true);
    write(a.library, 1, 'from a');
    write(b.library, 1, 'from b');
    await expect.poll(() => equal() && live(a.library, 1).length === 1, { timeout: 30_000 }).toBe(true);
  });
});

test('a note is returned so that CouchDB can write it again: its `_revisions` are not kept', async () => {
  const { address } = await served(ours());
  const note = { url: `${address.url}/_local/x`, authorization: bearer };
  const put = async (body: object): Promise<unknown> => (await requestJson(note, '', { method: 'PUT', body })).json;
  const { rev } = (await put({ n: 1 })) as { rev: string };
  const second = await put({ _rev: rev, n: 2, _revisions: { start: 0, ids: [rev.slice(2)] } });
  expect((await requestJson(note, '')).json).toEqual({ _id: '_local/x', _rev: (second as { rev: string }).rev, n: 2 });
});
