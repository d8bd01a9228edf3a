/** Justified rows: for any photos, every photo once, every full row exactly as wide as the container. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { edges, justify, type Row, type Shape, type Space } from '../../web/src/features/timeline/justified-rows.js';

const shape = fc.record({ ratio: fc.double({ min: 0.3, max: 4, noNaN: true }), begins: fc.boolean() });
const shapes = fc.array(shape, { minLength: 1, maxLength: 120 });
const space = fc.record({
  width: fc.integer({ min: 320, max: 2560 }),
  gap: fc.constant(4),
  apart: fc.constant(16),
  target: fc.integer({ min: 120, max: 300 }),
  open: fc.boolean(),
});

function check(photos: Shape[], room: Space, rows: Row[]): void {
  expect(rows[0]!.from).toBe(0);
  expect(rows.at(-1)!.to).toBe(photos.length);
  for (const [i, row] of rows.entries()) {
    if (i > 0) expect(row.from).toBe(rows[i - 1]!.to);
    const places = edges(photos, row, room);
    expect(places).toHaveLength(row.to - row.from);
    expect(places[0]!.left).toBe(0);
    for (const [k, { left, right }] of places.entries()) {
      expect(right).toBeGreaterThan(left);
      if (k > 0) expect(left - places[k - 1]!.right).toBe(photos[row.from + k]!.begins ? room.apart : room.gap);
    }
    if (row.full) expect(places.at(-1)!.right).toBe(room.width);
    else expect(places.at(-1)!.right).toBeLessThanOrEqual(room.width);
  }
}

test('every photo is in one row, in order, and full rows are exactly as wide as the container', () => {
  fc.assert(fc.property(shapes, space, (photos, room) => check(photos, room, justify(photos, room))));
});

test('rows stay near the target height if the photos allow it', () => {
  const photos = fc.array(fc.record({ ratio: fc.constantFrom(1.33, 0.75, 1.5, 1), begins: fc.boolean() }), {
    minLength: 60,
    maxLength: 200,
  });
  fc.assert(
    fc.property(photos, (all) => {
      for (const row of justify(all, { width: 1440, gap: 4, apart: 16, target: 240, open: false })) {
        expect(row.full).toBe(true);
        expect(row.height).toBeGreaterThan(150);
        expect(row.height).toBeLessThan(380);
      }
    }),
  );
});

test('a few photos at a month’s end keep the target height; a nearly full row is stretched a little', () => {
  const room = { width: 1440, gap: 4, apart: 16, target: 240, open: true };
  const many = (count: number): Shape[] => Array.from({ length: count }, () => ({ ratio: 1.5, begins: false }));
  expect(justify(many(2), room)).toEqual([{ from: 0, to: 2, height: 240, full: false }]);
  expect(justify(many(4), room)).toEqual([{ from: 0, to: 4, height: 238, full: true }]);
  const wide = { ...room, width: 1500 };
  expect(justify(many(4), wide)).toEqual([{ from: 0, to: 4, height: 248, full: true }]);
});

test('a last photo is not left alone where the others can make room', () => {
  const photos = Array.from({ length: 9 }, () => ({ ratio: 4 / 3, begins: false }));
  const rows = justify(photos, { width: 1440, gap: 4, apart: 16, target: 240, open: true });
  expect(rows.map((row) => row.to - row.from)).toEqual([5, 4]);
});

test('a row starts at every forced break', () => {
  const breaks = fc.uniqueArray(fc.integer({ min: 0, max: 119 }), { maxLength: 6 });
  fc.assert(
    fc.property(shapes, space, breaks, (photos, room, at) => {
      const rows = justify(photos, { ...room, breaks: new Set(at) });
      check(photos, room, rows);
      const begins = new Set(rows.map((row) => row.from));
      for (const index of at) if (index < photos.length) expect(begins.has(index)).toBe(true);
    }),
  );
});
