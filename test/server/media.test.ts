import { existsSync } from 'node:fs';
import { readdir, readlink, rm, symlink } from 'node:fs/promises';
import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { openDoors } from './roles.js';
import { expectError, listenOn, openHome, shareHome, sha256, type Home } from './fixture.js';

const shared = shareHome();
const big = Buffer.alloc(3 * 1024 * 1024, 'photospool ');

describe('pictures', () => {
  it('are sent with their type, and cached permanently under the address of their version', async () => {
    const { app, add } = await openHome();
    const id = await add();
    const thumb = Buffer.from(`thumb of ${id}`);
    const response = await app.inject(`/media/${id}/thumb`);
    expect(response.statusCode).toBe(200);
    expect(response.rawPayload).toEqual(thumb);
    expect(response.headers).toMatchObject({
      'content-type': 'image/webp',
      'content-length': String(thumb.length),
      'cache-control': 'private, no-cache',
      etag: `"${sha256(thumb)}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers['content-security-policy']).toContain('sandbox');
    const versioned = await app.inject(`/media/${id}/thumb?v=${sha256(thumb).slice(0, 8)}`);
    expect(versioned.rawPayload).toEqual(thumb);
    expect(versioned.headers['cache-control']).toBe('private, max-age=31536000, immutable');
    // The version of another picture: shown again after the undo of an edit, it must not be this one.
    const other = await app.inject(`/media/${id}/thumb?v=00000000`);
    expect([other.rawPayload, other.headers['cache-control']]).toEqual([thumb, 'private, no-cache']);
    const again = await app.inject({
      url: `/media/${id}/thumb`,
      headers: { 'if-none-match': response.headers.etag as string },
    });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('are cached only if the browser clears them at sign-out: over HTTPS, and on this machine', async () => {
    const home = await openHome();
    const { app } = home;
    const id = await home.add();
    const owner = (await openDoors(home, [])).headersOf('owner');
    const version = sha256(`thumb of ${id}`).slice(0, 8);
    for (const [host, kept] of [
      ['127.0.0.1:4780', true],
      ['192.168.1.5:4780', false],
    ] as const)
      for (const url of [`/media/${id}/thumb?v=${version}`, `/originals/${id}`]) {
        const asked = await app.inject({ url, headers: { ...owner, host } });
        const cached = asked.headers['cache-control'];
        expect(cached, `${host}${url}`).toBe(kept ? 'private, max-age=31536000, immutable' : 'private, no-cache');
      }
    const left = await app.inject({ method: 'DELETE', url: '/api/session' });
    expect(left.headers['clear-site-data']).toBe('"cache"');
  });

  it('that could not be made are 404, without caching', async () => {
    const { app, add } = await openHome();
    const response = await app.inject(`/media/${await add()}/preview`);
    expectError(response, 404, 'not-found');
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('with a missing file are 404', async () => {
    const home = await openHome();
    const id = await home.add();
    await rm(home.parts.blobs.rendition(sha256(`thumb of ${id}`)));
    const response = await home.app.inject(`/media/${id}/thumb`);
    expectError(response, 404, 'not-found');
    expect(response.headers).not.toHaveProperty('etag');
    expectError(await home.app.inject(`/originals/${await home.add({ away: true })}`), 404, 'not-found');
  });

  it('are never read through a symbolic link', async () => {
    const home = await openHome();
    const id = await home.add();
    const path = home.parts.blobs.rendition(sha256(`thumb of ${id}`));
    await rm(path);
    await symlink('/etc/passwd', path);
    const response = await home.app.inject(`/media/${id}/thumb`);
    expectError(response, 404, 'not-found');
  });
});

describe('originals', () => {
  it.each<[string, number, Buffer, string | undefined]>([
    ['bytes=0-9', 206, big.subarray(0, 10), `bytes 0-9/${big.length}`],
    ['bytes=-5', 206, big.subarray(-5), `bytes ${big.length - 5}-${big.length - 1}/${big.length}`],
    ['bytes=1000000-', 206, big.subarray(1_000_000), `bytes 1000000-${big.length - 1}/${big.length}`],
    ['bytes=0-1,5-6', 200, big, undefined],
  ])('serve the range %s', async (range, status, bytes, contentRange) => {
    const { app, add } = shared();
    const response = await app.inject({ url: `/originals/${await add({ original: big })}`, headers: { range } });
    expect(response.statusCode).toBe(status);
    expect(response.rawPayload.equals(bytes)).toBe(true);
    expect(response.headers['content-length']).toBe(String(bytes.length));
    expect(response.headers['content-range']).toBe(contentRange);
  });

  it('reject a range beyond their end', async () => {
    const { app, add } = shared();
    const response = await app.inject({
      url: `/originals/${await add({ original: big })}`,
      headers: { range: `bytes=${big.length}-` },
    });
    expectError(response, 416, 'range');
    expect(response.headers).toMatchObject({ 'content-range': `bytes */${big.length}`, 'cache-control': 'no-store' });
    expect(response.headers).not.toHaveProperty('content-disposition');
  });

  it('report their size to HEAD without a body', async () => {
    const { app, add } = shared();
    const response = await app.inject({ method: 'HEAD', url: `/originals/${await add({ original: big })}` });
    expect([response.statusCode, response.body, response.headers['content-length']]).toEqual([
      200,
      '',
      String(big.length),
    ]);
  });

  it.each([
    ['image/jpeg', 'a.jpg', '', 'image/jpeg', 'inline; filename="a.jpg"'],
    ['image/jpeg', 'a.jpg', '?download', 'image/jpeg', 'attachment; filename="a.jpg"'],
    ['image/svg+xml', 'a.svg', '', 'application/octet-stream', 'attachment; filename="a.svg"'],
    ['text/html', 'a.jpg', '', 'application/octet-stream', 'attachment; filename="a.jpg"'],
    ['video/mp4', 'a.mp4', '', 'video/mp4', 'attachment; filename="a.mp4"'],
    ['image/png', 'a"\r\nb.png', '', 'image/png', `inline; filename="a___b.png"; filename*=UTF-8''a%22__b.png`],
    ['image/x-svg', 'a.svg', '', 'application/octet-stream', 'attachment; filename="a.svg"'],
    ['image/x+xml', 'a.jpg', '', 'application/octet-stream', 'attachment; filename="a.jpg"'],
  ])('%s called %j%s are sent with the right headers', async (type, name, query, sent, disposition) => {
    const { app, add } = shared();
    const response = await app.inject(`/originals/${await add({ type, name })}${query}`);
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({ 'content-type': sent, 'content-disposition': disposition });
  });

  it.skipIf(!existsSync('/proc/self/fd'))('are closed when the client disconnects in the middle', async () => {
    const home = await openHome();
    const id = await home.add({ original: Buffer.alloc(32 * 1024 * 1024) });
    const port = await listenOn(home.app);
    await new Promise<void>((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path: `/originals/${id}` }, (response) => {
        response.once('data', () => response.destroy());
        response.once('close', resolve);
      });
      request.on('error', reject);
    });
    await expect.poll(() => openFiles(home)).toEqual([]);
  });
});

/** The files of the home's archive that this process has open. */
async function openFiles(home: Home): Promise<string[]> {
  const all = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return all.filter((path) => path.startsWith(home.parts.blobs.original('')));
}
