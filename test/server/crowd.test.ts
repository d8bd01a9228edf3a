import { describe, expect, it } from 'vitest';
import { makeCrowd } from '../../src/server/http/rate-limit.js';
import { manualClock } from './fixture.js';

const bounds = { atOnce: 3, burst: 10, perSecond: 2, addresses: 5 };

describe('the rate limit', () => {
  it('limits concurrent requests per address', () => {
    const crowd = makeCrowd(manualClock(), bounds);
    const enter = (address: string): boolean => crowd.enter(address);
    expect(['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2'].map(enter)).toEqual([
      ...[true, true, true, false],
      true,
    ]);
    crowd.leave('10.0.0.1');
    expect([enter('10.0.0.1'), enter('10.0.0.1')]).toEqual([true, false]);
  });

  it('limits requests over time, and admits more as time passes', async () => {
    const clock = manualClock();
    const crowd = makeCrowd(clock, bounds);
    const visits = (n: number): number => {
      let good = 0;
      for (let i = 0; i < n; i++) {
        if (!crowd.enter('10.0.0.1')) continue;
        crowd.leave('10.0.0.1');
        good++;
      }
      return good;
    };
    expect(visits(50)).toBe(10);
    await clock.advance(2_000);
    expect(visits(50)).toBe(4);
    await clock.advance(3_600_000);
    expect(visits(50)).toBe(10);
  });

  it('keeps addresses only while they send requests', () => {
    const crowd = makeCrowd(manualClock(), bounds);
    for (let n = 0; n < 3; n++) crowd.enter('10.9.9.9');
    for (let n = 0; n < 1_000; n++) {
      crowd.enter(`10.0.${n >> 8}.${n & 255}`);
      crowd.leave(`10.0.${n >> 8}.${n & 255}`);
    }
    expect(crowd.enter('10.9.9.9')).toBe(false);
    expect(crowd.size()).toBeLessThanOrEqual(5);
  });

  it('limits a /48, too: its owner has 65,536 networks', () => {
    const crowd = makeCrowd(manualClock(), { ...bounds, addresses: 1_000 });
    const good = Array.from({ length: 100 }, (_, n) => crowd.enter(`2001:db8:7:${n.toString(16)}::1`)).filter(Boolean);
    expect(good).toHaveLength(5 * bounds.atOnce);
    expect(crowd.enter('2001:db8:8::1')).toBe(true);
  });
});
