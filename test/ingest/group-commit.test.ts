import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openGroupCommit } from '../../src/ingest/group-commit.js';
import type { Library } from '../../src/library/library.js';
import { begin } from './small-home.js';

/** A clock whose sleepers wake only when it is called, with the durations they asked for. */
function openSleepers(): { clock: Clock; asked: number[]; wake: () => void } {
  const sleepers: (() => void)[] = [];
  const asked: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    asked.push(ms);
    return new Promise((resolve) => sleepers.push(resolve));
  };
  return { clock: { now: () => 0, sleep }, asked, wake: () => sleepers.splice(0).forEach((resolve) => resolve()) };
}

interface Bench {
  join: ReturnType<typeof openGroupCommit>;
  /** Adds a row; returns the number of the transaction. */
  add: (name: string) => number;
  rows: () => string[];
  asked: number[];
  wake: () => void;
}

function prepare(): Bench {
  const db: Sqlite = openSqlite(':memory:');
  db.exec('CREATE TABLE t (name TEXT PRIMARY KEY)');
  const { clock, ...sleepers } = openSleepers();
  const library: Pick<Library, 'transaction'> = { transaction: (work) => db.transaction(work) };
  return {
    ...sleepers,
    join: openGroupCommit(library, 1000, clock),
    add(name) {
      db.prepare('INSERT INTO t (name) VALUES (?)').run(name);
      return db.turn;
    },
    rows: () =>
      db
        .prepare<{ name: string }>('SELECT name FROM t ORDER BY name')
        .all()
        .map(({ name }) => name),
  };
}

test('writes that are announced share a transaction, and resolve when it is committed', async () => {
  const { join: enter, add, rows } = prepare();
  const [a, b, c] = [enter(), enter(), enter()];
  const first = [a, b].map((member, n) => member.commit(() => add(`${n}`)));
  await Promise.resolve();
  expect(rows()).toEqual([]);
  const turns = await Promise.all([...first, c.commit(() => add('2'))]);
  expect(new Set(turns).size).toBe(1);
  expect(rows()).toEqual(['0', '1', '2']);
});

test('a write that is alone waits for nothing', async () => {
  const { join: enter, add, asked } = prepare();
  await enter().commit(() => add('a'));
  await enter().commit(() => add('b'));
  expect(asked).toEqual([]);
});

test('a group waits no longer than its patience, and not for those that left', async () => {
  const { join: enter, add, rows, asked, wake } = prepare();
  const [a, b, c] = [enter(), enter(), enter()];
  const written = a.commit(() => add('a'));
  expect(asked).toEqual([1000]);
  wake();
  await written;
  expect(rows()).toEqual(['a']);
  const next = b.commit(() => add('b'));
  c.leave();
  await next;
  expect(rows()).toEqual(['a', 'b']);
  // The sleep of a group that was committed early does not end the next one.
  const [d, e] = [enter(), enter()];
  const early = d.commit(() => add('d'));
  e.leave();
  await early;
  const [f, g] = [enter(), enter()];
  const late = f.commit(() => add('f'));
  wake();
  await late;
  g.leave();
  expect(rows()).toEqual(['a', 'b', 'd', 'f']);
});

test('a failing write or check leaves nothing, and does not affect the others', async () => {
  const { join: enter, add, rows } = prepare();
  const members = [enter(), enter(), enter(), enter()];
  const outcomes = await Promise.allSettled([
    members[0]!.commit(() => add('a')),
    members[1]!.commit(() => {
      add('lost');
      throw new Error('write');
    }),
    members[2]!.commit(
      () => add('unchecked'),
      () => Promise.reject(new Error('check')),
    ),
    members[3]!.commit(() => add('b')),
  ]);
  expect(outcomes.map((one) => (one.status === 'rejected' ? (one.reason as Error).message : 'written'))).toEqual([
    'written',
    'write',
    'check',
    'written',
  ]);
  expect(rows()).toEqual(['a', 'b']);
});

test('a database that fails is tried once for all', async () => {
  const { clock } = openSleepers();
  let tries = 0;
  const failing = (): never => {
    tries++;
    throw new PhotospoolError('locked', 'Could not write library.db: another process is using it.');
  };
  const enter = openGroupCommit({ transaction: failing }, 1000, clock);
  const members = [enter(), enter(), enter()];
  const outcomes = await Promise.allSettled(members.map((member) => member.commit(() => 1)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(tries).toBe(1);
});

test('a check runs just before the write, also of one that waited', async () => {
  const { join: enter, add } = prepare();
  const events: string[] = [];
  const [a, b] = [enter(), enter()];
  const checked = a.commit(
    () => events.push('write'),
    async () => void events.push('check'),
  );
  await Promise.resolve();
  events.push('the other is ready');
  await Promise.all([checked, b.commit(() => add('b'))]);
  expect(events).toEqual(['the other is ready', 'check', 'write']);
});

/** The transactions of a home in which some photos came in, and the pages that they wrote to the log. */
async function written(photos: number, together = false): Promise<{ commits: number; pages: number }> {
  let commits = 0;
  const watch = (db: Sqlite): Sqlite => ({
    ...db,
    get turn() {
      return db.turn;
    },
    transaction(work) {
      if (db.turn === 0) commits++;
      return db.transaction(work);
    },
  });
  const { db, library, hashes } = await begin(photos, { together, watch, clock: openSleepers().clock });
  expect(hashes.map((sha256) => library.local.originals.find(sha256)?.state)).toEqual(hashes.map(() => 'here'));
  return { commits, pages: Math.floor(statSync(`${db.path}-wal`).size / 4096) };
}

test('photos that come in together are recorded in one transaction, and archived in another', async () => {
  const empty = await written(0);
  const alone = await written(8);
  const together = await written(8, true);
  expect(alone.commits - empty.commits).toBe(16);
  expect(together.commits - empty.commits).toBe(2);
  expect(together.pages - empty.pages).toBeLessThan((alone.pages - empty.pages) / 3);
});
