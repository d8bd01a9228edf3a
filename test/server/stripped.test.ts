/** Originals without private metadata, when readers are slow, many, or the disk is shared. */
import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { actorOf } from '../../src/access/actor.js';
import { local } from '../../src/access/viewer.js';
import { mkfifoSync } from '../base/fixture.js';
import { expectError, listenOn, openHome, type Home } from './fixture.js';

const size = 4 * 1024 * 1024;

/** A JPEG with a comment, and a scan of this size in bytes. */
const jpegOf = (bytes: number): Buffer =>
  Buffer.concat([
    Buffer.from('ffd8fffe0010', 'hex'),
    Buffer.from('at Ada’s home'.slice(0, 14).padEnd(14), 'latin1'),
    Buffer.from('ffda0002', 'hex'),
    Buffer.alloc(bytes, 1),
    Buffer.from('ffd9', 'hex'),
  ]);

async function openLinked(): Promise<{ home: Home; path: string }> {
  const home = await openHome();
  const shared = { scope: { search: 'type:photo' }, title: '', originals: true, details: false };
  const { secret } = await home.access.shares.make(shared, actorOf(local));
  return { home, path: `/s/${secret}` };
}

const made = (home: Home): string[] => readdirSync(join(home.folder, 'blobs', '.tmp'));

/** Sends a request over a connection and does not read the response. */
function askSlowly(port: number, url: string): Socket {
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(`GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
  );
  socket.on('error', () => undefined).pause();
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe('downloads of stripped originals', () => {
  it('that are slow need no more memory for a large file than for a small one, and share one file', async () => {
    const { home, path } = await openLinked();
    const id = await home.add({ original: jpegOf(size) });
    const answers: ServerResponse[] = [];
    home.app.server.on('request', (_request, response) => answers.push(response));
    const port = await listenOn(home.app);
    const sockets = Array.from({ length: 8 }, () => askSlowly(port, `${path}/originals/${id}`));
    await expect.poll(() => answers.filter(({ headersSent }) => headersSent).length).toBe(8);
    const held = answers.reduce(
      (sum, { socket, writableLength }) => sum + writableLength + (socket?.writableLength ?? 0),
      0,
    );
    expect(held).toBeLessThan(8 * 1024 * 1024);
    const [file, ...more] = made(home);
    expect(more).toEqual([]);
    expect(statSync(join(home.folder, 'blobs', '.tmp', file!)).mode & 0o777).toBe(0o600);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => made(home)).toEqual([]);
  });

  it('are limited to eight at a time per address', async () => {
    const { home, path } = await openLinked();
    const id = await home.add({ original: jpegOf(size) });
    const answers: ServerResponse[] = [];
    home.app.server.on('request', (_request, response) => answers.push(response));
    const port = await listenOn(home.app);
    const sockets = Array.from({ length: 8 }, () => askSlowly(port, `${path}/originals/${id}`));
    await expect.poll(() => answers.filter(({ headersSent }) => headersSent).length).toBe(8);
    expectError(await home.app.inject(`${path}/originals/${id}`), 503, 'busy');
    expect((await home.app.inject({ url: `${path}/originals/${id}`, remoteAddress: '192.0.2.1' })).statusCode).toBe(
      200,
    );
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => made(home)).toEqual([]);
    expect((await home.app.inject(`${path}/originals/${id}`)).statusCode).toBe(200);
  });

  it('contain only the picture, and leave no file', async () => {
    const { home, path } = await openLinked();
    const id = await home.add({ original: jpegOf(100) });
    const answer = await home.app.inject(`${path}/originals/${id}`);
    expect(answer.rawPayload.equals(Buffer.concat([jpegOf(100).subarray(0, 2), jpegOf(100).subarray(20)]))).toBe(true);
    await expect.poll(() => made(home)).toEqual([]);
  });
});

describe('an object in place of an original', () => {
  it.skipIf(process.platform === 'win32').each(['a link', 'a FIFO', 'a folder'] as const)(
    'that is %s is not read in any way, and blocks nobody',
    async (what) => {
      const { home, path } = await openLinked();
      const id = await home.add({ original: jpegOf(100) });
      const place = home.parts.blobs.original(home.library.local.originals.find(id)!.path);
      rmSync(place);
      const secret = join(home.folder, 'secret.txt');
      writeFileSync(secret, jpegOf(50));
      if (what === 'a link') symlinkSync(secret, place);
      else if (what === 'a FIFO') mkfifoSync(place);
      else (await import('node:fs')).mkdirSync(place);
      for (let n = 0; n < 5; n++) expectError(await home.app.inject(`${path}/originals/${id}`), 404, 'not-found');
      expectError(await home.app.inject(`/originals/${id}`), 404, 'not-found');
      const ticket = await home.app.inject({ method: 'POST', url: '/api/downloads', payload: { ids: [id] } });
      const port = await listenOn(home.app);
      const archive = await fetch(`http://127.0.0.1:${port}${ticket.json<{ path: string }>().path}`);
      await expect(archive.arrayBuffer()).rejects.toThrow();
    },
  );
});
