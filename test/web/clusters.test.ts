/** The names of groups of photos on the map, by zoom. */
import { expect, test } from 'vitest';
import { type Cluster, nameAt, place } from '../../web/src/features/map/clusters.js';
import { xOf, yOf } from '../../web/src/features/map/mercator.js';

const group = (n: number, name: string, lat: number, lon: number, half = 0.5): Cluster => ({
  ...{ lat, lon, count: 10 - n, id: n.toString(16).padStart(64, '0'), place: name },
  box: { south: lat - half, west: lon - half, north: lat + half, east: lon + half },
});

test('a group is named by its country from afar, then its region, then its town', () => {
  const helsinki = group(1, 'Länsisatama, Uusimaa, Finland', 60.2, 24.9);
  expect([2, 6, 10].map((zoom) => nameAt(helsinki, zoom))).toEqual(['Finland', 'Uusimaa', 'Länsisatama']);
  expect(nameAt(group(1, 'Vaduz, Liechtenstein', 47.1, 9.5), 6)).toBe('Vaduz');
  expect(nameAt(group(1, 'Singapore', 1.3, 103.8), 2)).toBe('Singapore');
});

test('a group that spreads over countries has no name, since the newest photo is in one of them', () => {
  const europe = group(1, 'Länsisatama, Uusimaa, Finland', 50, 15, 12);
  expect(nameAt(europe, 2)).toBeUndefined();
  const view = { x: xOf(15), y: yOf(50), zoom: 1 };
  const one = place([europe], view);
  expect(one.map(({ name, place }) => [name, place])).toEqual([['', undefined]]);
});

test('groups that are drawn as one have a name if it is the same', () => {
  const [rome, arezzo, paris] = [
    group(1, 'Rome, Lazio, Italy', 41.9, 12.5),
    group(2, 'Arezzo, Tuscany, Italy', 43.5, 11.9),
    group(3, 'Paris, Île-de-France, France', 48.9, 2.4),
  ];
  const view = { x: xOf(12), y: yOf(44), zoom: 2 };
  const names = (...clusters: Cluster[]) => place(clusters, view).map(({ name, count }) => [name, count]);
  expect(names(rome, arezzo)).toEqual([['Italy', 17]]);
  expect(names(rome, arezzo, paris)).toEqual([['', 24]]);
});
