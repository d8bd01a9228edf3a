/** Where the photos of a month were taken mostly. */
import { expect, test } from 'vitest';
import { parseQuery } from '../../src/catalog/search.js';
import { emptyCatalog } from './photos.js';

const sha = (n: number): string => n.toString(16).padStart(64, '0');

test('the places of most photos stand for a month, at most two, for those who may see them', () => {
  const { db, catalog, put } = emptyCatalog();
  const cities = ['Oslo', 'Oslo', 'Oslo', 'Rome', 'Rome', 'Bergen', undefined];
  cities.forEach((city, n) => {
    put(sha(n), {
      facts: { taken: '2024-07-01T12:00:00.000', ...(city !== undefined && { place: { city } }) },
      edits: { audience: city === 'Rome' ? 'public' : 'private' },
    });
  });
  put(sha(20), { facts: { taken: '2024-06-01T12:00:00.000' } });
  put(sha(21), { facts: { taken: '2023-06-01T12:00:00.000', place: { city: 'Lyon', country: 'FR' } } });
  expect(catalog.places(parseQuery(''))).toEqual([
    { month: '2024-07', places: ['Oslo', 'Rome'] },
    { month: '2023-06', places: ['Lyon, France'] },
  ]);
  expect(catalog.places(parseQuery(''), { audiences: ['public'] })).toEqual([{ month: '2024-07', places: ['Rome'] }]);
  db.close();
});

test('so do the places of each day, of the months that are asked for', () => {
  const { db, catalog, put } = emptyCatalog();
  const days = [
    ['2024-06-30', 'Oslo'],
    ['2024-07-01', 'Oslo'],
    ['2024-07-01', 'Bergen'],
    ['2024-07-31', 'Rome'],
    ['2024-07-31', undefined],
    ['2024-08-01', undefined],
    ['2024-12-31', 'Lyon'],
    ['2025-01-01', 'Paris'],
  ] as const;
  days.forEach(([day, city], n) =>
    put(sha(n), {
      facts: { taken: `${day}T12:00:00.000`, ...(city !== undefined && { place: { city } }) },
      edits: { audience: city === 'Rome' ? 'public' : 'private' },
    }),
  );
  const ask = (from: string, to: string, viewer?: { audiences: ['public'] }) =>
    catalog.dayPlaces(parseQuery(''), from, to, viewer);
  expect(ask('2024-07', '2024-08')).toEqual([
    { day: '2024-07-31', places: ['Rome'] },
    { day: '2024-07-01', places: ['Oslo', 'Bergen'] },
  ]);
  expect(ask('2024-12', '2024-12')).toEqual([{ day: '2024-12-31', places: ['Lyon'] }]);
  expect(ask('2024-01', '2025-12').map(({ day }) => day.slice(0, 7))).toEqual([
    '2025-01',
    '2024-12',
    '2024-07',
    '2024-07',
    '2024-06',
  ]);
  expect(ask('2024-01', '2025-12', { audiences: ['public'] })).toEqual([{ day: '2024-07-31', places: ['Rome'] }]);
  expect(ask('2020-01', '2020-12')).toEqual([]);
  db.close();
});
