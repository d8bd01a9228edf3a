/** The client for requests to other servers: what it sends, and that no connection hangs however a transfer ends. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { httpClient, streamed, type HttpAnswer } from '../../src/base/http-client.js';
import { makePair } from '../server/pair.js';

/** Listens until the end of the test; resolves to the port. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const serving = async (handler: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(handler))}`;

async function textOf({ body }: HttpAnswer): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body!) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('consecutive requests reuse one connection, even after a compressed response or one without a body', async () => {
  const ports = new Set<number | undefined>();
  const url = await serving((request, response) => {
    ports.add(request.socket.remotePort);
    const packed = gzipSync('compressed');
    response.setHeader('content-encoding', 'gzip').setHeader('content-length', packed.length);
    if (request.url === '/none') response.removeHeader('content-length');
    if (request.url === '/none') response.writeHead(304);
    response.end(request.method === 'HEAD' || request.url === '/none' ? undefined : packed);
  });
  expect(await textOf(await httpClient(url))).toBe('compressed');
  expect(await textOf(await httpClient(url, { method: 'HEAD' }))).toBe('');
  expect(await textOf(await httpClient(`${url}/none`))).toBe('');
  expect(await textOf(await httpClient(url))).toBe('compressed');
  expect(ports.size).toBe(1);
});

test('method, headers and body are sent; a redirect is a response', async () => {
  const url = await serving((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { authorization, 'content-length': length } = request.headers;
      response.writeHead(307, { location: 'http://127.0.0.1:1/' });
      response.end([request.method, authorization, length, Buffer.concat(parts).toString()].join(' '));
    });
  });
  const answer = await httpClient(url, { method: 'POST', headers: { authorization: 'Bearer x' }, body: 'grün' });
  expect([answer.status, answer.headers.get('location')]).toEqual([307, 'http://127.0.0.1:1/']);
  expect(await textOf(answer)).toBe('POST Bearer x 5 grün');
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield* [Buffer.from('one '), Buffer.from('two')];
  };
  const sent = await httpClient(url, { method: 'PUT', headers: { 'content-length': '7' }, body: streamed(bytes()) });
  expect(await textOf(sent)).toBe('PUT  7 one two');
});

/** An endless body; `ended` resolves when its source is ended. */
function endless(): { body: ReadableStream<Uint8Array>; ended: Promise<void> } {
  let end: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield await Promise.resolve(Buffer.alloc(64 * 1024));
    } finally {
      end();
    }
  }
  return { body: streamed(parts()), ended };
}

test('a server that responds before it has the whole body ends its source', async () => {
  const url = await serving((_request, response) => void response.writeHead(409).end('no'));
  const { body, ended } = endless();
  const answer = await httpClient(url, { method: 'PUT', body });
  expect([answer.status, await textOf(answer)]).toEqual([409, 'no']);
  await ended;
});

test('a body shorter than announced, or that fails, ends the request at once', async () => {
  const url = await serving((request) => void request.resume());
  async function* short(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('x'));
  }
  const headers = { 'content-length': '2' };
  await expect(httpClient(url, { method: 'PUT', headers, body: streamed(short()) })).rejects.toThrow(/1 bytes/);
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('x'));
    throw new Error('unreadable');
  }
  await expect(httpClient(url, { method: 'PUT', headers, body: streamed(failing()) })).rejects.toThrow(/unreadable/);
});

test('the signal ends a request without a response, a body that is read, and one that is not', async () => {
  let [begun, closed] = [0, 0];
  const url = await serving((request, response) => {
    begun++;
    request.resume();
    response.once('close', () => closed++);
    if (request.url !== '/silent') response.write('x');
  });
  const stop = new AbortController();
  const { signal } = stop;
  const silent = httpClient(`${url}/silent`, { signal });
  const { body, ended } = endless();
  const sending = httpClient(`${url}/silent`, { method: 'PUT', body, signal });
  const unanswered = Promise.allSettled([silent, sending]);
  const [reading, unread] = [
    await httpClient(`${url}/read`, { signal }),
    await httpClient(`${url}/unread`, { signal }),
  ];
  const read = Promise.allSettled([textOf(reading)]);
  await expect.poll(() => begun).toBe(4);
  stop.abort();
  expect([...(await unanswered), ...(await read)].map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
  await ended;
  await expect(textOf(unread)).rejects.toThrow();
  await expect.poll(() => closed).toBe(4);
});

test('a response that breaks off, or is cancelled, is an error or closes its connection', async () => {
  let closed = 0;
  const url = await serving((request, response) => {
    response.once('close', () => closed++);
    response.writeHead(200, { 'content-length': 10 }).write('x');
    if (request.url === '/broken') setTimeout(() => response.destroy(), 10);
  });
  await expect(textOf(await httpClient(`${url}/broken`))).rejects.toThrow();
  await (await httpClient(`${url}/long`)).body!.cancel();
  await expect.poll(() => closed).toBe(2);
});

test('many concurrent transfers arrive intact, even if others among them fail', { timeout: 60_000 }, async () => {
  const picture = randomBytes(300_000);
  const hash = createHash('sha256').update(picture).digest('hex');
  let turn = 0;
  const url = await serving((_request, response) => {
    if (turn++ % 7 === 3) setTimeout(() => response.destroy(), 2);
    response.setHeader('content-length', picture.length).end(picture);
  });
  let intact = 0;
  const one = async (n: number): Promise<void> => {
    const answer = await httpClient(url);
    if (n % 5 === 2) return answer.body!.cancel();
    const found = createHash('sha256');
    for await (const part of answer.body!) found.update(part);
    expect(found.digest('hex')).toBe(hash);
    intact++;
  };
  for (let round = 0; round < 20; round++) await Promise.allSettled(Array.from({ length: 10 }, (_, n) => one(n)));
  expect(intact).toBeGreaterThan(100);
});

test('an untrusted certificate is refused', async () => {
  const { cert, key } = makePair('elsewhere');
  const port = await listening(createSecureServer({ cert, key }, (_request, response) => response.end('x')));
  await expect(httpClient(`https://localhost:${port}`)).rejects.toThrow(/certificate|self-signed/);
});
