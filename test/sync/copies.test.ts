/** Which epochs indicate a second copy of a home, and which indicate restarts and restores. */
import { expect, test, vi } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import { openCopies } from '../../src/sync/connections/detect-copies.js';

function open() {
  const warned: string[] = [];
  const nothing = (): void => undefined;
  const note = (...[, text]: unknown[]): void => void warned.push(String(text));
  const time = { now: 1_000_000 };
  const clock: Clock = { now: () => time.now, sleep: () => Promise.resolve() };
  const found = vi.fn();
  const copies = openCopies(clock, { debug: nothing, info: nothing, warn: note, error: nothing }, found);
  const see = (...epochs: string[]): void => epochs.forEach((epoch) => copies.saw('aa', epoch, `token ${epoch}`));
  return { copies, see, warned, time, found };
}

test('restarts and restores draw new epochs, and are not copies', () => {
  const { copies, see } = open();
  see('1', '1', '2', '3', '3', '4');
  expect(copies.all()).toEqual([]);
});

test('an epoch that returns is a copy: reported once, until there is no sign of it for an hour', () => {
  const { copies, see, warned, time, found } = open();
  see('1', '2', '1', '2', '1');
  expect(copies.all()).toMatchObject([{ server: 'aa', by: ['token 1', 'token 2'] }]);
  expect(warned).toEqual([expect.stringMatching(/two copies of the home aa \(token 1, token 2\)/)]);
  time.now += 3_600_001;
  see('1', '1');
  expect(copies.all()).toEqual([]);
  see('2');
  expect(copies.all()).toHaveLength(1);
  expect(warned).toHaveLength(2);
  expect(found).toHaveBeenCalledTimes(2);
});

test('homes are distinguished, and invalid ids are not kept', () => {
  const { copies } = open();
  copies.saw('aa', '1', 'a');
  copies.saw('bb', '2', 'b');
  copies.saw('aa', '1', 'a');
  for (const bad of ['', 'x y', 'g', '1'.repeat(65)]) copies.saw('aa', bad, 'a');
  expect(copies.all()).toEqual([]);
});
