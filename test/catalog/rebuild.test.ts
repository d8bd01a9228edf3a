/** The tables can be dropped and come back equal, and other processes' writes are noticed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openCatalog } from '../../src/catalog/catalog.js';
import { compareKeys, homeOf, perSecond, wallTime } from '../../src/catalog/row-numbers.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { photoId } from '../../src/document/photo-document.js';
import { temporaryFolder } from '../folder.js';
import { sha, told } from './naive.js';
import { dump, emptyCatalog, photoOf, shaOf, type Told } from './photos.js';

const everything = parseQuery('');

function schema(db: Sqlite): unknown {
  const rows = db
    .prepare<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE name LIKE 'catalog%' ORDER BY name")
    .all();
  return rows.map(({ sql }) => sql.replace(/ IF NOT EXISTS/g, ''));
}

function rebuild(db: Sqlite, photos: ReadonlyMap<string, Told>): void {
  const catalog = openCatalog(db);
  catalog.clear();
  const all = [...photos].sort(([a], [b]) => (a < b ? -1 : 1));
  for (let k = 0; k < all.length; k += 5) {
    db.transaction(() => {
      for (const [id, told] of all.slice(k, k + 5)) catalog.index(photoId(id), photoOf(told), 1);
    });
  }
  catalog.finish();
}

const steps = fc.array(fc.record({ sha, told: fc.option(told, { nil: undefined, freq: 4 }) }), {
  minLength: 1,
  maxLength: 80,
  size: 'max',
});

describe('reindex', () => {
  test('gives tables equal to those built edit by edit', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const { db, put, drop } = emptyCatalog();
        const photos = new Map<string, Told>();
        for (const { sha, told } of steps) {
          if (told) put(sha, told);
          else drop(sha);
          if (told) photos.set(sha, told);
          else photos.delete(sha);
        }
        const [rows, tables] = [dump(db), schema(db)];
        expect(rows).toHaveLength(photos.size);
        rebuild(db, photos);
        expect(dump(db)).toEqual(rows);
        expect(schema(db)).toEqual(tables);
        db.close();
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  test('uses the last version of a photo that occurs twice, and skips purged ones', () => {
    const { db, catalog, put, drop } = emptyCatalog();
    catalog.clear();
    put(shaOf(1), { facts: { title: 'first' } });
    put(shaOf(2));
    put(shaOf(1), { facts: { title: 'second' } });
    drop(shaOf(2));
    expect(catalog.count(everything)).toBe(0);
    catalog.finish();
    expect(catalog.count(parseQuery('second'))).toBe(1);
    expect(catalog.count(everything)).toBe(1);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'catalog_bulk'").get()).toBeUndefined();
  });

  test('can be restarted after an interruption', () => {
    const { catalog, put } = emptyCatalog();
    put(shaOf(1));
    catalog.clear();
    put(shaOf(2));
    catalog.clear();
    put(shaOf(3));
    catalog.finish();
    expect(catalog.page(everything).ids).toEqual([shaOf(3)]);
  });
});

describe('row numbers', () => {
  const key = fc.record({
    taken: fc
      .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
      .map((date) => wallTime(date.toISOString().slice(0, 23))),
    id: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  });

  test('sort by time and id, and are integers', () => {
    fc.assert(
      fc.property(key, key, fc.boolean(), (a, other, sameTime) => {
        const b = sameTime ? { ...other, taken: a.taken } : other;
        const [x, y] = [homeOf(a.taken, a.id), homeOf(b.taken, b.id)];
        expect(Number.isSafeInteger(x)).toBe(true);
        if (compareKeys(a, b) < 0) expect(x).toBeLessThanOrEqual(y);
        if (compareKeys(a, b) > 0) expect(x).toBeGreaterThanOrEqual(y);
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  test('stay within their second', () => {
    const last = homeOf('2024-07-01T12:00:00.999', new Uint8Array(32).fill(255));
    const next = homeOf('2024-07-01T12:00:01.000', new Uint8Array(32));
    expect(next % perSecond).toBe(0);
    expect(last).toBeLessThan(next);
    expect(wallTime('nonsense')).toBe('1970-01-01T00:00:00.000');
  });
});

describe('two processes on one file', () => {
  test('each reads the other’s writes', () => {
    const path = `${temporaryFolder()}/library.db`;
    const a = emptyCatalog(path);
    a.put(shaOf(1), { facts: { tags: ['a'] } });
    const b = emptyCatalog(path);
    for (const { catalog } of [a, b]) expect(catalog.count(everything)).toBe(1);
    b.put(shaOf(2), { facts: { tags: ['b'] } });
    b.put(shaOf(1), { facts: { tags: ['c'], taken: '2020-01-01T00:00:00.000' } });
    expect(a.catalog.count(everything)).toBe(1);
    a.catalog.catchUp(3);
    expect(a.catalog.facet('tag', everything).map(({ value }) => value)).toEqual(['b', 'c']);
    expect(a.catalog.page(everything).ids).toEqual([shaOf(2), shaOf(1)]);
    // An own write takes in the other's on the way.
    b.drop(shaOf(2));
    a.put(shaOf(3));
    expect(a.catalog.page(everything).ids).toEqual([shaOf(3), shaOf(1)]);
    b.catalog.catchUp(5);
    expect(b.catalog.page(everything).ids).toEqual([shaOf(3), shaOf(1)]);
    a.db.close();
    b.db.close();
  });

  test('one that is too far behind, or missed a reindex, reloads everything', () => {
    const path = `${temporaryFolder()}/library.db`;
    const a = emptyCatalog(path);
    const b = emptyCatalog(path);
    a.put(shaOf(1));
    expect(a.catalog.count(everything)).toBe(1);
    b.put(shaOf(2));
    b.put(shaOf(3));
    b.db.exec('DELETE FROM catalog_change WHERE seq < (SELECT max(seq) FROM catalog_change)');
    a.catalog.catchUp(3);
    expect(a.catalog.count(everything)).toBe(3);
    rebuild(b.db, new Map([[shaOf(4), {}]]));
    a.catalog.catchUp(4);
    expect(a.catalog.page(everything).ids).toEqual([shaOf(4)]);
    expect(a.catalog.count(everything)).toBe(1);
    a.put(shaOf(5));
    expect(a.catalog.count(everything)).toBe(2);
    a.db.close();
    b.db.close();
  });

  test('writes during the loading of the columns are not missed', async () => {
    const { db, catalog, put, drop } = emptyCatalog();
    const id = (k: number): string => shaOf(k, (k % 16).toString(16));
    db.transaction(() => {
      for (let k = 0; k < 3_500; k++)
        catalog.index(photoId(id(k)), photoOf({ facts: { taken: new Date(k * 1e9).toISOString().slice(0, 23) } }), k);
    });
    let done = false;
    const loading = catalog.load().then(() => (done = true));
    await new Promise(setImmediate);
    expect(done).toBe(false);
    put(id(1), { facts: { title: 'changed', taken: '2030-01-01T00:00:00.000' } });
    drop(id(2));
    put(shaOf(9_999, 'f'), { facts: { taken: '1960-01-01T00:00:00.000' } });
    await loading;
    expect(catalog.count(everything)).toBe(3_500);
    expect(catalog.page(parseQuery('changed')).ids).toEqual([id(1)]);
    expect(catalog.months(everything).at(-1)).toEqual({ month: '1960-01', count: 1 });
    // A reindex in the middle is noticed.
    const late = openCatalog(db);
    const lateLoading = late.load();
    await new Promise(setImmediate);
    rebuild(db, new Map([[shaOf(4), {}]]));
    await lateLoading;
    expect(late.page(everything).ids).toEqual([shaOf(4)]);
    expect(late.count(everything)).toBe(1);
  });

  test('columns requested during loading are available at once', async () => {
    const { db, catalog } = emptyCatalog();
    db.transaction(() => {
      for (let k = 0; k < 3_500; k++)
        catalog.index(
          photoId(shaOf(k)),
          photoOf({ facts: { taken: new Date(k * 1e9).toISOString().slice(0, 23) } }),
          k,
        );
    });
    const other = openCatalog(db);
    const rest = other.load();
    expect(other.count(everything)).toBe(3_500);
    await rest;
    expect(other.count(everything)).toBe(3_500);
  });
});

test('a read-only database is read', () => {
  const path = `${temporaryFolder()}/library.db`;
  const { db, catalog, put } = emptyCatalog(path);
  put(shaOf(1));
  catalog.finish();
  const reading = openSqlite(path, { readOnly: true });
  expect(openCatalog(reading, { readOnly: true }).page(everything).ids).toEqual([shaOf(1)]);
  reading.close();
  db.close();
});
