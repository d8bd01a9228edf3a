/**
 * Listeners are called in order until they are removed, also while being called; and waiting for a call leaves none
 * behind.
 */
import { expect, test } from 'vitest';
import { openListeners, untilCalled } from '../../src/base/async/listeners.js';
import type { Clock } from '../../src/base/clock.js';

/** A clock whose sleeps end only at their signal; records their durations. */
function sleeper(): Clock & { slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => 0,
    sleep(ms, signal) {
      slept.push(ms);
      return new Promise((resolve) => {
        if (signal?.aborted) resolve();
        signal?.addEventListener('abort', () => resolve());
      });
    },
  };
}

test('each is called with every event in order until it ends', () => {
  const { on, call, size } = openListeners<[n: number]>();
  const heard: string[] = [];
  const listener = (n: number): void => void heard.push(`same ${n}`);
  const ends = [on((n) => heard.push(`first ${n}`)), on(listener), on(listener)];
  call(1);
  ends[1]!();
  ends[1]!();
  call(2);
  expect(heard).toEqual(['first 1', 'same 1', 'same 1', 'first 2', 'same 2']);
  ends[0]!();
  ends[2]!();
  expect(size()).toBe(0);
});

test('one that is added during a call hears the next call', () => {
  const { on, call } = openListeners();
  let heard = 0;
  on(() => void on(() => heard++));
  call();
  expect(heard).toBe(0);
  call();
  expect(heard).toBe(1);
});

test('waiting ends at any event or at the signal, and leaves no listener', async () => {
  const [one, other] = [openListeners(), openListeners()];
  const clock = sleeper();
  const waiting = untilCalled([one.on, other.on], clock, 50);
  other.call();
  await waiting;
  const stop = new AbortController();
  const stopped = untilCalled([one.on, other.on], clock, 70, stop.signal);
  stop.abort();
  await stopped;
  await untilCalled([one.on], { ...clock, sleep: () => Promise.resolve() }, 1);
  expect(clock.slept).toEqual([50, 70]);
  expect([one.size(), other.size()]).toEqual([0, 0]);
});
