/**
 * Which servers keep the libraries of people off: older ones, and those that were not heard of, whichever way they exchange documents
 * with this one; and that what a server announces gets there.
 */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { silent } from '../../src/base/log.js';
import { peopleFeature } from '../../src/library/people-libraries.js';
import { openCopies } from '../../src/sync/connections/detect-copies.js';
import { openMesh } from '../../src/sync/connections/mesh.js';
import { openPeopleGate, type GuestToken, type PeopleGate } from '../../src/sync/connections/people-gate.js';
import { openPeers } from '../../src/sync/connections/peers.js';
import { memory, replicate } from '../library/libraries.js';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';
import { openStrictCouch } from './strictcouch.js';

const ours = [peopleFeature];
const off = (server: string, reason: RegExp): object => ({
  on: false,
  server,
  reason: expect.stringMatching(reason) as string,
});

/** A gate on a library in memory, with peers and tokens as the test says. */
function open(ready = true) {
  const { db, library } = memory();
  const peers = openPeers(db);
  const tokens: GuestToken[] = [];
  const time = { now: 1_700_000_000_000 };
  const reopen = (): PeopleGate =>
    openPeopleGate({ db, library, clock: { now: () => time.now }, tokens: () => tokens, ready });
  const link = (url: string, publish = false): void =>
    peers.put({ url, publish, originals: 'all', added: '2026-11-24T10:00:00.000Z' });
  return { db, library, peers, tokens, time, reopen, gate: reopen(), link };
}

test('a server without peers has them on; a public server gets public photos as before', () => {
  const { gate, link, tokens } = open();
  expect(gate.state()).toEqual({ on: true });
  link('https://public.example', true);
  tokens.push({ name: 'home', may: ['publish'], used: 1 }, { name: 'app', may: ['read'], used: 1 });
  tokens.push({ name: 'not used yet', may: ['replicate'] });
  expect(gate.state()).toEqual({ on: true });
});

test('a peer keeps them off until it reports its version, and while it is too old; the result survives a restart', () => {
  const { gate, link, peers, reopen } = open();
  link('https://cabin.example:4780');
  expect(gate.state()).toEqual(off('cabin.example:4780', /has not connected since this server was upgraded/));
  gate.heardPeer('https://cabin.example:4780', [{ server: 'ab', features: [] }]);
  expect(reopen().state()).toEqual(off('cabin.example:4780', /older version of Photospool. Upgrade it/));
  gate.heardPeer('https://cabin.example:4780', [{ server: 'ab', features: ['other', ...ours] }]);
  expect(reopen().state()).toEqual({ on: true });
  // Another server at the same address takes the place of that one.
  gate.heardPeer('https://cabin.example:4780', [{ server: 'cd', features: [] }]);
  expect(gate.state()).toMatchObject({ on: false });
  peers.remove('https://cabin.example:4780');
  expect(gate.state()).toEqual({ on: true });
});

test('a server that replicates with a token keeps them off until it announces support', () => {
  const { gate, tokens, time, reopen } = open();
  tokens.push({ name: 'laptop', may: ['replicate'], used: 1 });
  expect(gate.state()).toEqual(off('laptop', /has not connected since this one was upgraded/));
  gate.heardGuest('laptop', { server: '', features: [] });
  expect(gate.state()).toEqual(off('laptop', /does not announce support/));
  gate.heardGuest('laptop', { server: 'ab', features: [] });
  gate.heardGuest('laptop', { server: 'ab', features: ours });
  expect(gate.state()).toEqual(off('laptop', /does not announce support/));
  time.now += 2 * 86_400_000;
  gate.heardGuest('laptop', { server: 'ab', features: ours });
  expect(reopen().state()).toEqual({ on: true });
  gate.heardGuest('laptop', { server: 'cd', features: [] });
  expect(gate.state()).toEqual(off('laptop', /older version/));
  tokens.length = 0;
  expect(gate.state()).toEqual({ on: true });
});

test('a request of a server recorded within the hour writes nothing', () => {
  const { gate, db, time } = open();
  const transactions = vi.spyOn(db, 'transaction');
  const ask = (): void => gate.heardGuest('laptop', { server: 'ab', features: ours });
  ask();
  ask();
  gate.heardGuest('laptop', { server: 'no id', features: ours });
  expect(transactions).toHaveBeenCalledTimes(1);
  time.now += 3_600_001;
  ask();
  expect(transactions).toHaveBeenCalledTimes(2);
});

test('once a document of a person’s library exists, they stay on', () => {
  const { library, gate, link } = open();
  link('https://cabin.example');
  library.update(`person:${'1'.repeat(26)}`, () => ({ format: 1, kind: 'person' }));
  expect(gate.state()).toMatchObject({ on: false });
  const there = memory({}, 1).library;
  there.update(`sharing:${'1'.repeat(26)}`, () => ({ format: 1, kind: 'sharing' }));
  replicate(there, library);
  expect(gate.state()).toEqual({ on: true });
});

test('a version that is not ready has none, announces nothing, and stores what others announce', () => {
  const { gate, library } = open(false);
  expect(gate.announced).toEqual([]);
  library.update(`sharing:${'1'.repeat(26)}`, () => ({ format: 1, kind: 'sharing' }));
  expect(gate.state()).toEqual({
    on: false,
    reason: expect.stringMatching(/does not support personal libraries yet/) as string,
  });
});

/** A clock whose waits are short. */
const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 1_000, signal) };

/** A side with its gate, and a link to an address. */
function side(ready: boolean) {
  const one = openLibrarySide();
  onTestFinished(() => one.close());
  const tokens: GuestToken[] = [];
  const gate = openPeopleGate({ db: one.db, library: one.library, clock, tokens: () => tokens, ready });
  const linkTo = (url: string): void => {
    const peers = openPeers(one.db);
    peers.put({ url, publish: false, originals: 'none', added: '2026-11-24T10:00:00.000Z' });
    const mesh = openMesh(peers, {
      ...{ database: one.database, server: one.library.server, epoch: one.library.epoch, clock, log: silent, gate },
      ...{ copies: openCopies(clock, silent), random: () => 0.5, session: () => randomUUID() },
    });
    onTestFinished(() => mesh.close());
  };
  return { ...one, gate, tokens, linkTo };
}

test('two servers announce their features, in both directions', async () => {
  for (const isNew of [true, false]) {
    const [here, there] = [side(true), side(isNew)];
    there.tokens.push({ name: 'guest', may: ['replicate'], used: 1 });
    const { address, close } = await serveSide(there, 0, undefined, silent, there.gate);
    onTestFinished(close);
    here.linkTo(address.url.replace('/db/photos', ''));
    await expect.poll(() => here.gate.state().on).toBe(isNew);
    if (isNew) await expect.poll(() => there.gate.state()).toEqual({ on: true });
    else await expect.poll(() => here.gate.state()).toMatchObject({ reason: expect.stringMatching(/older/) as string });
  }
});

test('servers behind a CouchDB announce it by a note there; one whose note does not keeps them off', async () => {
  const couch = await openStrictCouch();
  onTestFinished(() => couch.close());
  const url = `${couch.url}/album`;
  const [a, b, old] = [side(true), side(true), side(false)];
  for (const one of [a, b]) one.linkTo(url);
  for (const one of [a, b]) await expect.poll(() => one.gate.state()).toEqual({ on: true });
  old.linkTo(url);
  await expect
    .poll(() => a.gate.state(), { timeout: 20_000 })
    .toEqual(off(`${old.library.server} at ${new URL(url).host}`, /older version of Photospool/));
});

test('a CouchDB that does not list who uses it keeps them off', async () => {
  const couch = await openStrictCouch();
  onTestFinished(() => couch.close());
  couch.misbehave(({ path }) =>
    path === '/_local_docs'
      ? (response) => void response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":"forbidden"}')
      : undefined,
  );
  const one = side(true);
  one.linkTo(`${couch.url}/album`);
  await expect.poll(() => one.gate.state()).toEqual(off(new URL(couch.url).host, /does not list the servers/));
});

test('a failed write does not stop replication, and keeps them off', () => {
  const { gate, link, db, tokens } = open();
  link('https://x.example');
  tokens.push({ name: 'laptop', may: ['replicate'], used: 1 });
  db.exec('PRAGMA query_only = ON');
  gate.heardPeer('https://x.example', [{ server: 'ab', features: ours }]);
  gate.heardGuest('laptop', { server: 'ab', features: ours });
  db.exec('PRAGMA query_only = OFF');
  expect(gate.state()).toMatchObject({ on: false, server: 'x.example' });
  gate.heardPeer('https://x.example', [{ server: 'no id', features: ours }]);
  expect(gate.state()).toMatchObject({ on: false, server: 'x.example' });
});
