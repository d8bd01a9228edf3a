/**
 * Documents that only a hostile or odd program writes: ids and revisions that other servers can't store. Errors concern
 * only the affected document, others are transferred, and bad revisions that former versions accepted do not block any
 * peer.
 */
import { expect, onTestFinished, test } from 'vitest';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openLibrary } from '../../src/library/library.js';
import type { Incoming } from '../../src/library/library.js';
import { mostApart, openLibraryDatabase } from '../../src/sync/couch/library-database.js';
import { openBatchReader } from '../../src/sync/couch/read-ahead.js';
import { openNotes } from '../../src/sync/couch/local-documents.js';
import { serveLibrary, type Served } from '../../src/sync/couch/serve-database.js';
import { systemClock } from '../../src/base/clock.js';
import { openRevisions } from '../../src/library/revision-tree.js';
import { serveSide } from './serving.js';
import { openLibrarySide } from './peers.js';

const good = '0123456789abcdef0123456789abcdef';
/** A request with these 32 characters is rejected by CouchDB as a whole. */
const notHex = 'z'.repeat(32);

async function open(): Promise<ReturnType<typeof openLibrarySide> & { post: Post; get: Get }> {
  const side = openLibrarySide();
  const server = await serveSide(side);
  onTestFinished(async () => {
    await server.close();
    await side.close();
  });
  const headers = { 'content-type': 'application/json' };
  const ask = async (path: string, init: RequestInit): Promise<[number, unknown]> => {
    const response = await fetch(`${server.address.url}${path}`, init);
    return [response.status, await response.json()];
  };
  return {
    ...side,
    post: (path, body) => ask(path, { method: 'POST', headers, body: JSON.stringify(body) }),
    get: (path) => ask(path, {}),
  };
}
type Post = (path: string, body: unknown) => Promise<[number, unknown]>;
type Get = (path: string) => Promise<[number, unknown]>;

test('revisions that CouchDB can have are accepted, others rejected by name, with the others stored', async () => {
  const { library, post } = await open();
  const revs = [
    `1-${good}`,
    '1-short',
    `1-${notHex}`,
    '1-has space',
    '1-größe',
    '0-a',
    '9007199254740991-a',
    'x',
    '1-',
    '',
  ];
  const docs = revs.map((rev, n) => ({ _id: `comment:a:${n}`, _rev: rev, n }));
  const [status, errors] = await post('/_bulk_docs', { new_edits: false, docs });
  expect(status).toBe(201);
  const refused = (errors as { id: string; rev: string; reason: string }[]).map(({ id, rev }) => [id, rev]);
  expect(refused.sort()).toEqual(revs.slice(2).map((rev, n) => [`comment:a:${n + 2}`, rev]));
  expect((errors as { reason: string }[]).every(({ reason }) => reason.length > 10)).toBe(true);
  expect([...library.scan('')].map(({ body }) => body)).toEqual([{ n: 0 }, { n: 1 }]);
});

test('upper-case hex digits become lower-case ones, in every request', async () => {
  const { library, post, get } = await open();
  const rev = `2-${good.toUpperCase()}`;
  const _revisions = { start: 2, ids: [good.toUpperCase(), 'AB'.repeat(16)] };
  expect(await post('/_bulk_docs', { new_edits: false, docs: [{ _id: 'x:1', _rev: rev, _revisions }] })).toEqual([
    201,
    [],
  ]);
  expect(library.heads('x:1')).toEqual([{ rev: `2-${good}`, deleted: false }]);
  expect(await post('/_revs_diff', { 'x:1': [rev, `1-${'AB'.repeat(16)}`] })).toEqual([200, {}]);
  expect(await get(`/x:1?rev=${rev}`)).toEqual([200, { _id: 'x:1', _rev: `2-${good}` }]);
});

test('ids with NUL, an unpaired surrogate, a leading underscore, empty or too long are rejected', async () => {
  const { library, post, get } = await open();
  await post('/_bulk_docs', { new_edits: false, docs: [{ _id: 'x:1', _rev: `1-${good}` }] });
  const ids = ['x:1\0a', 'x:\ud800', '\udc00x', '_x', '', 'x'.repeat(513), 7];
  const docs = [...ids, 'x:2'].map((_id) => ({ _id, _rev: `1-${good}` }));
  const [status, errors] = await post('/_bulk_docs', { new_edits: false, docs });
  expect([status, (errors as unknown[]).length]).toEqual([201, ids.length]);
  expect([...library.scan('')].map(({ id }) => id)).toEqual(['x:1', 'x:2']);
  // They do not match another document either.
  expect(await post('/_revs_diff', { 'x:1\0a': [`1-${good}`] })).toEqual([
    200,
    { 'x:1\0a': { missing: [`1-${good}`] } },
  ]);
  expect(await get('/x:1%00a')).toEqual([404, { error: 'not_found', reason: 'missing' }]);
  const [, found] = await post('/_bulk_get', { docs: [{ id: 'x:1\0a', rev: `1-${good}` }] });
  expect(found).toMatchObject({ results: [{ docs: [{ error: { error: 'not_found' } }] }] });
  expect((await get('/_local/x%00y'))[0]).toBe(404);
});

test('an invalid revision counts as missing, so that it is sent and rejected, and a whole request is not', async () => {
  const { post } = await open();
  const odd = [`1-${notHex}`, '1-has space', 'x'];
  expect(await post('/_revs_diff', { 'x:1': odd })).toEqual([200, { 'x:1': { missing: odd } }]);
});

/** A library as left by a former version, with a revision that should have been rejected. */
function formerLibrary(ids: Record<string, string[]>): { db: Sqlite; served: Served } {
  const db = openSqlite(':memory:');
  const library = openLibrary(db);
  const revisions = openRevisions(db);
  for (const [id, path] of Object.entries(ids)) {
    library.insert([{ id, revisions: [`1-${good}`], deleted: false, body: { n: 1 } }]);
    db.prepare('DELETE FROM revision WHERE doc = ?').run(id);
    revisions.insert(id, path, false, '{"n":1}');
  }
  const database = openLibraryDatabase({ library, db, clock: systemClock, onChange: () => () => undefined });
  onTestFinished(() => db.close());
  return { db, served: serveLibrary(library, { database, name: 'photos', notes: openNotes(db, 'photos') }) };
}

test('documents that earlier versions accepted are quarantined by name, and the rest of the feed continues', async () => {
  const { served } = formerLibrary({
    'x:1': [`1-${notHex}`],
    'x:2': [`1-${good}`],
    'x:3': [`1-${good.toUpperCase()}`],
  });
  const { rows, aside, more, pending } = await served.database.changes('0', { limit: 10 });
  expect(rows.map(({ id, revs }) => [id, revs])).toEqual([['x:2', [`1-${good}`]]]);
  expect(aside?.map(({ id, rev }) => [id, rev])).toEqual([
    ['x:1', `1-${notHex}`],
    ['x:3', `1-${good.toUpperCase()}`],
  ]);
  expect([more, pending]).toEqual([false, 0]);
  expect(served.newest(undefined, 10).rows.map(({ id }) => id)).toEqual(['x:2']);
});

test('a connection names quarantined documents, and transfers the rest', async () => {
  const { served } = formerLibrary({ 'x:1': [`1-${notHex}`], 'x:2': [`1-${good}`] });
  const target = openLibrarySide();
  onTestFinished(() => target.close());
  const { signal } = new AbortController();
  const load = await openBatchReader(
    { source: served.database, target: target.database, signal, batch: 10 },
    '0',
  ).next();
  expect(load.incoming.map(({ id }) => id)).toEqual(['x:2']);
  expect(load.refused).toEqual([{ id: 'x:1', rev: `1-${notHex}`, reason: expect.any(String) as string }]);
});

test('a document has a limited number of branches of newer versions; following and mergeable ones are accepted', async () => {
  const { library, database } = openLibrarySide();
  const hash = (n: number): string => n.toString(16).padStart(32, '0');
  const branch = (n: number): Incoming => ({
    ...{ id: 'other:1', revisions: [`1-${hash(n)}`], deleted: false, body: { format: 99, n } },
  });
  const all = Array.from({ length: mostApart.count + 5 }, (_, n) => branch(n));
  expect(await database.write(all)).toHaveLength(5);
  expect(library.heads('other:1')).toHaveLength(mostApart.count);
  const [leaf] = library.heads('other:1');
  const next = { ...branch(0), revisions: [`2-${hash(1)}`, leaf!.rev] };
  expect(await database.write([next, branch(9_999)])).toMatchObject([{ rev: `1-${hash(9_999)}` }]);
  expect(library.heads('other:1')[0]!.rev).toBe(next.revisions[0]);
  expect(library.update('other:2', () => ({ audience: 'private' }))?.changed).toBe(true);
  expect(await database.write([branch(9_999), { ...branch(1), id: 'other:3' }])).toHaveLength(1);
  expect(library.heads('other:3')).toHaveLength(1);
  const known = { ...branch(7), revisions: [`1-${hash(10_000)}`], body: { format: 1 } };
  const purged = { ...known, revisions: [`1-${hash(10_001)}`], deleted: true, body: { purged: { at: 'x' } } };
  expect(await database.write([known, purged])).toMatchObject([{ rev: purged.revisions[0] }]);
  expect(library.heads('other:1').map(({ rev }) => rev)).toContain(known.revisions[0]);
  const large = { ...branch(1), id: 'other:4', body: { format: 99, x: 'x'.repeat(1_000_000) } };
  const five = [1, 2, 3, 4, 5, 6].map((n) => ({ ...large, revisions: [`1-${hash(n)}`] }));
  expect(await database.write(five)).toHaveLength(1);
});

test('an edit of such a document is replicated again, without the invalid ancestors', async () => {
  const { served } = formerLibrary({ 'x:1': [`2-${good}`, `1-${notHex}`] });
  const [one] = await served.database.read([{ id: 'x:1', rev: `2-${good}` }]);
  expect(one?.revisions).toEqual([`2-${good}`]);
});

test('a document of the highest generation can still be edited, again and again', () => {
  const db = openSqlite(':memory:');
  onTestFinished(() => db.close());
  const library = openLibrary(db);
  const revisions = openRevisions(db);
  library.update('x:1', () => ({ n: 0 }));
  revisions.insert('x:1', ['999999999999999-a'], false, '{"n":1}');
  for (let n = 2; n < 5; n++) expect(library.update('x:1', () => ({ n }))?.changed).toBe(true);
  expect(library.get('x:1')?.body).toEqual({ n: 4 });
});
