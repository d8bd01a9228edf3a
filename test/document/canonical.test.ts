/** Canonical JSON: one text per value, and only I-JSON. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, wellFormed } from '../../src/document/canonical-json.js';
import { sizeOf } from '../../src/document/document-size.js';

test('keys are sorted by UTF-16 code unit, numbers are as ECMAScript writes them (the example of RFC 8785)', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0],
    string: '\u20ac$\u000f\nA\'B"\\\\"/',
    literals: [null, true, false],
    '\u20ac': 1,
    '\r': 2,
    '\ufb33': 3,
    '1': 4,
    '\u{1f600}': 5,
    '\u0080': 6,
    '\u00f6': 7,
  };
  expect(canonical(value)).toBe(
    '{"\\r":2,"1":4,"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],' +
      '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/","\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
  );
});

test('the order of keys does not matter, and parsing returns the value', () => {
  const turned = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(turned);
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, part]) => [key, turned(part)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(canonical(turned(value))).toBe(canonical(value));
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('keys like any other', () => {
  const value = JSON.parse('{"__proto__":1,"constructor":{"toString":2}}') as unknown;
  expect(canonical(value)).toBe('{"__proto__":1,"constructor":{"toString":2}}');
  expect(canonical({ a: undefined, b: 1 })).toBe('{"b":1}');
  expect(sizeOf('é')).toBe(4);
});

describe('refuses', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  test.each([
    ['NaN', NaN],
    ['Infinity', [Infinity]],
    ['half a surrogate pair', { a: 'x\ud800' }],
    ['the other half', ['\udc00x']],
    ['half a pair in a key', { '\ud800': 1 }],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['undefined in an array', [undefined]],
    ['a circle', cyclic],
    ['great depth', JSON.parse('['.repeat(65) + ']'.repeat(65))],
  ])('%s', (_, value) => {
    expect(() => canonical(value)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('and text can be repaired', () => {
    expect(wellFormed('a\ud800b\udc00\u{1f600}')).toBe('a\ufffdb\ufffd\u{1f600}');
  });
});
