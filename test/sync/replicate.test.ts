/**
 * One direction of a link between every two kinds of sides: everything is transferred, once, and resumes where it
 * stopped after any cut, kill or restore.
 */
import { rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/base/clock.js';
import { PhotospoolError } from '../../src/base/errors.js';
import type { Body } from '../../src/document/photo-document.js';
import type { Incoming, Library } from '../../src/library/library.js';
import type { Database, RejectedRevision } from '../../src/sync/couch/database.js';
import { openHttpDatabase } from '../../src/sync/couch/remote-database.js';
import { replicate, type ReplicationProgress } from '../../src/sync/couch/replicate.js';
import { temporaryFolder } from '../folder.js';
import { openCouchSide, openLibrarySide, openPouchServer, type Side } from './peers.js';
import { serveSide } from './serving.js';

const couch = process.env['COUCHDB_URL'];
let pouch: Awaited<ReturnType<typeof openPouchServer>>;
beforeAll(async () => {
  pouch = await openPouchServer();
});
afterAll(async () => pouch.close());

type Ours = ReturnType<typeof openLibrarySide>;

function ours(): Ours {
  const side = openLibrarySide();
  onTestFinished(() => side.close());
  return side;
}
async function overHttp(side: Ours): Promise<Database> {
  const server = await serveSide(side);
  onTestFinished(() => server.close());
  return openHttpDatabase(server.address);
}
async function foreign(url: string): Promise<Side> {
  const side = await openCouchSide(url);
  onTestFinished(() => side.close());
  return side;
}

let runs = 0;
async function run(
  source: Database,
  target: Database,
  more: Partial<Parameters<typeof replicate>[0]> = {},
): Promise<ReplicationProgress> {
  const refused = (documents: readonly RejectedRevision[]): never => {
    throw new Error(`refused: ${JSON.stringify(documents)}`);
  };
  const signal = new AbortController().signal;
  return replicate({ source, target, clock, session: `run ${++runs}`, live: false, signal, refused, ...more });
}

const id = (n: number): string => `comment:${'0'.repeat(64)}:${String(n).padStart(6, '0')}`;
const write = (library: Library, n: number, text: string): void =>
  void library.update(id(n), () => ({
    kind: 'comment',
    format: 1,
    text: { value: text, at: library.stamp(), by: 'owner' },
  }));
const contents = (library: Library): [string, string, Body][] =>
  [...library.scan('')].map(({ id, rev, body }) => [id, rev, body]);
const fill = (library: Library, count: number): void => {
  for (let n = 0; n < count; n++) write(library, n, `text ${n}`);
};

const between: [string, () => Promise<Database | undefined>][] = [
  ['nothing', () => Promise.resolve(undefined)],
  ['our server', () => overHttp(ours())],
  ['PouchDB Server', async () => (await foreign(pouch.url)).database],
  ...(couch === undefined
    ? []
    : [['CouchDB', async () => (await foreign(couch)).database] as [string, () => Promise<Database>]]),
];

describe.each(between)('from one library to another, with %s in between', (_, open) => {
  test('everything is transferred, and concurrent edits merge', async () => {
    const [a, b, middle] = [ours(), ours(), await open()];
    const there = async (from: Ours, to: Ours): Promise<void> => {
      if (middle) await run(from.database, middle, { batch: 7 });
      await run(middle ?? from.database, to.database, { batch: 7 });
    };
    fill(a.library, 20);
    a.library.update(id(3), () => ({ kind: 'comment', purged: { at: a.library.stamp(), by: 'owner' } }));
    await there(a, b);
    expect(contents(b.library)).toEqual(contents(a.library));
    expect(b.library.get(id(3))).toBeUndefined();
    write(a.library, 1, 'from a');
    write(b.library, 1, 'from b');
    write(b.library, 2, 'also from b');
    for (let round = 0; round < 2; round++) {
      await there(a, b);
      await there(b, a);
    }
    expect(contents(b.library)).toEqual(contents(a.library));
    expect(a.library.leaves(id(1)).filter(({ deleted }) => !deleted)).toHaveLength(1);
    expect(a.library.get(id(2))?.body).toMatchObject({ text: { value: 'also from b' } });
  });
});

test('a run continues where the last one stopped', async () => {
  const [a, b] = [ours(), ours()];
  fill(a.library, 30);
  expect(await run(a.database, b.database, { batch: 10 })).toMatchObject({ seen: 30, sent: 30 });
  expect(await run(a.database, b.database)).toMatchObject({ seen: 0, sent: 0 });
  write(a.library, 1, 'new');
  expect(await run(a.database, b.database)).toMatchObject({ seen: 1, sent: 1 });
});

/** A database of which the n-th call and all later ones fail, before or after they took effect. */
function cutAfter(database: Database, calls: number, late: boolean): Database {
  let left = calls;
  const cut = new PhotospoolError('io', 'The link was cut.');
  return new Proxy(database, {
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver);
      // Then everything is read by one call.
      if (key === 'readParts') return undefined;
      if (typeof found !== 'function') return found;
      return async (...given: unknown[]) => {
        if (left-- <= 0 && !late) throw cut;
        const answer: unknown = await (found as (...given: unknown[]) => unknown)(...given);
        if (left < 0) throw cut;
        return answer;
      };
    },
  });
}

describe.each([
  ['the source', 'source'],
  ['the target', 'target'],
] as const)('disconnected from %s at every call', (_, which) => {
  test.each([false, true])('after the operation: %s', async (late) => {
    const a = ours();
    fill(a.library, 30);
    for (let calls = 0, done = false; !done; calls++) {
      const b = ours();
      const source = which === 'source' ? cutAfter(a.database, calls, late) : a.database;
      const target = which === 'target' ? cutAfter(b.database, calls, late) : b.database;
      done = await run(source, target, { batch: 10 }).then(
        () => true,
        () => false,
      );
      await run(a.database, b.database, { batch: 10 });
      expect(contents(b.library)).toEqual(contents(a.library));
      expect(calls).toBeLessThan(40);
    }
  });
});

test('a target restored during a run misses nothing afterwards', async () => {
  const a = ours();
  const folder = temporaryFolder();
  const [path, copy] = [join(folder, 'library.sqlite'), join(folder, 'copy.sqlite')];
  const before = openLibrarySide(path);
  const server = await serveSide(before);
  const target = openHttpDatabase(server.address);
  fill(a.library, 20);
  let [batches, last]: [number, Promise<unknown>] = [0, Promise.resolve()];
  let after: Ours | undefined;
  let again: typeof server | undefined;
  // Restored between a batch and its checkpoint. One batch at a time, so that none is in progress then.
  const restoring: Database = {
    ...target,
    write: (incoming) => (last = last.then(() => writeThenRestore(incoming))) as Promise<RejectedRevision[]>,
  };
  async function writeThenRestore(incoming: readonly Incoming[]): Promise<RejectedRevision[]> {
    if (++batches === 2) before.db.prepare('VACUUM INTO ?').run(copy);
    const refused = await target.write(incoming);
    if (batches !== 2) return refused;
    await server.close();
    await before.close();
    for (const part of ['-wal', '-shm']) await rm(path + part, { force: true });
    await rename(copy, path);
    after = openLibrarySide(path);
    again = await serveSide(after, Number(new URL(server.address.url).port));
    return refused;
  }
  await expect(run(a.database, restoring, { batch: 10 })).rejects.toThrow(/was restarted/);
  onTestFinished(async () => {
    await again!.close();
    await after!.close();
  });
  expect(after!.library.count('')).toBe(10);
  await run(a.database, target, { batch: 10 });
  expect(contents(after!.library)).toEqual(contents(a.library));
});

describe('concurrent batches', () => {
  /** A target whose first batch arrives last, and is lost if `isLost`. */
  const overtaken = (target: Database, isLost: boolean): Database & { began: number } => {
    let open = (): void => undefined;
    const second = new Promise<void>((resolve) => (open = resolve));
    const side = {
      ...target,
      began: 0,
      async write(incoming: readonly Incoming[]) {
        const isFirst = ++side.began === 1;
        if (isFirst) await second;
        if (isFirst && isLost) throw new PhotospoolError('io', 'The link was cut.');
        const refused = await target.write(incoming);
        if (!isFirst) open();
        return refused;
      },
    };
    return side;
  };

  test('the checkpoint passes no lost batch, whatever came after it', async () => {
    const [a, b] = [ours(), ours()];
    fill(a.library, 40);
    await expect(run(a.database, overtaken(b.database, true), { batch: 10 })).rejects.toThrow(/was cut/);
    expect(b.library.count('')).toBe(10);
    expect(await run(a.database, b.database, { batch: 10 })).toMatchObject({ seen: 40, sent: 30 });
    expect(contents(b.library)).toEqual(contents(a.library));
  });

  test('are at most two, and reported in the order of the feed', async () => {
    const [a, b] = [ours(), ours()];
    fill(a.library, 40);
    const target = overtaken(b.database, false);
    const told: [number, number][] = [];
    await run(a.database, target, { batch: 10, progress: ({ seen }) => told.push([seen, target.began]) });
    // The last one has no rows, and is not written.
    expect(told).toEqual([
      [10, 2],
      [20, 3],
      [30, 4],
      [40, 4],
      [40, 4],
    ]);
  });

  test('a requested end waits for them, and saves the checkpoint', async () => {
    const [a, b] = [ours(), ours()];
    fill(a.library, 40);
    const stop = new AbortController();
    const target = overtaken(b.database, false);
    const progress = (): void => stop.abort();
    expect(await run(a.database, target, { batch: 10, signal: stop.signal, progress })).toMatchObject({ seen: 20 });
    expect([target.began, b.library.count('')]).toEqual([2, 20]);
    expect(await run(a.database, b.database)).toMatchObject({ seen: 20, sent: 20 });
  });
});

test('a document that the target rejects is reported, and delays no other', async () => {
  const a = await foreign(pouch.url);
  const b = ours();
  const rev = '1-0123456789abcdef0123456789abcdef';
  const bad = { id: 'comment:x:1', revisions: [rev], deleted: false, body: { text: 'x'.repeat(1024 * 1024) } };
  const good = { ...bad, id: 'comment:x:2', body: { text: 'y' } };
  await a.database.write([bad, good]);
  const told: RejectedRevision[] = [];
  await run(a.database, b.database, { refused: (documents) => told.push(...documents) });
  expect(told).toEqual([
    { id: 'comment:x:1', rev, reason: expect.stringMatching(/exceeds the limit of 1024 KiB/) as string },
  ]);
  expect(b.library.get('comment:x:2')?.body).toEqual({ text: 'y' });
});

test('live, an edit is transferred by itself, and the signal ends it', async () => {
  const [a, b] = [ours(), ours()];
  const target = await overHttp(b);
  const stop = new AbortController();
  const running = run(a.database, target, { live: true, signal: stop.signal });
  for (let n = 0; n < 3; n++) {
    write(a.library, n, 'live');
    await expect.poll(() => b.library.get(id(n))?.body).toMatchObject({ text: { value: 'live' } });
  }
  stop.abort();
  await running;
});

describe('with other programs', () => {
  interface Replicated {
    ok: boolean;
    docs_written: number;
    doc_write_failures: number;
  }
  type Client = new (
    name: string,
    options?: object,
  ) => {
    replicate: {
      to(url: string, options?: object): Promise<Replicated>;
      from(url: string, options?: object): Promise<Replicated>;
    };
    info(): Promise<{ doc_count: number }>;
    get(id: string): Promise<Record<string, unknown> & { _rev: string }>;
    put(doc: object): Promise<{ rev: string }>;
    destroy(): Promise<void>;
  };
  const require = createRequire(import.meta.url);
  const PouchDB = (require('pouchdb') as { plugin(plugin: unknown): Client }).plugin(require('pouchdb-adapter-memory'));

  test("PouchDB's own replicator reads and writes here", async () => {
    const a = ours();
    fill(a.library, 250);
    const server = await serveSide(a);
    onTestFinished(() => server.close());
    const pouch = new PouchDB('client', { adapter: 'memory' });
    onTestFinished(() => pouch.destroy());
    expect(await pouch.replicate.from(server.address.url)).toMatchObject({ ok: true, docs_written: 250 });
    const known = await pouch.get(id(7));
    const text = { value: 'from PouchDB', at: a.library.stamp(), by: 'person:x' };
    await pouch.put({ ...known, text });
    await pouch.put({ _id: id(999), kind: 'comment', format: 1, text });
    expect(await pouch.replicate.to(server.address.url)).toMatchObject({ ok: true, doc_write_failures: 0 });
    expect(a.library.get(id(7))?.body).toMatchObject({ text });
    expect(a.library.get(id(999))?.body).toMatchObject({ text });
    write(a.library, 8, 'later');
    expect(await pouch.replicate.from(server.address.url)).toMatchObject({ ok: true, docs_written: 1 });
  });
});
