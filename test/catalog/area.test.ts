/** `box:` and `near:`: what they find, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distance } from '../../src/catalog/geo-area.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { emptyCatalog, shaOf } from './photos.js';

const at = (lat: number, lon: number) => ({ facts: { gps: { lat, lon } } });

function finds(spots: readonly (readonly [number, number] | undefined)[]) {
  const { catalog, put } = emptyCatalog();
  spots.forEach((spot, n) => put(shaOf(n), spot ? at(...spot) : {}));
  return (text: string): number[] =>
    catalog
      .page(parseQuery(text))
      .ids.map((id) => parseInt(id.slice(-4), 16))
      .sort((a, b) => a - b);
}

describe('box:', () => {
  const find = finds([[39.11, -108.35], [39.11, -109], [-17, 179], [-17, -179], undefined]);

  test('finds photos inside, edges included, also across the date line', () => {
    expect(find('box:39,-108.5,39.2,-108.3')).toEqual([0]);
    expect(find('box:39.11,-108.35,39.11,-108.35')).toEqual([0]);
    expect(find('box:-20,178,-15,-178')).toEqual([2, 3]);
    expect(find('box:-90,-180,90,180')).toEqual([0, 1, 2, 3]);
    expect(find('box:"39, -108.5, 39.2, -108.3"')).toEqual([0]);
  });

  test('negated finds all others, also those without a position', () => {
    expect(find('-box:39,-110,40,-108')).toEqual([2, 3, 4]);
  });

  test.each(['box:', 'box:1,2,3', 'box:2,0,1,0', 'box:0,0,91,0', 'box:0,-181,1,0', 'box:a,b,c,d', 'box:1,2,3,4,5'])(
    '%s is rejected with a sentence',
    (text) => {
      expect(() => find(text)).toThrow('is not a valid area on the map');
    },
  );

  test('each cluster of the map is found by its box, wherever its photos are', () => {
    const spot = fc.tuple(
      fc.double({ min: -85, max: 85, noNaN: true }),
      fc.double({ min: -179, max: 179, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(spot, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 12 }), (spots, zoom) => {
        const { catalog, put } = emptyCatalog();
        spots.forEach((one, n) => put(shaOf(n), at(...one)));
        for (const { box, count } of catalog.map(
          { south: -90, west: -180, north: 90, east: 180 },
          zoom,
          parseQuery(''),
        )) {
          const { south, west, north, east } = box;
          const edges = [south - 1e-4, west - 1e-4, north + 1e-4, east + 1e-4];
          const text = `box:${edges.map((degrees) => degrees.toFixed(6)).join()}`;
          expect(catalog.count(parseQuery(text)), text).toBeGreaterThanOrEqual(count);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('near:', () => {
  const find = finds([[59.9139, 10.7522], [59.92, 10.76], [60.39, 5.32], [89.99, 0], [89.99, 180], undefined]);

  test('finds photos nearby, within a kilometre by default', () => {
    expect(find('near:59.9139,10.7522')).toEqual([0, 1]);
    expect(find('near:59.9139,10.7522,500m')).toEqual([0]);
    expect(find('near:59.9139,10.7522,310km')).toEqual([0, 1, 2]);
    expect(find('near:59.9139,10.7522,300')).toEqual([0, 1]);
    expect(find('near:90,0,2km')).toEqual([3, 4]);
  });

  test.each(['near:', 'near:1', 'near:91,0', 'near:0,0,0km', 'near:0,0,6000km', 'near:0,0,1mi', 'near:oslo'])(
    '%s is rejected with a sentence',
    (text) => {
      expect(() => find(text)).toThrow('is not a valid place on the map');
    },
  );

  test('measures on the sphere', () => {
    // Oslo to Bergen.
    expect(distance(59.9139, 10.7522, 60.39, 5.32)).toBeCloseTo(305, -1);
    expect(distance(0, 179.5, 0, -179.5)).toBeCloseTo(111.2, 0);
  });
});
