import { describe, expect, it } from 'vitest';
import { isLoopbackName, makeHosts } from '../../src/server/http/allowed-hosts.js';
import { makeTrust } from '../../src/server/http/trusted-proxies.js';

describe('the names of a server', () => {
  const knows = makeHosts(['album.example.org', 'photos.lan'], 'Attic.fritz.box');

  it.each([
    ...['localhost', 'LOCALHOST:4780', 'localhost.', 'album.localhost', '127.0.0.1:4780', '[::1]', '[::1]:4780'],
    ...['192.168.1.7', '192.168.1.7:4780', '[fe80::1]:80', '100.64.0.1', '[2001:db8::7]'],
    ...['attic', 'ATTIC.local', 'attic.local.:4780', 'attic.fritz.box', 'album.example.org', 'Photos.LAN:443'],
  ])('do not include others: %j', (host) => expect(knows(host)).toBe(true));

  it.each([
    ...[
      '',
      undefined,
      'evil.example',
      '127.0.0.1.nip.io',
      'localhost.evil.example:4780',
      'user@localhost',
      'other.local',
    ],
    ...[
      'attic.evil.example',
      'example.org',
      'x.album.example.org',
      '127.1',
      '0x7f000001',
      '[::1',
      'localhost:x',
      '::1:80x',
    ],
  ])('reject others: %j', (host) => expect(knows(host)).toBe(false));

  it('are only addresses and loopback names if the machine has no name', () => {
    const few = makeHosts([], '');
    expect([few('.local'), few(''), few('localhost'), few('10.0.0.1')]).toEqual([false, false, true, true]);
  });

  it.each([
    ['localhost', true],
    ['::ffff:127.0.0.1', true],
    ['127.8.9.1', true],
    ['0.0.0.0', false],
    ['127.0.0.1.nip.io', false],
    ['notlocalhost', false],
  ])('%s means this machine alone: %s', (name, alone) => expect(isLoopbackName(name)).toBe(alone));
});

describe('proxies', () => {
  const trust = makeTrust(['loopback', '10.1.0.0/16', '192.0.2.7', '2001:db8::/32']);

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8:1::9'])(
    'are trusted if they are listed: %s',
    (address) => expect(trust(address)).toBe(true),
  );

  it.each(['10.2.0.1', '192.0.2.8', '2001:db9::1', 'loopback', '', 'unknown', '_hidden', '10.1.2.3, 10.1.2.4'])(
    'are not trusted otherwise: %j',
    (address) => expect(trust(address)).toBe(false),
  );

  it('are not trusted if none is listed', () => expect(makeTrust([])('127.0.0.1')).toBe(false));
});
