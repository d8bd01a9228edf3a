/** Edits: what a change writes into a document, what it leaves unchanged, and what it rejects. */
import { describe, expect, test } from 'vitest';
import { applyChange, asTheirs, type PhotoChange } from '../../src/document/edits.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { merge } from '../../src/document/merge.js';
import { hasSeen, isPurge, purge, revive } from '../../src/document/purge.js';
import { inverseOf } from '../../src/document/undo.js';
import { apartFrom, favouriteOf, viewPhoto } from '../../src/document/photo-view.js';
import { edited, photo, stamp } from './documents.js';

test('an edit names its time, its author and the replaced values', () => {
  const once = edited(photo(), { title: 'a' }, stamp(1), 'person:a');
  const twice = edited(once, { title: 'b', tags: { add: ['x'] } }, stamp(2), 'person:b');
  expect(twice.edits).toEqual({
    title: [
      { value: 'b', at: stamp(2), by: 'person:b', over: stamp(1) },
      { value: 'a', at: stamp(1), by: 'person:a' },
    ],
    tags: { x: { present: true, at: stamp(2), by: 'person:b' } },
  });
});

test('the newest eight values are kept', () => {
  let document = photo();
  for (let n = 1; n <= 12; n++) document = edited(document, { title: String(n) }, stamp(n));
  expect(document.edits.title!.map((edit) => edit.value)).toEqual(['12', '11', '10', '9', '8', '7', '6', '5']);
});

test('that photos are different is recorded in each of them, here and elsewhere, and can be undone', () => {
  const [one, other, third] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
  const change = { apart: { add: [one] } };
  const here = edited(photo(), change, stamp(1));
  const there = edited(photo(), { apart: { add: [other, third] } }, stamp(2));
  const both = merge(here, there);
  expect(merge(there, here)).toEqual(both);
  expect(apartFrom(both)).toEqual([one, other, third]);
  expect(inverseOf(photo(), change)).toEqual({ apart: { remove: [one] } });
  expect(inverseOf(here, change)).toBeUndefined();
  expect(apartFrom(edited(both, { apart: { remove: [other] } }, stamp(3)))).toEqual([one, third]);
  // Invalid photo ids are kept and replicated, but not reported.
  expect(apartFrom(edited(here, { apart: { add: ['x'] } }, stamp(4)))).toEqual([one]);
});

test('an unchanged value adds no edit', () => {
  const change: PhotoChange = {
    title: 'a',
    gps: { lat: 1, lon: 2 },
    audience: 'family',
    tags: { add: ['x'], remove: ['y'] },
  };
  const document = edited(photo(), change, stamp(1));
  expect(edited(document, { ...change, gps: { lon: 2, lat: 1 } }, stamp(2))).toBe(document);
  expect(edited(photo(), {}, stamp(1)).edits).toEqual({});
  expect(edited(photo(), { title: null }, stamp(1)).edits).toEqual({});
});

describe('refuses', () => {
  test.each<PhotoChange>([
    { title: 'x'.repeat(1001) },
    { rating: 6 },
    { rating: 1.5 },
    { gps: { lat: 91, lon: 0 } },
    { taken: { local: '2023-02-29T00:00:00.000' } },
    { taken: { local: '2024-02-29T24:00:00.000' } },
    { taken: { local: '2024-02-29T00:00:00.000', offset: '+15:00' } },
    { audience: 'friends' as 'family' },
    { trashed: 1 as unknown as boolean },
    { place: { city: 7 as unknown as string } },
    { tags: { add: [' '] } },
    { albums: { remove: ['x'.repeat(201)] } },
  ])('%j', (change) => {
    expect(() => edited(photo(), change, stamp(1))).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

describe('a purge', () => {
  const document = edited(photo(), { title: 'a', trashed: true }, stamp(1));
  const gone = purge(document, { at: stamp(5), by: 'person:1' });
  const trashed = (body: object): boolean => viewPhoto('0', body as typeof document, { here: false }).trashed;

  test('keeps the versions that it had seen, and nothing else', () => {
    expect(gone).toEqual({
      format: 1,
      kind: 'photo',
      purged: { at: stamp(5), by: 'person:1' },
      edits: document.edits,
      sightings: document.sightings,
    });
    expect(isPurge(gone)).toBe(true);
    expect(isPurge({})).toBe(false);
    expect(isPurge(document)).toBe(false);
  });

  test('covers the document and older copies of it, with any facts', () => {
    expect(hasSeen(gone, document)).toBe(true);
    expect(hasSeen(gone, photo({ facts: { recipe: 7 } }))).toBe(true);
  });

  test('does not cover another edit or sighting: these return trashed, until someone restores them', () => {
    const late = edited(document, { title: 'late', trashed: false }, stamp(4));
    expect(hasSeen(gone, late)).toBe(false);
    expect(hasSeen(gone, photo({ sighting: { server: 'there' } }))).toBe(false);
    const back = revive(late, gone);
    expect(trashed(back)).toBe(true);
    expect(revive(back, gone)).toEqual(back);
    expect(trashed(revive(edited(back, { trashed: false }, stamp(6)), gone))).toBe(false);
    expect(viewPhoto('0', back, { here: false }).title).toBe('late');
  });

  test('of an unknown kind is decided by the stamps', () => {
    const comment = { format: 1, kind: 'comment', text: { value: 'x', at: stamp(3), by: 'p' } };
    const purged = purge(comment, { at: stamp(4), by: 'p' });
    expect(hasSeen(purged, comment)).toBe(true);
    expect(hasSeen(purged, { ...comment, text: { value: 'y', at: stamp(5), by: 'p' } })).toBe(false);
    expect(revive(comment, purged)).toBe(comment);
  });
});

test('a person has favourites of their own', () => {
  const document = edited(photo(), { favourite: true, favourites: { add: ['person:a'] } }, stamp(1), 'person:a');
  const theirs = (self?: string): boolean => viewPhoto('0', document, { here: false }, self).favourite;
  expect([theirs(), theirs('person:a'), theirs('person:b')]).toEqual([true, true, false]);
  expect(asTheirs({ favourite: false, title: 'a' }, 'person:a')).toEqual({
    title: 'a',
    favourites: { remove: ['person:a'] },
  });
  expect(favouriteOf(document)).toEqual(['person:a']);
});

test.each([[undefined], [null], ['x'], [[]], [7]])(
  'a photo with the edits %j can be made private and trashed',
  (edits) => {
    const odd = { ...photo(), edits } as unknown as PhotoDocument;
    const change: PhotoChange = { audience: 'private', trashed: true, title: 'A', tags: { add: ['b'] } };
    const changed = applyChange(odd, change, { at: stamp(5), by: 'owner' });
    expect(viewPhoto('a', changed, { here: false })).toMatchObject({
      audience: 'private',
      trashed: true,
      title: 'A',
      tags: ['b'],
    });
    expect(merge(odd, changed)).toEqual(merge(changed, odd));
    expect(viewPhoto('a', merge(odd, changed), { here: false })).toMatchObject({
      audience: 'private',
      trashed: true,
      title: 'A',
    });
  },
);

test.each(['facts', 'renditions', 'sidecars', 'sightings', 'edits'])(
  'a photo without %s accepts every edit',
  (part) => {
    const odd = { ...photo(), [part]: null };
    const change: PhotoChange = {
      ...{
        audience: 'private',
        trashed: true,
        reviewed: true,
        favourite: true,
        rating: 3,
        title: 'A',
        description: 'B',
      },
      ...{
        taken: null,
        place: null,
        gps: null,
        tags: { add: ['b'], remove: ['c'] },
        albums: { add: ['d'], remove: ['e'] },
      },
    };
    const { edits } = applyChange(odd, change, { at: stamp(5), by: 'owner' });
    expect(edits.audience?.[0]?.value).toBe('private');
    expect(edits.trashed?.[0]?.value).toBe(true);
  },
);
