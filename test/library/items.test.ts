/** The index of items: by public id and by bytes, whichever version or process wrote them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { house, itemId, publicIdOf } from '../../src/document/item-id.js';
import { exifId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { photo } from '../document/documents.js';
import { missingAt, memory, replicate } from './libraries.js';

const [anna, ben] = ['1', '2'].map((n) => n.padStart(26, '0')) as [string, string];
const bytes = 'c'.repeat(64);
const items = [house, anna, ben].map((holder) => ({ holder, sha256: bytes }));
const [ofHouse, ofAnna, ofBen] = items.map(itemId) as [string, string, string];
const add = (library: Library, id: string): unknown => library.update<PhotoDocument>(id, () => photo());
const purgeIn = (library: Library, id: string): unknown =>
  library.update<object>(id, (body) => body && purge(body as Body, { at: library.stampAfter(body), by: 'owner' }));

test('finds items by public id and by bytes, until they are purged', () => {
  const { library } = memory();
  for (const id of [ofBen, ofHouse, ofAnna]) add(library, id);
  expect(library.items.withBytes(bytes)).toEqual([ofHouse, ofAnna, ofBen]);
  for (const item of items) expect(library.items.find(publicIdOf(item))).toBe(itemId(item));
  purgeIn(library, ofHouse);
  purgeIn(library, ofBen);
  expect(library.items.withBytes(bytes)).toEqual([ofAnna]);
  expect(library.items.find(publicIdOf(items[2]!))).toBeUndefined();
  expect(library.items.find(bytes)).toBeUndefined();
});

test('indexes items from another server, and purges', () => {
  const [here, there] = [memory({}, 1).library, memory({}, 2).library];
  add(here, ofAnna);
  replicate(here, there);
  expect(there.items.withBytes(bytes)).toEqual([ofAnna]);
  purgeIn(there, ofAnna);
  replicate(there, here);
  expect(here.items.withBytes(bytes)).toEqual([]);
});

const tags = (make: string): object => ({ format: 1, kind: 'exif', recipe: 1, tags: { 'IFD0:Make': make } });

test('tags purged by another server are restored, on every server, if an item has the bytes', () => {
  const [here, there, third] = [1, 2, 3].map((seed) => memory({}, seed).library) as [Library, Library, Library];
  add(here, ofHouse);
  here.update<object>(exifId(bytes), () => tags('Ours'));
  for (const other of [there, third]) replicate(here, other);
  // While the house’s item is purged on one server, Anna’s arrives on another, with tags that this one reads better.
  purgeIn(here, ofHouse);
  purgeIn(here, exifId(bytes));
  add(there, ofAnna);
  there.update<object>(exifId(bytes), () => tags('Hers'));
  replicate(here, third);
  expect(third.get(exifId(bytes))).toBeUndefined();
  for (let round = 0; round < 3; round++)
    for (const [from, to] of [
      [there, here],
      [here, there],
      [there, third],
      [third, there],
    ] as const)
      replicate(from, to);
  for (const library of [here, there, third]) {
    expect(library.items.withBytes(bytes)).toEqual([ofAnna]);
    expect(library.get(exifId(bytes))?.body).toEqual(tags('Hers'));
  }
  expect(missingAt(here, third)).toEqual([]);
  // With the last item they are gone everywhere.
  purgeIn(third, ofAnna);
  purgeIn(third, exifId(bytes));
  for (const to of [here, there]) replicate(third, to);
  for (const library of [here, there, third]) expect(library.get(exifId(bytes))).toBeUndefined();
});

test('indexes at its opening items written by older versions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-items-'));
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
  // An older version does not know this table, but changes documents.
  withLibrary((library, db) => {
    add(library, ofAnna);
    add(library, ofBen);
    db.exec("DROP TABLE item; DELETE FROM setting WHERE name LIKE 'items.%'");
  });
  expect(withLibrary((library) => library.items.withBytes(bytes), true)).toEqual([]);
  expect(withLibrary((library) => library.items.withBytes(bytes))).toEqual([ofAnna, ofBen]);
  withLibrary((library, db) => {
    const rows = db.prepare('SELECT public, doc, sha256 FROM item').all();
    purgeIn(library, ofBen);
    db.prepare('DELETE FROM item').run();
    for (const { public: id, doc, sha256 } of rows as Record<string, string>[])
      db.prepare('INSERT INTO item (public, doc, sha256) VALUES (?, ?, ?)').run(id!, doc!, sha256!);
  });
  expect(withLibrary((library) => library.items.withBytes(bytes))).toEqual([ofAnna]);
  expect(withLibrary((library) => library.items.withBytes(bytes), true)).toEqual([ofAnna]);
});
