/** Albums as documents, and the album that a folder suggests. */
import { expect, test } from 'vitest';
import { albumOf, changeAlbum, coverOf, turnedDown, viewSaved } from '../../src/document/album-document.js';
import { suggestedAlbum } from '../../src/document/suggested-album.js';
import { merge } from '../../src/document/merge.js';
import { format, type Body, type PhotoDocument, type Stamp } from '../../src/document/photo-document.js';

const at = (n: number): Stamp => `${String(n).padStart(15, '0')}-0000-a`;
const bodyOf = (document: object): Body => document as Body;
const photo = (folder: string | undefined, albums: PhotoDocument['edits']['albums'] = {}): PhotoDocument => ({
  format,
  kind: 'photo',
  facts: { recipe: 1, type: 'image/jpeg', bytes: 1, width: 1, height: 1 },
  renditions: { recipe: 1 },
  sidecars: {},
  sightings: {
    's a.jpg': {
      at: '2026-01-01T00:00:00.000Z',
      server: 's',
      name: 'a.jpg',
      modified: '2026-01-01T00:00:00.000Z',
      ...(folder !== undefined && { folder }),
    },
  },
  edits: { albums },
});

test('a saved search is named, changed and removed; the later of two changes wins, whoever merges', () => {
  const made = changeAlbum(undefined, { name: ' Birds ', query: 'tag:bird' }, at(1), 'owner', 0);
  expect(viewSaved('album:01', bodyOf(made))).toEqual({
    id: '01',
    name: 'Birds',
    q: 'tag:bird',
    added: '1970-01-01T00:00:00.000Z',
  });
  const named = changeAlbum(made, { name: 'Our birds' }, at(2), 'owner', 9);
  const gone = changeAlbum(made, { removed: true }, at(3), 'owner', 9);
  expect(viewSaved('album:01', bodyOf(gone))).toBeUndefined();
  const both = merge(named, gone);
  expect(both).toEqual(merge(gone, named));
  expect(viewSaved('album:01', bodyOf(both))).toBeUndefined();
  const back = changeAlbum(both, { removed: false }, at(4), 'owner', 9);
  expect(viewSaved('album:01', bodyOf(back))?.name).toBe('Our birds');
  expect(() => changeAlbum(undefined, { name: '  ' }, at(1), 'owner', 0)).toThrow('1 to 200 characters');
});

test('a dismissed suggestion is remembered by name; a saved search is not one', () => {
  const no = changeAlbum(undefined, { name: 'Iceland', removed: true }, at(1), 'owner', 0);
  expect(turnedDown(bodyOf(no))).toBe('Iceland');
  expect(turnedDown(bodyOf(changeAlbum(no, { removed: false }, at(2), 'owner', 0)))).toBeUndefined();
  expect(
    turnedDown(bodyOf(changeAlbum(undefined, { name: 'x', query: 'tag:x', removed: true }, at(1), 'o', 0))),
  ).toBeUndefined();
  for (const body of [{}, { kind: 'album' }, { kind: 'album', name: 3 }, { kind: 'photo', name: { value: 'x' } }])
    expect(albumOf(body as Body)).toBeUndefined();
});

test('a cover belongs to an album by its name; the later choice wins, and dismisses nothing', () => {
  const [one, other] = ['a'.repeat(64), 'b'.repeat(64)];
  const chosen = changeAlbum(undefined, { name: 'Iceland', cover: one }, at(1), 'owner', 0);
  expect(coverOf(bodyOf(chosen))).toEqual({ album: 'Iceland', photo: one, at: at(1) });
  expect(turnedDown(bodyOf(chosen))).toBeUndefined();
  expect(viewSaved('album:01', bodyOf(chosen))).toBeUndefined();
  const again = changeAlbum(chosen, { cover: other }, at(2), 'owner', 0);
  const declined = changeAlbum(chosen, { removed: true }, at(3), 'owner', 0);
  const both = merge(again, declined);
  expect(both).toEqual(merge(declined, again));
  expect(coverOf(bodyOf(both))?.photo).toBe(other);
  expect(turnedDown(bodyOf(both))).toBe('Iceland');
  expect(coverOf(bodyOf(changeAlbum(both, { cover: '' }, at(4), 'owner', 0)))?.photo).toBeUndefined();
  const hostile = { ...chosen, cover: { value: '../../x', at: at(1), by: 'owner' } };
  expect(coverOf(bodyOf(hostile))?.photo).toBeUndefined();
  for (const body of [{}, { ...chosen, cover: 3 }, changeAlbum(chosen, { query: 'tag:x' }, at(5), 'owner', 0)])
    expect(coverOf(bodyOf(body))).toBeUndefined();
});

test.each([
  ['Iceland', 'Iceland'],
  ['Trips/Iceland', 'Iceland'],
  ['Iceland/DCIM/100CANON', 'Iceland'],
  ['2024/07', undefined],
  ['2024-07-01', undefined],
  ['DCIM', undefined],
  ['Camera Uploads', undefined],
  ['private/x', 'x'],
  ['_hidden', undefined],
  ['  ', undefined],
  [undefined, undefined],
])('the folder %s suggests %s', (folder, name) => {
  expect(suggestedAlbum(photo(folder))).toBe(name);
});

test('no album is suggested after an edit about the photo’s membership', () => {
  for (const present of [true, false])
    expect(suggestedAlbum(photo('Iceland', { Iceland: { present, at: at(1), by: 'owner' } }))).toBeUndefined();
  const undone = { present: false, at: at(1), by: 'owner', undone: true } as const;
  expect(suggestedAlbum(photo('Iceland', { Iceland: undone }))).toBe('Iceland');
  const removed = photo('Iceland', { Iceland: { present: false, at: at(2), by: 'owner' } });
  for (const both of [
    merge(removed, photo('Iceland', { Iceland: undone })),
    merge(photo('Iceland', { Iceland: undone }), removed),
  ])
    expect(suggestedAlbum(both)).toBeUndefined();
  const forged = { ...undone, present: 'no' } as unknown as typeof undone;
  expect(suggestedAlbum(photo('Iceland', { Iceland: forged }))).toBeUndefined();
  expect(suggestedAlbum(photo('Iceland', { Other: { present: true, at: at(1), by: 'owner' } }))).toBe('Iceland');
});
