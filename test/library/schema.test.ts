/**
 * The format of the library file: created, migrated after a backup, or rejected; and queries that use an index, however
 * many documents there are.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openLibrary } from '../../src/library/library.js';
import { formatOf, libraryFormat } from '../../src/library/library-format.js';
import { memory } from './libraries.js';

let folder: string;
let db: Sqlite;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'photospool-schema-'));
  db = openSqlite(join(folder, 'library.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const format0 = readFileSync(new URL('format-0.sql', import.meta.url), 'utf8');
const tablesOf = (of: Sqlite): unknown =>
  of.prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
const columnsOf = (of: Sqlite): unknown =>
  ['library', 'epoch', 'revision', 'change', 'original', 'seen', 'setting'].map((table) =>
    of.prepare(`SELECT name, type, "notnull", pk FROM pragma_table_info('${table}')`).all(),
  );

describe('a library of format 0', () => {
  test('is backed up and migrated, and keeps its content', () => {
    db.exec(format0);
    const backups: number[] = [];
    const library = openLibrary(db, {
      backup: (from) => {
        expect(formatOf(db)).toBe(0);
        db.exec(`VACUUM INTO '${join(folder, 'backup.db')}'`);
        backups.push(from);
      },
    });
    expect(backups).toEqual([0]);
    expect(formatOf(db)).toBe(libraryFormat);
    expect(library.server).toBe('0123456789abcdef');
    expect(library.get('comment:a')).toEqual({
      id: 'comment:a',
      rev: '10-b',
      deleted: false,
      body: { format: 1, kind: 'comment', value: 'ten' },
    });
    expect(library.leaves('comment:a').map(({ rev }) => rev)).toEqual(['10-b', '9-z', '11-c']);
    expect(library.revision('comment:a', '10-b')!.revisions).toEqual(['10-b', '9-a']);
    expect(library.changes(0).changes.map(({ n, id }) => [n, id])).toEqual([
      [3, 'comment:a'],
      [4, 'comment:b'],
    ]);
    expect(library.local.originals.findByPath('2024/07/ä.jpg')).toEqual({
      sha256: 'aa',
      path: '2024/07/Ä.jpg',
      claim: 'work/1',
      state: 'here',
      bytes: 5,
      modified: 6.5,
    });
    expect(library.local.setting('greeting')).toBe('hello');
    // A conflict from format 0 is merged at the next change.
    library.insert([{ id: 'comment:a', revisions: ['9-y'], deleted: true, body: {} }]);
    expect(library.leaves('comment:a').filter(({ deleted }) => !deleted)).toHaveLength(1);

    const fresh = memory().db;
    expect(columnsOf(db)).toEqual(columnsOf(fresh));
    const old = openSqlite(join(folder, 'backup.db'), { readOnly: true });
    expect(formatOf(old)).toBe(0);
    old.close();
    openLibrary(db, { backup: () => expect.unreachable('nothing to migrate') });
  });

  test('is unchanged if the backup fails', () => {
    db.exec(format0);
    const before = tablesOf(db);
    const backup = (): void => {
      throw new Error('no room');
    };
    expect(() => openLibrary(db, { backup })).toThrow('no room');
    expect(tablesOf(db)).toEqual(before);
  });

  test('is unchanged if the migration fails in the middle', () => {
    db.exec(format0);
    // Two names that only format 1 considers equal.
    db.exec("INSERT INTO original VALUES ('bb', '2024/07/ä.JPG', 'work/2', 'here', 1, 1)");
    const before = tablesOf(db);
    expect(() => openLibrary(db)).toThrow();
    expect(tablesOf(db)).toEqual(before);
    expect(formatOf(db)).toBe(0);
    expect(db.prepare('SELECT count(*) AS n FROM revision').get()).toEqual({ n: 6 });
  });

  test('is not changed when opened read-only', () => {
    db.exec(format0);
    expect(() => openLibrary(db, { readOnly: true })).toThrow(expect.objectContaining({ code: 'unusable' }));
    expect(formatOf(db)).toBe(0);
  });
});

test('a newer format is rejected with a sentence, and not changed', () => {
  openLibrary(db);
  db.exec(`UPDATE library SET format = ${libraryFormat + 1}`);
  for (const readOnly of [false, true]) {
    expect(() => openLibrary(db, { readOnly })).toThrow(
      expect.objectContaining({
        code: 'newer-version',
        message: expect.stringContaining('newer version'),
        hint: expect.stringContaining('Install'),
      }),
    );
  }
  expect(db.prepare('SELECT count(*) AS n FROM epoch').get()).toEqual({ n: 1 });
});

test('every query uses an index', () => {
  const prepared: string[] = [];
  const spying: Sqlite = { ...db, prepare: (sql) => (prepared.push(sql), db.prepare(sql)) };
  openLibrary(spying);
  // Tables of a few rows, and whether a table has any row.
  const small = /FROM (library|epoch|sqlite_schema|pragma_table_info)\b|^UPDATE library|^SELECT 1 FROM \w+ LIMIT 1$/;
  // All originals are counted, and revisions of older versions are searched once in a library's life.
  const walks =
    /^SELECT 1 FROM item LIMIT 1$|count\(\*\) AS n FROM original GROUP BY|^SELECT DISTINCT doc FROM revision WHERE \(length\(rev\)/;
  /** If a query walks its own results (recursive, or up to a limit), an index could not help. */
  const itself = (sql: string): string[] =>
    [...sql.matchAll(/WITH RECURSIVE (\w+)|LIMIT \?\) AS (\w+)/g)].map(([, walk, some]) => `SCAN ${walk ?? some}`);
  const slow = prepared
    .filter((sql) => !small.test(sql) && !walks.test(sql) && !sql.startsWith('INSERT'))
    .flatMap((sql) =>
      db
        .prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...Array<null>((sql.match(/\?/g) ?? []).length).fill(null))
        .filter(({ detail }) => !itself(sql).includes(detail))
        .map(({ detail }) => `${detail}: ${sql}`),
    )
    // `FOR LAST`: only sorts rows that are equal in the index's order.
    .filter((line) => /SCAN (?!CONSTANT|original USING INDEX original_reserved)|TEMP B-TREE (?!FOR LAST)/.test(line));
  expect(prepared.length).toBeGreaterThan(20);
  expect(slow).toEqual([]);
});
