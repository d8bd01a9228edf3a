/** The mesh as the owner sees and changes it over HTTP. */
import { expect, onTestFinished, test } from 'vitest';
import { applyChange } from '../../src/document/edits.js';
import { itemId } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { newestStamp } from '../../src/document/stamp.js';
import type { LinkStatus } from '../../src/sync/connections/connection.js';
import { openPeopleGate } from '../../src/sync/connections/people-gate.js';
import { openQuarantine } from '../../src/sync/connections/quarantine.js';
import { memory, missingAt } from '../library/libraries.js';
import { audiencesOf, type Viewer } from '../../src/access/permissions.js';
import { local } from '../../src/access/viewer.js';
import { makeAsk } from '../../src/album/query-catalog.js';
import { buildApp } from '../../src/server/app.js';
import { openLive } from '../../src/server/live-events.js';
import { expectError, openHome, sha256, turn, type Home } from './fixture.js';

interface Mesh {
  name: string;
  peers: LinkStatus[];
  guests: { name: string; connected: boolean; publish: boolean }[];
  missing: Record<string, number>;
  missingBytes: Record<string, number>;
  merges: { days: { count: number }[]; last: { id: string; fields: string[]; contests: unknown[] }[] };
}
const mesh = async (home: Home): Promise<Mesh> => (await home.app.inject('/api/peers')).json<Mesh>();
const figures = async (home: Home): Promise<string> => (await home.app.inject('/metrics')).body;

const link = (over: Partial<LinkStatus> = {}): LinkStatus => ({
  url: 'https://home.example:4780',
  publish: false,
  originals: 'all',
  state: 'live',
  since: '2026-11-24T09:00:00.000Z',
  opened: '2026-11-24T09:00:00.000Z',
  pull: { sent: 3, pending: 0 },
  push: { sent: 5, pending: 0 },
  blobs: { fetched: { count: 1, bytes: 10 }, brought: { count: 2, bytes: 20 } },
  refused: [],
  ...over,
});

test('a peer is added and removed; its errors are reported, its token never', async () => {
  const home = await openHome();
  const url = 'http://127.0.0.1:1';
  const added = await home.app.inject({
    method: 'POST',
    url: '/api/peers',
    payload: { url: `${url}/`, token: 'psp_x' },
  });
  expect(added.statusCode).toBe(201);
  expect(added.json()).toMatchObject({ url, publish: false, originals: 'all' });
  expect(added.json<{ problem: string }>().problem).toContain("127.0.0.1:1 can't be reached.");
  expect(added.body).not.toContain('psp_x');
  expect(home.parts.peers!.all()).toMatchObject([{ url, authorization: 'Bearer psp_x', originals: 'all' }]);
  const first = home.parts.peers!.find(url)!.added;
  await home.clock.advance(60_000);
  const again = { url, token: 'psp_y', originals: 'on-demand', publish: true };
  expect((await home.app.inject({ method: 'POST', url: '/api/peers', payload: again })).statusCode).toBe(201);
  expect(home.parts.peers!.all()).toEqual([
    { url, authorization: 'Bearer psp_y', originals: 'on-demand', publish: true, added: first },
  ]);
  const path = `/api/peers/${encodeURIComponent(url)}`;
  expect((await home.app.inject({ method: 'DELETE', url: path })).json()).toEqual({ removed: true });
  expect(home.parts.peers!.all()).toEqual([]);
  expectError(await home.app.inject({ method: 'DELETE', url: path }), 404, 'not-found');
});

test('an invalid address, token or policy is rejected, and nothing is stored', async () => {
  const home = await openHome();
  for (const payload of [{ url: 'ftp://x' }, { url: 'http://x', token: 'a b' }, { url: 'http://x', originals: 'some' }])
    expect((await home.app.inject({ method: 'POST', url: '/api/peers', payload })).statusCode).toBe(400);
  expect(home.parts.peers!.all()).toEqual([]);
});

test('the server that keeps people’s libraries off is named, in versions that have them', async () => {
  const home = await openHome();
  expect(await mesh(home)).not.toHaveProperty('people');
  const tokens = (): [] => [];
  const gate = openPeopleGate({ ...{ db: home.db, library: home.library, clock: home.clock }, tokens, ready: true });
  const app = await buildApp({ ...home.parts, gate });
  onTestFinished(() => app.close());
  const people = async (): Promise<unknown> => (await app.inject('/api/peers')).json<{ people: unknown }>().people;
  expect(await people()).toEqual({ on: true });
  home.parts.peers!.put({ url: 'https://cabin.example', publish: false, originals: 'all', added: '' });
  expect(await people()).toEqual({
    ...{ on: false, server: 'cabin.example' },
    reason: expect.stringMatching(/^cabin.example has not connected/) as string,
  });
});

test('pending transfers are reported in counts and bytes, as is the lag of a connection', async () => {
  const home = await openHome();
  const original = Buffer.alloc(500, 'far');
  await home.add({ away: true, original });
  await home.parts.exchange.named.follow();
  home.links.links = [
    link(),
    link({
      url: 'http://b',
      state: 'waiting',
      code: 'io',
      synced: '2026-11-24T09:30:00.000Z',
      pull: { sent: 0, pending: 7 },
    }),
    link({ url: 'http://c', state: 'refused', refused: [{ id: 'x', rev: '1-a', reason: 'no' }] }),
    link({ url: 'http://d', missing: { count: 3, bytes: 900 } }),
  ];
  const told = await mesh(home);
  expect(told.missing['original']).toBe(1);
  expect(told.missingBytes['original']).toBe(500);
  expect(told.peers[1]).toMatchObject({ state: 'waiting', code: 'io', synced: '2026-11-24T09:30:00.000Z' });
  expect(told.peers.map(({ missing }) => missing)).toEqual([undefined, undefined, undefined, { count: 3, bytes: 900 }]);
  const text = await figures(home);
  expect(text).toContain('photospool_peer_blobs_missing{peer="http://d"} 3\n');
  expect(text).not.toContain('photospool_peer_blobs_missing{peer="http://c"}');
  expect(text).toContain('photospool_peer_blob_bytes_missing{peer="http://d"} 900\n');
  expect(text).toContain('photospool_peer_lag_seconds{peer="https://home.example:4780"} 0\n');
  expect(text).toContain('photospool_peer_lag_seconds{peer="http://b"} 1800\n');
  expect(text).toContain('photospool_peer_lag_seconds{peer="http://c"} 3600\n');
  expect(text).toContain('photospool_blob_bytes_missing{kind="original"} 500\n');
  expect(text).toContain('photospool_peer_refused{peer="http://c"} 1\n');
  expect(text).toContain('photospool_merges_total 0\n');
});

test('no figure of the mesh tells whether a person already had the bytes of a new photo, or how many photos people have', async () => {
  const person = '1'.repeat(26);
  const arriving = Buffer.alloc(500, 'same');
  /** The answers before and after a photo of the house arrives, where a person has a photo with these bytes on another server. */
  async function answers(held: Buffer[], over: Partial<LinkStatus>): Promise<string[]> {
    const home = await openHome();
    const { exchange, config } = home.parts;
    const ofHouse = photoId(await home.add({ away: true, original: Buffer.alloc(70, 'house') }));
    const { body } = home.library.get<PhotoDocument>(ofHouse)!;
    for (const original of held) {
      const id = itemId({ holder: person, sha256: sha256(original) });
      home.library.update(id, () => ({ ...body, facts: { ...body.facts, bytes: original.length } }));
    }
    home.links.links = [link(over)];
    const told: string[] = [];
    const ask = async (): Promise<void> => {
      await exchange.named.follow();
      const here = (await home.app.inject('/api/peers')).body.replaceAll(home.library.server, 'server');
      told.push(here, (await figures(home)).replace(/^(process_|photospool_uptime).*$/gm, config.version));
    };
    await ask();
    exchange.named.set(await home.add({ original: arriving }), true);
    await ask();
    return told;
  }
  const same = await answers([arriving], { missing: { count: 3, bytes: 9 }, push: { sent: 5, pending: 1 } });
  const other = await answers([Buffer.alloc(500, 'other'), Buffer.alloc(80, 'more')], {
    missing: { count: 1, bytes: 8 },
    push: { sent: 6, pending: 2 },
    blobs: { fetched: { count: 2, bytes: 10 }, brought: { count: 3, bytes: 20 } },
  });
  expect(same).toEqual(other);
  expect(JSON.parse(same[0]!)).toMatchObject({ missing: { original: 1 }, missingBytes: { original: 70 } });
});

test('a page gets one event for many changes of connections, if its viewer may see them', async () => {
  const home = await openHome();
  const live = openLive({ ...home.parts, ask: makeAsk(home.library, home.catalog), version: '1' });
  const pages = [local, { role: 'family', audiences: audiencesOf.family, canEdit: false } as Viewer].map(
    async (who) => {
      let text = '';
      (await live.connect(who, () => who)).setEncoding('utf8').on('data', (part: string) => (text += part));
      return () => text.match(/"type":"peers"/g)?.length ?? 0;
    },
  );
  const [owner, family] = await Promise.all(pages);
  await turn();
  const changed = (): void => home.links.listeners.forEach((listener) => listener());
  for (let n = 0; n < 50; n++) changed();
  await turn();
  expect(owner!()).toBe(1);
  await home.clock.advance(1_000);
  // What came while the first was told is told in one more.
  expect(owner!()).toBe(2);
  await home.clock.advance(10_000);
  expect([owner!(), family!()]).toEqual([2, 0]);
  live.close();
});

test('a server that connects to this one is a guest, by its token', async () => {
  const home = await openHome();
  const actor = { by: 'owner', who: 'owner' };
  const { secret } = home.access.tokens.make('laptop', ['replicate'], actor);
  home.access.tokens.make('phone', ['upload'], actor);
  expect((await mesh(home)).guests).toEqual([{ name: 'laptop', publish: false, connected: false }]);
  await home.app.inject({ url: '/db/', headers: { authorization: `Bearer ${secret}` } });
  home.access.tokens.flush();
  expect((await mesh(home)).guests).toMatchObject([{ name: 'laptop', connected: true }]);
  await home.clock.advance(200_000);
  expect((await mesh(home)).guests).toMatchObject([{ name: 'laptop', connected: false }]);
});

/** Changes the photo at home, and the copy of it that another library has; both without knowing of each other. */
async function meet(home: Home, mine: object, theirs: object): Promise<string> {
  const { library: other } = memory({}, 5);
  const id = await home.add();
  other.insert(missingAt(home.library, other));
  other.update<PhotoDocument>(photoId(id), (body) =>
    applyChange(body!, theirs, { at: other.stamp(newestStamp(body)), by: 'token:laptop' }),
  );
  await home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload: mine });
  home.library.insert(missingAt(other, home.library));
  return id;
}

test('a merge lists the photo, the fields, both values, and the winner', async () => {
  const home = await openHome();
  const id = await meet(home, { title: 'mine', rating: 4 }, { title: 'theirs', tags: { add: ['x'] } });
  const { merges } = await mesh(home);
  expect(merges.days[0]).toMatchObject({ count: 1 });
  expect(merges.last).toMatchObject([{ id: photoId(id), fields: ['rating', 'tags', 'title'] }]);
  const shown = (await home.app.inject(`/api/photos/${id}`)).json<{ title: string }>().title;
  expect(merges.last[0]!.contests).toMatchObject([
    {
      field: 'title',
      sides: [
        { value: shown, won: true },
        { value: shown === 'mine' ? 'theirs' : 'mine', won: false },
      ],
    },
  ]);
  expect(JSON.stringify(merges.last[0]!.contests)).toContain('"name":"laptop"');
  expect(await figures(home)).toContain('photospool_merges_total 1\n');
});

test('an edit that has seen another is not a conflict', async () => {
  const home = await openHome();
  await meet(home, { title: 'mine' }, { description: 'theirs' });
  expect((await mesh(home)).merges.last).toMatchObject([{ fields: ['description', 'title'], contests: [] }]);
});

test('an original can be fetched over a connection with originals, and over no other', async () => {
  const home = await openHome();
  const id = await home.add({ away: true });
  const reachable = async (...links: LinkStatus[]): Promise<boolean> => {
    home.links.links = links;
    const answer = await home.app.inject({ method: 'POST', url: `/api/photos/${id}/original`, payload: {} });
    return answer.json<{ reachable: boolean }>().reachable;
  };
  expect(await reachable()).toBe(false);
  expect(await reachable(link({ originals: 'none' }), link({ publish: true }))).toBe(false);
  expect(await reachable(link({ originals: 'none' }), link({ originals: 'on-demand' }))).toBe(true);
});

test('of a document of a person that was set aside, neither the person nor the document is named', async () => {
  const home = await openHome();
  const person = '1'.repeat(26);
  const ids = [
    'photo:a',
    `own:${person}:${'a'.repeat(64)}`,
    `members:${person}:x`,
    `sharing:${person}`,
    'offer:house:x',
  ];
  home.links.links = [link({ refused: ids.map((id) => ({ id, rev: '1-a', reason: 'No.' })) })];
  const answer = await home.app.inject('/api/peers');
  const [peer] = answer.json<{ peers: { refused: { id: string }[] }[] }>().peers;
  expect(peer!.refused.map(({ id }) => id)).toEqual(['photo:a', 'own:…', 'members:…', 'sharing:…', 'offer:house:x']);
  expect(answer.body).not.toContain(person);
});

test('quarantined documents are retried, and removed if they belong to another program', async () => {
  const home = await openHome();
  const url = 'http://couch.example/album';
  const peers = home.parts.peers!;
  peers.put({ url, publish: false, originals: 'all', added: '2026-11-24T10:00:00.000Z' });
  const photo = photoId(await home.add());
  home.library.insert([{ id: 'odd:1', revisions: ['1-a'], deleted: false, body: { kind: 'odd' } }]);
  const quarantine = openQuarantine(home.db, home.clock, url);
  const refused = ['odd:1', photo, 'odd:2'].map((id) => ({ id, rev: '1-a', reason: 'Not this one.' }));
  quarantine.settle('push', [], refused.slice(0, 2));
  quarantine.settle('pull', [], refused.slice(2));
  const ask = (action: string, payload: object, peer = url) =>
    home.app.inject({ method: 'POST', url: `/api/peers/${encodeURIComponent(peer)}/${action}`, payload });
  expect(quarantine.due('push', 10)).toEqual([]);
  expect((await ask('retry', { id: 'odd:1' })).json()).toEqual({ tried: 1 });
  expect(quarantine.due('push', 10)).toEqual([{ id: 'odd:1', rev: '1-a' }]);
  expect((await ask('retry', {})).json()).toEqual({ tried: 3 });
  expectError(await ask('retry', {}, 'http://other.example'), 404, 'not-found');
  // Never a photo, never what is at the other side, never what was not set aside.
  expectError(await ask('remove-document', { id: photo }), 409, 'conflict');
  expectError(await ask('remove-document', { id: 'odd:2' }), 404, 'not-found');
  expectError(await ask('remove-document', { id: 'odd:3' }), 404, 'not-found');
  expect((await ask('remove-document', { id: 'odd:1' })).json()).toEqual({ removed: true });
  expect(home.library.get('odd:1')).toBeUndefined();
  expect(home.library.get(photo)).toBeDefined();
  expect(home.parts.access.audit.list(1).entries).toMatchObject([{ what: 'document-removed', detail: 'odd:1' }]);
});
