/**
 * The strict fake CouchDB rejects what a real one rejects, and accepts what a real one accepts. If `$COUCHDB_URL` is
 * set, the same requests are sent to both, so that the fake can't become more lenient than the real one.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStrictCouch, type StrictCouch } from './strictcouch.js';

const real = process.env['COUCHDB_URL'];
let strict: StrictCouch;
beforeAll(async () => {
  strict = await openStrictCouch();
});
afterAll(() => strict.close());

const name = `photospool-${randomBytes(8).toString('hex')}`;
const hex = 'ab'.repeat(16);

async function ask(server: string, path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') {
  const { origin, username, password } = new URL(server);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  const answer = await fetch(`${origin}/${name}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(username !== '' && { authorization }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

const doc = (_id: string, _rev: string, more: object = {}): object => ({ _id, _rev, ...more });
const docs = (...list: object[]): object => ({ new_edits: false, docs: list });

const servers: [string, () => string][] = [
  ['the strict fake', () => strict.url],
  ...(real === undefined ? [] : [['a real CouchDB', () => real] as [string, () => string]]),
];

describe.each(servers)('%s', (_, server) => {
  beforeAll(async () => {
    expect((await ask(server(), '', undefined, 'PUT')).status).toBe(201);
  });
  afterAll(async () => {
    if (server() === real) await ask(server(), '', undefined, 'DELETE');
  });

  test.each([
    ['32 characters that are not hex', { a: ['1-a'], b: [`1-${'z'.repeat(32)}`] }, 400],
    ['no generation', { a: ['x'] }, 400],
    ['a number', { a: [1] }, 500],
    ['no list', { a: 'x' }, 500],
    ['a space', { a: ['1-has space'] }, 200],
    ['32 hex digits in capitals', { a: [`1-${hex.toUpperCase()}`] }, 200],
    ['nothing', {}, 200],
  ])('_revs_diff with %s', async (_name, body, status) => {
    expect((await ask(server(), '/_revs_diff', body)).status).toBe(status);
  });

  test('_revs_diff returns upper case as lower case', async () => {
    const { json } = await ask(server(), '/_revs_diff', { a: [`1-${hex.toUpperCase()}`] });
    expect(json).toMatchObject({ a: { missing: [`1-${hex}`] } });
  });

  test.each([
    ['a malformed revision', doc('b', `1-${'z'.repeat(32)}`), 400],
    ['malformed ancestors', doc('b', '2-a', { _revisions: { start: 2, ids: ['a', 'z'.repeat(32)] } }), 400],
    ['no start', doc('b', '1-a', { _revisions: { ids: ['a'] } }), 400],
    ['an id of its own', doc('_b', '1-a'), 400],
    ['an empty id', doc('', '1-a'), 400],
    ['a field of its own', doc('b', '1-a', { _other: 1 }), 400],
    ['no revision', { _id: 'b' }, 400],
    ['too many bytes', doc('b', '1-a', { text: 'x'.repeat(8_000_001) }), 413],
  ])('_bulk_docs with %s stores nothing', async (what, bad, status) => {
    const good = `good ${what}`;
    expect((await ask(server(), '/_bulk_docs', docs(doc(good, `1-${hex}`), bad))).status).toBe(status);
    expect((await ask(server(), `/${encodeURIComponent(good)}`)).status).toBe(404);
  });

  test('an unpaired surrogate is invalid JSON', async () => {
    const text = `{"new_edits":false,"docs":[{"_id":"half","_rev":"1-a","t":"\\ud800"}]}`;
    expect((await ask(server(), '/_bulk_docs', text)).status).toBe(400);
  });

  test('revisions that Photospool rejects are stored and served', async () => {
    const odd = ['1-has space', '1-zö', `1-${'x'.repeat(100)}`];
    const { status, json } = await ask(server(), '/_bulk_docs', docs(...odd.map((rev, n) => doc(`odd${n}`, rev))));
    expect([status, json]).toEqual([201, []]);
    const { json: feed } = await ask(server(), '/_changes?style=all_docs');
    const served = (feed['results'] as { id: string; changes: { rev: string }[] }[]).filter(({ id }) =>
      id.startsWith('odd'),
    );
    expect(served.flatMap(({ changes }) => changes.map(({ rev }) => rev)).sort()).toEqual([...odd].sort());
    const { json: read } = await ask(server(), '/_bulk_get?revs=true&latest=true', {
      docs: [{ id: 'odd0', rev: odd[0] }],
    });
    expect(read).toMatchObject({ results: [{ id: 'odd0', docs: [{ ok: { _rev: '1-has space' } }] }] });
  });

  test('_bulk_get answers a malformed revision in its row', async () => {
    const asked = [
      { id: 'odd0', rev: 'x' },
      { id: 'odd0', rev: '1-has space' },
    ];
    const { status, json } = await ask(server(), '/_bulk_get?revs=true&latest=true', { docs: asked });
    expect(status).toBe(200);
    expect(json).toMatchObject({ results: [{ docs: [{ error: { error: 'bad_request' } }] }, { docs: [{ ok: {} }] }] });
  });

  test('requests without documents are answered', async () => {
    expect(await ask(server(), '/_bulk_docs', docs())).toMatchObject({ status: 201, json: [] });
    expect(await ask(server(), '/_bulk_get', { docs: [] })).toMatchObject({ status: 200, json: { results: [] } });
  });
});
