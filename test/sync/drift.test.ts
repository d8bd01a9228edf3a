/** A peer whose clock is wrong: detected from the date of its responses, logged once, shown until it is right. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Log } from '../../src/base/log.js';
import { describeLink, type PeerOverview } from '../../src/home/manage-peers.js';
import { describeDrift, openDrift } from '../../src/sync/connections/clock-drift.js';
import { openMesh } from '../../src/sync/connections/mesh.js';
import { openPeers } from '../../src/sync/connections/peers.js';
import { alarmsOf } from '../../web/src/features/servers/server-alarms.js';
import type { Mesh } from '../../web/src/features/servers/servers-api.js';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

const year = 365 * 86_400;

/** Responds with a date that is some seconds off. */
const dated =
  (seconds: () => number): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    const headers = new Headers(response.headers);
    headers.set('date', new Date(Date.now() + seconds() * 1_000).toUTCString());
    return new Response(response.body, { status: response.status, headers });
  };

test('is reported once, and shown at the connection until it is right', { timeout: 60_000 }, async () => {
  const [a, b] = [openLibrarySide(), openLibrarySide()];
  onTestFinished(() => (a.close(), b.close()));
  const { address, close } = await serveSide(b, 0);
  onTestFinished(close);
  const url = address.url.replace('/db/photos', '');
  openPeers(a.db).put({ url, publish: false, originals: 'none', added: '2026-11-24T10:00:00.000Z' });
  const told: string[] = [];
  const note = (...[, text]: unknown[]): void => void told.push(String(text));
  const log: Log = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  let off = 3 * year + 86_400;
  const mesh = openMesh(openPeers(a.db), {
    ...{ database: a.database, server: a.library.server, epoch: a.library.epoch, clock: systemClock, log },
    ...{ random: () => 0.5, session: () => randomUUID(), fetch: dated(() => off) },
  });
  onTestFinished(() => mesh.close());
  const soon = { timeout: 30_000, interval: 50 };
  await vi.waitFor(() => expect(mesh.status()[0]).toMatchObject({ state: 'live' }), soon);
  const drift = mesh.status()[0]!.drift!;
  expect(Math.abs(drift - off)).toBeLessThan(120);
  const host = new URL(url).host;
  const sentence = `The clock of ${host} is 3 years ahead of the clock of this server.`;
  expect(told.filter((text) => text.startsWith(sentence))).toHaveLength(1);
  // Documents are still transferred.
  b.library.update('x:b', () => ({ format: 1, kind: 'comment', text: 'x' }));
  await vi.waitFor(() => expect(a.library.get('x:b')).toBeDefined(), soon);
  off = 0;
  b.library.update('x:c', () => ({ format: 1, kind: 'comment', text: 'x' }));
  await vi.waitFor(() => expect(mesh.status()[0]!.drift).toBeUndefined(), soon);
  expect(told.filter((text) => text.includes('clock'))).toHaveLength(1);
});

test('a slow response gives only the certain minimum', async () => {
  let now = 1_700_000_000_000;
  const seen: (number | undefined)[] = [];
  const drift = openDrift({ now: () => now }, (seconds) => seen.push(seconds));
  const ask = async (ms: number, date: string | number): Promise<void> => {
    const headers = { date: typeof date === 'string' ? date : new Date(now + date).toUTCString() };
    const asking = drift.watch(() => ((now += ms), Promise.resolve(new Response('', { headers }))));
    await asking('http://x/');
  };
  await ask(600_000, 300_000);
  await ask(10, 100_000);
  await ask(10, 'nonsense');
  expect(seen).toEqual([]);
  await ask(10, -7_200_000);
  expect(seen.pop()).toBe(-7_199);
  // A local clock change during a request says nothing about the peer.
  await ask(-3_600_000, 0);
  await ask(10, -7_205_000);
  expect(seen).toEqual([]);
  await ask(10, 0);
  expect(seen).toEqual([undefined]);
});

test('is one sentence with its remedy, in the command and on the page', () => {
  expect(describeDrift('home.example', -7_300)).toBe(
    'The clock of home.example is 2 hours behind the clock of this server. Correct the wrong clock: edits get their time from the server that they are made on.',
  );
  const link = {
    url: 'https://home.example',
    publish: false,
    originals: 'all',
    state: 'live',
    drift: -7_300,
  } as PeerOverview;
  expect(describeLink(link, 0)).toContain('is 2 hours behind');
  const driftText = describeDrift('home.example', -7_300);
  const mesh = { copies: [], peers: [{ ...link, driftText, refused: [] }] } as unknown as Mesh;
  expect(alarmsOf(mesh).map(({ text }) => text)).toEqual([driftText]);
});
