import { describe, expect, it } from 'vitest';
import { describe as describeStatus } from '../../src/cli/commands/status.js';
import { clockTime, lasting, sized } from '../../src/base/human-format.js';
import { idleStatus } from '../../src/spool/spool-interface.js';

describe('times for people', () => {
  it('have one unit, rounded down', () => {
    expect([0, 999, 1_000, 59_999, 60_000, 7_200_000, 172_800_000].map(lasting)).toEqual([
      '0 seconds',
      '0 seconds',
      '1 second',
      '59 seconds',
      '1 minute',
      '2 hours',
      '2 days',
    ]);
    expect(lasting(-5_000)).toBe('0 seconds');
  });

  it('are in this machine’s time zone, with the date if it is not today', () => {
    const time = new Date(2026, 10, 24, 9, 5, 7);
    expect(clockTime(time.toISOString(), new Date(2026, 10, 24, 23).getTime())).toBe('09:05:07');
    expect(clockTime(time.toISOString(), new Date(2026, 10, 25).getTime())).toBe('2026-11-24 09:05');
  });

  it('sizes have two digits if they are small', () => {
    expect([0, 999, 1_000, 5_242_880, 12_000_000, 3e12].map(sized)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '5.2 MB',
      '12 MB',
      '3.0 TB',
    ]);
  });
});

describe('the status for people', () => {
  it('shows since when, the next try, and the rate', () => {
    const now = new Date(2026, 10, 24, 12).getTime();
    const at = (seconds: number): string => new Date(now + seconds * 1000).toISOString();
    const lines = describeStatus(
      {
        ...idleStatus,
        incoming: 7,
        waiting: [{ name: 'a\u001b.jpg', since: at(-240), bytes: 5_242_880 }],
        work: [{ name: 'b.jpg', step: 'render', since: at(-3), claimed: at(-4) }],
        stuck: [
          { name: 'c.jpg', claim: '1', reason: 'Full.', code: 'disk-full', attempts: 2, failed: at(-20), next: at(40) },
          { name: 'd.jpg', claim: '2', reason: 'Broken.', code: 'undecodable', attempts: 1 },
        ],
        today: { stored: 310, duplicates: 1 },
        rate: 48.5,
        held: { until: at(30), reason: 'The disk is full.' },
        backup: { folder: '/media/disk', at: at(-86_400) },
        people: { on: false, server: 'cabin.example', reason: 'cabin.example runs an older version. Upgrade it.' },
      },
      41_000,
      'http://127.0.0.1:4780',
      now,
    );
    expect(lines).toEqual([
      'album at   http://127.0.0.1:4780',
      'incoming   7 files',
      '  Importing is paused until 12:00:30: The disk is full.',
      '  a\\u{1b}.jpg: 5.2 MB, for 4 minutes',
      '  and 2 more',
      'in work    1 file',
      '  b.jpg: render for 3 seconds',
      'stuck      2 files',
      '  c.jpg: Full. Tried 2 times, last 20 seconds ago; next retry in 40 seconds (12:00:40).',
      '  d.jpg: Broken. Tried 1 time; run `photospool retry NAME` to retry.',
      'skipped    0 files',
      'done       41,000 photos',
      'today      310 photos, 1 duplicate, now 48.5 a minute',
      'backup     1 day ago, in /media/disk',
      'people     personal libraries are off: cabin.example runs an older version. Upgrade it.',
    ]);
  });
});
