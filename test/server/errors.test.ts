import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { expectError, listenOn, openHome, shareHome } from './fixture.js';

const id = 'a'.repeat(64);
const shared = shareHome();
const json = { 'content-type': 'application/json' };

describe('errors have one shape', () => {
  it.each<[string, string, number, string, object?]>([
    ['GET', `/api/photos/${id}`, 404, 'not-found'],
    ['GET', `/api/photos/${id}/exif`, 404, 'not-found'],
    ['GET', `/media/${id}/thumb`, 404, 'not-found'],
    ['GET', `/originals/${id}`, 404, 'not-found'],
    ['GET', '/api/nothing', 404, 'not-found'],
    ['GET', '/api', 404, 'not-found'],
    ['POST', '/api/nothing', 404, 'not-found'],
    ['GET', '/picture.png', 404, 'not-found'],
    ['GET', '/api/photos/xyz', 400, 'invalid'],
    ['GET', `/api/photos/${'A'.repeat(64)}`, 400, 'invalid'],
    ['GET', `/api/photos/${'a'.repeat(65)}`, 400, 'invalid'],
    ['GET', `/media/${id}/huge`, 400, 'invalid'],
    ['GET', `/originals/..%2f..%2fetc%2fpasswd`, 400, 'invalid'],
    ['GET', `/originals/${'a'.repeat(500)}`, 400, 'invalid'],
    ['GET', '/api/photos?limit=0', 400, 'invalid'],
    ['GET', '/api/photos?limit=501', 400, 'invalid'],
    ['GET', '/api/photos?limit=ten', 400, 'invalid'],
    ['GET', '/api/photos?limit=1.5', 400, 'invalid'],
    ['GET', '/api/photos?q=a&q=b', 400, 'invalid'],
    ['GET', '/api/photos?q=nonsense:x', 400, 'invalid'],
    ['GET', '/api/tiles?q=nonsense:x', 400, 'invalid'],
    ['GET', '/api/tiles?cursor=%00%27', 400, 'invalid'],
    ['GET', '/api/timeline?q=nonsense:x', 400, 'invalid'],
    ['GET', '/api/tags?q=rating:many', 400, 'invalid'],
    ['GET', '/api/%ff', 400, 'invalid'],
    ['DELETE', '/api/photos', 405, 'method'],
    ['POST', `/api/photos/${id}`, 405, 'method'],
    ['PUT', '/api/spool', 405, 'method'],
    ['GET', '/api/upload', 405, 'method'],
    ['OPTIONS', '/api/photos', 405, 'method'],
    ['POST', `/media/${id}/thumb`, 405, 'method'],
    ['POST', '/api/upload', 415, 'unsupported'],
    ['PATCH', '/api/photos', 400, 'invalid'],
    ['PATCH', `/api/photos/${id}`, 400, 'invalid', {}],
    ['PATCH', `/api/photos/${id}`, 400, 'invalid', { tittle: 'x' }],
    ['PATCH', `/api/photos/${id}`, 400, 'invalid', { rating: '5' }],
    ['PATCH', `/api/photos/${id}`, 400, 'invalid', { rating: 6 }],
    ['PATCH', `/api/photos/${id}`, 400, 'invalid', { tags: { add: 'x' } }],
    ['PATCH', `/api/photos/${id}`, 400, 'invalid', { tags: { set: ['x'] } }],
    ['PATCH', `/api/photos/${id}`, 404, 'not-found', { rating: 5 }],
    ['PATCH', '/api/photos', 400, 'invalid', { ids: [], rating: 5 }],
    ['PATCH', '/api/photos', 400, 'invalid', { ids: [id] }],
    ['PATCH', '/api/photos', 400, 'invalid', { ids: ['../x'], rating: 5 }],
    ['POST', '/api/spool/retry', 400, 'invalid', { names: 5 }],
    ['POST', '/api/spool/retry', 400, 'invalid', { names: [] }],
  ])('%s %s → %i %s', async (method, url, status, code, body) => {
    const { app } = shared();
    const response = await app.inject({ method: method as 'GET', url, ...(body && { payload: body }) });
    expectError(response, status, code);
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    if (status === 405) expect(response.headers.allow).toMatch(/^[A-Z, ]+$/);
  });

  it('names the word that a search does not know', async () => {
    const { app } = shared();
    const error = expectError(await app.inject('/api/photos?q=colour:red'), 400, 'invalid');
    expect(error.message).toContain('colour');
  });

  it('names the value that a schema refuses', async () => {
    const { app } = shared();
    expect(expectError(await app.inject('/api/tiles?limit=2000'), 400, 'invalid').message).toMatch(
      /^limit \(in the query\) must be <= 1000/,
    );
  });

  it.each([
    ['malformed JSON', json, '{"ids":', 400, 'invalid'],
    ['an empty body', json, '', 400, 'invalid'],
    ['a prototype in JSON', json, '{"__proto__":{"a":1}}', 400, 'invalid'],
    ['a body of another kind', { 'content-type': 'text/plain' }, 'hello', 415, 'unsupported'],
    [
      'multipart where none is taken',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x--',
      415,
      'unsupported',
    ],
    ['a body that is too large', json, JSON.stringify({ title: 'x'.repeat(2 ** 20) }), 413, 'too-large'],
  ])('%s', async (_what, headers, payload, status, code) => {
    const { app } = shared();
    expectError(await app.inject({ method: 'PATCH', url: `/api/photos/${id}`, headers, payload }), status, code);
  });

  it('tells nothing of what nobody foresaw, and logs it', async () => {
    const home = await openHome();
    home.spool.status = () => Promise.reject(new Error('secret at /home/ada/secret.ts:12'));
    const response = await home.app.inject('/api/spool');
    expectError(response, 500, 'internal');
    expect(response.body).not.toContain('secret');
    expect(JSON.stringify(home.logged)).toContain('"url":"/api/spool"');
  });

  it('answers what is no HTTP', async () => {
    const { app } = shared();
    const port = await listenOn(app);
    const text = await new Promise<string>((resolve, reject) => {
      let got = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('HELLO WORLD\r\n\r\n'));
      socket
        .setEncoding('utf8')
        .on('data', (part: string) => (got += part))
        .on('close', () => resolve(got))
        .on('error', reject);
    });
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(body)).toEqual({ error: { code: 'invalid', message: 'This is not a valid HTTP request.' } });
  });
});

describe('the guard', () => {
  it.each(['evil.example', '127.0.0.1.nip.io', 'localhost.evil.example:4780', '192.168.1.7', 'user@localhost'])(
    'refuses the host %j',
    async (host) => {
      const { app } = shared();
      expectError(await app.inject({ url: '/api/photos', headers: { host } }), 403, 'forbidden');
      expectError(await app.inject({ url: '/', headers: { host } }), 403, 'forbidden');
    },
  );

  it.each(['localhost', 'localhost:1', '127.0.0.1:4780', '[::1]:4780', 'album.localhost'])(
    'answers to the host %s',
    async (host) => {
      const { app } = shared();
      expect((await app.inject({ url: '/healthz', headers: { host } })).statusCode).toBe(200);
    },
  );

  it.each<[string, Record<string, string>, number]>([
    ['a program', {}, 202],
    ['our own page', { origin: 'http://localhost:4780', 'sec-fetch-site': 'same-origin' }, 202],
    ['our own page in an old browser', { origin: 'http://localhost:4780' }, 202],
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['another port', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }, 403],
    ['another site in an old browser', { origin: 'https://evil.example' }, 403],
    ['another port in an old browser', { origin: 'http://localhost:3000' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
  ])('of a write by %s', async (_who, headers, status) => {
    const { app } = shared();
    const response = await app.inject({
      method: 'POST',
      url: '/api/samples',
      headers: { host: 'localhost:4780', ...headers },
    });
    expect(response.statusCode).toBe(status);
    if (status === 403) expectError(response, 403, 'forbidden');
  });

  it('refuses whoever is not on this machine', async () => {
    const { app } = shared();
    expectError(await app.inject({ url: '/api/photos', remoteAddress: '192.168.1.9' }), 403, 'forbidden');
  });

  it('sends a policy without exceptions, with pages and errors alike', async () => {
    const { app } = shared();
    for (const url of ['/healthz', '/api/nothing', '/api/%ff']) {
      const policy = (await app.inject(url)).headers['content-security-policy'];
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
    }
  });
});
