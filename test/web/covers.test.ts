/** The timeline from further away: cells, where a time is among them, and the arrow keys over a grid. */
import { expect, test } from 'vitest';
import type { TimelineCover } from '../../src/api/answer-types.js';
import { indexOf, stepOver, toCells } from '../../web/src/features/timeline/overview-covers.js';

const cover = (span: string): TimelineCover => ({
  span,
  count: 1,
  tile: { id: span, width: 1, height: 1, taken: `${span}-01T00:00:00.000`, type: 'image/jpeg' },
});
const months = ['2024-07', '2024-05', '2021-12', '2019-01'].map(cover);

test('the months of all years follow each other; the first of each shows its year', () => {
  expect(toCells(months, 'month').map(({ span, opens }) => [span, opens])).toEqual([
    ['2024-07', '2024'],
    ['2024-05', undefined],
    ['2021-12', '2021'],
    ['2019-01', '2019'],
  ]);
  expect(toCells([cover('2024'), cover('2021')], 'year').map(({ opens }) => opens)).toEqual([undefined, undefined]);
  expect(toCells([], 'month')).toEqual([]);
});

test('a time belongs to its month, or the next older one, or the oldest', () => {
  expect(['2024-07', '2024-06', '2024', '2021', '2020', '2021-12-24', '1990'].map((at) => indexOf(months, at))).toEqual(
    [0, 1, 0, 2, 3, 2, 3],
  );
  expect(indexOf([], '2024')).toBe(-1);
});

test('arrow keys move across rows of different lengths', () => {
  // Two rows of three and two, the second under the first, then one alone.
  const tops = [0, 0, 0, 100, 100, 200];
  const lefts = [0, 50, 100, 0, 50, 0];
  const go = (from: number, key: string): number => stepOver(tops, lefts, from, key);
  expect([go(0, 'ArrowRight'), go(5, 'ArrowRight'), go(0, 'ArrowLeft'), go(3, 'ArrowLeft')]).toEqual([1, 5, 0, 2]);
  expect([go(2, 'ArrowDown'), go(1, 'ArrowDown'), go(4, 'ArrowDown'), go(5, 'ArrowDown')]).toEqual([4, 4, 5, 5]);
  expect([go(4, 'ArrowUp'), go(5, 'ArrowUp'), go(1, 'ArrowUp'), go(3, 'Home'), go(0, 'End')]).toEqual([1, 3, 1, 0, 5]);
});
