/** The time left of uploads and imports: when it is shown, how it falls, and that it does not jump. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimeLeft } from '../../web/src/lib/time-left.js';
import { activity } from '../../web/src/messages/en/activity.js';

/** The times shown each second while work of `all` is done at speeds per second, until it ends. */
function run(all: number, speeds: Iterable<number>): (number | undefined)[] {
  const estimate = new TimeLeft();
  const shown = [];
  let left = all;
  for (const speed of speeds) {
    const done = Math.min(left, speed);
    left -= done;
    shown.push(estimate.update(done, left, 1_000));
    if (left === 0) break;
  }
  return shown;
}

const steady = (speed: number): number[] => Array.from({ length: 5_000 }, () => speed);
const known = (shown: (number | undefined)[]): number[] => shown.filter((one) => one !== undefined);

it('shows nothing during the first seconds, then the time that a steady speed needs, to the end', () => {
  const shown = run(600, steady(1));
  expect(shown.findIndex((one) => one !== undefined)).toBe(5);
  expect(shown[59]).toBe(9);
  expect(shown[299]).toBe(5);
  expect(shown.at(-1)).toBe(0);
});

it('shows nothing before a hundredth is done, except after half a minute', () => {
  const shown = run(100_000, steady(1));
  expect(shown.findIndex((one) => one !== undefined)).toBe(29);
});

it('shows nothing without progress, and nothing for more than a week', () => {
  expect(known(run(100, steady(0).slice(0, 300)))).toEqual([]);
  expect(known(run(1_000_000, steady(1).slice(0, 300)))).toEqual([]);
});

it('counts what is done in no time with the time that follows', () => {
  const estimate = new TimeLeft();
  estimate.update(50, 110, 0);
  expect(estimate.update(10, 100, 60_000)).toBe(2);
});

it('never rises at a steady speed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0.5, max: 500, noNaN: true }), (all, speed) => {
      const shown = known(run(all, steady(speed)));
      expect(shown).toEqual([...shown].sort((a, b) => b - a));
    }),
  );
});

it('does not alternate when the speed does', () => {
  const speeds = steady(0).map((_, second) => (second % 4 < 2 ? 0.4 : 1.6));
  const shown = known(run(900, speeds));
  expect(shown[0]).toBeGreaterThan(10);
  expect(shown).toEqual([...shown].sort((a, b) => b - a));
});

it('shows a longer time when the speed drops and stays low, and a shorter one when it rises', () => {
  const speeds = [...steady(2).slice(0, 120), ...steady(0.5).slice(0, 240), ...steady(10)];
  const shown = run(2_000, speeds);
  expect(shown[119]).toBe(15);
  expect(shown[300]).toBeGreaterThan(40);
  expect(shown[420]).toBeLessThanOrEqual(3);
});

it('is never negative, endless or not a number, whatever happens', () => {
  const steps = fc.array(
    fc.record({
      done: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e12, noNaN: true })),
      left: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e15, noNaN: true })),
      ms: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e7, noNaN: true })),
    }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      const estimate = new TimeLeft();
      for (const { done, left, ms } of all) {
        const minutes = estimate.update(done, left, ms) ?? 0;
        expect(Number.isInteger(minutes) && minutes >= 0 && minutes <= 7 * 24 * 60).toBe(true);
      }
    }),
  );
});

it('is not longer for less work or a higher speed', () => {
  const amount = fc.double({ min: 1, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(amount, amount, fc.double({ min: 1, max: 100, noNaN: true }), (done, left, times) => {
      const first = (work: number, rest: number): number => new TimeLeft().update(work, rest, 40_000) ?? Infinity;
      expect(first(done, left)).toBeLessThanOrEqual(first(done, left * times));
      expect(first(done * times, left)).toBeLessThanOrEqual(first(done, left));
    }),
  );
});

it.each([
  [0, 'Less than a minute left'],
  [1, 'About 1 minute left'],
  [3, 'About 3 minutes left'],
  [85, 'About 85 minutes left'],
  [120, 'About 2 hours left'],
  [2_940, 'About 2 days left'],
])('%d minutes are “%s”', (minutes, text) => {
  expect(activity.left(minutes)).toBe(text);
});
