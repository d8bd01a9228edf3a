/**
 * A side whose responses are wrong, slow or large: nothing is skipped silently, one document blocks no other, and a
 * slow connection makes progress.
 */
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock as clock } from '../../src/base/clock.js';
import type { Database, RejectedRevision } from '../../src/sync/couch/database.js';
import { openHttpDatabase } from '../../src/sync/couch/remote-database.js';
import { replicate, type ReplicationProgress } from '../../src/sync/couch/replicate.js';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

type Ours = ReturnType<typeof openLibrarySide>;

function ours(): Ours {
  const side = openLibrarySide();
  onTestFinished(() => side.close());
  return side;
}

const id = (n: number): string => `comment:${'0'.repeat(64)}:${n}`;
const fill = ({ library }: Ours, count: number): void => {
  for (let n = 0; n < count; n++) library.update(id(n), () => ({ kind: 'comment', format: 1 }));
};

type Results = { id: string; docs: { ok?: Record<string, unknown>; error?: Record<string, unknown> }[] }[];

/** A side over HTTP that sends modified documents. */
async function changed(side: Ours, change: (results: Results) => unknown): Promise<Database> {
  const server = await serveSide(side);
  onTestFinished(() => server.close());
  const other = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(url, init);
    if (!answer.url.includes('/_bulk_get')) return answer;
    const { results } = (await answer.json()) as { results: Results };
    return Response.json({ results: change(results) });
  };
  return openHttpDatabase({ ...server.address, fetch: other });
}

let runs = 0;
const run = (
  source: Database,
  target: Database,
  refused: (documents: readonly RejectedRevision[]) => void,
): Promise<ReplicationProgress> =>
  replicate({
    source,
    target,
    clock,
    session: `run ${++runs}`,
    live: false,
    signal: new AbortController().signal,
    refused,
  });
const none = (documents: readonly RejectedRevision[]): never => {
  throw new Error(`refused: ${JSON.stringify(documents)}`);
};

test('a document with attachments is reported, and delays no other', async () => {
  const [a, b] = [ours(), ours()];
  fill(a, 3);
  const source = await changed(a, (results) =>
    results.map((one) =>
      one.id === id(1) ? { ...one, docs: one.docs.map(({ ok }) => ({ ok: { ...ok, _attachments: {} } })) } : one,
    ),
  );
  const told: RejectedRevision[] = [];
  await run(source, b.database, (documents) => told.push(...documents));
  const { rev } = a.library.get(id(1))!;
  expect(told).toEqual([
    { id: id(1), rev, reason: expect.stringMatching(/attachments, which are not supported/) as string },
  ]);
  expect([...b.library.scan('')].map((one) => one.id)).toEqual([id(0), id(2)]);
});

test.each([
  ['an error', [{ error: { error: 'internal_server_error', reason: 'timeout' } }]],
  ['nothing', []],
  ['what nobody knows', [{ maybe: true }]],
])('%s in place of a document is reported, and delays no other', async (_, docs) => {
  const [a, b] = [ours(), ours()];
  fill(a, 3);
  const source = await changed(a, (results) => results.map((one) => (one.id === id(1) ? { ...one, docs } : one)));
  const told: RejectedRevision[] = [];
  await run(source, b.database, (documents) => told.push(...documents));
  expect(told.map((one) => one.id)).toEqual([id(1)]);
  expect(b.library.count('')).toBe(2);
});

test('if none of many documents is delivered, the run ends without a checkpoint', async () => {
  const [a, b] = [ours(), ours()];
  fill(a, 40);
  let isWell = false;
  const docs = [{ error: { error: 'internal_fabric_error', reason: 'timeout' } }];
  const source = await changed(a, (results) => (isWell ? results : results.map((one) => ({ ...one, docs }))));
  await expect(run(source, b.database, () => undefined)).rejects.toThrow(/127\.0\.0\.1:\d+ did not deliver/);
  isWell = true;
  await run(source, b.database, none);
  expect(b.library.count('')).toBe(40);
});

test('a document removed meanwhile is left to the feed', async () => {
  const [a, b] = [ours(), ours()];
  fill(a, 3);
  const gone = [{ error: { id: id(1), rev: '1-x', error: 'not_found', reason: 'missing' } }];
  const source = await changed(a, (results) => results.map((one) => (one.id === id(1) ? { ...one, docs: gone } : one)));
  await run(source, b.database, none);
  expect(b.library.count('')).toBe(2);
});

test('a target without results for documents ends the run', async () => {
  const [a, b] = [ours(), ours()];
  fill(a, 3);
  const server = await serveSide(b);
  onTestFinished(() => server.close());
  const silent: typeof fetch = (url, init) =>
    (url as string).includes('/_bulk_docs')
      ? Promise.resolve(Response.json({ ok: true }, { status: 201 }))
      : fetch(url, init);
  const target = openHttpDatabase({ ...server.address, fetch: silent });
  await expect(run(a.database, target, none)).rejects.toThrow(/sent an invalid response to _bulk_docs/);
});

/** A document as in a response of `_bulk_get`. */
const given = (n: number, text = ''): object => ({
  id: id(n),
  docs: [{ ok: { _id: id(n), _rev: '1-a', _revisions: { start: 1, ids: ['a'] }, text } }],
});
const named = (count: number): { id: string; rev: string }[] =>
  Array.from({ length: count }, (_, n) => ({ id: id(n), rev: '1-a' }));
/** A clock that the test advances. */
function ownTime(): (ms: number) => Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  return (ms) => vi.advanceTimersByTimeAsync(ms);
}

test('documents over a slow line arrive, though it takes minutes; a silent one is abandoned', async () => {
  const pass = ownTime();
  const text = JSON.stringify({ results: [given(0)] });
  const over = (bits: number): Database => {
    let n = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (n === bits) return new Promise(() => undefined);
        await pass(50_000);
        controller.enqueue(
          new TextEncoder().encode(n === 0 ? text.slice(0, -4) : text.slice(n - 5, n - 4 || undefined)),
        );
        if (++n === 5) controller.close();
      },
    });
    return openHttpDatabase({ url: 'http://slow.example/db/photos', fetch: () => Promise.resolve(new Response(body)) });
  };
  expect(await over(5).read(named(1))).toMatchObject([{ id: id(0) }]);
  const silent = expect(over(2).read(named(1))).rejects.toThrow(/did not respond in time/);
  for (let n = 0; n < 3; n++) await pass(60_000);
  await silent;
});

test('sending may take as long as a slow line needs', async () => {
  const pass = ownTime();
  const slow: typeof fetch = async (_, init) => {
    await pass(80_000);
    init!.signal!.throwIfAborted();
    return Response.json([], { status: 201 });
  };
  const target = openHttpDatabase({ url: 'http://slow.example/db/photos', fetch: slow });
  const one = (text: string) => [{ id: id(0), revisions: ['1-a'], deleted: false, body: { text } }];
  expect(await target.write(one('x'.repeat(500_000)))).toEqual([]);
  await expect(target.write(one('x'))).rejects.toThrow(/did not respond in time/);
});

test('documents that are too many for one response are requested in parts', async () => {
  const asked: number[] = [];
  const large: typeof fetch = (_, init) => {
    const { docs } = JSON.parse(init!.body as string) as { docs: { id: string }[] };
    asked.push(docs.length);
    const text = JSON.stringify({ results: docs.map((one) => given(Number(one.id.split(':')[2]))) });
    let left = docs.length > 2 ? 129 : 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) return controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
        controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    });
    return Promise.resolve(new Response(body));
  };
  const source = openHttpDatabase({ url: 'http://large.example/db/photos', fetch: large });
  expect((await source.read(named(5))).map((one) => one.id)).toEqual(named(5).map((one) => one.id));
  expect(asked).toEqual([5, 3, 2, 1, 2]);
});
