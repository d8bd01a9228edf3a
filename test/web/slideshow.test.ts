/** The order of a slideshow, and the shared view of two photos that are compared. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomOrder } from '../../web/src/features/viewer/random-order.js';
import { boundShared, viewOf, zoomShared } from '../../web/src/features/viewer/synchronised-zoom.js';
import { readSettings } from '../../web/src/features/viewer/slideshow-settings.js';
import { fit } from '../../web/src/features/viewer/zoom.js';

describe('a slideshow in random order', () => {
  test('shows each photo once, the first one too, and those that are added meanwhile', () => {
    const order = new RandomOrder();
    order.see(3);
    const seen = [3];
    for (let count = 5, next = order.next(count); next !== undefined; next = order.next(count)) {
      seen.push(next);
      if (seen.length === 4) count = 9;
    }
    expect(seen.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('finds the last ones although the draws miss them', () => {
    const order = new RandomOrder(() => 0);
    expect([order.next(3), order.next(3), order.next(3), order.next(3)]).toEqual([1, 2, 3, undefined]);
  });

  test('without stored settings, it goes forward with 5 s for each photo', () => {
    expect(readSettings()).toEqual({ seconds: 5, order: 'forward' });
  });
});

describe('two photos that are compared', () => {
  const size = fc.record({ width: fc.integer({ min: 20, max: 9000 }), height: fc.integer({ min: 20, max: 9000 }) });
  const stage = fc.record({ width: fc.integer({ min: 100, max: 1200 }), height: fc.integer({ min: 100, max: 1200 }) });
  const share = fc.double({ min: -0.5, max: 0.5, noNaN: true });
  const shared = fc.record({ scale: fc.double({ min: 1, max: 4, noNaN: true }), x: share, y: share });

  test('a zoom keeps the point below the pointer, and the same detail of both in the middle', () => {
    fc.assert(
      fc.property(size, size, stage, shared, share, share, (one, two, room, view, px, py) => {
        const fitted = fit(one, room);
        const at = { x: px * fitted.width, y: py * fitted.height };
        const [before, next] = [viewOf(view, one, room), zoomShared(view, 1.5, at, one, room)];
        const after = viewOf(next, one, room);
        // The part of the picture at the point, from its centre, in its own size.
        expect((at.x - after.x) / after.scale).toBeCloseTo((at.x - before.x) / before.scale, 6);
        expect((at.y - after.y) / after.scale).toBeCloseTo((at.y - before.y) / before.scale, 6);
        const other = viewOf(next, two, room);
        expect(other.x / fit(two, room).width).toBeCloseTo(after.x / fitted.width, 9);
        expect(other.scale).toBe(after.scale);
      }),
    );
  });

  test('the whole is neither made smaller nor moved', () => {
    fc.assert(
      fc.property(size, size, stage, share, share, (one, two, room, x, y) => {
        const bounded = boundShared({ scale: 0.2, x, y }, [one, two], room);
        expect(bounded.scale).toBe(1);
        expect(bounded.x).toBeCloseTo(0, 9);
        expect(bounded.y).toBeCloseTo(0, 9);
      }),
    );
  });
});
