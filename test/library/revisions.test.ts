/** Revision trees: whatever arrives in any order results in CouchDB's tree, winner and conflicts. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openRevisions, revisionId, type Revisions } from '../../src/library/revision-tree.js';
import { tables } from '../../src/library/library-tables.js';
import { forest, NaiveTree, pathOf, type Made } from './couchdb.js';

function trees(limit?: number): { db: Sqlite; revisions: Revisions } {
  const db = openSqlite(':memory:');
  db.exec(tables);
  return { db, revisions: openRevisions(db, limit) };
}

/** A forest, an order of insertion, and which revisions arrive. */
const arrivals = forest().chain((made) =>
  fc.record({
    made: fc.constant(made),
    order: fc.shuffledSubarray(made, { minLength: 1 }),
  }),
);

function insertAll(revisions: Revisions, made: readonly Made[], order: readonly Made[]): void {
  for (const { rev, deleted } of order) revisions.insert('d', pathOf(made, rev), deleted, `{"r":"${rev}"}`);
}

test('any order of any revisions gives the tree, winner and conflicts of CouchDB’s rules', () => {
  const { db, revisions } = trees();
  fc.assert(
    fc.property(arrivals, ({ made, order }) => {
      db.exec('DELETE FROM revision');
      const naive = new NaiveTree();
      for (const { rev, deleted } of order) naive.insert(pathOf(made, rev), deleted);
      insertAll(revisions, made, order);
      expect(revisions.heads('d')).toEqual(naive.leaves());
      expect(revisions.winner('d')?.rev).toBe(naive.leaves()[0]!.rev);
      expect(revisions.leaves('d').map(({ rev, body }) => `${rev} ${body}`)).toEqual(
        naive.leaves().map(({ rev }) => `${rev} {"r":"${rev}"}`),
      );
      for (const { rev } of made)
        expect(revisions.path('d', rev)).toEqual(naive.parents.has(rev) ? naive.path(rev) : []);
      expect(
        revisions.missing(
          'd',
          made.map(({ rev }) => rev),
        ),
      ).toEqual(made.map(({ rev }) => rev).filter((rev) => !naive.parents.has(rev)));
    }),
    { numRuns: 200 },
  );
  db.close();
});

test('a leaf has no child, and only leaves and live bodies of closed branches are kept', () => {
  const { db, revisions } = trees();
  fc.assert(
    fc.property(arrivals, ({ made, order }) => {
      db.exec('DELETE FROM revision');
      insertAll(revisions, made, order);
      const wrong = db.prepare(`SELECT rev FROM revision AS r WHERE leaf <>
        NOT EXISTS (SELECT 1 FROM revision AS c WHERE c.doc = r.doc AND c.parent = r.rev) OR (leaf = 1 AND body IS NULL)`);
      expect(wrong.all()).toEqual([]);
      const kept = revisions.kept('d', () => false).map(({ rev }) => rev);
      const arrived = new Map(order.map((one) => [one.rev, one]));
      const children = (rev: string): Made[] =>
        made.filter((one) => one.parent === rev && revisions.path('d', one.rev).length > 0);
      // Revisions that never arrived are known by name only, without content.
      const isSaid = ({ rev, deleted }: Made): boolean =>
        (!deleted && arrived.has(rev)) || children(rev).some((child) => isSaid(child));
      const closed = order.filter(
        ({ rev, deleted }) => !deleted && children(rev).length > 0 && !children(rev).some(isSaid),
      );
      // A revision that was a leaf on arrival, and deleted, keeps its small body until it has a child.
      expect(kept.filter((rev) => !arrived.get(rev)!.deleted).sort()).toEqual(closed.map(({ rev }) => rev).sort());
    }),
    { numRuns: 100 },
  );
  db.close();
});

test('inserting twice changes nothing', () => {
  const { db, revisions } = trees();
  fc.assert(
    fc.property(arrivals, ({ made, order }) => {
      db.exec('DELETE FROM revision');
      insertAll(revisions, made, order);
      revisions.kept('d', () => false);
      const before = db.prepare('SELECT * FROM revision ORDER BY rev').all();
      for (const { rev, deleted } of order)
        expect(revisions.insert('d', pathOf(made, rev), deleted, `{"r":"${rev}"}`)).toBe('known');
      revisions.kept('d', () => false);
      expect(db.prepare('SELECT * FROM revision ORDER BY rev').all()).toEqual(before);
    }),
    { numRuns: 100 },
  );
  db.close();
});

describe('ancestors beyond the limit', () => {
  test('are forgotten, and the tree follows the rules', () => {
    const { db, revisions } = trees(4);
    fc.assert(
      fc.property(arrivals, ({ made, order }) => {
        db.exec('DELETE FROM revision');
        const naive = new NaiveTree();
        for (const { rev, deleted } of order) {
          naive.insert(pathOf(made, rev), deleted, 4);
          revisions.insert('d', pathOf(made, rev), deleted, '{}');
        }
        naive.prune(4);
        revisions.prune('d');
        expect(revisions.heads('d')).toEqual(naive.leaves());
        for (const { rev } of revisions.heads('d'))
          expect(revisions.path('d', rev)).toEqual(naive.path(rev).slice(0, 4));
        expect(db.prepare('SELECT count(*) AS n FROM revision').get()).toEqual({ n: naive.parents.size });
      }),
      { numRuns: 100 },
    );
    db.close();
  });

  test('return with a path that names them', () => {
    const { db, revisions } = trees(3);
    const path = ['6-f', '5-e', '4-d', '3-c', '2-b', '1-a'];
    revisions.insert('d', path, false, '{}');
    revisions.prune('d');
    expect(revisions.missing('d', path)).toEqual(['3-c', '2-b', '1-a']);
    revisions.insert('d', ['3-c', '2-b', '1-a'], false, '{"late":1}');
    expect(revisions.heads('d')).toEqual([{ rev: '6-f', deleted: false }]);
    revisions.insert('d', ['4-x', '3-c', '2-b'], false, '{}');
    revisions.prune('d');
    expect(revisions.heads('d').map(({ rev }) => rev)).toEqual(['6-f', '4-x']);
    expect(revisions.path('d', '4-x')).toEqual(['4-x', '3-c', '2-b']);
    db.close();
  });
});

test('a revision id is the MD5 of the canonical JSON of id, parent, deleted and body', () => {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  expect(revisionId('photo:é', undefined, false, '{"a":1}')).toBe(`1-${md5('["photo:é",null,false,{"a":1}]')}`);
  expect(revisionId('x', '9-abc', true, '{}')).toBe(`10-${md5('["x","9-abc",true,{}]')}`);
});
