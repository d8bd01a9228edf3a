/** Where the info sheet of a photo comes to rest after a drag. */
import { expect, test } from 'vitest';
import { heightsOf, restOf, type Stop } from '../../web/src/features/viewer/sheet-stops.js';

test.each<[from: Stop, up: number, rest: Stop]>([
  ['closed', 20, 'closed'],
  ['closed', 60, 'half'],
  ['closed', 400, 'half'],
  ['closed', 760, 'full'],
  ['half', 30, 'half'],
  ['half', 60, 'full'],
  ['half', -60, 'closed'],
  ['full', -60, 'half'],
  ['full', -700, 'closed'],
  ['full', 100, 'full'],
])('from %s, dragged up by %d px, to %s', (from, up, rest) => {
  expect(restOf(from, up, 844)).toBe(rest);
});

test('the sheet leaves the bar at the top free, and half of it never fills a low window', () => {
  for (const view of [320, 568, 844, 1180]) {
    const { half, full } = heightsOf(view);
    expect(half).toBeLessThan(full);
    expect(full).toBeLessThanOrEqual(view - 64);
  }
});
