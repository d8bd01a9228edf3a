import { describe, expect, it } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { owner } from '../../src/catalog/catalog.js';
import { checkHost, maySee, viewerOf } from '../../src/server/access.js';

describe('access', () => {
  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.8.9.1'])('%s is the owner', (ip) => {
    expect(viewerOf({ ip })).toBe(owner);
  });

  it.each(['192.168.1.5', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '0.0.0.0', '::', '127.0.0.1.example.org', ''])(
    '%s is nobody',
    (ip) => {
      expect(viewerOf({ ip })).toBeUndefined();
    },
  );

  it.each(['localhost', 'LOCALHOST', 'localhost.', 'album.localhost', '127.0.0.1', '[::1]', '::1'])(
    '%s means this machine',
    (name) => {
      expect(() => checkHost(name)).not.toThrow();
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '192.168.1.5',
    'example.org',
    'localhost.example.org',
    'notlocalhost',
    '127.0.0.1.nip.io',
    '',
  ])('refuses to serve on %j', (host) => {
    expect(() => checkHost(host)).toThrow(PhotospoolError);
    expect(() => checkHost(host)).toThrow(/needs accounts, which this version does not have/);
  });

  it('shows a viewer only the audiences that are theirs', () => {
    const visitor = { audiences: ['public'] as const };
    expect(maySee(visitor, { audience: 'public' })).toBe(true);
    expect(maySee(visitor, { audience: 'family' })).toBe(false);
    expect(maySee(owner, { audience: 'private' })).toBe(true);
  });
});
