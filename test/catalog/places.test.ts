/** Where the photos of a month or a day were taken mostly. */
import { expect, test } from 'vitest';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { emptyCatalog, visitor } from './photos.js';

const sha = (n: number): string => n.toString(16).padStart(64, '0');

test('a month shows the places of most photos, at most two, to viewers who may see them', () => {
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
  expect(catalog.places(parseQuery(''), 'month')).toEqual([
    { span: '2024-07', places: ['Oslo', 'Rome'] },
    { span: '2023-06', places: ['Lyon, France'] },
  ]);
  const rome = [{ span: '2024-07', places: ['Rome'] }];
  expect(catalog.places(parseQuery(''), 'month', visitor)).toEqual(rome);
  db.close();
});

test('each day has its own places', () => {
  const { db, catalog, put } = emptyCatalog();
  const days = ['01', '01', '02', '02', '02', '03'];
  const cities = ['Oslo', 'Oslo', 'Rome', 'Bergen', 'Bergen', undefined];
  cities.forEach((city, n) => {
    const taken = `2024-07-${days[n]!}T12:00:00.000`;
    put(sha(n), { facts: { taken, ...(city !== undefined && { place: { city } }) } });
  });
  expect(catalog.places(parseQuery(''), 'day')).toEqual([
    { span: '2024-07-02', places: ['Bergen', 'Rome'] },
    { span: '2024-07-01', places: ['Oslo'] },
  ]);
  db.close();
});
