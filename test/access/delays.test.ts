import { describe, expect, it } from 'vitest';
import { addressKey, addressRule, nameRule, openDelays } from '../../src/access/delays.js';
import { testClock } from './fixture.js';

describe('delays', () => {
  it('begin after some mistakes, double, and end somewhere', () => {
    const clock = testClock();
    const delays = openDelays(clock);
    const waits: number[] = [];
    for (let n = 0; n < 14; n++) {
      delays.count('a');
      waits.push(delays.wait('a', nameRule) / 1000);
    }
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30]);
    expect(delays.wait('b', nameRule)).toBe(0);
    clock.advance(29_000);
    expect(delays.wait('a', nameRule)).toBe(1_000);
    clock.advance(1_000);
    expect(delays.wait('a', nameRule)).toBe(0);
  });

  it('of an address reach a quarter of an hour, and are forgotten after one', () => {
    const clock = testClock();
    const delays = openDelays(clock);
    for (let n = 0; n < 100; n++) delays.count('a');
    expect(delays.wait('a', addressRule)).toBe(15 * 60_000);
    clock.advance(60 * 60_000);
    expect(delays.wait('a', addressRule)).toBe(0);
    expect(delays.size()).toBe(0);
  });

  it('remember ten thousand keys and no more', () => {
    const delays = openDelays(testClock());
    for (let n = 0; n < 10; n++) delays.count('first');
    for (let n = 0; n < 25_000; n++) delays.count(`key ${n}`);
    expect(delays.size()).toBe(10_000);
    expect(delays.wait('first', nameRule)).toBe(0);
  });

  it('take back what was right', () => {
    const delays = openDelays(testClock());
    for (let n = 0; n < 5; n++) delays.count('a');
    delays.takeBack('a');
    expect(delays.wait('a', nameRule)).toBe(0);
    delays.count('a');
    expect(delays.wait('a', nameRule)).toBe(1_000);
    delays.forget('a');
    expect(delays.size()).toBe(0);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
  ])('count %s as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
