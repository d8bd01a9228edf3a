import { get } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { photoId } from '../../src/document/photo-document.js';
import { audiencesOf, type Viewer } from '../../src/access/permissions.js';
import { local } from '../../src/access/viewer.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { openFollower } from '../../src/home/catalog-indexer.js';
import { makeAsk } from '../../src/album/query-catalog.js';
import { makeHolds } from '../../src/album/visibility.js';
import { openLive, type Live } from '../../src/server/live-events.js';
import { photoOf } from '../catalog/photos.js';
import { listenOn, openHome, turn, type Home } from './fixture.js';

interface Event {
  type: string;
  [key: string]: unknown;
}

const openPages = (home: Home): Live =>
  openLive({ ...home.parts, ask: makeAsk(home.library, home.catalog), version: '1' });

/** Somebody of the family, of whom the library knows. */
function familyOf({ library }: Home): Viewer {
  const person = '01JD0000000000000000000002';
  library.update(`person:${person}`, () => ({ format: 1, kind: 'person' }));
  return { role: 'family', audiences: audiencesOf.family, canEdit: false, person };
}

/** A page that listens, without a network. */
async function listen(
  home: Home,
  viewerNow: () => Viewer | undefined = () => local,
  live = openPages(home),
): Promise<{ page: Readable; events: (type?: string) => Event[]; text: () => string }> {
  const page = await live.connect(viewerNow()!, viewerNow);
  let text = '';
  page.setEncoding('utf8').on('data', (part: string) => (text += part));
  const all = (): Event[] => [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as Event);
  return {
    page,
    text: () => text,
    events: (type) => all().filter((event) => type === undefined || event.type === type),
  };
}

describe('live pages', () => {
  it('first get the position of the library and the state of the spool', async () => {
    const home = await openHome();
    await home.add();
    const { events } = await listen(home);
    await turn();
    expect(events()).toEqual([
      { type: 'hello', version: '1', change: home.library.lastChange() },
      { type: 'spool', ...home.spool.state, processed: { stored: 0, duplicates: 0 }, news: { stuck: 0, ignored: 0 } },
    ]);
  });

  it('get an event for a photo at once, and one more for a burst', async () => {
    const home = await openHome();
    const { events } = await listen(home);
    const first = await home.add({ taken: '2024-07-01T12:00:00.000' });
    await turn();
    expect(events('photos')).toEqual([
      { type: 'photos', months: ['2024-07'], ids: [first], count: 1, change: home.library.lastChange() },
    ]);
    for (let n = 0; n < 60; n++) await home.add({ taken: `2023-0${1 + (n % 2)}-01T12:00:00.000` });
    await turn();
    expect(events('photos')).toHaveLength(1);
    await home.clock.advance(250);
    const burst = events('photos')[1]!;
    expect(burst).toMatchObject({ months: ['2023-02', '2023-01'], count: 60, change: home.library.lastChange() });
    expect(burst.ids).toHaveLength(50);
  });

  it('get events for a large batch once it is in the album, and for edits meanwhile at once', async () => {
    const home = await openHome();
    const old = await home.add({ taken: '2024-07-01T12:00:00.000' });
    const { events } = await listen(home);
    const came = Array.from({ length: 600 }, (_, n) => {
      const id = n.toString(16).padStart(64, '0');
      const body = photoOf({ facts: { taken: `2023-0${1 + (n % 2)}-01T12:00:00.000` } });
      return { id: photoId(id), revisions: [`1-${id.slice(32)}`], deleted: false, body };
    });
    home.library.insert(came, { later: true });
    await home.app.inject({ method: 'PATCH', url: `/api/photos/${old}`, payload: { title: 'meanwhile' } });
    await home.clock.advance(1_000);
    await expect.poll(() => events('photos')).toHaveLength(1);
    expect(events('photos')).toEqual([
      { type: 'photos', months: ['2024-07'], ids: [old], count: 1, change: home.library.lastChange() },
    ]);
    const follower = openFollower({
      ...home.parts,
      followed: () => undefined,
    });
    home.library.insert([{ ...came[0]!, id: photoId('f'.repeat(64)) }], { later: true });
    await follower.catchUp();
    expect(home.catalog.count(parseQuery(''))).toBe(602);
    await home.clock.advance(1_000);
    await expect.poll(() => events('photos').at(-1)!.months).toEqual(['2024-07', '2023-02', '2023-01']);
    const told = events('photos').slice(1);
    expect(told.reduce((sum, event) => sum + Number(event['count']), 0)).toBe(602);
    await home.add({ taken: '2022-01-01T12:00:00.000' });
    await home.clock.advance(1_000);
    await expect.poll(() => events('photos').at(-1)).toMatchObject({ months: ['2022-01'], count: 1 });
  });

  it('get both months when a photo moves, and its month when it is trashed', async () => {
    const home = await openHome();
    const id = await home.add({ taken: '2024-07-01T12:00:00.000' });
    const { events } = await listen(home);
    const edit = async (payload: object): Promise<void> => {
      await home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload });
      await home.clock.advance(250);
    };
    await edit({ taken: { local: '2020-01-01T00:00:00' } });
    expect(events('photos').at(-1)).toMatchObject({ months: ['2024-07', '2020-01'], ids: [id] });
    await edit({ trashed: true });
    expect(events('photos').at(-1)).toMatchObject({ months: ['2020-01'], ids: [id], count: 1 });
  });

  it('get events about visible photos only', async () => {
    const home = await openHome();
    const id = await home.add({ taken: '1950-01-01T12:00:00.000' });
    const edit = async (payload: object): Promise<void> => {
      await home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload });
      await home.clock.advance(250);
    };
    const live = openPages(home);
    const family = familyOf(home);
    const visitor: Viewer = { role: 'visitor', audiences: ['public'], canEdit: false };
    const [all, some, few] = [
      await listen(home, () => local, live),
      await listen(home, () => family, live),
      await listen(home, () => visitor, live),
    ];
    await turn();
    expect([some, few].map(({ events }) => events('spool'))).toEqual([[], []]);
    await edit({ title: 'still private' });
    await home.add({ taken: '1951-01-01T12:00:00.000' });
    await home.clock.advance(250);
    expect(all.events('photos')).toHaveLength(2);
    expect([some.events('photos'), few.events('photos')]).toEqual([[], []]);
    await edit({ audience: 'family' });
    expect(some.events('photos')).toMatchObject([{ months: ['1950-01'], ids: [id], count: 1 }]);
    await edit({ audience: 'private' });
    // That it is gone is told by its month alone.
    expect(some.events('photos').at(-1)).toMatchObject({ months: ['1950-01'], ids: [], count: 0 });
    await edit({ audience: 'family' });
    await edit({ trashed: true });
    expect(some.events('photos').at(-1)).toMatchObject({ months: ['1950-01'], ids: [], count: 0 });
    expect(few.events()).toHaveLength(1);
    // How much happens is not told either.
    const changes = [...some.events(), ...few.events()].map(({ change }) => Number(change));
    expect(changes.every((change) => change >= home.clock.now() - 60_000)).toBe(true);
  });

  it('get events for comments on visible photos, visitors none', async () => {
    const home = await openHome();
    const [shown, hidden] = [await home.add(), await home.add()];
    await home.app.inject({ method: 'PATCH', url: `/api/photos/${shown}`, payload: { audience: 'public' } });
    const live = openPages(home);
    const family = familyOf(home);
    const visitor: Viewer = { role: 'visitor', audiences: ['public'], canEdit: false };
    const pages = [
      await listen(home, () => local, live),
      await listen(home, () => family, live),
      await listen(home, () => visitor, live),
    ];
    const heard = () => pages.map(({ events }) => events('comments').map(({ photo }) => photo));
    const comment = async (id: string): Promise<string> => {
      const url = `/api/photos/${id}/comments`;
      const made = await home.app.inject({ method: 'POST', url, payload: { text: 'words' } });
      await home.clock.advance(250);
      return `${url}/${made.json<{ id: string }>().id}`;
    };
    await comment(hidden);
    expect(heard()).toEqual([[hidden], [], []]);
    const url = await comment(shown);
    expect(heard()).toEqual([[hidden, shown], [shown], []]);
    await home.app.inject({ method: 'DELETE', url });
    await home.clock.advance(250);
    expect(heard()).toEqual([[hidden, shown, shown], [shown, shown], []]);
    expect(pages.flatMap(({ events }) => events('photos'))).toEqual([]);
    expect(pages[0]!.text()).not.toContain('words');
  });

  it('are closed when their viewer changes', async () => {
    const home = await openHome();
    const live = openPages(home);
    let now: Viewer | undefined = familyOf(home);
    const kept = await listen(home, () => local, live);
    const left = await listen(home, () => now, live);
    await home.clock.advance(3_000);
    expect(live.pages()).toBe(2);
    now = undefined;
    await home.clock.advance(1_000);
    expect(live.pages()).toBe(1);
    expect([left.page.readableEnded, kept.page.readableEnded]).toEqual([true, false]);
  });

  it('of a link are closed when it gives originals no longer: what they offer depends on it', async () => {
    const home = await openHome();
    const live = openPages(home);
    let now: Viewer = { role: 'link', audiences: [], share: 'x', canEdit: false, originals: true };
    const { page } = await listen(home, () => now, live);
    await home.clock.advance(2_000);
    expect(page.readableEnded).toBe(false);
    now = { ...now, originals: false };
    await home.clock.advance(1_000);
    expect(page.readableEnded).toBe(true);
  });

  it('get no event if no photo changed', async () => {
    const home = await openHome();
    const { events } = await listen(home);
    home.library.update('library:key', () => ({ format: 1, kind: 'key' }));
    await home.clock.advance(2_000);
    expect(events('photos')).toEqual([]);
  });

  it('get changes by another process within a second', async () => {
    const home = await openHome();
    home.parts.changes = { on: () => () => undefined };
    const { events } = await listen(home);
    const id = await home.add();
    await turn();
    expect(events('photos')).toEqual([]);
    await home.clock.advance(1_000);
    expect(events('photos')).toMatchObject([{ ids: [id] }]);
  });

  it('get a summary of the spool at most twice a second', async () => {
    const home = await openHome();
    const { events } = await listen(home);
    await turn();
    home.spool.state.ignored = Array.from({ length: 80 }, (_, n) => ({ name: `${n}.txt`, reason: 'no photo' }));
    for (let n = 0; n < 10; n++)
      for (const tell of home.spool.listeners) tell({ type: 'item', name: `${n}`, step: 'claim' });
    await turn();
    expect(events('spool')).toHaveLength(2);
    expect(events('spool')[1]!.ignored).toHaveLength(50);
    await home.clock.advance(500);
    expect(events('spool')).toHaveLength(3);
    await home.clock.advance(5_000);
    expect(events('spool')).toHaveLength(3);
  });

  it('get a heartbeat, and continue when the spool or the library fails once', async () => {
    const home = await openHome();
    const status = home.spool.status;
    const { events, text } = await listen(home);
    await turn();
    home.spool.status = () => Promise.reject(new Error('once'));
    for (const tell of home.spool.listeners) tell({ type: 'item', name: 'a', step: 'claim' });
    await home.clock.advance(500);
    home.spool.status = status;
    for (const tell of home.spool.listeners) tell({ type: 'item', name: 'a', step: 'claim' });
    await home.clock.advance(25_000);
    expect(events('spool')).toHaveLength(2);
    expect(text()).toContain(': \n\n');
  });

  it('cost nothing after the last one disconnects', async () => {
    const home = await openHome();
    const { size } = home.spool.listeners;
    const pages = [(await listen(home)).page, (await listen(home)).page];
    await turn();
    expect(home.clock.sleeping()).toBeGreaterThan(0);
    expect(home.spool.listeners.size).toBeGreaterThan(size);
    for (const page of pages) page.destroy();
    await turn();
    expect(home.clock.sleeping()).toBe(0);
    // The server itself goes on listening, for what senders say about their uploads.
    expect(home.spool.listeners.size).toBe(size);
  });

  it('are disconnected if they do not read', async () => {
    const home = await openHome();
    const live = openPages(home);
    const page = await live.connect(local, () => local);
    page.on('error', () => undefined);
    home.spool.state.stuck = [{ name: 'x'.repeat(50_000), claim: '1', reason: 'r', code: 'io', attempts: 1 }];
    for (let n = 0; n < 20 && !page.destroyed; n++) {
      for (const tell of home.spool.listeners) tell({ type: 'item', name: 'a', step: 'claim' });
      await home.clock.advance(500);
    }
    expect(page.destroyed).toBe(true);
    expect(page.readableLength).toBeLessThan(400_000);
    expect(live.pages()).toBe(0);
  });

  it('are rejected when there are too many, until one disconnects', async () => {
    const home = await openHome();
    const live = openPages(home);
    const pages = await Promise.all(Array.from({ length: 100 }, () => live.connect(local, () => local)));
    await expect(live.connect(local, () => local)).rejects.toThrow(/Too many browser tabs/);
    const visitor: Viewer = { role: 'visitor', audiences: ['public'], canEdit: false };
    expect(await live.connect(visitor, () => visitor)).toBeDefined();
    pages[0]!.destroy();
    await turn();
    expect(await live.connect(local, () => local)).toBeDefined();
    live.close();
  });

  it('are limited to twenty per family member, program and visitor’s address, and nobody displaces others', async () => {
    const home = await openHome();
    const live = openPages(home);
    const family = (person: string): Viewer => ({ role: 'family', audiences: ['public'], canEdit: false, person });
    const visitor: Viewer = { role: 'visitor', audiences: ['public'], canEdit: false };
    const link: Viewer = { ...visitor, role: 'link', scope: { search: 'x' } };
    const count = async (viewer: Viewer, addressOf: (n: number) => string): Promise<number> => {
      const all = Array.from({ length: 150 }, (_, n) => live.connect(viewer, () => viewer, addressOf(n)));
      return (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled').length;
    };
    expect(await count(family('A'), (n) => `192.0.2.${n}`)).toBe(20);
    expect(await count(family('B'), () => '192.0.2.1')).toBe(20);
    expect(await count(visitor, () => '192.0.2.1')).toBe(20);
    expect(await count(link, () => '192.0.2.1')).toBe(0);
    expect(await count(link, (n) => `2001:db8:1:${n.toString(16)}::1`)).toBe(80);
    expect(await count(local, () => '192.0.2.1')).toBe(100);
    live.close();
  });

  it('get events over HTTP, each once', async () => {
    const home = await openHome();
    const port = await listenOn(home.app);
    const seen: Event[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/api/events', headers: { 'last-event-id': '-1' } }, (response) => {
        expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
        expect(response.headers['cache-control']).toBe('no-store');
        response.setEncoding('utf8').on('data', (text: string) => {
          for (const [, json] of text.matchAll(/^data: (.*)$/gm)) seen.push(JSON.parse(json!) as Event);
        });
        response.on('end', resolve).on('error', reject);
      }).on('error', reject);
    });
    await expect.poll(() => seen.length).toBe(2);
    const id = await home.add();
    await expect.poll(() => seen.length).toBe(3);
    expect(seen[2]).toMatchObject({ type: 'photos', ids: [id] });
    expect(home.library.get(photoId(id))).toBeDefined();
    await home.app.close();
    await ended;
  });

  it('get events by a share link about its photos only', async () => {
    const home = await openHome();
    const inside = await home.add({ tags: ['sea'] });
    const outside = await home.add();
    const link: Viewer = { role: 'link', audiences: audiencesOf.link, canEdit: false, scope: { search: 'tag:sea' } };
    const holds = makeHolds(home.library, home.catalog);
    const viewer: Viewer = { ...link, holds: (id) => holds(link, id) };
    const { events, text } = await listen(home, () => viewer);
    await turn();
    const edit = async (id: string, payload: object): Promise<void> => {
      await home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload });
      await home.clock.advance(1_000);
    };
    await edit(outside, { title: 'x' });
    await home.add({ tags: ['other'], taken: '1999-01-01T00:00:00.000' });
    await home.clock.advance(1_000);
    expect(events().map(({ type }) => type)).toEqual(['hello']);
    await edit(inside, { title: 'y' });
    expect(events('photos')).toMatchObject([{ ids: [inside], count: 1 }]);
    // What leaves the scope is told by its month alone.
    await edit(inside, { tags: { remove: ['sea'] } });
    expect(events('photos')[1]).toMatchObject({ ids: [], months: ['2024-07'] });
    expect(text()).not.toContain(outside);
  });

  it('get events for pictures from another server if their viewer sees the photo', async () => {
    const home = await openHome();
    const [shown, hidden] = [
      await home.add({ away: true, original: Buffer.from('one') }),
      await home.add({ away: true }),
    ];
    await home.app.inject({ method: 'PATCH', url: `/api/photos/${shown}`, payload: { audience: 'public' } });
    const visitor: Viewer = { role: 'visitor', audiences: audiencesOf.visitor, canEdit: false };
    const [owner, other] = [await listen(home), await listen(home, () => visitor)];
    const bring = async (id: string, bytes: string): Promise<void> => {
      await home.parts.exchange.named.follow();
      await home.parts.exchange.store.take(id, 0, Readable.from([Buffer.from(bytes)]));
      await home.clock.advance(1_000);
    };
    await bring(shown, 'one');
    await bring(hidden, 'original 2');
    expect(owner.events('pictures').flatMap(({ ids }) => ids)).toEqual([shown, hidden]);
    expect(other.events('pictures')).toEqual([{ type: 'pictures', ids: [shown] }]);
  });
});
