/** Coalesced calls, pools and queues: who runs when, and how many at once. */
import { expect, test } from 'vitest';
import { openCoalescer } from '../../src/base/async/coalesce.js';
import { openPool } from '../../src/base/async/concurrency-limit.js';
import { openKeyedQueue } from '../../src/base/async/keyed-queue.js';
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

test('a task that frees its slot continues beside the next one, and frees no second slot when it ends', async () => {
  const pool = openPool(1);
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const task = (name: string, frees: boolean) =>
    pool(async (free) => {
      order.push(name);
      if (frees) free();
      await new Promise<void>((resolve) => ends.push(resolve));
    });
  const [a, b] = [task('a', true), task('b', false)];
  void task('c', false);
  await turn();
  expect(order).toEqual(['a', 'b']);
  ends[0]!();
  await a;
  await turn();
  expect(order).toEqual(['a', 'b']);
  ends[1]!();
  await b;
  await turn();
  expect(order).toEqual(['a', 'b', 'c']);
});

test('a queue runs a limited number of tasks, and beside them those that freed their slots, up to a limit', async () => {
  const queue = openKeyedQueue(1, 2, () => undefined);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  for (const name of ['a', 'b', 'c', 'd'])
    queue.add(name, async (free) => {
      begun.push(name);
      free();
      await new Promise<void>((resolve) => ends.set(name, resolve));
    });
  await turn();
  expect(begun).toEqual(['a', 'b', 'c']);
  ends.get('b')!();
  await queue.done('b');
  await turn();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  for (const end of ends.values()) end();
  await queue.idle();
  expect(queue.size()).toBe(0);
});
