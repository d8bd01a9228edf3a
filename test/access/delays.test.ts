import { describe, expect, it } from 'vitest';
import { addressRule, addressRules, nameRule, openDelays, siteRule } from '../../src/access/sign-in-delays.js';
import { testClock } from './fixture.js';

describe('delays', () => {
  it('begin after some wrong attempts, double, and are limited', () => {
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

  it('of an address reach a quarter of an hour, and are forgotten after another one', () => {
    const clock = testClock();
    const delays = openDelays(clock);
    for (let n = 0; n < 100; n++) delays.count('a');
    expect(delays.wait('a', addressRule)).toBe(15 * 60_000);
    clock.advance(60 * 60_000);
    expect(delays.wait('a', addressRule)).toBe(0);
    expect(delays.size()).toBe(0);
  });

  it('are kept for at most ten thousand keys', () => {
    const delays = openDelays(testClock());
    for (let n = 0; n < 10; n++) delays.count('first');
    for (let n = 0; n < 25_000; n++) delays.count(`key ${n}`);
    expect(delays.size()).toBe(10_000);
    expect(delays.wait('first', nameRule)).toBe(0);
  });

  it('are not affected by correct attempts', () => {
    const delays = openDelays(testClock());
    for (let n = 0; n < 5; n++) delays.count('a');
    delays.takeBack('a');
    expect(delays.wait('a', nameRule)).toBe(0);
    delays.count('a');
    expect(delays.wait('a', nameRule)).toBe(1_000);
    delays.forget('a');
    expect(delays.size()).toBe(0);
  });

  it('count an IPv6 address with its /64, and with its /48 at five times as many attempts', () => {
    expect(addressRules('192.0.2.1')).toEqual([['address 192.0.2.1', addressRule]]);
    expect(addressRules('2001:db8:1:2::9')).toEqual([
      ['address 2001:db8:1:2::/64', addressRule],
      ['address 2001:db8:1::/48', siteRule],
    ]);
    expect(siteRule.free).toBe(5 * addressRule.free);
  });
});
