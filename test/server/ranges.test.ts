import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { chooseSlice, type Slice } from '../../src/server/files/range-requests.js';

const etag = '"abc"';
const of = (range: string, size = 100): Slice => chooseSlice({ range }, size, etag);

describe('ranges', () => {
  it.each<[string, Slice]>([
    ['bytes=0-0', { kind: 'part', start: 0, end: 0 }],
    ['bytes=10-', { kind: 'part', start: 10, end: 99 }],
    ['bytes=-10', { kind: 'part', start: 90, end: 99 }],
    ['bytes=-1000', { kind: 'part', start: 0, end: 99 }],
    ['bytes=50-1000', { kind: 'part', start: 50, end: 99 }],
    ['BYTES=1-2', { kind: 'part', start: 1, end: 2 }],
    ['bytes=100-', { kind: 'outside' }],
    ['bytes=-0', { kind: 'outside' }],
    ['bytes=5-2', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
    ['lines=1-2', { kind: 'whole' }],
    ['', { kind: 'whole' }],
  ])('%s', (range, slice) => {
    expect(of(range)).toEqual(slice);
  });

  it('has no range of an empty file', () => {
    expect(of('bytes=0-', 0)).toEqual({ kind: 'outside' });
    expect(of('bytes=-5', 0)).toEqual({ kind: 'outside' });
  });

  it('never leaves the file, for any request', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.nat(),
        (text, a, b, size) => {
          for (const range of [text, `bytes=${a}-${b}`, `bytes=${a}-`, `bytes=-${b}`]) {
            const slice = of(range, size);
            if (slice.kind !== 'part') continue;
            expect(slice.start).toBeGreaterThanOrEqual(0);
            expect(slice.end).toBeGreaterThanOrEqual(slice.start);
            expect(slice.end).toBeLessThan(size);
          }
        },
      ),
    );
  });

  it('returns the whole file if the partial copy has other bytes', () => {
    const range = 'bytes=1-2';
    expect(chooseSlice({ range, 'if-range': etag }, 100, etag).kind).toBe('part');
    expect(chooseSlice({ range, 'if-range': '"other"' }, 100, etag).kind).toBe('whole');
    expect(chooseSlice({ range, 'if-range': 'W/"abc"' }, 100, etag).kind).toBe('whole');
    expect(chooseSlice({ range, 'if-range': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 100, etag).kind).toBe('whole');
  });

  it('recognises its own ETag, also among others and as weak', () => {
    for (const header of [etag, '*', 'W/"abc"', '"x", "abc"']) {
      expect(chooseSlice({ 'if-none-match': header, range: 'bytes=1-2' }, 100, etag)).toEqual({ kind: 'unchanged' });
    }
    expect(chooseSlice({ 'if-none-match': '"abcd"' }, 100, etag)).toEqual({ kind: 'whole' });
  });
});
