/**
 * The columns while they load: from chunks they equal those read from the rows alone, whatever was written before and
 * meanwhile; a timeline is answered before the rest is loaded. (That each viewer is answered the same then: answers.test.ts,
 * people.test.ts.)
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { catalogIsCurrent, openCatalog } from '../../src/catalog/catalog.js';
import { listColumns, numberColumns, valueColumns, valueListColumns, type Columns } from '../../src/catalog/columns.js';
import { openMemory } from '../../src/catalog/load-columns.js';
import { markSlots } from '../../src/catalog/multi-value-column.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { itemId } from '../../src/document/item-id.js';
import { photoId, type Body } from '../../src/document/photo-document.js';
import { temporaryFolder } from '../folder.js';
import { sha, told } from './naive.js';
import { emptyCatalog, everybodyThere, photoOf, shaOf, type Told } from './photos.js';

const chunkRows = 4;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What the columns say of each row, without slots and numbers of values; `all`: with the values. */
function contentOf(columns: Columns, all: boolean): object {
  const inUse = [...columns.order.subarray(0, columns.count)];
  const numbers = (slots: readonly number[]): number[] => slots.map((slot) => columns.n[slot]!);
  const rows = inUse.map((slot) => {
    const list = (name: (typeof listColumns)[number]): number[] => {
      const { start, length, items } = columns[name];
      return [...items.subarray(start[slot] ?? 0, (start[slot] ?? 0) + (length[slot] ?? 0))];
    };
    return {
      ...Object.fromEntries(numberColumns.map((name) => [name, columns[name][slot]])),
      entry: list('entry'),
      twins: numbers(columns.twins.groups.get(columns.twins.of.get(slot) ?? '') ?? []),
      burst: numbers(columns.bursts.groups.get(columns.bursts.of.get(slot) ?? '') ?? []),
      taken: columns.bursts.of.has(slot) ? columns.bursts.taken.get(slot) : undefined,
      ...(all && {
        ...Object.fromEntries(valueColumns.map((name) => [name, columns.values[name].list[columns[name][slot]!]])),
        ...Object.fromEntries(valueListColumns.map((k) => [k, list(k).map((v) => columns.values[k].list[v])])),
      }),
    };
  });
  if (!all) return { rows };
  const { shared } = columns;
  const hasShared = shared !== undefined && shared.columns.count > 0;
  return {
    ...{ rows, postings: postingsOf(columns), beginnings: columns.beginnings.find('t').length > 0 },
    ...(hasShared && { shared: contentOf(shared.columns, true), doubted: [...shared.doubted].sort((a, b) => a - b) }),
  };
}

/** The row numbers found by each value. */
function postingsOf(columns: Columns): object {
  const found = listColumns.map((name) => {
    const list = name === 'entry' ? columns.access.terms.map((_, k) => String(k)) : columns.values[name].list;
    const rows = list.flatMap((value, number) => {
      if (number === 0) return [];
      const mark = new Uint8Array(columns.size + 4);
      markSlots(columns[name], [number], list.length, mark);
      const marked = [...columns.order.subarray(0, columns.count)].filter((slot) => mark[slot] === 1);
      return marked.length === 0 ? [] : [[value, marked.map((slot) => columns.n[slot])] as const];
    });
    return [name, Object.fromEntries(rows)] as const;
  });
  return Object.fromEntries(found);
}

/** What the rows alone say. */
function truth(db: Sqlite, all = true): object {
  db.exec('BEGIN; DELETE FROM catalog_chunk');
  const columns = openMemory(db, { readOnly: true }).columns('all');
  db.exec('ROLLBACK');
  return contentOf(columns, all);
}

const chunks = (db: Sqlite): number => db.prepare<{ n: number }>('SELECT count(*) AS n FROM catalog_chunk').get()!.n;

interface Step {
  sha: string;
  told: Told | undefined;
  holder: string | undefined;
  by: string;
}

/** Photos in quick succession. */
const frame = fc.record({
  facts: fc.record({
    taken: fc.constantFrom('100', '200', '300', '400').map((ms) => `2024-07-01T12:00:00.${ms}`),
    camera: fc.constant({ make: 'Canon', model: 'Canon EOS 40D' }),
  }),
  edits: fc.record({ burstCover: fc.boolean() }),
});

/** A photo that is added, changed or removed, of the house or a person, by a person with or without the right to share. */
const step: fc.Arbitrary<Step> = fc.record({
  sha,
  told: fc.option(fc.oneof({ weight: 3, arbitrary: told }, frame), { nil: undefined, freq: 5 }),
  holder: fc.constantFrom(undefined, undefined, '01JD0000000000000000000001', '01JD0000000000000000000002'),
  by: fc.constantFrom('owner', 'owner', 'person:01JD0000000000000000000003'),
});

/** A catalog that follows steps. */
function openFollowing(path = ':memory:') {
  const db = openSqlite(path, { busyTimeout: 0 });
  const catalog = openCatalog(db, { access: () => everybodyThere });
  catalog.has('0'.repeat(64));
  return {
    ...{ db, catalog },
    take({ sha, told, holder, by }: Step): void {
      const text = told && JSON.stringify(photoOf(told)).replaceAll('"by":"owner"', `"by":"${by}"`);
      const id = holder === undefined ? photoId(sha) : itemId({ holder, sha256: sha });
      db.transaction(() => catalog.index(id, text === undefined ? undefined : (JSON.parse(text) as Body), 1));
    },
  };
}

const many = { minLength: 1, maxLength: 40, size: 'max' } as const;

describe('columns loaded from chunks equal those of the rows', () => {
  test('after any changes, and chunks have what did not change', () => {
    let used = 0;
    const property = fc.property(fc.array(fc.array(step, { maxLength: 12 }), { ...many, maxLength: 8 }), (turns) => {
      const { db, take } = openFollowing();
      for (const steps of turns) {
        steps.forEach(take);
        used += chunks(db);
        const columns = openMemory(db, { chunkRows }).columns('all');
        expect(contentOf(columns, true)).toEqual(truth(db));
      }
      db.close();
    });
    fc.assert(property, { seed: 1, numRuns: 60 });
    expect(used).toBeGreaterThan(100);
  });

  test('while they load and rows change, a timeline as soon as there is one', async () => {
    let early = 0;
    const property = fc.asyncProperty(
      fc.array(step, { ...many, minLength: 20 }),
      fc.array(fc.tuple(fc.nat(3), step), { maxLength: 12 }),
      fc.boolean(),
      async (before, meanwhile, isFirst) => {
        const { db, take } = openFollowing();
        before.forEach(take);
        if (!isFirst) openMemory(db, { chunkRows }).columns('timeline');
        const memory = openMemory(db, { chunkRows });
        const all = memory.load('all');
        for (const [turns, one] of meanwhile) {
          for (let k = 0; k < turns; k++) await turn();
          take(one);
          memory.refresh();
          const columns = memory.loaded();
          if (!columns) continue;
          if (!columns.complete) early++;
          expect(contentOf(columns, false)).toEqual(truth(db, false));
        }
        await all;
        memory.refresh();
        expect(contentOf(memory.columns('all'), true)).toEqual(truth(db));
        expect(contentOf(openMemory(db, { chunkRows }).columns('all'), true)).toEqual(truth(db));
        db.close();
      },
    );
    await fc.assert(property, { seed: 2, numRuns: 60 });
    expect(early).toBeGreaterThan(20);
  });

  test('whatever is missing or damaged of the chunks', () => {
    const harm = fc.array(
      fc.record({ at: fc.nat(9), part: fc.constantFrom('numbers', 'vals', undefined), of: fc.nat(9) }),
      { maxLength: 4 },
    );
    const property = fc.property(fc.array(step, { ...many, minLength: 20 }), harm, (steps, harms) => {
      const { db, take } = openFollowing();
      steps.forEach(take);
      openMemory(db, { chunkRows }).columns('all');
      const ids = db.prepare<{ id: number }>('SELECT id FROM catalog_chunk').all();
      for (const { at, part, of } of harms) {
        const id = ids[at % ids.length]?.id ?? 0;
        if (part === undefined) db.prepare('DELETE FROM catalog_chunk WHERE id = ?').run(id);
        else db.prepare(`UPDATE catalog_chunk SET ${part} = ? WHERE id = ?`).run(new Uint8Array(of).fill(of), id);
      }
      expect(contentOf(openMemory(db, { chunkRows }).columns('all'), true)).toEqual(truth(db));
      db.close();
    });
    fc.assert(property, { seed: 3, numRuns: 40 });
  });
});

/** A catalog with photos of many months. */
function openYears(count: number, path = ':memory:') {
  const following = openFollowing(path);
  following.db.transaction(() => {
    for (let k = 0; k < count; k++) {
      const facts = { taken: new Date(k * 1e9).toISOString().slice(0, 23), tags: [`tag${k % 3}`], title: `word${k}` };
      following.catalog.index(photoId(shaOf(k)), photoOf({ facts }), 1);
    }
  });
  return following;
}

describe('loading', () => {
  test('answers a timeline before the values are loaded', async () => {
    const { db, catalog } = openYears(200);
    const months = catalog.months(parseQuery(''));
    openMemory(db, { chunkRows }).columns('all');
    const memory = openMemory(db, { chunkRows });
    const all = memory.load('all');
    await memory.load('timeline');
    expect(memory.loaded()?.complete).toBe(false);
    expect(memory.columns('timeline').complete).toBe(false);
    const started = openCatalog(db, { access: () => everybodyThere, chunkRows });
    let isLoaded = false;
    const loading = started.load().then(() => (isLoaded = true));
    await started.load('timeline');
    expect(started.months(parseQuery(''))).toEqual(months);
    expect(started.count(parseQuery('tag:tag1'))).toBe(67);
    await turn();
    await loading;
    expect(isLoaded).toBe(true);
    await all;
    expect(memory.columns('timeline').complete).toBe(true);
  });

  test('starts again when the catalog is rebuilt meanwhile', async () => {
    for (const turns of [1, 20, 60, 90]) {
      const { db, catalog } = openYears(200);
      openMemory(db, { chunkRows }).columns('all');
      const memory = openMemory(db, { chunkRows });
      const all = memory.load('all');
      for (let k = 0; k < turns; k++) await turn();
      catalog.clear();
      db.transaction(() => catalog.index(photoId(shaOf(1)), photoOf(), 1));
      catalog.finish();
      expect(catalogIsCurrent(db)).toBe(true);
      memory.refresh();
      await all;
      memory.refresh();
      expect(memory.columns('all').count).toBe(1);
      db.close();
    }
  });

  test('fails for all waiting callers when the database is closed', async () => {
    const { db } = openYears(200);
    openMemory(db, { chunkRows }).columns('all');
    const memory = openMemory(db, { chunkRows });
    const waits = [memory.load('all'), memory.load('timeline')];
    await turn();
    db.close();
    const ends = await Promise.allSettled(waits);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('chunks', () => {
  test('of rows that nothing changes stay, the others are written again', () => {
    const { db, take } = openYears(200);
    openMemory(db, { chunkRows }).columns('all');
    const ids = (): number[] =>
      db
        .prepare<{ id: number }>('SELECT id FROM catalog_chunk ORDER BY first')
        .all()
        .map(({ id }) => id);
    const before = ids();
    expect(before).toHaveLength(50);
    take({ sha: shaOf(100), told: { facts: { title: 'other' } }, holder: undefined, by: 'owner' });
    const left = ids();
    // One where it was, and one where it is now.
    expect(before.length - left.length).toBeGreaterThan(0);
    expect(before.length - left.length).toBeLessThan(3);
    openMemory(db, { chunkRows }).columns('all');
    expect(ids().filter((id) => before.includes(id))).toEqual(left);
    expect(ids().length).toBeGreaterThan(left.length);
  });

  test('are never older than their rows, whenever another process writes', () => {
    for (let nth = 0; nth < 30; nth++) {
      const path = `${temporaryFolder()}/library.db`;
      const { db, catalog } = openYears(40, path);
      catalog.finish();
      const other = openFollowing(path);
      let reads = 0;
      // Right after rows were read, before the next statement.
      const prepare: Sqlite['prepare'] = (sql) => {
        const statement = db.prepare(sql);
        if (!sql.includes('AS twin')) return statement as never;
        const all = (...values: never[]): unknown[] => {
          const found = statement.all(...values);
          if (reads++ === nth)
            for (const k of [1, 5, 9, 17, 23, 36])
              other.take({ sha: shaOf(k), told: { edits: { trashed: true } }, holder: undefined, by: 'owner' });
          return found;
        };
        return { ...statement, all } as never;
      };
      openMemory({ ...db, prepare }, { chunkRows }).columns('all');
      expect(contentOf(openMemory(db, { chunkRows }).columns('all'), true)).toEqual(truth(db));
      for (const one of [other.db, db]) one.close();
      if (reads <= nth) return;
    }
    throw new Error('Not every reading was tried.');
  });

  test('have nothing of a removed photo', () => {
    const { db, take } = openYears(200);
    openMemory(db, { chunkRows }).columns('all');
    const has = (word: string): boolean =>
      db
        .prepare<{ vals: Uint8Array }>('SELECT vals FROM catalog_chunk')
        .all()
        .some(({ vals }) => Buffer.from(vals).includes(word));
    expect([has('word77'), has('word78')]).toEqual([true, true]);
    take({ sha: shaOf(77), told: undefined, holder: undefined, by: 'owner' });
    expect(has('word77')).toBe(false);
    openMemory(db, { chunkRows }).columns('all');
    expect([has('word77'), has('word78')]).toEqual([false, true]);
  });

  test('are not needed: columns load while another process writes, or the file is read-only', () => {
    const path = `${temporaryFolder()}/library.db`;
    const { db, catalog } = openYears(200, path);
    catalog.finish();
    const other = openSqlite(path);
    other.exec('BEGIN IMMEDIATE');
    const expected = contentOf(openMemory(db, { chunkRows }).columns('all'), true);
    other.exec('COMMIT');
    expect(chunks(db)).toBe(0);
    const reading = openSqlite(path, { readOnly: true });
    expect(openCatalog(reading, { readOnly: true, chunkRows }).count(parseQuery('tag:tag1'))).toBe(67);
    expect(chunks(db)).toBe(0);
    expect(contentOf(openMemory(db, { chunkRows }).columns('all'), true)).toEqual(expected);
    expect(chunks(db)).toBe(50);
    // A process of which the chunks are, and one that only reads them.
    expect(contentOf(openMemory(reading, { readOnly: true, chunkRows }).columns('all'), true)).toEqual(expected);
    for (const one of [reading, other, db]) one.close();
  });
});

test('the newest photos are read from the end of the table, whatever its indexes, not found and sorted', () => {
  const { db } = openYears(20);
  const texts: string[] = [];
  const prepare: Sqlite['prepare'] = (sql) => {
    texts.push(sql);
    return db.prepare(sql);
  };
  const watched = Object.assign(Object.create(db) as Sqlite, { prepare });
  expect(openCatalog(watched, { access: () => everybodyThere }).page(parseQuery('')).ids).toHaveLength(20);
  const pages = texts.filter((sql) => /FROM catalog_photo\s+WHERE n < \?/.test(sql));
  expect(pages).toHaveLength(1);
  const plan = db.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${pages[0]!}`).all();
  expect(plan.map(({ detail }) => detail)).toContain('SEARCH catalog_photo USING INTEGER PRIMARY KEY (rowid<?)');
});

test('a start reads no photo of a library in chunks of the usual size', () => {
  const { db } = emptyCatalog();
  const catalog = openCatalog(db, { access: () => everybodyThere });
  db.transaction(() => {
    for (let k = 0; k < 2_600; k++)
      catalog.index(photoId(shaOf(k)), photoOf({ facts: { taken: new Date(k * 1e9).toISOString().slice(0, 23) } }), 1);
  });
  openMemory(db).columns('all');
  const { rows } = db.prepare<{ rows: number }>('SELECT count(*) AS rows FROM catalog_chunk').get()!;
  expect(rows).toBe(3);
  // Were one read, its column would be wrong.
  db.exec("UPDATE catalog_photo SET tags = 'not JSON', entries = 'not JSON'");
  expect(openMemory(db).columns('all').count).toBe(2_600);
});
