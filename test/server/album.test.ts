import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/server/app.js';
import type { App } from '../../src/server/context.js';
import { expectError, openHome, shareHome } from './fixture.js';

const page = '<!doctype html><title>Photospool</title>';
const script = 'console.log("album")';

let app: App;
shareHome(async (home) => {
  const { webRoot } = home.parts.config;
  await mkdir(join(webRoot, 'assets'), { recursive: true });
  await writeFile(join(webRoot, 'index.html'), page);
  await writeFile(join(webRoot, '.secret'), 'x');
  await writeFile(join(webRoot, 'assets', 'main-a1b2c3.js'), script);
  await writeFile(join(webRoot, 'assets', 'main-a1b2c3.js.br'), brotliCompressSync(script));
  await writeFile(join(webRoot, 'assets', 'main-a1b2c3.js.gz'), gzipSync(script));
  app = await buildApp(home.parts);
});
afterAll(() => app.close());

describe('the album page', () => {
  it.each([
    '/',
    '/photo/abc',
    '/search?q=a.b',
    '/index.html',
    '/settings/import',
    '/albums/St.%20Moritz',
    '/albums/p-1:01J.jpg',
  ])('is served at %s', async (url) => {
    const response = await app.inject({ url, headers: { 'accept-encoding': 'br, gzip' } });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(page);
    expect(response.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    expect(response.headers['content-security-policy']).toContain("script-src 'self'");
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', undefined],
  ])('sends its script compressed by %s', async (accepts, encoding) => {
    const response = await app.inject({ url: '/assets/main-a1b2c3.js', headers: { 'accept-encoding': accepts } });
    expect(response.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      vary: expect.stringMatching(/accept-encoding/i),
    });
    expect(response.headers['content-type']).toMatch(/javascript/);
    expect(response.headers['content-encoding']).toBe(encoding);
    if (encoding === undefined) expect(response.body).toBe(script);
  });

  it.each([
    '/assets/gone',
    '/assets/gone.js',
    '/favicon.ico',
    '/api/gone',
    '/media',
    '/db/photos',
    '/.secret',
    '/../library.sqlite',
    '/%2e%2e/library.sqlite',
  ])('is not served at %s', async (url) => {
    const response = await app.inject(url);
    expect(response.statusCode).toBeGreaterThanOrEqual(400);
    expect(response.statusCode).toBeLessThan(500);
    expect(response.headers['content-type']).toMatch(/json/);
  });

  it('reports a missing build', async () => {
    const { app } = await openHome();
    expect(expectError(await app.inject('/'), 404, 'not-found').hint).toContain('npm run build');
  });
});
