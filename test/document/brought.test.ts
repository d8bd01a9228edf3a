/** What an export says of a photo, in its document: below people, above the file, and the same however often it is said. */
import { expect, it } from 'vitest';
import { newPhoto } from '../../src/document/arrival.js';
import { parseBrought, withBrought, type ImportedMetadata } from '../../src/document/imported-metadata.js';
import { applyChange } from '../../src/document/edits.js';
import { merge } from '../../src/document/merge.js';
import type { Facts, PhotoDocument } from '../../src/document/photo-document.js';
import { newestStamp } from '../../src/document/stamp.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';

const noon = Date.UTC(2024, 6, 1, 10);
const day = 86_400_000;

function photo(facts: Partial<Facts> = {}, name = 'IMG_1.jpg'): PhotoDocument {
  return newPhoto({
    facts: { recipe: 1, type: 'image/jpeg', bytes: 1, width: 1, height: 1, ...facts },
    renditions: { recipe: 1 },
    sighting: { at: '2026-01-01T00:00:00.000Z', server: 's', name, modified: '2026-01-01T00:00:00.000Z' },
  });
}

const brought = (more: Partial<ImportedMetadata> = {}): ImportedMetadata => ({
  name: 'IMG_1.jpg.json',
  written: noon + day,
  added: noon + day,
  ...more,
});
const shown = (document: PhotoDocument): PhotoView => viewPhoto('0'.repeat(64), document, { here: true });
/** A change of a person, as the server makes it. */
const edit = (document: PhotoDocument, change: Parameters<typeof applyChange>[1]): PhotoDocument =>
  applyChange(document, change, { at: `${String(Date.UTC(2026, 1, 1)).padStart(15, '0')}-0000-drawn`, by: 'owner' });

it('is shown, and importing it again changes nothing', () => {
  const said = brought({
    description: 'lake',
    favourite: true,
    tags: ['people/Ada'],
    albums: ['Trip'],
    gps: { lat: 1, lon: 2 },
  });
  const once = withBrought(photo({ tags: ['sea'] }), said);
  expect(shown(once)).toMatchObject({
    description: 'lake',
    favourite: true,
    tags: ['people/Ada', 'sea'],
    albums: ['Trip'],
    gps: { lat: 1, lon: 2 },
    audience: 'private',
  });
  expect(withBrought(once, said)).toEqual(once);
  expect(merge(once, withBrought(photo({ tags: ['sea'] }), said))).toEqual(once);
});

it('edits by people stay, in any order', () => {
  const said = brought({ description: 'lake', favourite: true, tags: ['people/Ada'], albums: ['Trip'] });
  const change = {
    description: 'sea',
    favourite: false,
    tags: { remove: ['people/Ada'] },
    albums: { remove: ['Trip'] },
  };
  const after = { description: 'sea', favourite: false, tags: [], albums: [] };
  const first = edit(withBrought(photo(), said), change);
  expect(shown(first)).toMatchObject(after);
  expect(shown(withBrought(first, said))).toMatchObject(after);
  const other = withBrought(edit(photo(), { ...change, tags: {}, albums: {} }), said);
  expect(shown(other)).toMatchObject({ description: 'sea', favourite: false, tags: ['people/Ada'], albums: ['Trip'] });
});

it('a time in the future in an export overrides nobody', () => {
  const document = withBrought(photo(), brought({ added: 8.64e15, tags: ['a'] }));
  expect(newestStamp(document)! < '001767225600000').toBe(true);
});

it('the later of two exports is shown, in any order of arrival', () => {
  const [old, young] = [brought({ description: 'old' }), brought({ description: 'new', written: noon + 9 * day })];
  for (const order of [
    [old, young],
    [young, old],
  ]) {
    const document = order.reduce((all, one) => withBrought(all, one), photo());
    expect(shown(document).description).toBe('new');
  }
  const back = [old, young, { ...old, written: noon + 20 * day }].reduce((all, one) => withBrought(all, one), photo());
  expect(shown(back).description).toBe('old');
});

it.each([
  [
    'the file has a time',
    { taken: '2024-07-01T12:00:00.000', offset: '+02:00' },
    'IMG_1.jpg',
    '2024-07-01T12:00:00.000',
    '+02:00',
  ],
  [
    'a person corrected it over there by years',
    { taken: '2014-07-01T12:00:00.000' },
    'IMG_1.jpg',
    '2014-07-01T12:00:00.000',
    undefined,
  ],
  ['the file has none', {}, 'IMG_1.jpg', '2024-07-01T10:00:00.000', undefined],
  ['the clock was never set', { taken: '1980-01-01T00:03:00.000' }, 'IMG_1.jpg', '2024-07-01T10:00:00.000', undefined],
  [
    'the file is from the future',
    { taken: '2034-07-01T12:00:00.000' },
    'IMG_1.jpg',
    '2024-07-01T10:00:00.000',
    undefined,
  ],
  ['the name tells the zone', {}, '20240701_120001.jpg', '2024-07-01T12:00:01.000', '+02:00'],
  ['the name tells a zone of half an hour', {}, '20240701_063000.jpg', '2024-07-01T06:30:00.000', '-03:30'],
  ['the name is in UTC', {}, 'PXL_20240701_100000123.jpg', '2024-07-01T10:00:00.123', undefined],
  ['the name is of another time', {}, '20240701_121700.jpg', '2024-07-01T10:00:00.000', undefined],
  ['the name tells a day alone', {}, 'IMG-20240701-WA0001.jpg', '2024-07-01T12:00:00.000', '+02:00'],
])('time: %s', (_, facts: Partial<Facts>, name, taken, offset) => {
  const view = shown(withBrought(photo(facts, name), brought({ taken: noon })));
  expect([view.taken, view.offset]).toEqual([taken, offset]);
});

it('position: the file takes precedence, unless somebody edited it', () => {
  const here = photo({ gps: { lat: 47, lon: 8, alt: 400 } });
  expect(shown(withBrought(here, brought({ gps: { lat: 1, lon: 2 } }))).gps).toEqual({ lat: 47, lon: 8, alt: 400 });
  expect(shown(withBrought(here, brought({ gps: { lat: 1, lon: 2 }, moved: true }))).gps).toEqual({ lat: 1, lon: 2 });
});

it('a record is validated when it is read', () => {
  const said = brought({
    description: 'lake',
    favourite: true,
    taken: noon,
    tags: ['a'],
    albums: ['b'],
    gps: { lat: 1, lon: 2 },
    moved: true,
  });
  expect(parseBrought(JSON.parse(JSON.stringify(said)))).toEqual(said);
  expect(
    parseBrought({ name: 'a', written: 1, description: 2, gps: { lat: 900 }, tags: [1, 'a'], albums: 'x' }),
  ).toEqual({
    name: 'a',
    written: 1,
    tags: ['a'],
    albums: [],
  });
  for (const none of [undefined, null, 'x', {}, { name: 1 }, { name: 'a', written: Infinity }])
    expect(parseBrought(none)).toBeUndefined();
});

it('a photo in extremely many albums still fits into a document', () => {
  const many = Array.from({ length: 5_000 }, (_, n) => `${n}`);
  const document = withBrought(photo(), brought({ albums: many, tags: ['', ' ', 'x'.repeat(201), ...many] }));
  expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(256 * 1024);
});
