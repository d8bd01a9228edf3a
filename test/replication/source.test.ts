/** A source whose answers are not what they should be: nothing is passed over without a word, and one document holds up no other. */
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/base/clock.js';
import type { Database, Refused } from '../../src/replication/database.js';
import { openHttpDatabase } from '../../src/replication/http.js';
import { replicate, type Progress } from '../../src/replication/replicate.js';
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

/** A side over HTTP that gives other documents than it has. */
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
const run = (source: Database, target: Database, refused: (documents: readonly Refused[]) => void): Promise<Progress> =>
  replicate({
    source,
    target,
    clock,
    session: `run ${++runs}`,
    live: false,
    signal: new AbortController().signal,
    refused,
  });
const none = (documents: readonly Refused[]): never => {
  throw new Error(`refused: ${JSON.stringify(documents)}`);
};

test('a document with attachments is told of, and holds up no other', async () => {
  const [a, b] = [ours(), ours()];
  fill(a, 3);
  const source = await changed(a, (results) =>
    results.map((one) =>
      one.id === id(1) ? { ...one, docs: one.docs.map(({ ok }) => ({ ok: { ...ok, _attachments: {} } })) } : one,
    ),
  );
  const told: Refused[] = [];
  await run(source, b.database, (documents) => told.push(...documents));
  const { rev } = a.library.get(id(1))!;
  expect(told).toEqual([
    { id: id(1), rev, reason: expect.stringMatching(/attachments, which are not taken/) as string },
  ]);
  expect([...b.library.scan('')].map((one) => one.id)).toEqual([id(0), id(2)]);
});

test.each([
  ['an error', [{ error: { error: 'internal_server_error', reason: 'timeout' } }]],
  ['nothing', []],
  ['what nobody knows', [{ maybe: true }]],
])('%s in the place of a document ends the run, which is passed by no checkpoint', async (_, docs) => {
  const [a, b] = [ours(), ours()];
  fill(a, 3);
  let isWell = false;
  const source = await changed(a, (results) =>
    results.map((one) => (one.id === id(1) && !isWell ? { ...one, docs } : one)),
  );
  await expect(run(source, b.database, none)).rejects.toThrow(/127\.0\.0\.1:\d+ (does not give|answered)/);
  isWell = true;
  await run(source, b.database, none);
  expect(b.library.count('')).toBe(3);
});

test('a document that is gone meanwhile is left to the feed', async () => {
  const [a, b] = [ours(), ours()];
  fill(a, 3);
  const gone = [{ error: { id: id(1), rev: '1-x', error: 'not_found', reason: 'missing' } }];
  const source = await changed(a, (results) => results.map((one) => (one.id === id(1) ? { ...one, docs: gone } : one)));
  await run(source, b.database, none);
  expect(b.library.count('')).toBe(2);
});

test('a target that does not say what became of documents ends the run', async () => {
  const [a, b] = [ours(), ours()];
  fill(a, 3);
  const server = await serveSide(b);
  onTestFinished(() => server.close());
  const silent: typeof fetch = (url, init) =>
    (url as string).includes('/_bulk_docs')
      ? Promise.resolve(Response.json({ ok: true }, { status: 201 }))
      : fetch(url, init);
  const target = openHttpDatabase({ ...server.address, fetch: silent });
  await expect(run(a.database, target, none)).rejects.toThrow(/_bulk_docs in a way/);
});
