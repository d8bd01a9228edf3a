/** Many calls become few: the first works at once, calls meanwhile share one more, and none is lost. */
import { expect, test } from 'vitest';
import { openCoalescer } from '../../src/base/async/coalesce.js';
import { openPool } from '../../src/base/async/concurrency-limit.js';
import type { Clock } from '../../src/base/clock.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A clock whose sleeps end when the test says so, or at their signal. */
function sleeper(): { clock: Clock; slept: number[]; wake(): Promise<void> } {
  const slept: number[] = [];
  let end = (): void => undefined;
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      slept.push(ms);
      end = resolve;
      if (signal?.aborted) resolve();
      signal?.addEventListener('abort', () => resolve());
    });
  return { clock: { now: () => 0, sleep }, slept, wake: () => (end(), turn()) };
}

test('the first call runs at once; calls during the pause become one more run; no call, no run', async () => {
  const { clock, slept, wake } = sleeper();
  let worked = 0;
  const { ask } = openCoalescer(
    clock,
    50,
    () => (worked++, Promise.resolve()),
    () => undefined,
  );
  ask();
  await turn();
  expect([worked, slept]).toEqual([1, [50]]);
  for (let n = 0; n < 3; n++) ask();
  await turn();
  expect(worked).toBe(1);
  await wake();
  expect(worked).toBe(2);
  await wake();
  expect([worked, slept]).toEqual([2, [50, 50]]);
  ask();
  await turn();
  expect(worked).toBe(3);
});

test('a failure is reported, and the next call runs again; after closing, nothing starts', async () => {
  const { clock, wake } = sleeper();
  const told: unknown[] = [];
  let worked = 0;
  const coalescer = openCoalescer(
    clock,
    50,
    () => Promise.reject(new Error(`${++worked}`)),
    (error) => told.push((error as Error).message),
  );
  coalescer.ask();
  await turn();
  await wake();
  coalescer.ask();
  await turn();
  expect(told).toEqual(['1', '2']);
  coalescer.ask();
  coalescer.close();
  await turn();
  expect(worked).toBe(2);
});

test('a pool of one runs tasks in order, also after a failure', async () => {
  const pool = openPool(1);
  const order: string[] = [];
  const one = (name: string, fails = false) =>
    pool(async () => {
      order.push(`${name} begins`);
      await turn();
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
    });
  const all = await Promise.allSettled([one('a', true), one('b')]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});
