/**
 * Documents that arrive in large numbers are in the catalog shortly after they are stored, in small batches; edits at
 * once. A crash in between loses none, and the catalog is the same as a rebuilt one.
 */
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { readConfig } from '../../src/base/config.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { openFiles } from '../../src/base/files.js';
import { silent, type Log } from '../../src/base/log.js';
import type { Row, Sqlite } from '../../src/base/sqlite.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { openFollower } from '../../src/home/catalog-indexer.js';
import { openHome } from '../../src/home/open-home.js';
import { openRecords, type Records } from '../../src/home/open-records.js';
import { reindex } from '../../src/home/rebuild-catalog.js';
import { viewHome } from '../../src/home/open-read-only.js';
import { photoId, type Body } from '../../src/document/photo-document.js';
import type { Incoming } from '../../src/library/library.js';
import { openLibraryDatabase } from '../../src/sync/couch/library-database.js';
import { photoOf, shaOf } from '../catalog/photos.js';
import { temporaryFolder } from '../folder.js';

const soon = { timeout: 120_000, interval: 20 };
const everything = parseQuery('');
const rows = (db: Sqlite): Row[] => db.prepare('SELECT * FROM catalog_photo ORDER BY n').all();

const newHome = () => readConfig(temporaryFolder(), {}, {});

/** Opens the records of a home; `end` closes them like a crash: nothing more is indexed. */
async function openSide(config = newHome()): Promise<Records & { end(): void }> {
  const records = await openRecords(config, openFiles());
  let ended = false;
  function end(): void {
    if (ended) return;
    ended = true;
    void records.follower.close();
    records.db.close();
  }
  if (records.library.count('') === 0) await reindex(records.library, records.catalog);
  onTestFinished(end);
  return { ...records, end };
}

const databaseOf = ({ library, db, changes }: Records) =>
  openLibraryDatabase({ library, db, clock: systemClock, onChange: (listener) => changes.on(listener) });

/** New photos as another server sends them, from number `from` on. */
const photos = (from: number, count: number): Incoming<Body>[] =>
  Array.from({ length: count }, (_, k) => ({
    id: photoId(shaOf(from + k, 'a')),
    revisions: [`1-${(from + k).toString(16).padStart(32, '0')}`],
    deleted: false,
    body: photoOf({ facts: { taken: `2024-0${1 + ((from + k) % 9)}-01T12:00:00.000`, title: `photo ${from + k}` } }),
  }));

test('many new photos are in the catalog a moment later, with the same result as a few at a time', async () => {
  const [many, few] = [await openSide(), await openSide()];
  const all = photos(1, 1_200);
  expect(await databaseOf(many).write(all)).toEqual([]);
  expect(many.library.count('photo:')).toBe(1_200);
  await expect.poll(() => many.catalog.count(everything), soon).toBe(1_200);
  await expect.poll(() => many.catalog.behind(), soon).toBeUndefined();
  for (let at = 0; at < all.length; at += 40) few.library.insert(all.slice(at, at + 40));
  expect(rows(many.db)).toEqual(rows(few.db));
});

test('a few new photos are in the catalog once they are stored', async () => {
  const side = await openSide();
  await databaseOf(side).write(photos(1, 20));
  expect(side.catalog.count(everything)).toBe(20);
  expect(side.catalog.behind()).toBeUndefined();
});

test('an edit is in the catalog at once: of an indexed photo, of a pending one, and in a large batch', async () => {
  const side = await openSide();
  const { library, catalog } = side;
  side.library.insert(photos(1, 2));
  side.library.insert(photos(100, 500), { later: true });
  expect(catalog.count(everything)).toBe(2);
  const title = (value: string) => ({ title: [{ value, at: library.stamp(), by: 'owner' }] });
  const edit = (n: number, value: string): void =>
    void library.update(photoId(shaOf(n, 'a')), (body) => ({
      ...body,
      edits: { ...(body!['edits'] as object), ...title(value) },
    }));
  edit(1, 'known');
  edit(200, 'waiting');
  expect(catalog.count(parseQuery('known'))).toBe(1);
  expect(catalog.count(parseQuery('waiting'))).toBe(1);
  const { revisions, body } = library.revision(photoId(shaOf(2, 'a')), `1-${'2'.padStart(32, '0')}`)!;
  const came = { ...body, edits: { ...(body['edits'] as object), ...title('elsewhere') } };
  library.insert([...photos(1_000, 100), { ...photos(2, 1)[0]!, revisions: ['2-b', ...revisions], body: came }], {
    later: true,
  });
  expect(catalog.count(parseQuery('elsewhere'))).toBe(1);
  await expect.poll(() => catalog.count(everything), soon).toBe(602);
  for (const word of ['known', 'waiting', 'elsewhere']) expect(catalog.count(parseQuery(word)), word).toBe(1);
});

test('pending documents are indexed when the home is opened after a crash', async () => {
  const config = newHome();
  const before = await openSide(config);
  before.library.insert(photos(1, 700), { later: true });
  expect(before.catalog.count(everything)).toBe(0);
  before.end();
  // A read-only view shows what is indexed so far.
  const view = (await viewHome(config))!;
  expect([view.catalog.count(everything), view.catalog.behind()]).toEqual([0, 0]);
  view.close();
  const home = await openHome(config);
  onTestFinished(() => home.close());
  expect(home.catalog.count(everything)).toBe(700);
  expect(home.catalog.behind()).toBeUndefined();
  const found = rows(home.db);
  await reindex(home.library, home.catalog);
  expect(found).toEqual(rows(home.db));
});

test('a server starts before everything is indexed, and indexes it meanwhile', async () => {
  const config = newHome();
  const before = await openSide(config);
  before.library.insert(photos(1, 1_700), { later: true });
  before.end();
  const home = await openHome(config, silent, { follow: 'later' });
  onTestFinished(() => home.close());
  await expect.poll(() => home.catalog.count(everything), soon).toBe(1_700);
  await expect.poll(() => home.catalog.behind(), soon).toBeUndefined();
});

test('after a crash in the middle, indexing continues there', async () => {
  const config = newHome();
  const before = await openSide(config);
  before.library.insert(photos(1, 1_100), { later: true });
  // Exactly one turn.
  let turns = 0;
  const dying = openFollower({
    ...before,
    clock: systemClock,
    log: silent,
    followed: () => {
      turns++;
      throw new Error('killed');
    },
  });
  await expect(dying.catchUp()).rejects.toThrow('killed');
  before.end();
  expect(turns).toBe(1);
  const after = await openSide(config);
  expect(after.catalog.count(everything)).toBe(500);
  after.library.insert(photos(5_000, 100), { later: true });
  await after.follower.catchUp();
  expect(after.catalog.count(everything)).toBe(1_200);
});

test('a catalog that can’t be written is reported once, and retried', { timeout: 120_000 }, async () => {
  const side = await openSide();
  const told: string[] = [];
  const log: Log = { ...silent, error: ((_: object, text: string) => void told.push(text)) as Log['error'] };
  let full = true;
  const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 50, signal) };
  const { library, db } = side;
  let tries = 0;
  const catalog = {
    ...side.catalog,
    reached(n?: number) {
      tries++;
      if (full) throw new PhotospoolError('disk-full', 'The disk is full.');
      side.catalog.reached(n);
    },
  };
  await side.follower.close();
  library.insert(photos(1, 200), { later: true });
  const follower = openFollower({ library, catalog, clock, log, followed: () => undefined });
  onTestFinished(() => follower.close());
  follower.ask();
  await expect.poll(() => tries, soon).toBeGreaterThan(2);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('The disk is full.');
  expect(rows(db)).toEqual([]);
  full = false;
  await expect.poll(() => rows(db).length, soon).toBe(200);
});

test('nothing is deferred while the catalog is rebuilt', async () => {
  const { library, catalog } = await openSide();
  library.insert(photos(1, 100), { later: true });
  catalog.clear();
  expect(catalog.behind()).toBeUndefined();
  library.insert(photos(200, 100), { later: true });
  expect(catalog.behind()).toBeUndefined();
  library.transaction(() => {
    for (const { id, body } of library.scan('photo:')) catalog.index(id, body, 1);
  });
  catalog.finish();
  expect(catalog.count(everything)).toBe(200);
});
