/** The library: documents, changes, sequences, stamps; one transaction for everything that belongs together. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import { sizeLimit } from '../../src/document/document-size.js';
import { applyChange, shownEdit, type PhotoChange } from '../../src/document/edits.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { dice, memory, missingAt, replicate } from './libraries.js';

const body = (value: unknown): Record<string, unknown> => ({ format: 1, kind: 'comment', value });
const set = (library: Library, id: string, value: unknown): string => library.update(id, () => body(value))!.rev;
const ids = (library: Library, since: string | number): string[] => library.changes(since).changes.map(({ id }) => id);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'photospool-library-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('documents', () => {
  test('are written, read and listed', () => {
    const { library } = memory();
    expect(library.get('a')).toBeUndefined();
    const first = library.update('a', (before) => {
      expect(before).toBeUndefined();
      return body(1);
    });
    expect(first).toMatchObject({ changed: true });
    expect(library.get('a')).toEqual({ id: 'a', rev: first!.rev, deleted: false, body: body(1) });
    const second = library.update('a', (before) => ({ ...before, value: 2 }));
    expect(library.revision('a', second!.rev)!.revisions).toEqual([second!.rev, first!.rev]);
    expect(library.revision('a', first!.rev)).toBeUndefined();
    expect(library.revision('a', 'nonsense')).toBeUndefined();
    expect(library.getMany(['x', 'a', 'a']).map((one) => one?.rev)).toEqual([undefined, second!.rev, second!.rev]);
    expect(library.leaves('a')).toHaveLength(1);
  });

  test('an equal body creates no revision, and undefined leaves the document unchanged', () => {
    const { library } = memory();
    const rev = set(library, 'a', { x: 1, y: 2 });
    expect(library.update('a', () => body({ y: 2, x: 1 }))).toEqual({ rev, changed: false });
    expect(library.update('a', () => undefined)).toBeUndefined();
    expect(library.lastChange()).toBe(1);
  });

  test('are scanned by prefix in id order, also while they change', () => {
    const { library } = memory();
    const all = Array.from({ length: 450 }, (_, n) => `p:${String(n).padStart(3, '0')}`);
    library.transaction(() => [...all].reverse().forEach((id) => set(library, id, 0)));
    set(library, 'o', 0);
    set(library, 'p', 0);
    set(library, 'q:', 0);
    library.update('p:007', () => ({ format: 1, kind: 'comment', purged: { at: library.stamp(), by: 'x' } }));
    const found: string[] = [];
    for (const { id } of library.scan('p:')) {
      found.push(id);
      // Writing and reading meanwhile changes nothing.
      library.update(id, () => body(1));
      library.get(id);
    }
    expect(found).toEqual(all.filter((id) => id !== 'p:007'));
    expect([...library.scan('p:', 'p:446')].map(({ id }) => id)).toEqual(['p:447', 'p:448', 'p:449']);
    expect(library.count('p:')).toBe(449);
    expect(library.count('')).toBe(452);
  });

  test('invalid ones are rejected, and nothing is written', () => {
    const { library } = memory();
    const refuse = (code: string, work: () => unknown): void => expect(work).toThrow(expect.objectContaining({ code }));
    refuse('too-large', () => set(library, 'a', 'x'.repeat(sizeLimit)));
    refuse('invalid', () => set(library, 'a', '\ud800'));
    refuse('invalid', () => set(library, '_design/a', 1));
    refuse('invalid', () => set(library, '', 1));
    refuse('invalid', () => library.update('a', () => ({ _attachments: {} })));
    const incoming = (more: object) => () =>
      library.insert([{ id: 'a', revisions: ['1-a'], deleted: false, body: {}, ...more }]);
    refuse('invalid', incoming({ revisions: [] }));
    refuse('invalid', incoming({ revisions: ['nonsense'] }));
    refuse('invalid', incoming({ revisions: ['3-a', '1-b'] }));
    refuse('invalid', incoming({ revisions: ['0-a'] }));
    refuse('invalid', incoming({ body: { _id: 'a' } }));
    refuse('too-large', incoming({ body: { x: 'x'.repeat(4 * sizeLimit) } }));
    expect(library.lastChange()).toBe(0);
  });

  test('of a newer format are kept and replicated, never changed', () => {
    const { library } = memory();
    library.insert([{ id: 'a', revisions: ['2-b', '1-a'], deleted: false, body: { format: 2, novel: true } }]);
    expect(library.get('a')!.body).toEqual({ format: 2, novel: true });
    expect(() => library.update('a', () => ({}))).toThrow(expect.objectContaining({ code: 'newer-version' }));
    library.insert([{ id: 'a', revisions: ['2-c', '1-a'], deleted: false, body: { format: 1 } }]);
    expect(library.leaves('a').map(({ rev }) => rev)).toEqual(['2-c', '2-b']);
    expect([...library.scan('a')].map(({ rev }) => rev)).toEqual(['2-c']);
    expect(library.count('a')).toBe(1);
    const other = memory({}, 1).library;
    replicate(library, other);
    expect(other.leaves('a')).toEqual(library.leaves('a'));
  });

  test('of a newer format can be made private, trashed and purged, otherwise unchanged', () => {
    const { library } = memory();
    const at = '000001700000000-0000-far';
    // More values than a merge keeps.
    const title = Array.from({ length: 20 }, (_, n) => ({
      value: `${n}`,
      at: at.replace('0-0000', `0-00${n + 10}`),
      by: 'owner',
    }));
    const edits = { audience: [{ value: 'public', at, by: 'owner' }], title, tags: 'none', novel: [1] };
    const newer = { format: 99, kind: 'photo', novel: { x: 1 }, facts: { recipe: 1 }, edits };
    const photo = photoId('a'.repeat(64));
    library.insert([{ id: photo, revisions: ['1-a'], deleted: false, body: newer }]);
    const change = (what: PhotoChange) =>
      library.update(photo, (body) => {
        const signature = { at: library.stampAfter(body), by: 'owner', confirms: true };
        return applyChange(body as unknown as PhotoDocument, what, signature) as unknown as Body;
      });
    expect(() => change({ title: 'Mine' })).toThrow(expect.objectContaining({ code: 'newer-version' }));
    expect(() => change({ title: 'Mine', audience: 'private' })).toThrow(
      expect.objectContaining({ code: 'newer-version' }),
    );
    change({ audience: 'private' });
    change({ audience: 'private' });
    change({ trashed: true });
    const body = library.get(photo)!.body as unknown as PhotoDocument;
    expect(shownEdit(body.edits, 'audience')?.value).toBe('private');
    expect(shownEdit(body.edits, 'trashed')?.value).toBe(true);
    expect(body).toMatchObject({ format: 99, novel: { x: 1 }, edits: { title, tags: 'none', novel: [1] } });
    library.update(
      photo,
      (now) => now && (purge(now, { at: library.stampAfter(now), by: 'owner' }) as unknown as Body),
    );
    expect(library.get(photo)).toBeUndefined();
  });

  test('old ancestors are forgotten', () => {
    const { library, db } = memory();
    library.transaction(() => Array.from({ length: 1101 }, (_, n) => set(library, 'a', n)));
    expect(db.prepare('SELECT count(*) AS n FROM revision').get()).toEqual({ n: 1000 });
    expect(library.revision('a', library.get('a')!.rev)!.revisions).toHaveLength(1000);
  });
});

describe('changes', () => {
  test('contain each document once, at its newest change', () => {
    const { library } = memory();
    for (const id of ['a', 'b', 'a', 'c', 'c']) set(library, id, library.lastChange());
    expect(library.changes(0).changes.map(({ id, n }) => [id, n])).toEqual([
      ['b', 2],
      ['a', 3],
      ['c', 5],
    ]);
    const { changes, last } = library.changes(0, 2);
    expect(last).toBe(changes[1]!.seq);
    expect(ids(library, last)).toEqual(['c']);
    expect(library.pending(last)).toBe(1);
    expect(library.changes(5)).toEqual({ changes: [], last: `5-${library.epoch}` });
    expect(library.lastChange()).toBe(5);
  });

  test('contain all leaves and the deletion', () => {
    const { library } = memory();
    library.insert([
      { id: 'a', revisions: ['1-a'], deleted: true, body: {} },
      { id: 'a', revisions: ['2-b', '1-b'], deleted: true, body: {} },
    ]);
    expect(library.changes(0).changes).toMatchObject([
      {
        id: 'a',
        n: 1,
        deleted: true,
        leaves: [
          { rev: '2-b', deleted: true },
          { rev: '1-a', deleted: true },
        ],
      },
    ]);
  });

  test('ignore revisions that arrive twice', () => {
    const [a, b] = [memory({}, 1).library, memory({}, 2).library];
    for (const id of ['a', 'b', 'a']) set(a, id, a.lastChange());
    const incoming = missingAt(a, b);
    b.insert(incoming);
    const n = b.lastChange();
    b.insert(incoming);
    b.insert([...incoming, ...incoming]);
    expect(b.lastChange()).toBe(n);
    expect(missingAt(a, b)).toEqual([]);
  });
});

describe('sequences', () => {
  test('continue after restarts, and resume where the epoch of a restored backup ends', () => {
    const path = join(folder, 'restored.db');
    const backup = join(folder, 'backup.db');
    const open = (file: string, seed: number): { library: Library; close: () => void } => {
      const db = openSqlite(file);
      return { library: openLibrary(db, { random: dice(seed) }), close: () => db.close() };
    };
    const first = open(path, 1);
    set(first.library, 'a', 1);
    set(first.library, 'b', 1);
    const atBackup = first.library.changes(0).last;
    const db = openSqlite(path);
    db.exec(`VACUUM INTO '${backup}'`);
    db.close();
    set(first.library, 'c', 1);
    const beyond = first.library.changes(0).last;
    first.close();
    const second = open(path, 2);
    expect(second.library.changes(beyond).changes).toEqual([]);
    set(second.library, 'd', 1);
    expect(ids(second.library, beyond)).toEqual(['d']);
    expect(ids(second.library, atBackup)).toEqual(['c', 'd']);
    const newEpoch = second.library.changes(0).last;
    expect(newEpoch).toBe(`4-${second.library.epoch}`);
    const { server } = second.library;
    second.close();

    const restored = open(backup, 3);
    expect(restored.library.server).toBe(server);
    for (const id of ['x', 'y', 'z']) set(restored.library, id, 1);
    // The peer had read up to 3 of an epoch that ends at 2 here, and up to 4 of one that does not exist.
    expect(ids(restored.library, beyond)).toEqual(['x', 'y', 'z']);
    expect(ids(restored.library, newEpoch)).toEqual(['a', 'b', 'x', 'y', 'z']);
    expect(ids(restored.library, 'nonsense')).toHaveLength(5);
    expect(ids(restored.library, `2-${'9'.repeat(16)}`)).toHaveLength(5);
    restored.close();
  });

  test('two processes on one library give a change the same sequence, and neither loses its position', () => {
    const path = join(folder, 'shared.db');
    const [one, two] = [openSqlite(path), openSqlite(path)];
    const server = openLibrary(one, { random: dice(1) });
    set(server, 'a', 1);
    const command = openLibrary(two, { random: dice(2) });
    expect(command.server).toBe(server.server);
    expect(command.epoch).not.toBe(server.epoch);
    let since: string = server.changes(0).last;
    for (const [n, library] of [server, command, server, command, server].entries()) {
      set(library, `b${n}`, n);
      expect(server.changes(since)).toEqual(command.changes(since));
      expect(ids(server, since)).toEqual([`b${n}`]);
      since = server.changes(since).last;
    }
    expect(server.get('b1')).toEqual(command.get('b1'));
    expect(server.lastChange()).toBe(6);
    one.close();
    two.close();
  });

  test('one slice of the feed names the epoch of each change', () => {
    const { db, library: first } = memory();
    first.update('a', () => ({ text: 'a' }));
    first.update('b', () => ({ text: 'b' }));
    // An opening without a change.
    openLibrary(db);
    const last = openLibrary(db);
    last.update('c', () => ({ text: 'c' }));
    last.update('a', () => ({ text: 'again' }));
    expect(last.changes(0).changes.map(({ seq, id }) => [seq, id])).toEqual([
      [`2-${first.epoch}`, 'b'],
      [`3-${last.epoch}`, 'c'],
      [`4-${last.epoch}`, 'a'],
    ]);
  });

  test('old epochs without a change are forgotten', () => {
    const { db } = memory();
    for (let seed = 1; seed < 150; seed++) openLibrary(db, { random: dice(seed) });
    expect(db.prepare('SELECT count(*) AS n FROM epoch').get()).toEqual({ n: 101 });
  });
});

describe('stamps', () => {
  test('are issued in the epoch of the opening, and increase after a restart with the clock set back', () => {
    const path = join(folder, 'stamps.db');
    let now = 2_000;
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    let db = openSqlite(path);
    let library = openLibrary(db, { clock });
    const before = library.stamp('000000000005000-0000-other');
    expect(before).toBe(`000000000005000-0001-${library.epoch}`);
    set(library, 'a', 1);
    db.close();
    now = 1_000;
    db = openSqlite(path);
    library = openLibrary(db, { clock });
    expect(library.stamp() > before).toBe(true);
    db.close();
  });
});

describe('the catalog', () => {
  test('gets every winner, in its transaction', () => {
    const told: unknown[] = [];
    const { library, db } = memory({ index: (id, winner, n) => told.push([id, winner?.value, n]) });
    set(library, 'a', 1);
    set(library, 'a', 2);
    library.update('a', () => ({ ...body(3), purged: { at: library.stamp(), by: 'x' } }));
    library.insert([{ id: 'b', revisions: ['1-a'], deleted: false, body: body(4) }]);
    expect(told).toEqual([
      ['a', 1, 1],
      ['a', 2, 2],
      ['a', undefined, 3],
      ['b', 4, 4],
    ]);
    let committed = 0;
    library.transaction(() => {
      db.afterCommit(() => committed++);
      set(library, 'c', 1);
      expect(committed).toBe(0);
    });
    expect(committed).toBe(1);
  });

  test('that fails rolls the change back, with everything that belongs to it', () => {
    let fail = false;
    const { library, db } = memory({
      index: (id) => {
        if (fail && id === 'b') throw new Error('no room');
      },
    });
    set(library, 'a', 1);
    const everything = (): unknown =>
      ['revision', 'change', 'library', 'original', 'epoch'].map((table) => db.prepare(`SELECT * FROM ${table}`).all());
    const before = everything();
    fail = true;
    library.stamp();
    expect(() => set(library, 'b', 1)).toThrow('no room');
    expect(() =>
      library.transaction(() => {
        set(library, 'a', 2);
        library.local.originals.reserve({ sha256: 's', claim: 'c', bytes: 1, modified: 1 }, () => 'x');
        set(library, 'b', 1);
      }),
    ).toThrow('no room');
    const incoming = (id: string): Parameters<Library['insert']>[0][0] => ({
      id,
      revisions: ['2-x', '1-x'],
      deleted: false,
      body: {},
    });
    expect(() => library.insert([incoming('a'), incoming('b'), incoming('c')])).toThrow('no room');
    expect(everything()).toEqual(before);
    fail = false;
    set(library, 'b', 1);
    expect(ids(library, 0)).toEqual(['a', 'b']);
  });
});

test('opening read-only creates no epoch and writes nothing', () => {
  const path = join(folder, 'readonly.db');
  const db = openSqlite(path);
  expect(() => openLibrary(openSqlite(path, { readOnly: true }), { readOnly: true })).toThrow(
    expect.objectContaining({ code: 'unusable' }),
  );
  const library = openLibrary(db);
  set(library, 'a', 1);
  const reader = openSqlite(path, { readOnly: true });
  const view = openLibrary(reader, { readOnly: true });
  expect([view.server, view.epoch, view.get('a')]).toEqual([library.server, library.epoch, library.get('a')]);
  expect(view.changes(0)).toEqual(library.changes(0));
  expect(() => set(view, 'a', 2)).toThrow(expect.objectContaining({ code: 'read-only' }));
  reader.close();
  db.close();
});
