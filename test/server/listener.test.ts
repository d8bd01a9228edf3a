import type { RequestListener, Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectionBounds, makeListener } from '../../src/server/http/listener.js';
import { listenOn, openHome } from './fixture.js';

const quick = { ...connectionBounds, head: 100, quiet: 100 };

async function open(handler: RequestListener, bounds = quick): Promise<number> {
  const server: Server = makeListener(undefined, () => false, bounds).open(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

/** Connects and sends; resolves to everything received until the connection ended. */
function send(port: number, text: string, read = true): { socket: Socket; ended: Promise<string> } {
  let got = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(text));
  if (read) socket.setEncoding('latin1').on('data', (part: string) => (got += part));
  const ended = new Promise<string>((resolve) => socket.on('error', () => undefined).once('close', () => resolve(got)));
  return { socket, ended };
}

describe('a connection is closed', () => {
  const answer: RequestListener = (request, response) => void request.resume().on('end', () => response.end('x'));

  it('without a request, or with half a request head', async () => {
    const port = await open(answer);
    for (const text of ['', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A: '])
      expect(await send(port, text).ended).not.toContain('HTTP/1.1 200');
  });

  it('whose body stalls, while one that waits for us gets its response', async () => {
    let finish = (): void => undefined;
    // Longer than this process may be delayed in reading what arrived.
    const port = await open(
      (request, response) => {
        if (request.url === '/pass') finish = () => response.end('done');
        else answer(request, response);
      },
      { ...quick, quiet: 1_000 },
    );
    const pass = send(port, 'POST /pass HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    for (let n = 0; n < 3; n++) {
      const slow = send(port, 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc');
      expect(await slow.ended).not.toContain('HTTP/1.1 200');
    }
    finish();
    expect(await pass.ended).toMatch(/^HTTP\/1.1 200 [^]*done$/);
  });

  it('that does not read its response', async () => {
    let closed = (): void => undefined;
    const cut = new Promise<void>((resolve) => (closed = resolve));
    const port = await open((_request, response) => {
      response.once('close', closed);
      response.end(Buffer.alloc(64 << 20));
    });
    const { socket } = send(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', false);
    await cut;
    socket.destroy();
  });

  it('with a too long head', async () => {
    const port = await open(answer);
    const head = `GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`;
    expect(await send(port, head).ended).not.toContain('HTTP/1.1 200');
  });
});

describe('a body other than a file', () => {
  it('has a timeout of half a minute', async () => {
    const { app, clock } = await openHome();
    const port = await listenOn(app);
    const head = `PATCH /api/photos HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    const { ended } = send(port, head);
    await expect.poll(() => clock.sleeping()).toBe(1);
    await clock.advance(29_000);
    expect(clock.sleeping()).toBe(1);
    await clock.advance(1_000);
    expect(await ended).not.toContain('200 OK');
    expect(clock.sleeping()).toBe(0);
  });

  it('is not read to its end if it was rejected and is large', async () => {
    const { app } = await openHome();
    const port = await listenOn(app);
    const head = `POST /api/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\nabc`;
    expect(await send(port, head).ended).toMatch(/^HTTP\/1.1 404 /);
  });

  it('may be sent for a while after a rejection, so that the client reads the response', async () => {
    const { app, clock } = await openHome();
    const port = await listenOn(app);
    const { socket, wrong, closed } = await refused(port);
    const write = (): Promise<void> => new Promise((resolve) => void socket.write(part, () => resolve()));
    for (let n = 0; n < 32; n++) await write();
    expect(wrong).toEqual([]);
    await clock.advance(30_000);
    while (wrong.length === 0) await write();
    await closed;
    expect(clock.sleeping()).toBe(0);
  });
});

const part = Buffer.alloc(64 * 1024, 'a');

/**
 * A connection whose request was rejected before its body, of which 64 KiB are being sent; `wrong` contains its errors.
 */
async function refused(port: number): Promise<{ socket: Socket; wrong: Error[]; closed: Promise<void> }> {
  const wrong: Error[] = [];
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', (error) => wrong.push(error)).setEncoding('latin1');
  const answered = new Promise<string>((resolve) => socket.once('data', (text: string) => resolve(text)));
  const ended = new Promise<void>((resolve) => socket.once('end', () => resolve()));
  socket.write(`POST /api/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${1 << 30}\r\n\r\n`);
  socket.write(part);
  expect(await answered).toMatch(/^HTTP\/1.1 404 [^]*connection: close/i);
  await ended;
  return { socket, wrong, closed };
}
