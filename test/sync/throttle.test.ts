/** The bandwidth limit shared by all blobs: how long bytes take, and that they arrive unchanged. */
import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import { makeThrottle } from '../../src/sync/blobs/bandwidth-limit.js';

/** A clock that only sleeping advances. */
function openClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}
async function* bytes(count: number): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.alloc(count, 'ab'));
}
async function read(source: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(Buffer.from(part));
  return parts;
}

test('bytes are delayed in pieces of at most a second, also for several streams together', async () => {
  const clock = openClock();
  const throttle = makeThrottle(1_000, clock);
  const parts = await read(throttle(bytes(3_500)));
  expect(Buffer.concat(parts)).toEqual(Buffer.alloc(3_500, 'ab'));
  expect(parts.map(({ length }) => length)).toEqual([1_000, 1_000, 1_000, 500]);
  expect(clock.now()).toBe(3_500);
  await Promise.all([read(throttle(bytes(1_000))), read(throttle(bytes(1_000)))]);
  expect(clock.now()).toBeGreaterThanOrEqual(5_500);
});

test('without a limit, streams pass unchanged', async () => {
  const clock = openClock();
  const source = bytes(5);
  expect(makeThrottle(0, clock)(source)).toBe(source);
  expect(clock.now()).toBe(0);
});
