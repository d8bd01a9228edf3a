/**
 * Demanding requests from peers: their use of memory is bounded, others get their turn, and excessive ones are rejected
 * with CouchDB's errors.
 */
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { fieldLimit } from '../../src/document/document-size.js';
import type { Incoming } from '../../src/library/library.js';
import { share } from '../../src/sync/couch/library-database.js';
import { bytesOf } from '../../src/sync/couch/wire-format.js';
import { makeMemory } from '../../src/sync/couch/request-memory.js';
import { makePace, shareOfWork } from '../../src/base/async/yield.js';
import type { ServedResponse, Served } from '../../src/sync/couch/serve-database.js';
import {
  bounds,
  bulkDocs,
  bulkGet,
  getDocument,
  revsDiff,
  type RequestBody,
} from '../../src/sync/couch/serve-documents.js';
import { feedText, firstLines, openFeedReader, readFeedQuery } from '../../src/sync/couch/serve-changes.js';
import { slow } from '../../src/sync/couch/bulk-get.js';
import type { Database, RevisionId } from '../../src/sync/couch/database.js';
import { openBatchReader } from '../../src/sync/couch/read-ahead.js';
import { openHttpDatabase } from '../../src/sync/couch/remote-database.js';
import { replicate } from '../../src/sync/couch/replicate.js';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

const hash = (n: number): string => n.toString(16).padStart(32, '0');
const id = (n: number): string => `comment:${'0'.repeat(64)}:${n}`;

function open(): ReturnType<typeof openLibrarySide> {
  const side = openLibrarySide();
  onTestFinished(() => side.close());
  return side;
}

/** Counts the work between two turns of the event loop, as the requests do. */
function watched(served: Served): { served: Served; turns: () => number; most: () => number } {
  let [turns, most] = [0, 0];
  const pace = (): ReturnType<typeof makePace> => {
    let done = 0;
    const inner = makePace(() => {
      turns++;
      done = 0;
      return new Promise((resolve) => setImmediate(resolve));
    });
    return {
      spend(amount) {
        done += amount;
        most = Math.max(most, done);
        return inner.spend(amount);
      },
    };
  };
  return { served: { ...served, pace }, turns: () => turns, most: () => most };
}

/** Text in chunks, as from a socket. */
async function* pieces(text: Iterable<string>): AsyncGenerator<Uint8Array> {
  for (const one of text) yield Buffer.from(one);
  await Promise.resolve();
}
const bodyOf = (...text: string[]): RequestBody => ({ source: pieces(text), hold: makeMemory().open() });

async function textOf(answer: ServedResponse): Promise<string> {
  let text = answer.text ?? '';
  for await (const part of answer.stream ?? []) text += part;
  return text;
}

describe('_bulk_get', () => {
  test('of one large document 1,000 times holds one at a time in memory', async () => {
    const { library, served } = open();
    library.update(id(1), () => ({ kind: 'comment', text: 'x'.repeat(200_000) }));
    const rev = library.heads(id(1))[0]!.rev;
    const watch = watched(served);
    const one = JSON.stringify({ id: id(1), rev });
    const asked = `{"docs":[${Array(1_000).fill(one).join(',')}]}`;
    const answer = await bulkGet(watch.served, { revs: 'true' }, bodyOf(asked));
    let [longest, size, reads] = [0, 0, 0];
    const read = served.database.read;
    served.database.read = (named) => (reads++, read(named));
    let ahead = 0;
    for await (const part of answer.stream!) {
      longest = Math.max(longest, part.length);
      size += part.length;
      // Nothing is read before the previous chunk was consumed.
      ahead = Math.max(ahead, reads - Math.floor(size / 200_000));
    }
    expect(size).toBeGreaterThan(200_000_000);
    expect(longest).toBeLessThan(300_000);
    expect(ahead).toBeLessThanOrEqual(1);
    expect(watch.most()).toBeLessThan(2 * shareOfWork);
    expect(watch.turns()).toBeGreaterThan(100);
  });

  test('a slow client holds only a few documents in memory', { timeout: 60_000 }, async () => {
    const side = open();
    side.library.update(id(1), () => ({ kind: 'comment', text: 'x'.repeat(200_000) }));
    const rev = side.library.heads(id(1))[0]!.rev;
    let reads = 0;
    const read = side.database.read.bind(side.database);
    side.database.read = (named, refuse) => (reads++, read(named, refuse));
    const server = await serveSide(side);
    onTestFinished(() => server.close());
    const docs = Array(5_000).fill({ id: id(1), rev });
    const stop = new AbortController();
    const response = await fetch(`${server.address.url}/_bulk_get?revs=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ docs }),
      signal: stop.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    await settled(() => reads);
    // What the sockets buffer, and a few chunks on their way; not a gigabyte.
    expect(reads).toBeLessThan(200);
    stop.abort();
    await reader.closed.catch(() => undefined);
  });

  test('returns as many as requested, in their order, also if one is invalid', async () => {
    const { library, served } = open();
    library.update(id(1), () => ({ n: 1 }));
    const rev = library.heads(id(1))[0]!.rev;
    const docs = [{ id: id(1), rev }, { id: 'x', rev: '1-' }, { rev: 3 }, 7, { id: '_design/x', rev }, { id: id(1) }];
    const answer = await bulkGet(served, {}, bodyOf(JSON.stringify({ docs })));
    const { results } = JSON.parse(await textOf(answer)) as { results: { id: unknown; docs: object[] }[] };
    expect(results.map((one) => one.id)).toEqual([id(1), 'x', null, null, '_design/x', id(1)]);
    expect(results.map(({ docs: [first] }) => Object.keys(first!)[0])).toEqual([
      'ok',
      'error',
      'error',
      'error',
      'error',
      'ok',
    ]);
  });
});

/** Waits until a number stops changing. */
async function settled(count: () => number): Promise<void> {
  for (let last = -1; last !== count();) {
    last = count();
    await systemClock.sleep(300);
  }
}

describe('_revs_diff', () => {
  test('of many ids yields after a bounded part', async () => {
    const { served } = open();
    const watch = watched(served);
    function* asked(): Generator<string> {
      for (let n = 0; n < 100_000; n += 1_000) {
        const members = Array.from({ length: 1_000 }, (_, i) => `"${id(n + i)}":["1-${hash(i)}"]`);
        yield `${n === 0 ? '{' : ','}${members.join(',')}`;
      }
      yield '}';
    }
    const answer = await revsDiff(watch.served, { source: pieces(asked()), hold: makeMemory().open() });
    expect(Object.keys(JSON.parse(await textOf(answer)) as object)).toHaveLength(100_000);
    expect(watch.most()).toBeLessThan(2 * shareOfWork);
    expect(watch.turns()).toBeGreaterThan(50);
  });

  test('of more revisions of one id than one query looks up returns all', async () => {
    const { served } = open();
    const revs = Array.from({ length: 1_234 }, (_, n) => `1-${hash(n)}`);
    const answer = await revsDiff(served, bodyOf(JSON.stringify({ x: ['1-a'], [id(1)]: revs, y: ['1-a'] })));
    const missing = { x: { missing: ['1-a'] }, [id(1)]: { missing: revs }, y: { missing: ['1-a'] } };
    expect(JSON.parse(await textOf(answer))).toEqual(missing);
  });

  test('of too many ids, or of too many revisions of one, is rejected', async () => {
    const side = open();
    const server = await serveSide(side);
    onTestFinished(() => server.close());
    const ask = async (body: string): Promise<unknown> => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${server.address.url}/_revs_diff`, { method: 'POST', headers, body });
      return [response.status, await response.json()];
    };
    const members = Array.from({ length: 400_000 }, (_, n) => `"photo:${n}":["1-${hash(n)}"]`);
    expect(await ask(`{${members.join(',')}}`)).toEqual([413, { error: 'too_large', reason: expect.any(String) }]);
    // Also if the size is not declared in advance.
    const parts = Array.from({ length: 400 }, (_, n) => {
      return (n === 0 ? '{' : ',') + members.slice(1_000 * n, 1_000 * (n + 1)).join(',');
    });
    const response = await fetch(`${server.address.url}/_revs_diff`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, duplex: 'half' },
      body: Readable.toWeb(Readable.from(parts)) as ReadableStream,
    });
    expect(response.status).toBe(413);
    await response.body?.cancel();
    const revs = Array.from({ length: 400_000 }, (_, n) => `"1-${hash(n)}"`);
    expect(await ask(`{"photo:1":[${revs.join(',')}]}`)).toEqual([
      413,
      { error: 'too_large', reason: expect.any(String) },
    ]);
  });
});

describe('_bulk_docs', () => {
  const doc = (n: number, text: string): string =>
    JSON.stringify({ _id: id(n), _rev: `1-${hash(n)}`, kind: 'comment', text });

  test('stores documents while others still arrive, and yields after a bounded part', async () => {
    const { library, served } = open();
    const watch = watched(served);
    let stored = 0;
    function* docs(): Generator<string> {
      yield '{"new_edits":false,"docs":[';
      for (let n = 0; n < 300; n++) {
        yield `${n > 0 ? ',' : ''}${doc(n, 'x'.repeat(100_000))}`;
        stored = library.count('');
      }
      yield ']}';
    }
    const memory = makeMemory(1_000);
    const hold = memory.open();
    const answer = await bulkDocs(watch.served, { source: pieces(docs()), hold });
    expect([answer.status, answer.body]).toEqual([201, []]);
    expect(stored).toBeGreaterThan(250);
    expect(library.count('')).toBe(300);
    expect(watch.most()).toBeLessThan(3 * shareOfWork);
    expect(watch.turns()).toBeGreaterThan(25);
  });

  test('documents before new_edits wait for it, and count as memory', async () => {
    const { library, served } = open();
    const memory = makeMemory(1_000_000);
    const docs = Array.from({ length: 9 }, (_, n) => doc(n, 'x'.repeat(100_000))).join(',');
    const hold = memory.open();
    const body = { source: pieces([`{"docs":[${docs}],"new_edits":false}`]), hold };
    expect((await bulkDocs(served, body)).status).toBe(201);
    expect(library.count('')).toBe(9);
    expect(memory.held()).toBeGreaterThan(900_000);
    const other = { source: pieces([`{"docs":[${docs}],"new_edits":false}`]), hold: memory.open() };
    await expect(bulkDocs(served, other)).rejects.toMatchObject({ code: 'busy' });
    hold.release();
    expect(memory.held()).toBeLessThan(900_000);
  });

  test('a document that is too large is named, and the others are stored', async () => {
    const { library, served } = open();
    const long = doc(1, 'x'.repeat(bounds.document));
    const large = doc(2, 'x'.repeat(1_100_000));
    const answer = await bulkDocs(served, bodyOf(`{"new_edits":false,"docs":[${long},${large},${doc(3, 'x')}]}`));
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual([
      { id: id(1), rev: `1-${hash(1)}`, error: 'too_large', reason: expect.any(String) },
      { id: id(2), rev: `1-${hash(2)}`, error: 'forbidden', reason: expect.stringContaining('exceeds the limit') },
    ]);
    expect(library.get(id(3))).toBeDefined();
  });

  test('a document with very many fields is rejected before parsing', async () => {
    const { library, served } = open();
    const fields = Array.from({ length: bounds.fields }, (_, n) => `"k${n}":{}`).join(',');
    const many = `{"_id":"x:1","_rev":"1-a",${fields}}`;
    const answer = await bulkDocs(
      served,
      bodyOf(`{"new_edits":false,"docs":[${many},${doc(1, 'x:y:'.repeat(30_000))}]}`),
    );
    expect(answer.body).toMatchObject([{ id: 'x:1', rev: '1-a', error: 'too_large' }]);
    expect(library.get(id(1))).toBeDefined();
  });

  test('more documents than a request may have', async () => {
    const { served } = open();
    const docs = Array(bounds.count + 1).fill('{}');
    const answer = await bulkDocs(served, bodyOf(`{"new_edits":false,"docs":[${docs.join(',')}]}`));
    expect([answer.status, answer.body]).toMatchObject([413, { error: 'too_large' }]);
  });
});

test('documents from a connection are stored in bounded transactions, whatever their revisions', async () => {
  const { library, database } = open();
  const parts: { count: number; ancestors: number; bytes: number }[] = [];
  const insert = library.insert.bind(library);
  library.insert = (incoming, options) => {
    const ancestors = incoming.reduce((sum, one) => sum + one.revisions.length, 0);
    parts.push({ count: incoming.length, ancestors, bytes: incoming.reduce((sum, one) => sum + bytesOf(one), 0) });
    insert(incoming, options);
  };
  const one = (n: number, { ancestors = 0, text = '', ofOne = false } = {}): Incoming => ({
    ...{ id: id(ofOne ? 0 : n), deleted: false, body: { kind: 'comment', n, text } },
    revisions: Array.from({ length: ancestors + 1 }, (_, m) => `${ancestors + 1 - m}-${hash(n * 10_000 + m)}`),
  });
  const many = (count: number, how: object): Incoming[] => Array.from({ length: count }, (_, n) => one(n + 1, how));
  const most = async (incoming: Incoming[]): Promise<Record<string, number>> => {
    parts.length = 0;
    expect(await database.write(incoming)).toEqual([]);
    expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(incoming.length);
    const greatest = (what: 'count' | 'ancestors' | 'bytes'): number => Math.max(...parts.map((part) => part[what]));
    return { count: greatest('count'), ancestors: greatest('ancestors'), bytes: greatest('bytes') };
  };
  expect((await most(many(1_200, {}))).count).toBe(share.count);
  expect((await most(many(40, { ancestors: 999 }))).ancestors).toBe(share.ancestors);
  expect((await most(many(9, { text: 'x'.repeat(300_000) }))).bytes).toBeLessThanOrEqual(share.bytes);
  expect((await most(many(150, { ofOne: true }))).count).toBe(share.ofOne.count);
  expect((await most(many(9, { text: 'x'.repeat(100_000), ofOne: true }))).bytes).toBeLessThanOrEqual(
    share.ofOne.bytes,
  );
});

test('documents of a connection are read in responses of some mebibytes, one after the other is written', async () => {
  const large = (n: number): object => ({
    ...{ _id: id(n), _rev: `1-${hash(n)}`, kind: 'comment', n, text: 'x'.repeat(500_000) },
  });
  const count = 60;
  let [asked, most] = [0, 0];
  const answer = (path: string, body: string): object => {
    if (path.includes('/_changes')) {
      const results = Array.from({ length: count }, (_, n) => ({
        id: id(n),
        seq: n + 1,
        changes: [{ rev: `1-${hash(n)}` }],
      }));
      return { results, last_seq: String(count) };
    }
    const { docs } = JSON.parse(body) as { docs: { id: string }[] };
    return { results: docs.map((one) => ({ id: one.id, docs: [{ ok: large(Number(one.id.split(':').at(-1))) }] })) };
  };
  const source = openHttpDatabase({
    url: 'http://couch.example:5984/album',
    fetch(url, init) {
      const path = url;
      const text = JSON.stringify(answer(path, (init?.body ?? '') as string));
      if (path.includes('_bulk_get')) {
        asked++;
        most = Math.max(most, text.length);
      }
      return Promise.resolve(new Response(text));
    },
  });
  const { library, database } = open();
  const reader = openBatchReader({ source, target: database, signal: new AbortController().signal, batch: 500 }, '0');
  let [parts, held, seen] = [0, 0, 0];
  for (let more = true; more;) {
    const load = await reader.next();
    parts++;
    more = load.isPart === true;
    expect(load.rows).toHaveLength(more ? 0 : count);
    expect(load.last).toBe(more ? '0' : String(count));
    const bytes = load.incoming.reduce((sum, one) => sum + bytesOf(one), 0);
    held = Math.max(held, bytes);
    seen += load.incoming.length;
    // Read but not yet sent: one response, and those that were too large.
    expect(asked).toBeLessThanOrEqual(parts + 6);
    expect(await database.write(load.incoming)).toEqual([]);
  }
  expect([seen, library.count('')]).toEqual([count, count]);
  expect(parts).toBeGreaterThan(3);
  expect(held).toBeLessThanOrEqual(slow.largest);
});

test('rejections in one part of a batch are reported when the whole batch is done, and no checkpoint lies in between', async () => {
  const [source, target] = [open(), open()];
  for (let n = 0; n < 4; n++) source.library.update(id(n), () => ({ kind: 'comment', n }));
  const database = {
    ...source.database,
    async *readParts(named: readonly RevisionId[]) {
      for (const one of named) yield await source.database.read([one]);
    },
  };
  const told: [string[], string[]][] = [];
  const checkpoints: string[] = [];
  const watching: Database = {
    ...target.database,
    write: async (incoming) => {
      const isOdd = incoming[0]?.body['n'] === 1;
      return isOdd ? [{ id: id(1), rev: '1-a', reason: 'no' }] : target.database.write(incoming);
    },
    setCheckpoint: (name, checkpoint, opening) => {
      checkpoints.push(checkpoint.seq);
      return target.database.setCheckpoint(name, checkpoint, opening);
    },
  };
  const progress = await replicate({
    ...{ source: database, target: watching, clock: systemClock, session: 's', live: false },
    ...{ signal: new AbortController().signal, refused: () => undefined },
    settled: (ids, refused) => void told.push([[...ids], refused.map((one) => one.id)]),
  });
  expect(told.filter(([ids]) => ids.length > 0)).toEqual([[[0, 1, 2, 3].map(id), [id(1)]]]);
  expect(progress).toMatchObject({ seen: 4, sent: 4 });
  expect(new Set(checkpoints)).toEqual(new Set([source.library.changes(0).last]));
});

test('a document with too many fields is rejected on every way in', async () => {
  const { library, database } = open();
  const body = { kind: 'comment', ...Object.fromEntries(Array.from({ length: fieldLimit }, (_, n) => [`k${n}`, {}])) };
  const refused = await database.write([{ id: id(1), revisions: ['1-a'], deleted: false, body }]);
  expect(refused).toMatchObject([{ id: id(1), reason: expect.stringContaining('fields') as string }]);
  expect(() => library.update(id(1), () => body)).toThrow('fields');
});

test('a feed with large documents is sent piece by piece', async () => {
  const { library, served } = open();
  const text = 'x'.repeat(200_000);
  for (let n = 0; n < 20; n++) library.update(id(n), () => ({ kind: 'comment', n, text }));
  for (const descending of ['false', 'true']) {
    const asked = readFeedQuery(served, { include_docs: 'true', descending });
    if ('status' in asked) throw new Error('refused');
    const { signal } = new AbortController();
    const reader = openFeedReader(served, asked);
    const first = await firstLines(reader, undefined, signal);
    let [all, longest] = ['', 0];
    for await (const part of feedText(reader, first, signal, () => true)) {
      longest = Math.max(longest, part.length);
      all += part;
    }
    const { results } = JSON.parse(all) as { results: { doc: { n: number } }[] };
    const order = Array.from({ length: 20 }, (_, n) => n);
    expect(results.map(({ doc }) => doc.n)).toEqual(descending === 'true' ? order.reverse() : order);
    expect(longest).toBeLessThan(2 * text.length);
  }
});

describe('a document with very many leaves', () => {
  const count = 1_000;
  function withLeaves(side: ReturnType<typeof openLibrarySide>): void {
    const revs = Array.from({ length: count }, (_, n) => `1-${hash(n)}`);
    side.library.insert(revs.map((rev, n) => ({ id: 'other:1', revisions: [rev], deleted: true, body: { n } })));
  }

  test('is read and reported in bounded parts', async () => {
    const side = open();
    withLeaves(side);
    const watch = watched(side.served);
    const opened = await getDocument(watch.served, 'other:1', { open_revs: 'all' }, undefined);
    expect(JSON.parse(await textOf(opened))).toHaveLength(count);
    const asked = readFeedQuery(watch.served, { style: 'all_docs' });
    if ('status' in asked) throw new Error('refused');
    const { signal } = new AbortController();
    const reader = openFeedReader(watch.served, asked);
    const first = await firstLines(reader, undefined, signal);
    const text = Readable.from(feedText(reader, first, signal, () => true));
    const { results } = JSON.parse((await text.toArray()).join('')) as { results: { changes: object[] }[] };
    expect(results[0]!.changes).toHaveLength(count);
    expect(watch.most()).toBeLessThan(2 * shareOfWork);
  });
});
