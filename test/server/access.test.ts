import { describe, expect, it } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { broughtBy, checkHost } from '../../src/server/http/request-viewer.js';
import { commandSecret, expectError, openHome, shareHome } from './fixture.js';

const brought = (
  headers: Record<string, string>,
  ip = '127.0.0.1',
  protocol: 'http' | 'https' = 'http',
  httpVersion = '1.1',
) => broughtBy({ ip, headers: { host: '127.0.0.1:4780', ...headers }, protocol, raw: { httpVersion } });
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('the origin of a request', () => {
  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.8.9.1'])('is this machine, from %s', (ip) => {
    expect(brought({}, ip)).toEqual({ direct: true });
  });

  it.each(['192.168.1.5', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '0.0.0.0', '::', '127.0.0.1.example.org', ''])(
    'is another machine, from %j',
    (ip) => {
      expect(brought({}, ip)).toEqual({ direct: false });
    },
  );

  it.each([
    ...['forwarded', 'forwarded-for', 'x-forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via'],
    ...['x-real-ip', 'x-client-ip', 'client-ip', 'x-original-host', 'cf-ray', 'cdn-loop', 'tailscale-user-login'],
  ])('is a proxy if it has %s', (name) => {
    expect(brought({ [name]: '127.0.0.1' })).toEqual({ direct: false });
  });

  it('is not direct in HTTP/1.0, which nginx uses without further headers', () => {
    expect(brought({}, '127.0.0.1', 'http', '1.0')).toEqual({ direct: false });
  });

  it('is not direct under another host name', () => {
    expect(brought({ host: 'album.example.org' })).toEqual({ direct: false });
    expect(brought({ host: '' })).toEqual({ direct: false });
  });

  it.each([
    ['Bearer psp_abc', 'psp_abc'],
    ['bearer psp_abc', 'psp_abc'],
    [basic('any:psp_abc'), 'psp_abc'],
    [basic(':psp_a:b'), 'psp_a:b'],
    ['Bearer other', 'other'],
    [basic('someone:of-the-proxy'), undefined],
    [basic('psp_abc'), undefined],
    ['Digest psp_abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
  ])('is the token of %j', (authorization, token) => {
    expect(brought({ authorization }).token).toBe(token);
  });

  it('is the session of the cookie; over HTTPS only of the cookie that no other host can set', () => {
    const [one, two] = ['a'.repeat(43), 'b'.repeat(43)];
    const cookie = `x=1; photospool=${one}; __Host-photospool=${two}; photospool=${two}`;
    expect(brought({ cookie }).session).toBe(one);
    expect(brought({ cookie }, '127.0.0.1', 'https').session).toBe(two);
    expect(brought({ cookie: `photospool=${one}` }, '127.0.0.1', 'https').session).toBeUndefined();
    expect(brought({ cookie: 'photospool=short; =; ;;' }).session).toBeUndefined();
  });
});

describe('a home without accounts', () => {
  it('is open to this machine, and not through a proxy', async () => {
    const { app } = await openHome();
    expect((await app.inject('/api/photos')).statusCode).toBe(200);
    const refused = await app.inject({ url: '/api/photos', headers: { 'x-forwarded-for': '127.0.0.1' } });
    expectError(refused, 401, 'unauthorized');
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer/);
    const wrong = await app.inject({ url: '/api/photos', headers: { authorization: 'Bearer psp_unknown' } });
    expectError(wrong, 401, 'unauthorized');
  });
});

describe('a home with an owner account', () => {
  const shared = shareHome(async ({ access }) => access.settings.change({ setUp: true }));

  it('requires everybody to sign in, also on this machine', async () => {
    for (const url of ['/api/photos', '/api/spool', '/metrics', `/media/${'0'.repeat(64)}/thumb`]) {
      expectError(await shared().app.inject(url), 401, 'unauthorized');
    }
  });

  it('serves its page and its health to everybody', async () => {
    expect((await shared().app.inject('/healthz')).statusCode).toBe(200);
    expectError(await shared().app.inject('/'), 404, 'not-found');
  });

  it('admits the commands of this machine', async () => {
    const headers = { authorization: `Bearer ${commandSecret}` };
    expect((await shared().app.inject({ url: '/api/spool', headers })).statusCode).toBe(200);
  });
});

describe('host names', () => {
  it.each(['localhost', 'LOCALHOST', 'localhost.', 'album.localhost', '127.0.0.1', '[::1]', '::1'])(
    '%s means this machine',
    (name) => {
      expect(() => checkHost(name, { setUp: false })).not.toThrow();
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
  ])('does not listen on %j before there is an owner', (host) => {
    expect(() => checkHost(host, { setUp: false })).toThrow(PhotospoolError);
    expect(() => checkHost(host, { setUp: false })).toThrow(/until it has an owner/);
    expect(() => checkHost(host, { setUp: true })).not.toThrow();
  });
});
