import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../../src/server/app.js';
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
    ['GET', '/api/photos/xyz', 404, 'not-found'],
    ['GET', '/api/photos/xyz/exif', 404, 'not-found'],
    ['GET', `/api/photos/${'A'.repeat(64)}`, 404, 'not-found'],
    ['GET', `/api/photos/${'a'.repeat(65)}`, 404, 'not-found'],
    ['GET', '/media/xyz/thumb', 404, 'not-found'],
    ['HEAD', '/media/xyz/thumb', 404, 'not-found'],
    ['GET', `/media/${id}/huge`, 404, 'not-found'],
    ['GET', '/originals/xyz', 404, 'not-found'],
    ['GET', `/originals/..%2f..%2fetc%2fpasswd`, 404, 'not-found'],
    ['GET', `/originals/${'a'.repeat(500)}`, 404, 'not-found'],
    ['GET', '/api/photos?limit=0', 400, 'invalid'],
    ['GET', '/api/photos?limit=-1', 400, 'invalid'],
    ['GET', '/api/photos?limit=', 400, 'invalid'],
    ['GET', '/api/photos?limit=ten', 400, 'invalid'],
    ['GET', '/api/tiles?limit=0', 400, 'invalid'],
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
    ['PATCH', '/api/photos/xyz', 404, 'not-found', { rating: 5 }],
    ['PATCH', '/api/photos', 400, 'invalid', { ids: [], rating: 5 }],
    ['PATCH', '/api/photos', 400, 'invalid', { ids: [id] }],
    ['PATCH', '/api/photos', 400, 'invalid', { ids: ['../x'], rating: 5 }],
    ['POST', '/api/spool/retry', 400, 'invalid', { names: 5 }],
    ['POST', '/api/spool/retry', 400, 'invalid', { names: [] }],
  ])('%s %s → %i %s', async (method, url, status, code, body) => {
    const { app } = shared();
    const response = await app.inject({ method: method as 'GET', url, ...(body && { payload: body }) });
    if (method === 'HEAD') expect(response.statusCode).toBe(status);
    else expectError(response, status, code);
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    if (status === 405) expect(response.headers.allow).toMatch(/^[A-Z, ]+$/);
  });

  it.each([
    ['DELETE', '/api/photos', 'GET, HEAD, PATCH'],
    ['DELETE', '/api/photos?q=a', 'GET, HEAD, PATCH'],
    // Other addresses of the same form have routes for these methods.
    ['PATCH', '/api/photos/save', 'POST'],
    ['GET', '/api/photos/save', 'POST'],
    ['PUT', '/db/photos/_bulk_docs', 'POST'],
  ])('%s %s: the possible methods are %s, whatever is sent', async (method, url, allow) => {
    const { app } = shared();
    const headers = { 'content-type': 'application/json' };
    const response = await app.inject({ method: method as 'GET', url, headers, payload: '{' });
    expect([response.statusCode, response.headers.allow]).toEqual([405, allow]);
  });

  it('names the unknown word of a search', async () => {
    const { app } = shared();
    const error = expectError(await app.inject('/api/photos?q=colour:red'), 400, 'invalid');
    expect(error.message).toContain('colour');
  });

  it('treats an invalid id like a missing photo', async () => {
    const { app } = shared();
    for (const url of ['/api/photos/', '/originals/'])
      expect((await app.inject(`${url}xyz`)).json()).toEqual((await app.inject(`${url}${id}`)).json());
  });

  it.each<[string, object | string | null]>([
    ['Unknown field bogus.', { bogus: 1 }],
    ['Unknown field tags.set.', { tags: { set: ['x'] } }],
    ['Unknown field place.planet.', { place: { planet: 'x' } }],
    ['Unknown field 0.', { 0: 1 }],
    ['Send at least one field to change.', {}],
    ['The field audience must be private, family or public.', { audience: 'everybody' }],
    ['The field rating must be a whole number or null.', { rating: '5' }],
    ['The field rating must be at most 5.', { rating: 6 }],
    ['The field rating must be at least 0.', { rating: -1 }],
    ['The field favourite must be true or false.', { favourite: 1 }],
    ['The field title must be text or null.', { title: 5 }],
    ['The field title must have at most 1,000 characters.', { title: 'x'.repeat(1001) }],
    ['The field tags.add must be a list.', { tags: { add: 'x' } }],
    ['The field tags.add[1] must not be empty.', { tags: { add: ['a', ''] } }],
    ['The field tags.add must have at most 100 entries.', { tags: { add: Array(101).fill('a') } }],
    ['The field taken must be text, an object or null.', { taken: 5 }],
    ['The field taken.local is missing.', { taken: {} }],
    ['The field gps.lat must be at most 90.', { gps: { lat: 91, lon: 0 } }],
    ['The field gps.lon is missing.', { gps: { lat: 1 } }],
    ['The body must be an object.', '[]'],
  ])('says: %s', async (message, payload) => {
    const { app } = shared();
    const response = await app.inject({
      method: 'PATCH',
      url: `/api/photos/${id}`,
      headers: json,
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
    expect(expectError(response, 400, 'invalid').message).toBe(message);
  });

  it.each<[string, string, object | undefined]>([
    ['Send at least one field to change.', '/api/photos', { ids: [id] }],
    ['The field ids is missing.', '/api/photos', { rating: 1, title: 'x' }],
    ['The field ids must not be empty.', '/api/photos', { ids: [], rating: 1 }],
    ['The field ids must have at most 5,000 entries.', '/api/photos', { ids: Array(5_001).fill(id), rating: 1 }],
    ['The field ids[1] must be the id of a photo.', '/api/photos', { ids: [id, 'x'], rating: 1 }],
    ['The field names must be a list or “all”.', '/api/spool/retry', { names: 'none' }],
    ['The field names must be a list or “all”.', '/api/spool/retry', { names: 5 }],
    ['The field names must not be empty.', '/api/spool/retry', { names: [] }],
    ['The parameter limit must be at least 1.', '/api/tiles?limit=0', undefined],
    ['The parameter limit must be a whole number.', '/api/tiles?limit=many', undefined],
    ['The parameter q must be text.', '/api/tiles?q=a&q=b', undefined],
    ['The parameter q must have at most 2,000 characters.', `/api/tiles?q=${'a'.repeat(2_001)}`, undefined],
  ])('says: %s (%s)', async (message, url, payload) => {
    const { app } = shared();
    const method = !payload ? 'GET' : url === '/api/photos' ? 'PATCH' : 'POST';
    const response = await app.inject({ method, url, ...(payload && { payload }) });
    expect(expectError(response, 400, 'invalid').message).toBe(message);
  });

  it('repeats the name of an unknown field shortened and escaped', async () => {
    const { app } = shared();
    const payload = { [`\u001b[2J/~${'x'.repeat(5_000)}`]: 1 };
    const { message } = expectError(
      await app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload }),
      400,
      'invalid',
    );
    expect(message.length).toBeLessThan(200);
    expect(message).toMatch(/^Unknown field [^\u001b]*\[2J\/~x+….$/u);
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

  it('reveals nothing of unexpected errors, and logs them', async () => {
    const home = await openHome();
    home.spool.status = () => Promise.reject(new Error('secret at /home/ada/secret.ts:12'));
    const response = await home.app.inject('/api/spool');
    expectError(response, 500, 'internal');
    expect(response.body).not.toContain('secret');
    expect(JSON.stringify(home.logged)).toContain('"path":"/api/spool"');
    expect(JSON.stringify(home.logged)).toContain(`"request":"${String(response.headers['x-request-id'])}"`);
    expect(response.body).toContain(String(response.headers['x-request-id']));
  });

  it('answers invalid HTTP', async () => {
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
  it.each(['evil.example', '127.0.0.1.nip.io', 'localhost.evil.example:4780', 'user@localhost'])(
    'rejects the host %j',
    async (host) => {
      const { app } = shared();
      expectError(await app.inject({ url: '/api/photos', headers: { host } }), 403, 'forbidden');
      expectError(await app.inject({ url: '/', headers: { host } }), 403, 'forbidden');
    },
  );

  it.each(['localhost', 'localhost:1', '127.0.0.1:4780', '[::1]:4780', 'album.localhost'])(
    'accepts the host %s',
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

  it('rejects other machines', async () => {
    const { app } = shared();
    expectError(await app.inject({ url: '/api/photos', remoteAddress: '192.168.1.9' }), 401, 'unauthorized');
  });

  it.each<[string, Record<string, string>, number]>([
    ['our own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
    ['a person who typed the address', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 200],
    [
      'a person who followed a link',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      200,
    ],
    ['a picture in another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['a script of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, 403],
    [
      'a frame in another page',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      403,
    ],
  ])('of a read by %s', async (_who, headers, status) => {
    const { app } = shared();
    expect((await app.inject({ url: '/api/photos', headers })).statusCode).toBe(status);
  });

  it('sends a strict content security policy with pages and errors alike', async () => {
    const { app } = shared();
    for (const url of ['/healthz', '/api/nothing', '/api/%ff']) {
      const policy = (await app.inject(url)).headers['content-security-policy'];
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
    }
    const { headers } = await app.inject('/api/nothing');
    expect(headers['permissions-policy']).toContain('camera=()');
    expect(headers['permissions-policy']).toContain('publickey-credentials-get=(self)');
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY' });
  });

  it('accepts forwarded headers only from a trusted proxy', async () => {
    const { parts } = await openHome();
    const app = await buildApp({
      ...parts,
      config: { ...parts.config, trustProxy: ['10.0.0.1'], names: ['a.example'] },
    });
    const status = async (remoteAddress: string, headers: Record<string, string>): Promise<number> =>
      (await app.inject({ url: '/healthz', remoteAddress, headers })).statusCode;
    const forwarded = { 'x-forwarded-host': 'evil.example' };
    expect(await status('10.0.0.1', { host: 'localhost', ...forwarded })).toBe(403);
    expect(await status('127.0.0.1', { host: 'localhost', ...forwarded })).toBe(200);
    const asked = async (remoteAddress: string, host: string): Promise<number> =>
      status(remoteAddress, { host: '127.0.0.1:4780', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': host });
    expect(await asked('10.0.0.1', 'a.example')).toBe(200);
    expect(await asked('10.0.0.1', 'b.example')).toBe(403);
    expect(await asked('10.0.0.2', 'b.example')).toBe(200);
    await app.close();
  });

  it('limits the requests of an address, but not of this machine', async () => {
    const { parts } = await openHome();
    const app = await buildApp({ ...parts, config: { ...parts.config, trustProxy: ['10.0.0.1'] } });
    const ask = (from: string) =>
      app.inject({ url: '/assets/x', remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': from } });
    for (let n = 0; n < 2_000; n++) await ask('192.0.2.7');
    const refused = await ask('192.0.2.7');
    expectError(refused, 429, 'slow-down');
    expect(refused.headers).toMatchObject({ 'retry-after': '1', 'x-frame-options': 'DENY' });
    expect((await ask('192.0.2.8')).statusCode).not.toBe(429);
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    await app.close();
  });

  it('gives each request an id of its own, whatever the client sends', async () => {
    const { app } = shared();
    const names = new Set<unknown>();
    for (const url of ['/healthz', '/healthz', '/api/%ff', '/api/nothing']) {
      const name = (await app.inject({ url, headers: { 'x-request-id': 'mine' } })).headers['x-request-id'];
      expect(name).toMatch(/^[\w-]{12}$/);
      names.add(name);
    }
    expect(names.size).toBe(4);
  });
});
