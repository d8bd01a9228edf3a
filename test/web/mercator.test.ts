/** The mathematics of the map. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxTerm, readView, viewText } from '../../web/src/features/map/map-address.js';
import {
  around,
  bound,
  boxOf,
  closest,
  fit,
  furthest,
  latOf,
  lonOf,
  pan,
  spotOf,
  worldOf,
  xOf,
  yOf,
  zoomTo,
} from '../../web/src/features/map/mercator.js';
import { scaleOf } from '../../web/src/features/map/paint-map.js';

const size = { width: 1440, height: 800 };
const lat = fc.double({ min: -80, max: 80, noNaN: true });
const lon = fc.double({ min: -179.9, max: 179.9, noNaN: true });
const zoom = fc.double({ min: 3, max: closest, noNaN: true });

test('projecting a position and back returns it', () => {
  fc.assert(
    fc.property(lat, lon, (a, b) => {
      expect(latOf(yOf(a))).toBeCloseTo(a, 8);
      expect(lonOf(xOf(b))).toBeCloseTo(b, 8);
    }),
  );
});

test('the centre of a view is in its middle, and in its box; beyond the date line too', () => {
  fc.assert(
    fc.property(lat, lon, zoom, (a, b, z) => {
      const view = { x: xOf(b), y: yOf(a), zoom: z };
      expect(Math.abs(spotOf(view, a, b).x) + Math.abs(spotOf(view, a, b).y)).toBeLessThan(0.01);
      const { south, west, north, east } = boxOf(view, size);
      expect(a >= south && a <= north).toBe(true);
      expect(west <= east ? b >= west && b <= east : b >= west || b <= east).toBe(true);
    }),
  );
  const fiji = { x: xOf(179.9), y: yOf(-17), zoom: 6 };
  expect(spotOf(fiji, -17, -179.9).x).toBeCloseTo((0.2 / 360) * worldOf(6), 3);
});

test('zooming keeps the point under the finger', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -50, max: 50, noNaN: true }),
      lon,
      fc.integer({ min: -400, max: 400 }),
      fc.integer({ min: -300, max: 300 }),
      (a, b, px, py) => {
        const view = { x: xOf(b), y: yOf(a), zoom: 8 };
        const under = { y: latOf(view.y + py / worldOf(8)), x: lonOf(view.x + px / worldOf(8)) };
        const spot = spotOf(zoomTo(view, 10.5, px, py, size), under.y, under.x);
        expect(spot.x).toBeCloseTo(px, 2);
        expect(spot.y).toBeCloseTo(py, 2);
      },
    ),
  );
});

describe('a view', () => {
  test('never extends beyond the edge of the world', () => {
    const far = bound({ x: 3.2, y: 5, zoom: -4 }, size);
    expect(far.zoom).toBe(furthest(size));
    expect(far.x).toBeCloseTo(0.2, 9);
    expect(far.y + size.height / worldOf(far.zoom) / 2).toBeLessThanOrEqual(1 + 1e-9);
    expect(pan(far, 10, 0).x).toBeLessThan(far.x);
  });

  test('fits an area with a margin; a single spot at the highest zoom', () => {
    const view = fit({ south: 39, west: -109, north: 40, east: -108 }, size);
    const corner = spotOf(view, 40, -109);
    expect(Math.abs(corner.y)).toBeLessThanOrEqual(400 - 63);
    expect(fit({ south: 1, west: 1, north: 1, east: 1 }, size).zoom).toBe(closest);
    const over = fit({ south: -18, west: 178, north: -16, east: -178 }, size);
    expect(Math.abs(lonOf(over.x))).toBeCloseTo(180, 3);
  });

  test('is unchanged by a round trip through the address', () => {
    const view = { x: xOf(-108.35), y: yOf(39.11), zoom: 7.5 };
    expect(viewText(view)).toBe('39.11000,-108.35000,7.5');
    expect(readView(viewText(view))!.x).toBeCloseTo(view.x, 8);
    for (const text of [null, '', '1,2', '91,0,3', '0,0,99', 'a,b,c', '1,2,3,4'])
      expect(readView(text)).toBeUndefined();
  });
});

test('the area around boxes crosses the date line if that is shorter', () => {
  const one = (west: number, east: number) => ({ south: 0, north: 1, west, east });
  expect(around([])).toBeUndefined();
  expect(around([one(178, 179), one(-179, -178)])).toEqual({
    south: 0,
    north: 1,
    west: 178,
    east: expect.closeTo(-178),
  });
  const wide = around([one(-108, -107), one(10, 11)])!;
  expect([wide.west, wide.east]).toEqual([expect.closeTo(-108), expect.closeTo(11)]);
  const single = around([one(5, 5)])!;
  expect([single.west, single.east]).toEqual([expect.closeTo(5), expect.closeTo(5)]);
});

test('the search for a box is rounded outwards and stays within the world', () => {
  expect(boxTerm({ south: 39.111111, west: -108.361111, north: 39.123456, east: -108.301234 })).toBe(
    'box:39.1111,-108.36113,39.12347,-108.30122',
  );
  expect(boxTerm({ south: -90, west: -180, north: 90, east: 180 })).toBe('box:-90,-180,90,180');
});

test('the scale has a round length', () => {
  const { value, unit, width } = scaleOf({ x: 0.5, y: 0.5, zoom: 8 }, 96);
  expect([value, unit]).toEqual([50, 'kilometer']);
  expect(width).toBeLessThanOrEqual(96);
  expect(scaleOf({ x: 0.5, y: 0.5, zoom: 18 }, 96)).toMatchObject({ value: 50, unit: 'meter' });
});
