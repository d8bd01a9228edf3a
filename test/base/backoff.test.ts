/** Waits grow from the first to the longest, by a rule defined in one place. */
import { expect, test } from 'vitest';
import { backOff } from '../../src/base/async/backoff.js';
import { waitAfter } from '../../src/sync/connections/reconnect-backoff.js';

test('each wait is longer than the previous one by the same factor, up to the maximum', () => {
  const waits = (factor?: number): number[] =>
    [1, 2, 3, 4, 5, 2_000].map((n) => backOff(n, { first: 5, longest: 60, ...(factor && { factor }) }));
  expect(waits()).toEqual([5, 10, 20, 40, 60, 60]);
  expect(waits(4)).toEqual([5, 20, 60, 60, 60, 60]);
});

test('a server is asked again within a minute with jitter, and rarely after a rejection', () => {
  const at = (failures: number, random: number, code = 'io'): number => waitAfter(failures, code, () => random);
  expect([1, 2, 3, 7, 100].map((n) => at(n, 0.5))).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
  expect([at(1, 0), at(1, 1)]).toEqual([750, 1_250]);
  expect(at(1, 0.5, 'unauthorized')).toBe(300_000);
});
