/** Stamps: each greater than all that its author knew, whatever the clocks say. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatStamp, isStamp, newestStamp, openHlc, parseStamp } from '../../src/document/stamp.js';
import { edited, photo, stamp } from './documents.js';

test('are formatted and parsed', () => {
  const parts = { ms: 1_719_828_000_123, counter: 255, epoch: 'abc' };
  expect(formatStamp(parts)).toBe('001719828000123-00ff-abc');
  expect(parseStamp(formatStamp(parts))).toEqual(parts);
  for (const odd of ['', '1-0000-a', '001719828000123-00FF-abc', '001719828000123-00ff-', 7, null])
    expect(isStamp(odd)).toBe(false);
});

test('are greater than the clock, the last stamp and all seen ones, with clocks that jump', () => {
  const seen = fc.record({
    ms: fc.integer({ min: 0, max: 50 }),
    counter: fc.constantFrom(0, 1, 0xfffe, 0xffff),
    epoch: fc.constantFrom('a', 'z'),
  });
  fc.assert(
    fc.property(
      fc.array(fc.record({ now: fc.integer({ min: -5, max: 50 }), seen: fc.array(seen, { maxLength: 3 }) })),
      (steps) => {
        let now = 0;
        const hlc = openHlc({ now: () => now }, 'm');
        for (const step of steps) {
          now = step.now;
          const known = [hlc.last, ...step.seen.map(formatStamp)].filter((one) => one !== undefined);
          const next = hlc.next(...known);
          for (const one of known) expect(next > one).toBe(true);
          expect(parseStamp(next)!.ms).toBeGreaterThanOrEqual(now);
          expect(next).toBe(hlc.last);
        }
      },
    ),
  );
});

test('continue after an earlier epoch, and skip invalid ones', () => {
  const hlc = openHlc({ now: () => 5 }, 'b', { last: stamp(9, 'a') });
  expect(hlc.next('nonsense', undefined)).toBe('000000000000009-0001-b');
});

test('follow the wall clock near the end of time', () => {
  const hlc = openHlc({ now: () => 5 }, 'a');
  expect(hlc.next('999999999999999-ffff-x', '999999999999999-fffd-x')).toBe('000000000000005-0000-a');
  expect(hlc.next('999999999999999-ffff-x')).toBe('000000000000005-0001-a');
});

const day = 24 * 3_600_000;

test('adopt stamps up to a day ahead, and no later ones', () => {
  const hlc = openHlc({ now: () => 5 }, 'a');
  expect(hlc.next(stamp(5 + day + 1, 'x'))).toBe(stamp(5, 'a'));
  expect(hlc.next(stamp(5 + day, 'x'))).toBe(`${String(5 + day).padStart(15, '0')}-0001-a`);
  expect(hlc.after({ edits: { title: [{ at: stamp(9 * day, 'x') }, { at: stamp(7 + day, 'y') }] } })).toBe(
    `${String(5 + day).padStart(15, '0')}-0002-a`,
  );
});

test('are correct again as soon as a clock that was years ahead is corrected, in another epoch', () => {
  let now = 1_000 * day;
  const hlc = openHlc({ now: () => now }, 'a');
  expect(hlc.next()).toBe(stamp(now, 'a'));
  now = 3 * day;
  const first = hlc.next();
  expect(parseStamp(first)).toMatchObject({ ms: 3 * day, counter: 0 });
  expect(parseStamp(first)!.epoch).not.toBe('a');
  expect(parseStamp(hlc.next())).toMatchObject({ ms: 3 * day, counter: 1, epoch: parseStamp(first)!.epoch });
  // The last stamp of a home whose clock was pushed ahead is not continued.
  expect(openHlc({ now: () => now }, 'b', { last: stamp(900 * day, 'a') }).next()).toBe(stamp(3 * day, 'b'));
});

test('an epoch that somebody else used is abandoned', () => {
  const hlc = openHlc({ now: () => 5 }, 'a', { renew: () => 'fresh' });
  hlc.next();
  expect(hlc.after({ edits: { audience: [{ at: stamp(1, 'x'), saw: ['999999999999999-ffff-a'] }] } })).toBe(
    '000000000000005-0001-fresh',
  );
});

test('the newest stamp of a document is found, ignoring text that resembles one', () => {
  const far = '999999999999999-ffff-z';
  const document = edited(
    photo({ facts: { title: far, tags: [far] } }),
    { title: far, tags: { add: [far] } },
    stamp(4),
  );
  expect(newestStamp(document)).toBe(stamp(4));
  expect(newestStamp(edited(document, { audience: 'public' }, stamp(7)))).toBe(stamp(7));
  expect(newestStamp(photo())).toBeUndefined();
});
