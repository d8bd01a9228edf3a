/**
 * What replication requires of a side, tested on every kind of side: our library, our server over HTTP, PouchDB Server,
 * and a real CouchDB if `$COUCHDB_URL` is set.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import type { Incoming } from '../../src/library/library.js';
import type { Database } from '../../src/sync/couch/database.js';
import { openHttpDatabase } from '../../src/sync/couch/remote-database.js';
import { openCouchSide, openLibrarySide, openPouchServer, type Side } from './peers.js';
import { serveSide } from './serving.js';

const couch = process.env['COUCHDB_URL'];
let pouch: Awaited<ReturnType<typeof openPouchServer>>;
beforeAll(async () => {
  pouch = await openPouchServer();
});
afterAll(async () => pouch.close());

const kinds: [string, () => Promise<Side>][] = [
  ['our library', () => Promise.resolve(openLibrarySide())],
  ['our server', openOurServer],
  ['PouchDB Server', () => openCouchSide(pouch.url)],
  ...(couch === undefined ? [] : [['CouchDB', () => openCouchSide(couch)] as [string, () => Promise<Side>]]),
];

async function openOurServer(): Promise<Side> {
  const side = openLibrarySide();
  const server = await serveSide(side);
  return {
    ...side,
    database: openHttpDatabase(server.address),
    async close() {
      await server.close();
      await side.close();
    },
  };
}

const hex = (): string => randomBytes(16).toString('hex');
const one = (id: string, revisions: string[], body: object = { n: 1 }, deleted = false): Incoming => ({
  id,
  revisions,
  deleted,
  body: body as Record<string, unknown>,
});
const photo = (n: number): string => `photo:${String(n).padStart(64, '0')}`;

describe.each(kinds)('%s', (_, open) => {
  let side: Side;
  let database: Database;
  beforeEach(async () => {
    side = await open();
    database = side.database;
  });
  afterEach(async () => side.close());

  test('is empty at first', async () => {
    const { rows, more } = await database.changes('0', { limit: 10 });
    expect([rows, more]).toEqual([[], false]);
    expect(await database.checkpoint('x')).toBeUndefined();
    expect(await database.id()).toMatch(/./);
    expect(await database.id()).toBe(await database.id());
  });

  test('returns written revisions, with their ancestors', async () => {
    const path = [`3-${hex()}`, `2-${hex()}`, `1-${hex()}`];
    const given = one('comment:a b/c+%:1', path, { text: 'Größe “x” \u2028 😀', list: [1, 1.5, null, true, {}] });
    expect(await database.write([given])).toEqual([]);
    expect(await database.read([{ id: given.id, rev: path[0]! }])).toEqual([given]);
    const { rows } = await database.changes('0', { limit: 10 });
    expect(rows.map(({ id, revs }) => [id, revs])).toEqual([[given.id, [path[0]]]]);
  });

  test('writing the same again changes nothing', async () => {
    const given = one(photo(1), [`1-${hex()}`]);
    await database.write([given]);
    const { last } = await database.changes('0', { limit: 10 });
    expect(await database.write([given, given])).toEqual([]);
    expect((await database.changes(last, { limit: 10 })).rows).toEqual([]);
  });

  test('reports missing revisions', async () => {
    const [here, away] = [`1-${hex()}`, `1-${hex()}`];
    await database.write([one(photo(1), [here])]);
    const asked = new Map([
      [photo(1), [here, away]],
      [photo(2), [away]],
    ]);
    expect(await database.missing(asked)).toEqual(
      new Map([
        [photo(1), [away]],
        [photo(2), [away]],
      ]),
    );
  });

  test('reads nothing for missing documents, and does not confuse the others', async () => {
    const rev = `1-${hex()}`;
    await database.write([one(photo(1), [rev]), one(photo(3), [rev])]);
    const named = [1, 2, 3].map((n) => ({ id: photo(n), rev }));
    expect((await database.read(named)).map(({ id }) => id)).toEqual([photo(1), photo(3)]);
  });

  test('keeps a deleted document with the body of its deletion', async () => {
    const path = [`2-${hex()}`, `1-${hex()}`];
    const body = { kind: 'photo', format: 1, purged: { at: 'x', by: 'owner' } };
    await database.write([one(photo(1), [path[1]!])]);
    await database.write([one(photo(1), path, body, true)]);
    expect(await database.read([{ id: photo(1), rev: path[0]! }])).toEqual([one(photo(1), path, body, true)]);
  });

  test('returns its changes in batches', async () => {
    await database.write(Array.from({ length: 25 }, (_, n) => one(photo(n), [`1-${hex()}`])));
    const seen: string[] = [];
    for (let since = '0', more = true; more;) {
      const stretch = await database.changes(since, { limit: 10 });
      seen.push(...stretch.rows.map(({ id }) => id));
      ({ last: since, more } = stretch);
    }
    expect(seen.sort()).toEqual(Array.from({ length: 25 }, (_, n) => photo(n)));
  });

  test('waits for a change', async () => {
    const { last } = await database.changes('0', { limit: 10 });
    const waiting = database.changes(last, { limit: 10, wait: 30_000 });
    await database.write([one(photo(1), [`1-${hex()}`])]);
    expect((await waiting).rows.map(({ id }) => id)).toEqual([photo(1)]);
  });

  test('keeps notes', async () => {
    const first = { session: 'a', seq: '1-x', history: [] };
    const second = { session: 'b', seq: '2-x', history: [{ session: 'a', seq: '1-x' }] };
    const opening = await database.opening();
    await database.setCheckpoint('note', first, opening);
    expect(await database.checkpoint('note')).toEqual(first);
    await database.setCheckpoint('note', second, opening);
    expect(await database.checkpoint('note')).toEqual(second);
    await expect(database.setCheckpoint('note', first, 'another')).rejects.toThrow(/was restarted/);
    expect(await database.checkpoint('note')).toEqual(second);
    expect((await database.changes('0', { limit: 10 })).rows).toEqual([]);
  });
});
