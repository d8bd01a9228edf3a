/** The public address that an owner sets: what is taken for one, and that the server then answers to its name. */
import { describe, expect, test } from 'vitest';
import { readPublicAddress } from '../../src/access/access-settings.js';
import { makeHosts } from '../../src/server/http/allowed-hosts.js';

describe('a public address', () => {
  test.each([
    ['https://photos.example.org', 'https://photos.example.org'],
    [' photos.example.org ', 'https://photos.example.org'],
    ['HTTP://Attic.local:4780/', 'http://attic.local:4780'],
    ['https://[2001:db8::7]:8443', 'https://[2001:db8::7]:8443'],
  ])('%s is %s', (typed, address) => {
    expect(readPublicAddress(typed)).toBe(address);
  });

  test.each([
    '',
    'javascript:alert(1)',
    'ftp://example.org',
    'https://',
    'https://user:secret@example.org',
    'https://example.org/album',
    'https://example.org/?q=1',
    'https://example.org/#x',
    `https://${'a'.repeat(300)}.example.org`,
  ])('%s is refused', (typed) => {
    expect(() => readPublicAddress(typed)).toThrow('This is not a valid server address.');
  });

  test('makes its host an accepted name of the server while it is set', () => {
    const set: { address?: string } = {};
    const knows = makeHosts([], '', () => set.address);
    expect(knows('photos.example.org')).toBe(false);
    set.address = 'https://photos.example.org:8443';
    expect([knows('photos.example.org'), knows('Photos.Example.org:443'), knows('example.org')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
