/** PouchDB as a client: its requests are served, and missing features are reported so that it continues. */
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

interface Change {
  id: string;
  doc?: { _id: string };
}
interface Changes extends Promise<{ results: Change[]; last_seq: string }> {
  on(event: 'change', listener: (change: Change) => void): Changes;
  cancel(): void;
}
interface Pouch {
  replicate: Record<'to' | 'from', (other: Pouch, options?: object) => Promise<{ ok: boolean; docs_written: number }>>;
  changes(options: object): Changes;
  info(): Promise<{ doc_count: number; update_seq: string }>;
  get(id: string, options?: object): Promise<Record<string, unknown> & { _id: string; _rev: string }>;
  bulkGet(options: object): Promise<{ results: { docs: object[] }[] }>;
  put(doc: object): Promise<unknown>;
  allDocs(): Promise<unknown>;
  find?(query: object): Promise<unknown>;
  query(view: string): Promise<unknown>;
  remove(id: string, rev: string): Promise<unknown>;
  putAttachment(id: string, name: string, data: string, type: string): Promise<unknown>;
  compact(): Promise<unknown>;
  destroy(): Promise<void>;
}
const require = createRequire(import.meta.url);
type Client = new (name: string, options?: object) => Pouch;
const PouchDB = (require('pouchdb') as { plugin(plugin: unknown): Client }).plugin(require('pouchdb-adapter-memory'));

const id = (n: number): string => `comment:${'0'.repeat(64)}:${n}`;

async function open(count: number): Promise<{
  library: ReturnType<typeof openLibrarySide>['library'];
  remote: Pouch;
  local: Pouch;
}> {
  const side = openLibrarySide();
  const server = await serveSide(side);
  const local = new PouchDB(`client-${randomBytes(6).toString('hex')}`, { adapter: 'memory' });
  onTestFinished(async () => {
    await local.destroy();
    await server.close();
    await side.close();
  });
  for (let n = 0; n < count; n++) side.library.update(id(n), () => ({ kind: 'comment', format: 1, n }));
  return { library: side.library, remote: new PouchDB(server.address.url, { skip_setup: true }), local };
}

test.each([
  ['ids', { doc_ids: [id(2), id(5)] }],
  ['a selector', { selector: { n: { $in: [2, 5] } } }],
])('copies only requested documents, by %s', async (_, options) => {
  const { remote, local } = await open(9);
  expect(await local.replicate.from(remote, options)).toMatchObject({ ok: true, docs_written: 2 });
  expect((await local.info()).doc_count).toBe(2);
});

test('a filter of a design document copies nothing, and is reported', async () => {
  const { remote, local } = await open(9);
  const failed = local.replicate.from(remote, { filter: 'app/mine' });
  await expect(failed).rejects.toMatchObject({ status: 404 });
  expect((await local.info()).doc_count).toBe(0);
});

test('reads documents, changes and revisions', async () => {
  const { remote, library } = await open(5);
  expect(await remote.info()).toMatchObject({ doc_count: 5 });
  const doc = await remote.get(id(3), { revs: true, conflicts: true });
  expect(doc).toMatchObject({ _id: id(3), n: 3, _revisions: { start: 1 } });
  await expect(remote.get('comment:none')).rejects.toMatchObject({ status: 404, name: 'not_found' });
  expect(await remote.get(id(3), { rev: doc._rev })).toMatchObject({ n: 3 });
  expect(await remote.get(id(3), { open_revs: 'all' })).toMatchObject([{ ok: { n: 3 } }]);
  const { results } = await remote.bulkGet({ docs: [{ id: id(1) }, { id: id(2), rev: '1-x' }] });
  expect(results.map(({ docs }) => docs[0])).toMatchObject([{ ok: { n: 1 } }, { error: { error: 'not_found' } }]);
  const newest = await remote.changes({ descending: true, limit: 2, include_docs: true });
  expect(newest.results.map((one) => one.doc?._id)).toEqual([id(4), id(3)]);
  expect((await remote.changes({ doc_ids: [id(1)] })).results.map((one) => one.id)).toEqual([id(1)]);
  const live = remote.changes({ live: true, since: 'now' });
  const change = new Promise<Change>((resolve) => void live.on('change', resolve));
  await new Promise((resolve) => setTimeout(resolve, 200));
  library.update(id(7), () => ({ n: 7 }));
  expect((await change).id).toBe(id(7));
  live.cancel();
});

test('unsupported requests fail as on a server without them, and the process survives', async () => {
  const { remote, library } = await open(2);
  const { _rev: rev } = await remote.get(id(1));
  const asked = [
    () => remote.put({ _id: 'comment:new', n: 1 }),
    () => remote.put({ _id: '_design/x', views: {} }),
    () => remote.allDocs(),
    () => remote.query('x/y'),
    () => remote.remove(id(1), rev),
    () => remote.putAttachment('comment:new', 'a', 'YQ==', 'text/plain'),
    () => remote.compact(),
  ];
  for (const ask of asked) await expect(ask()).rejects.toMatchObject({ status: expect.any(Number) as number });
  expect(library.count('')).toBe(2);
});
