/** After a restore, no peer assumes that the restored server still has what it was sent before. */
import { createRequire } from 'node:module';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requestJson } from '../../src/sync/couch/json-client.js';
import { followedMark } from '../../src/sync/blobs/blob-index.js';
import { renew } from '../../src/sync/renew-identity.js';
import { temporaryFolder } from '../folder.js';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

type Side = ReturnType<typeof openLibrarySide>;
type Client = new (
  name: string,
  options: object,
) => {
  replicate: { to(url: string): Promise<{ docs_written: number }> };
  put(doc: object): Promise<unknown>;
  destroy(): Promise<void>;
};

/** A library that is served, backed up and restored. */
async function home(): Promise<{ url(): string; side(): Side; backUp(): void; restore(): Promise<void> }> {
  const folder = temporaryFolder();
  const [path, copy] = [join(folder, 'library.sqlite'), join(folder, 'copy.sqlite')];
  let side = openLibrarySide(path);
  let server = await serveSide(side);
  onTestFinished(async () => {
    await server.close();
    await side.close();
  });
  return {
    url: () => server.address.url,
    side: () => side,
    backUp: () => void side.db.prepare('VACUUM INTO ?').run(copy),
    async restore() {
      await server.close();
      await side.close();
      for (const part of ['-wal', '-shm']) await rm(path + part, { force: true });
      await rename(copy, path);
      side = openLibrarySide(path);
      renew(side.db, 'drawn');
      server = await serveSide(side, Number(new URL(server.address.url).port));
    },
  };
}

const require = createRequire(import.meta.url);
const PouchDB = (require('pouchdb') as { plugin(plugin: unknown): Client }).plugin(require('pouchdb-adapter-memory'));

test('PouchDB writes revisions again that a restore lost', async () => {
  const one = await home();
  const client = new PouchDB('renew', { adapter: 'memory' });
  onTestFinished(() => client.destroy());
  for (let n = 0; n < 5; n++) await client.put({ _id: `comment:x:${n}`, text: String(n) });
  await client.replicate.to(one.url());
  one.backUp();
  for (let n = 5; n < 10; n++) await client.put({ _id: `comment:x:${n}`, text: String(n) });
  await client.replicate.to(one.url());
  await one.restore();
  expect(one.side().library.count('')).toBe(5);
  expect(await client.replicate.to(one.url())).toMatchObject({ docs_written: 5 });
  expect(one.side().library.count('')).toBe(10);
});

test('CouchDB’s notes are removed, ours stay, and files are searched again', async () => {
  const one = await home();
  const put = (id: string, body: object) =>
    requestJson({ url: one.url() }, `/_local/${id}`, { method: 'PUT', body: { _id: `_local/${id}`, ...body } });
  const get = async (id: string) => (await requestJson({ url: one.url() }, `/_local/${id}`)).status;
  await put('theirs', { session_id: 's', source_last_seq: '9', history: [] });
  const { epoch } = one.side().library;
  expect((await put('ours', { session: 's', seq: '9', history: [], opening: epoch })).status).toBe(201);
  one.side().library.local.setSetting(followedMark, '7');
  one.backUp();
  await one.restore();
  expect([await get('theirs'), await get('ours')]).toEqual([404, 200]);
  expect(one.side().library.local.setting(followedMark)).toBe('0');
});

test('a note can be written only with the revision of the last one, of this opening', async () => {
  const one = await home();
  const put = (body: object) => requestJson({ url: one.url() }, '/_local/n', { method: 'PUT', body });
  expect((await put({ _rev: '0-1' })).status).toBe(409);
  const { status, json } = await put({ session_id: 's' });
  expect(status).toBe(201);
  expect((await put({ session_id: 't' })).status).toBe(409);
  expect((await put({ session_id: 't', _rev: (json as { rev: string }).rev })).status).toBe(201);
  expect((await put({ session: 's', opening: 'of another time' })).status).toBe(409);
});
