/**
 * The documents that decide access, as the library holds them: when one changes, the next question sees it.
 */
import { expect, test } from 'vitest';
import { itemAccess } from '../../src/access/library-access.js';
import { withEnd, withGive } from '../../src/document/grants.js';
import { membersId } from '../../src/document/item-id.js';
import type { Body } from '../../src/document/photo-document.js';
import type { Library } from '../../src/library/library.js';
import { photo } from '../document/documents.js';
import { memory, replicate } from './libraries.js';

const [anna, ben] = ['1', '2'].map((n) => n.padStart(26, '0')) as [string, string];
const album = `${anna}:${'3'.padStart(26, '0')}`;
const by = `person:${anna}`;

const write = (library: Library, id: string, change: (body: Body, at: string) => object): unknown =>
  library.update<object>(id, (body) =>
    change((body ?? { format: 1, kind: id.slice(0, id.indexOf(':')) }) as Body, library.stampAfter(body)),
  );
const addPerson = (library: Library, person: string): unknown =>
  write(library, `person:${person}`, (body, at) => ({
    ...body,
    name: { value: 'x', at, by },
    role: { value: 'family', at, by },
  }));

test('a change of a control document invalidates the decision, a change of a photo does not', () => {
  const { library } = memory();
  for (const person of [anna, ben]) addPerson(library, person);
  const before = itemAccess(library);
  library.update(`photo:${'a'.repeat(64)}`, () => photo() as unknown as Body);
  expect(itemAccess(library)).toBe(before);
  expect(before.albumRight(album, ben)).toBeUndefined();
  write(library, membersId(album), (body, at) => withGive(body, { to: `person:${ben}`, what: 'view' }, { at, by }));
  expect(itemAccess(library).albumRight(album, ben)).toBe('view');
  write(library, membersId(album), (body, at) => withEnd(body, `person:${ben}`, { at, by }));
  expect(itemAccess(library).albumRight(album, ben)).toBeUndefined();
});

test('writes of a rolled-back transaction do not affect later decisions', () => {
  const { library } = memory();
  for (const person of [anna, ben]) addPerson(library, person);
  const give = (what: string): unknown =>
    write(library, membersId(album), (body, at) => withGive(body, { to: `person:${ben}`, what }, { at, by }));
  const right = (): unknown => itemAccess(library).albumRight(album, ben);
  expect(right()).toBeUndefined();
  const failed = (): unknown =>
    library.transaction(() => {
      give('view');
      expect(right()).toBe('view');
      throw new Error('rolled back');
    });
  expect(failed).toThrow('rolled back');
  expect(right()).toBeUndefined();
  expect(failed).toThrow('rolled back');
  // The next change has the number that the one had which was rolled back.
  give('add');
  expect(right()).toBe('add');
});

test('a person or an album exists until its document records the removal', () => {
  const { library } = memory();
  const { controls } = library;
  expect([controls.isThere(anna), controls.hasAlbum(album)]).toEqual([false, false]);
  addPerson(library, anna);
  write(library, `own-album:${album}`, (body, at) => ({ ...body, name: { value: 'x', at, by } }));
  expect([controls.isThere(anna), controls.hasAlbum(album)]).toEqual([true, true]);
  for (const id of [`person:${anna}`, `own-album:${album}`])
    write(library, id, (body, at) => ({ ...body, removed: { value: true, at, by } }));
  expect([controls.isThere(anna), controls.hasAlbum(album)]).toEqual([false, false]);
});

test('members in the format of a newer version give no access', () => {
  const [here, there] = [memory({}, 1).library, memory({}, 2).library];
  write(here, membersId(album), (body, at) => withGive(body, { to: `person:${ben}`, what: 'view' }, { at, by }));
  for (const person of [anna, ben]) addPerson(here, person);
  replicate(here, there);
  expect(itemAccess(there).albumRight(album, ben)).toBe('view');
  const { rev, body } = there.get(membersId(album))!;
  const revisions = [`2-${'0'.repeat(32)}`, rev];
  there.insert([{ id: membersId(album), revisions, deleted: false, body: { ...body, format: 99 } }]);
  expect(itemAccess(there).albumRight(album, ben)).toBeUndefined();
});

test('documents changed and read in a rolled-back transaction are not cached', () => {
  const { library } = memory();
  for (const person of [anna, ben]) addPerson(library, person);
  const share = (to: string): unknown =>
    write(library, membersId(album), (body, at) => withGive(body, { to: `person:${to}`, what: 'view' }, { at, by }));
  const failing = (): void =>
    library.transaction(() => {
      share(ben);
      expect(itemAccess(library).albumRight(album, ben)).toBe('view');
      throw new Error('no');
    });
  expect(failing).toThrow('no');
  // The next change of a control document has the number that the one which was rolled back had.
  write(library, `own-album:${album}`, (body, at) => ({ ...body, name: { value: 'x', at, by } }));
  expect(itemAccess(library).albumRight(album, ben)).toBeUndefined();
  expect(library.controls.hasAlbum(album)).toBe(true);
});
