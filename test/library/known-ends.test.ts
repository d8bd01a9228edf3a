/**
 * The table of ends: whatever a server has seen ended stays ended there, in whatever order documents come, and whoever drops an end
 * from a document: a purge, a foreign program, a newer format, an older version.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readItem } from '../../src/access/item-access.js';
import { itemAccess } from '../../src/access/library-access.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { applyChange } from '../../src/document/edits.js';
import { withEnd, withGive } from '../../src/document/grants.js';
import { house, itemId, itemOf, membersId } from '../../src/document/item-id.js';
import { own } from '../../src/document/json-values.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { photo } from '../document/documents.js';
import { contents, memory, missingAt, replicate } from './libraries.js';

const [anna, ben] = ['1', '2'].map((n) => n.padStart(26, '0')) as [string, string];
const album = `${anna}:${'3'.padStart(26, '0')}`;
const members = membersId(album);
const item = itemId({ holder: anna, sha256: 'c'.repeat(64) });
const houseItem = itemId({ holder: house, sha256: 'd'.repeat(64) });
const ids = [members, item, houseItem];
const by = `person:${anna}`;

/** Changes the grant set of a document, making the document where it is missing. */
function change(library: Library, id: string, work: (part: object, at: string) => object): void {
  library.update<object>(id, (body) => {
    const at = library.stampAfter(body);
    if (!itemOf(id)) return work(body ?? { format: 1, kind: 'members' }, at);
    const found = (body ?? photo()) as PhotoDocument;
    return { ...found, edits: work(found.edits, at) };
  });
}
const give = (library: Library, id: string, to: string, what = 'view'): void =>
  change(library, id, (part, at) => withGive(part, { to, what }, { at, by }));
const end = (library: Library, id: string, to: string): void =>
  change(library, id, (part, at) => withEnd(part, to, { at, by }));
const addAnna = (library: Library): unknown =>
  library.update<object>(`person:${anna}`, () => ({ format: 1, kind: 'person' }));
const purgeIn = (library: Library, id: string): unknown =>
  library.update<object>(id, (body) => body && purge(body as Body, { at: library.stampAfter(body), by }));
const rename = (library: Library, id: string): unknown =>
  library.update<object>(id, (body) => {
    const at = library.stampAfter(body);
    if (!body) return undefined;
    return itemOf(id)
      ? applyChange(body as PhotoDocument, { title: at }, { at, by })
      : { ...body, note: { value: at, at, by } };
  });
/** What a foreign program writes, or a newer version: the same document without its ends. */
function drop(library: Library, id: string, format = 1): void {
  const winner = library.get(id);
  if (!winner) return;
  const { ends: _, ...rest } = winner.body as Record<string, unknown>;
  const { ends: __, ...edits } = (rest['edits'] ?? {}) as Record<string, unknown>;
  const body = { ...rest, format, ...(itemOf(id) && { edits }) } as unknown as Body;
  const { revisions } = library.revision(id, winner.rev)!;
  const generation = revisions.length + 1;
  const rev = `${generation}-${String(generation).padStart(32, format === 1 ? '0' : 'f')}`;
  library.insert([{ id, revisions: [rev, ...revisions], deleted: false, body }]);
}
const endsIn = (id: string, body: unknown): string[] =>
  Object.keys((own(itemOf(id) ? own(body, 'edits') : body, 'ends') as object | undefined) ?? {});

test('ends are known permanently, in any order of writes, purges and arrivals', () => {
  type Step = { n: number; to: number; id: string; who: string; deed: string };
  const step = fc.record<Step>({
    n: fc.nat(2),
    to: fc.nat(2),
    id: fc.constantFrom(...ids),
    who: fc.constantFrom(`person:${ben}`, `person:${anna}`, album),
    deed: fc.constantFrom('give', 'end', 'end', 'rename', 'purge', 'purge', 'drop', 'newer', 'send'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const libraries = [1, 2, 3].map((n) => memory({}, n).library);
      const seen = libraries.map(() => new Map(ids.map((id) => [id, new Set<string>()])));
      const note = (n: number, id: string, body: unknown): void => {
        for (const key of endsIn(id, body)) seen[n]!.get(id)!.add(key);
      };
      for (const { n, to, id, who, deed } of steps) {
        const library = libraries[n]!;
        const isNewer = (library.get(id)?.body.format ?? 1) > 1;
        if (deed === 'send') {
          const incoming = missingAt(library, libraries[to]!);
          for (const one of incoming) note(to, one.id, one.body);
          libraries[to]!.insert(incoming);
        } else if (deed === 'drop') drop(library, id, isNewer ? 99 : 1);
        else if (deed === 'newer') drop(library, id, 99);
        else if (deed === 'purge') purgeIn(library, id);
        else if (isNewer) continue;
        else if (deed === 'give') give(library, id, who);
        else if (deed === 'end') end(library, id, who);
        else rename(library, id);
        const winner = library.get(id);
        note(n, id, winner?.body);
        if (winner && ['give', 'end', 'rename'].includes(deed))
          expect(new Set(endsIn(id, winner.body))).toEqual(seen[n]!.get(id));
      }
      libraries.forEach((library, n) => {
        for (const id of ids) expect(new Set(library.controls.endsOf(id).keys())).toEqual(seen[n]!.get(id));
        expect(new Set(library.controls.find(members)?.ends.keys())).toEqual(seen[n]!.get(members));
      });
    }),
    { numRuns: 60 },
  );
});

test('two servers whose documents lost an end restore it equally, and then stop writing', () => {
  const [here, there] = [memory({}, 1).library, memory({}, 2).library];
  end(here, members, `person:${ben}`);
  replicate(here, there);
  drop(here, members);
  replicate(here, there);
  for (const library of [here, there]) rename(library, members);
  for (let n = 0; n < 3; n++) {
    replicate(here, there);
    replicate(there, here);
  }
  expect(contents(here)).toEqual(contents(there));
  expect(endsIn(members, here.get(members)!.body)).toHaveLength(1);
});

describe('ended access', () => {
  const right = (library: Library): string | undefined => itemAccess(library).albumRight(album, ben);

  test('stays ended if the document returns without its ends, until it is given again after seeing them', () => {
    const { library } = memory();
    addAnna(library);
    give(library, members, `person:${ben}`);
    const { rev, body } = library.get(members)!;
    expect(right(library)).toBe('view');
    end(library, members, `person:${ben}`);
    purgeIn(library, members);
    const late = { ...body, note: { value: 'x', at: library.stamp(), by } };
    library.insert([{ id: members, revisions: [`2-${'a'.repeat(32)}`, rev], deleted: false, body: late }]);
    expect(library.get(members)!.body).not.toHaveProperty('ends');
    expect(right(library)).toBeUndefined();
    give(library, members, `person:${ben}`);
    expect(right(library)).toBe('view');
    expect(endsIn(members, library.get(members)!.body)).toHaveLength(1);
  });

  test('and a purge of the document revoke its gives, and nothing else', () => {
    const { library } = memory();
    give(library, members, `person:${ben}`);
    end(library, members, `person:${anna}`);
    purgeIn(library, members);
    expect(library.controls.find(members)).toMatchObject({ gives: [], ends: expect.any(Map) as unknown });
    expect(library.controls.find(members)!.ends.size).toBe(1);
    expect(right(library)).toBeUndefined();
    // Whoever makes the document anew gets its ends with it.
    give(library, members, `person:${ben}`);
    expect(endsIn(members, library.get(members)!.body)).toHaveLength(1);
  });

  test('by an item stays ended if a foreign program drops the end', () => {
    const { library } = memory();
    give(library, item, album, 'entry');
    end(library, item, album);
    drop(library, item);
    const claims = (): number =>
      readItem(itemOf(item)!, library.get(item)!.body, library.controls.endsOf(item))!.entries.length;
    expect(claims()).toBe(0);
    give(library, item, album, 'entry');
    expect(claims()).toBe(1);
  });

  test('by a late end, in a body known only by name, invalidates the decision', () => {
    const [here, there] = [memory({}, 1).library, memory({}, 2).library];
    addAnna(here);
    give(here, members, `person:${ben}`);
    replicate(here, there);
    const before = there.get(members)!;
    end(here, members, `person:${ben}`);
    const ended = missingAt(here, there);
    const revisions = [`3-${'b'.repeat(32)}`, ...ended[0]!.revisions];
    there.insert([{ id: members, revisions, deleted: false, body: before.body }]);
    expect(right(there)).toBe('view');
    there.insert(ended);
    expect(right(there)).toBeUndefined();
  });
});

test('a flood of ends displaces nothing that people wrote', () => {
  const { library } = memory();
  change(library, houseItem, (part) => part);
  const flood = (from: number): object =>
    Object.fromEntries(
      Array.from({ length: 1_500 }, (_, n) => [
        `${album} 00176400000${String(from + n).padStart(4, '0')}-0000-x`,
        { at: 'x', by },
      ]),
    );
  for (let n = 0; n < 4; n++) {
    const { rev, body } = library.get<PhotoDocument>(houseItem)!;
    const revisions = [`${n + 2}-${'c'.repeat(32)}`, rev];
    const edits = { ...body.edits, ends: flood(n * 1_500) };
    library.insert([{ id: houseItem, revisions, deleted: false, body: { ...body, edits } }]);
  }
  library.update<PhotoDocument>(
    houseItem,
    (body) => body && applyChange(body, { title: 'A title' }, { at: library.stampAfter(body), by }),
  );
  expect(library.controls.endsOf(houseItem).size).toBe(6_000);
  expect(library.get<PhotoDocument>(houseItem)!.body).toMatchObject({
    sightings: photo().sightings,
    edits: { title: [{ value: 'A title' }] },
  });
});

test('indexes at its opening ends written by older versions, on any branch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-ends-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'library.sqlite');
  function withLibrary<T>(work: (library: Library, db: Sqlite) => T, readOnly = false): T {
    const db = openSqlite(path, { readOnly });
    try {
      return work(openLibrary(db, { readOnly }), db);
    } finally {
      db.close();
    }
  }
  const known = (library: Library): number[] => ids.map((id) => library.controls.endsOf(id).size);
  withLibrary((library, db) => {
    for (const id of ids) end(library, id, album);
    // A branch of a newer format beside the one that wins.
    const body = { ...withEnd({}, '*', { at: library.stamp(), by }), format: 99, kind: 'members' } as unknown as Body;
    library.insert([{ id: members, revisions: [`1-${'0'.repeat(32)}`], deleted: false, body }]);
    db.exec("DROP TABLE grant_end; DELETE FROM setting WHERE name LIKE 'ends.%'");
  });
  expect(withLibrary(known, true)).toEqual([0, 0, 0]);
  expect(withLibrary(known)).toEqual([2, 1, 1]);
  withLibrary((library, db) => {
    end(library, houseItem, album);
    db.exec("DELETE FROM grant_end WHERE doc LIKE 'photo:%'");
  });
  expect(withLibrary(known)).toEqual([2, 1, 2]);
  expect(withLibrary(known, true)).toEqual([2, 1, 2]);
});

test('a write that fails at any point leaves the document and its ends unchanged', () => {
  let failAt = Infinity;
  let runs = 0;
  const db = openSqlite(':memory:');
  const failing: Sqlite = {
    ...db,
    get turn() {
      return db.turn;
    },
    prepare: ((sql: string) => {
      const statement = db.prepare(sql);
      return {
        ...statement,
        run(...values: Parameters<typeof statement.run>) {
          if (++runs >= failAt) throw new Error('crash');
          return statement.run(...values);
        },
      };
    }) as Sqlite['prepare'],
  };
  const library = openLibrary(failing);
  addAnna(library);
  give(library, members, `person:${ben}`);
  const state = (): object => ({ documents: contents(library), ends: db.prepare('SELECT * FROM grant_end').all() });
  const before = state();
  let failures = 0;
  for (let n = 1; ; n++) {
    [runs, failAt] = [0, n];
    try {
      end(library, members, `person:${ben}`);
      break;
    } catch {
      failures++;
    } finally {
      failAt = Infinity;
    }
    expect(state()).toEqual(before);
    expect(itemAccess(library).albumRight(album, ben)).toBe('view');
  }
  expect(failures).toBeGreaterThan(3);
  expect(library.controls.endsOf(members).size).toBe(1);
  expect(itemAccess(library).albumRight(album, ben)).toBeUndefined();
});
