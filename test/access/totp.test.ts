import { describe, expect, it } from 'vitest';
import { base32, codeOf, findStep, keyUri, stepAt } from '../../src/access/totp.js';

const secret = Buffer.from('12345678901234567890');

describe('a code by time', () => {
  // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('at %i s is %s', (seconds, code) => {
    expect(codeOf(secret, stepAt(seconds * 1000))).toBe(code);
  });

  it('is accepted half a minute early or late, and only once', () => {
    const now = 1_234_567_890_000;
    const step = stepAt(now);
    for (const by of [-1, 0, 1]) expect(findStep(secret, codeOf(secret, step + by), now, 0)).toBe(step + by);
    for (const by of [-2, 2]) expect(findStep(secret, codeOf(secret, step + by), now, 0)).toBeUndefined();
    expect(findStep(secret, codeOf(secret, step), now, step)).toBeUndefined();
    expect(findStep(secret, codeOf(secret, step - 1), now, step)).toBeUndefined();
    for (const wrong of ['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦'])
      expect(findStep(secret, wrong, now, 0)).toBeUndefined();
  });
});

it('a secret is encoded as in RFC 4648, and in a URL that apps read', () => {
  expect(base32(Buffer.from('foobar'))).toBe('MZXW6YTBOI');
  expect(base32(Buffer.from('f'))).toBe('MY');
  const uri = new URL(keyUri(secret, 'Ada: Ö & co', 'Photospool'));
  expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp']);
  expect(decodeURIComponent(uri.pathname)).toBe('/Photospool:Ada: Ö & co');
  expect(Object.fromEntries(uri.searchParams)).toEqual({ secret: base32(secret), issuer: 'Photospool' });
});
