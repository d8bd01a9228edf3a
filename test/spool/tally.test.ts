import { describe, expect, it } from 'vitest';
import { openStopwatch } from '../../src/spool/step-timer.js';
import { openTally } from '../../src/spool/spool-statistics.js';
import { fastClock } from './fixture.js';

const item = (n: number) => ({ name: `${n}.jpg`, outcome: 'stored' as const, sha256: String(n), seconds: 1 });

describe('the statistics of a spool', () => {
  it('count files, and keep the last twenty, newest first', () => {
    const clock = fastClock();
    const tally = openTally(clock);
    for (let n = 0; n < 30; n++) tally.add(item(n));
    tally.add({ ...item(30), outcome: 'duplicate', name: 'a\nb.jpg' });
    tally.addSeen();
    expect(tally.totals()).toEqual({ stored: 30, duplicates: 2, sidecars: 0, others: 0 });
    expect(tally.recent()).toHaveLength(20);
    expect(tally.recent()[0]).toEqual({
      ...item(30),
      outcome: 'duplicate',
      name: 'a\\u{a}b.jpg',
      at: '2026-01-01T00:00:00.000Z',
    });
    expect(tally.recent()[1]!.name).toBe('29.jpg');
  });

  it('count the files of each holder, for viewers who see that holder', () => {
    const tally = openTally(fastClock());
    tally.add(item(1));
    tally.addSeen();
    for (const holder of ['anna', 'ben']) tally.add({ ...item(2), holder });
    tally.add({ ...item(3), outcome: 'duplicate', holder: 'ben' });
    tally.add({ ...item(4), holder: 'ben' }, true);
    const of = (...seen: string[]) => tally.processed((holder) => seen.includes(holder));
    expect(of('house', 'anna')).toEqual({ stored: 2, duplicates: 1 });
    expect(of('ben')).toEqual({ stored: 1, duplicates: 1 });
    expect(of('cleo')).toEqual({ stored: 0, duplicates: 0 });
  });

  it('report the rate of the last five minutes, and of less after the opening', () => {
    const clock = fastClock();
    const tally = openTally(clock);
    expect(tally.rate()).toBe(0);
    for (let n = 0; n < 10; n++) tally.add(item(n));
    clock.pass(30_000);
    expect(tally.rate()).toBe(20);
    clock.pass(90_000);
    expect(tally.rate()).toBe(5);
    clock.pass(600_000);
    expect(tally.rate()).toBe(0);
    for (let n = 0; n < 10; n++) tally.add(item(n));
    expect(tally.rate()).toBe(2);
  });

  it('sort the steps into cumulative buckets', () => {
    const tally = openTally(fastClock());
    tally.addSteps({ hash: 0.02, render: 2 });
    tally.addSteps({ hash: 0.2 });
    expect(tally.steps()).toEqual([
      { step: 'hash', counts: [0, 1, 1, 2, 2, 2, 2, 2, 2], count: 2, sum: 0.22 },
      { step: 'render', counts: [0, 0, 0, 0, 0, 1, 1, 1, 1], count: 1, sum: 2 },
    ]);
  });
});

describe('the step timer', () => {
  it('sums the time of each step, also of repeated ones', () => {
    const clock = fastClock();
    const watch = openStopwatch(clock);
    for (const [step, ms] of [
      ['hash', 20],
      ['record', 100],
      ['archive', 5],
      ['record', 50],
    ] as const) {
      watch.step(step);
      clock.pass(ms);
    }
    expect(watch.read()).toEqual({ seconds: 0.175, steps: { hash: 0.02, record: 0.15, archive: 0.005 } });
  });
});
