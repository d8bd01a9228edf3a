/** Names on the map: none covers another or a group of photos, and the more important stay. */
import { expect, test } from 'vitest';
import { placeLabels, type Label } from '../../web/src/features/map/map-labels.js';
import { rectangle } from '../../web/src/features/map/rectangles.js';
import { xOf, yOf } from '../../web/src/features/map/mercator.js';

const town = (name: string, lat: number, lon: number): Label => ({ name, lat, lon, kind: 'town' });

test('labels that would cover an earlier one, or are out of sight, are left out', () => {
  const view = { x: xOf(-4), y: yOf(40), zoom: 6 };
  const size = { width: 600, height: 400 };
  const labels = [
    town('Madrid', 40.4, -3.7),
    town('Getafe', 40.3, -3.73),
    town('Seville', 37.4, -6),
    town('Oslo', 59.9, 10.7),
  ];
  const names = (...given: Parameters<typeof placeLabels>): string[] => placeLabels(...given).map(({ name }) => name);
  expect(names(labels, view, size, () => 50)).toEqual(['Madrid', 'Seville']);
  const closer = { x: xOf(-3.7), y: yOf(40.35), zoom: 11 };
  expect(names(labels, closer, size, () => 50)).toEqual(['Madrid', 'Getafe']);
  const { x, y } = placeLabels(labels, view, size, () => 50)[0]!;
  expect(names(labels, view, size, () => 50, [rectangle(x, y - 10, 2, 2)])).toEqual(['Seville']);
});
