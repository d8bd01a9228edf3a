/**
 * Stamps: each greater than all that its maker knew, whatever the clocks say.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatStamp, isStamp, newestStamp, openHlc, parseStamp } from '../../src/document/stamp.js';
import { edited, photo, stamp } from './documents.js';

test('are written and read', () => {
  const parts = { ms: 1_719_828_000_123, counter: 255, epoch: 'abc' };
  expect(formatStamp(parts)).toBe('001719828000123-00ff-abc');
  expect(parseStamp(formatStamp(parts))).toEqual(parts);
  for (const odd of ['', '1-0000-a', '001719828000123-00FF-abc', '001719828000123-00ff-', 7, null])
    expect(isStamp(odd)).toBe(false);
});

test('are greater than the clock, the last one and all seen, with clocks that jump', () => {
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

test('go on where an earlier epoch was, and pass over what is none', () => {
  const hlc = openHlc({ now: () => 5 }, 'b', stamp(9, 'a'));
  expect(hlc.next('nonsense', undefined)).toBe('000000000000009-0001-b');
});

test('end at the end of time', () => {
  expect(() => openHlc({ now: () => 0 }, 'a').next('999999999999999-ffff-a')).toThrow(
    expect.objectContaining({ code: 'invalid' }),
  );
});

test('the newest of a document is found, and text that looks like one is not', () => {
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
