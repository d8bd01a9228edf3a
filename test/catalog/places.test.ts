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
