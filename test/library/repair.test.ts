/**
 * Libraries to which former versions gave revision ids that CouchDB rejects: they are renamed, identically on every
 * server, and no document loses anything. Documents of unknown kinds can be removed permanently; ours never in this
 * way.
 */
import { expect, onTestFinished, test } from 'vitest';
import type { Sqlite } from '../../src/base/sqlite.js';
import { photoId } from '../../src/document/photo-document.js';
import { removeForeign } from '../../src/library/unknown-documents.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { repairedRevision } from '../../src/library/repair-revision-ids.js';
import { contents, memory, replicate } from './libraries.js';

const bad = (character: string): string => character.repeat(32);
const photo = photoId('0'.repeat(64));

/** Writes a tree into the tables as a former version did. */
function plant(db: Sqlite, doc: string, path: readonly string[], body: object): void {
  path.forEach((rev, n) => {
    db.prepare(
      'INSERT INTO revision (doc, generation, rev, parent, deleted, leaf, body) VALUES (?, ?, ?, ?, 0, ?, ?)',
    ).run(
      ...([
        doc,
        parseInt(rev),
        rev,
        path[n + 1] ?? null,
        Number(n === 0),
        n === 0 ? JSON.stringify(body) : null,
      ] as const),
    );
  });
  db.prepare('INSERT INTO change (seq, doc) VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM change), ?)').run(doc);
}

function former(docs: Record<string, { path: string[]; body: object }>): { db: Sqlite; open(): Library } {
  const { db, library } = memory();
  onTestFinished(() => db.close());
  library.close();
  db.prepare("DELETE FROM setting WHERE name = 'revisions-repaired'").run();
  for (const [doc, { path, body }] of Object.entries(docs)) plant(db, doc, path, body);
  return { db, open: () => openLibrary(db) };
}

test('a revision of 32 non-hex characters gets a new id; all others keep theirs', () => {
  expect(repairedRevision(`3-${bad('z')}`)).toMatch(/^3-[0-9a-f]{32}$/);
  expect(repairedRevision(`3-${bad('z')}`)).toBe(repairedRevision(`3-${bad('z')}`));
  expect(repairedRevision(`1-${bad('A')}`)).toBe(`1-${bad('a')}`);
  for (const rev of [`1-${bad('a')}`, '2-short', `1-${'z'.repeat(40)}`]) expect(repairedRevision(rev)).toBe(rev);
});

test('at the first opening they are renamed throughout a tree, as a change, and the document is unchanged', () => {
  const body = { kind: 'photo', format: 1, edits: { title: [{ value: 'kept', at: 'x', by: 'owner' }] } };
  const path = [`3-${bad('a')}`, `2-${bad('z')}`, `1-${bad('b')}`];
  const { db, open } = former({ [photo]: { path, body }, other: { path: [`1-${bad('y')}`], body: { kind: 'odd' } } });
  const told = db.prepare<{ n: number }>('SELECT max(seq) AS n FROM change').get()!.n;
  const library = open();
  expect(library.get(photo)!.body).toEqual(body);
  expect(library.revision(photo, `3-${bad('a')}`)!.revisions).toEqual([
    `3-${bad('a')}`,
    repairedRevision(`2-${bad('z')}`),
    `1-${bad('b')}`,
  ]);
  expect(library.leaves('other').map(({ rev }) => rev)).toEqual([repairedRevision(`1-${bad('y')}`)]);
  expect(
    library
      .changes(told)
      .changes.map(({ id }) => id)
      .sort(),
  ).toEqual(['other', photo].sort());
  // Once.
  const last = library.lastChange();
  expect(openLibrary(db).lastChange()).toBe(last);
});

test('two servers that rename them independently have the same tree, without a conflict', () => {
  const docs = { [photo]: { path: [`2-${bad('z')}`, `1-${bad('b')}`], body: { kind: 'photo', format: 1 } } };
  const [a, b] = [former(docs).open(), former(docs).open()];
  replicate(a, b);
  replicate(b, a);
  expect(contents(a)).toEqual(contents(b));
  expect(a.leaves(photo)).toHaveLength(1);
});

test('if the new id arrived from another server before, both become one', () => {
  const path = [`2-${bad('z')}`, `1-${bad('b')}`];
  const body = { kind: 'photo', format: 1 };
  const other = former({ [photo]: { path, body } });
  const renamed = other.open();
  const { db, open } = former({ [photo]: { path, body } });
  const before = openLibrary(db, { readOnly: true });
  expect(before.leaves(photo)).toHaveLength(1);
  plant(db, 'unused', ['1-a'], {});
  db.prepare(
    'INSERT INTO revision (doc, generation, rev, parent, deleted, leaf, body) VALUES (?, 2, ?, ?, 0, 1, ?)',
  ).run(...([photo, repairedRevision(path[0]!), path[1]!, JSON.stringify(body)] as const));
  const library = open();
  expect(library.leaves(photo).map(({ rev }) => rev)).toEqual(renamed.leaves(photo).map(({ rev }) => rev));
});

test('a document of an unknown kind is removed, also when it arrives again; a photo, an album or a comment is not', () => {
  const [{ library }, other] = [memory(), memory({}, 1)];
  const ids = ['odd:1', photo, 'album:x', 'comment:x:y', 'odd:newer', 'odd:photo'];
  const kinds = ['odd', 'photo', 'album', 'comment', 'odd', 'photo'];
  ids.forEach((id, n) =>
    library.insert([
      { id, revisions: ['1-a'], deleted: false, body: { kind: kinds[n], format: id === 'odd:newer' ? 99 : 1 } },
    ]),
  );
  replicate(library, other.library);
  removeForeign(library, 'odd:1', 'owner');
  expect(library.get('odd:1')).toBeUndefined();
  replicate(other.library, library);
  replicate(library, other.library);
  expect([library.get('odd:1'), other.library.get('odd:1')]).toEqual([undefined, undefined]);
  for (const id of [...ids.slice(1), 'odd:gone']) expect(() => removeForeign(library, id, 'owner')).toThrow();
  expect(() => removeForeign(library, photo, 'owner')).toThrow(/It is a photo\. Move it to the trash/);
  for (const id of ids.slice(1)) expect(library.get(id)).toBeDefined();
});
