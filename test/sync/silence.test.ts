/**
 * A link that falls silent, as behind a router that forgot its connections: this is detected, and does not delay
 * closing on either side.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/base/clock.js';
import { requestJson } from '../../src/sync/couch/json-client.js';
import { openHttpDatabase } from '../../src/sync/couch/remote-database.js';
import { openMesh, type Mesh } from '../../src/sync/connections/mesh.js';
import { openPeers } from '../../src/sync/connections/peers.js';
import { openCutting } from './cutting.js';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

type Ours = ReturnType<typeof openLibrarySide>;
function ours(): Ours {
  const side = openLibrarySide();
  onTestFinished(() => side.close());
  return side;
}
function linkTo(url: string, side: Ours): Mesh {
  openPeers(side.db).put({ url, publish: false, originals: 'none', added: '2026-11-24T10:00:00.000Z' });
  const nothing = (): void => undefined;
  const mesh = openMesh(openPeers(side.db), {
    database: side.database,
    server: side.library.server,
    epoch: side.library.epoch,
    clock,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    random: () => 0.5,
    session: () => randomUUID(),
  });
  onTestFinished(() => mesh.close());
  return mesh;
}
const write = ({ library }: Ours, id: string): void => void library.update(id, () => ({ kind: 'comment', format: 1 }));

test('a connection whose other side is silent can be closed', async () => {
  const [a, b] = [ours(), ours()];
  const server = await serveSide(b);
  onTestFinished(() => server.close());
  const cutting = await openCutting(server.address.url.replace('/db/photos', ''));
  onTestFinished(() => cutting.close());
  const mesh = linkTo(cutting.url, a);
  write(a, 'x:1');
  await expect.poll(() => b.library.get('x:1')).toBeDefined();
  cutting.hush();
  // The next request is sent, and never answered.
  write(a, 'x:2');
  await sleep(300);
  const closed = await Promise.race([mesh.close().then(() => 'closed'), sleep(60_000, 'still open', { ref: false })]);
  expect(closed).toBe('closed');
});

test('while waiting for a change, the server sends heartbeats if requested', async () => {
  const side = ours();
  const { address, close } = await serveSide(side);
  onTestFinished(close);
  const since = side.library.changes(side.library.lastChange()).last;
  const query = `feed=longpoll&timeout=60000&since=${since}`;
  const answer = await fetch(`${address.url}/_changes?${query}&heartbeat=1000`);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toBe('\n');
  write(side, 'x:1');
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    rest += value;
  }
  expect(JSON.parse(rest)).toMatchObject({ results: [{ id: 'x:1' }], pending: 0 });
});

/** A server with this handler. */
async function answering(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/db/photos`;
}

test('a response that stalls is abandoned; one that continues is not', async () => {
  const silent = await answering((_request, response) => void response.write('\n'));
  await expect(requestJson({ url: silent }, '/x', { silence: 100 })).rejects.toThrow(/did not respond in time/);
  const slow = await answering((_request, response) => {
    let left = 10;
    const timer = setInterval(() => {
      if (left-- > 0) return void response.write('\n');
      clearInterval(timer);
      response.end('{"ok":true}');
    }, 100);
  });
  expect((await requestJson({ url: slow }, '/x', { silence: 5_000 })).json).toEqual({ ok: true });
});

test('a server that waits forever, like CouchDB with heartbeats, is abandoned when it is time', async () => {
  const url = await answering((_request, response) => {
    response.write('{"results":[\n');
    const timer = setInterval(() => response.write('\n'), 50);
    response.once('close', () => clearInterval(timer));
  });
  const found = await openHttpDatabase({ url }).changes('7-x', { limit: 10, wait: 100 });
  expect(found).toEqual({ rows: [], last: '7-x', more: false });
});
