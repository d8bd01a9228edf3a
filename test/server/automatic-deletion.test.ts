/** Photos that the server deletes from the trash after days: whose, when, by whose right, and what stops it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AuditEntry, DeleteAfter, TrashLeft } from '../../src/api/answer-types.js';
import { commandLine } from '../../src/access/actor.js';
import { deleteOld } from '../../src/album/automatic-deletion.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { isPurge } from '../../src/document/purge.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { startDeleting } from '../../src/home/trash-job.js';
import { replicate } from '../library/libraries.js';
import { expectError, makeHome, manualClock, type Home, type ManualClock } from './fixture.js';
import { openPeople } from './people-home.js';

const hour = 3_600_000;
const day = 24 * hour;

type Server = Pick<Home, 'library' | 'catalog' | 'access' | 'parts'>;

/** Looks at the trash, as the server does once an hour. */
const look = ({ library, catalog, access, parts }: Server, now: number): Promise<number> =>
  deleteOld({ library, catalog, archive: parts.blobs, senders: access.senders, audit: access.audit, now });

/** A server whose owner, without an account, lets the trash be deleted after 30 days. */
async function openServer(days: 30 | 60 | null = 30) {
  const clock = manualClock();
  const home = await makeHome(() => ({}), { clock });
  onTestFinished(home.close);
  const patch = (payload: object) => home.app.inject({ method: 'PATCH', url: '/api/photos', payload });
  const choose = (house: 30 | 60 | null) =>
    home.app.inject({ method: 'PATCH', url: '/api/trash/delete-after', payload: { house } });
  const left = async (ids: string[]): Promise<TrashLeft['photos']> =>
    (await home.app.inject({ method: 'POST', url: '/api/trash/left', payload: { ids } })).json<TrashLeft>().photos;
  /** Lets days go by, with a look each. */
  const pass = async (n: number): Promise<number> => {
    let purged = 0;
    for (let at = 0; at < n; at++) {
      await clock.advance(day);
      purged += await look(home, clock.now());
    }
    return purged;
  };
  if (days !== null) expect((await choose(days)).json<DeleteAfter>()).toEqual({ house: days });
  return { home, clock, patch, choose, left, pass };
}

/** A server that deletes a photo `a` with its next look. */
async function openDue() {
  const server = await openServer();
  const { home, clock, patch, pass } = server;
  const a = await home.add({ original: Buffer.from('bytes of a') });
  await patch({ ids: [a], trashed: true });
  await pass(30);
  await clock.advance(day);
  return { ...server, a, blobs: home.parts.blobs };
}

/** A second server with the same documents and another original of each. */
async function openOther(clock: ManualClock) {
  const other = await makeHome(() => ({}), { clock });
  onTestFinished(other.close);
  return other;
}

describe('photos in the trash', () => {
  it('are deleted after the chosen days, like by emptying it, and not before', async () => {
    const { home, clock, patch, left, pass } = await openServer();
    const [a, b] = [await home.add({ original: Buffer.from('bytes of a') }), await home.add()];
    await patch({ ids: [a], trashed: true });
    expect(await left([a, b])).toEqual([{ id: a, days: 30 }]);
    expect(await look(home, clock.now())).toBe(0);
    expect(await pass(29)).toBe(0);
    expect(await left([a])).toEqual([{ id: a, days: 1 }]);
    expect(await pass(1)).toBe(1);
    expect(await left([a, b])).toEqual([]);
    expect(home.library.get(photoId(a))).toBeUndefined();
    expect(home.library.get(photoId(b))).toBeDefined();
    const gone = home.library.leaves(photoId(a))[0]!;
    expect(isPurge(gone.body)).toBe(true);
    expect(gone.body).toMatchObject({ purged: { by: 'owner' } });
    expect(readFileSync(home.parts.blobs.original(`trash/${a}.bin`), 'utf8')).toBe('bytes of a');
    expect(await pass(5)).toBe(0);
  });

  it('stay without a choice, and after it is taken back', async () => {
    const { home, patch, choose, left, pass } = await openServer(null);
    expect((await home.app.inject('/api/trash/delete-after')).json<DeleteAfter>()).toEqual({ house: null });
    const a = await home.add();
    await patch({ ids: [a], trashed: true });
    expect(await pass(100)).toBe(0);
    expect(await left([a])).toEqual([]);
    await choose(30);
    // The days before the choice do not count.
    expect(await left([a])).toEqual([{ id: a, days: 30 }]);
    expect(await pass(29)).toBe(0);
    await choose(null);
    expect(await pass(100)).toBe(0);
    await choose(30);
    expect(await pass(30)).toBe(0);
    expect(await pass(1)).toBe(1);
  });

  it('begin anew when they were restored and trashed again between two looks', async () => {
    const { home, patch, pass } = await openServer();
    const a = await home.add();
    await patch({ ids: [a], trashed: true });
    expect(await pass(25)).toBe(0);
    await patch({ ids: [a], trashed: false });
    await patch({ ids: [a], trashed: true });
    expect(await pass(30)).toBe(0);
    expect(await pass(1)).toBe(1);
  });

  it('are not deleted by a clock that jumps ahead by a year and back', async () => {
    const { home, clock, patch, pass } = await openServer();
    const a = await home.add();
    await patch({ ids: [a], trashed: true });
    await pass(3);
    const now = clock.now();
    for (let n = 0; n < 20; n++) expect(await look(home, now + 365 * day + n * hour)).toBe(0);
    expect(await look(home, now)).toBe(0);
    expect(await pass(26)).toBe(0);
  });

  it('are deleted by the next look after a crash had moved the original', async () => {
    const { home, patch, pass } = await openServer();
    const [a, b] = [await home.add(), await home.add()];
    await patch({ ids: [a, b], trashed: true });
    await pass(30);
    await home.parts.blobs.discard(`2024/07/${a}.bin`);
    expect(await pass(1)).toBe(2);
    expect(home.library.local.originals.find(a)).toBeUndefined();
  });

  it('are deleted although one of them fails, which the next look deletes', async () => {
    const { home, clock, patch, pass } = await openServer();
    const ids = [await home.add(), await home.add(), await home.add()];
    for (const id of ids) writeFileSync(home.parts.blobs.original(`2024/07/${id}.bin`), 'some bytes');
    await patch({ ids, trashed: true });
    await pass(30);
    await clock.advance(day);
    const { blobs } = home.parts;
    const failing = async (path: string): Promise<string | undefined> => {
      if (path.includes(ids[0]!)) throw new Error('permission denied');
      return blobs.discard(path);
    };
    const broken = { ...home, parts: { ...home.parts, blobs: { ...blobs, discard: failing } } };
    await expect(look(broken, clock.now())).rejects.toThrow('permission denied');
    expect(ids.map((id) => home.library.get(photoId(id)) !== undefined)).toEqual([true, false, false]);
    expect(await pass(1)).toBe(1);
  });

  it('stay once there is an account, if the days were chosen before that', async () => {
    const { home, patch, pass } = await openServer();
    const a = await home.add();
    await patch({ ids: [a], trashed: true });
    const { id } = home.access.accounts.add({ name: 'Ada', role: 'owner' }, commandLine);
    await home.access.signing.setPassword(id, 'seven green ladders', commandLine);
    expect(await pass(100)).toBe(0);
    expect(home.library.local.trashDays.choices()).toEqual([]);
    expect(home.access.audit.list(10).entries.map(({ detail }) => detail)).toContain(
      'family library: never, because it was chosen before the first account',
    );
  });

  it('whose original can’t move back keep it for the exchange of originals', async () => {
    const { home, clock, patch, a, blobs } = await openDue();
    const discard = async (path: string): Promise<string | undefined> => {
      const aside = await blobs.discard(path);
      await patch({ ids: [a], trashed: false });
      writeFileSync(blobs.original(path), 'another file');
      return aside;
    };
    expect(await look({ ...home, parts: { ...home.parts, blobs: { ...blobs, discard } } }, clock.now())).toBe(0);
    expect(home.library.local.originals.find(a)).toBeUndefined();
    expect(readFileSync(blobs.original(home.library.local.discarded.find(a)!), 'utf8')).toBe('bytes of a');
  });

  it('stay, with their original, if they are restored while it moves', async () => {
    const { home, clock, patch, a, blobs } = await openDue();
    const discard = async (path: string): Promise<string | undefined> => {
      const aside = await blobs.discard(path);
      expect((await patch({ ids: [a], trashed: false })).statusCode).toBe(200);
      return aside;
    };
    expect(await look({ ...home, parts: { ...home.parts, blobs: { ...blobs, discard } } }, clock.now())).toBe(0);
    expect((await home.app.inject(`/api/photos/${a}`)).json()).toMatchObject({
      trashed: false,
      original: { here: true },
    });
    expect(readFileSync(blobs.original(`2024/07/${a}.bin`), 'utf8')).toBe('bytes of a');
    expect(existsSync(blobs.original(`trash/${a}.bin`))).toBe(false);
    expect(home.library.local.discarded.find(a)).toBeUndefined();
  });
});

describe('several servers', () => {
  it('count from when a photo arrived in their trash, and delete nothing twice', async () => {
    const { home, clock, patch, pass, choose } = await openServer(null);
    const other = await openOther(clock);
    await other.app.inject({ method: 'PATCH', url: '/api/trash/delete-after', payload: { house: 30 } });
    const a = await home.add();
    await patch({ ids: [a], trashed: true });
    await choose(30);
    await look(home, clock.now());
    await pass(10);
    replicate(home.library, other.library);
    for (let n = 10; n <= 40; n++) {
      expect(await look(home, clock.now())).toBe(n === 30 ? 1 : 0);
      expect(await look(other, clock.now())).toBe(n === 40 ? 1 : 0);
      await clock.advance(day);
    }
    const exchange = (): number[] => {
      replicate(home.library, other.library);
      replicate(other.library, home.library);
      return [home, other].map(({ library }) => library.lastChange());
    };
    exchange();
    const settled = exchange();
    expect(home.library.leaves(photoId(a))).toEqual(other.library.leaves(photoId(a)));
    expect([home, other].map(({ library }) => library.get(photoId(a)))).toEqual([undefined, undefined]);
    for (const server of [home, other]) expect(await look(server, clock.now() + day)).toBe(0);
    expect(exchange()).toEqual(settled);
  });

  it('bring back, restored, what was restored where a server could not be reached', async () => {
    const { home, clock, patch, pass } = await openServer();
    const other = await openOther(clock);
    const a = await home.add({ original: Buffer.from('bytes of a') });
    await patch({ ids: [a], trashed: true });
    await pass(1);
    replicate(home.library, other.library);
    await clock.advance(day);
    const there = { method: 'PATCH' as const, url: '/api/photos', payload: { ids: [a], trashed: false } };
    expect((await other.app.inject(there)).statusCode).toBe(200);
    expect(await pass(40)).toBe(1);
    replicate(other.library, home.library);
    replicate(home.library, other.library);
    for (const { app } of [home, other])
      expect((await app.inject(`/api/photos/${a}`)).json()).toMatchObject({ trashed: false });
    expect(await pass(40)).toBe(0);
  });
});

describe('the right', () => {
  it('is that of the person who chose, at the time of each deletion', async () => {
    const { home, people, ask } = await openPeople();
    const { ada, ben } = people;
    const eve = home.access.accounts.add({ name: 'eve', role: 'owner' }, commandLine);
    home.access.accounts.setPassword(eve.id, 'no hash', commandLine);
    const a = await home.add();
    expectError(await ask(ben.headers, 'PATCH', '/api/trash/delete-after', { house: 30 }), 403, 'forbidden');
    expect((await ask(ada.headers, 'PATCH', '/api/trash/delete-after', { house: 30 })).json<DeleteAfter>()).toEqual({
      ...{ house: 30, me: null },
    });
    await ask(ada.headers, 'PATCH', '/api/photos', { ids: [a], trashed: true });
    const start = Date.now();
    for (let n = 0; n < 30; n++) expect(await look(home, start + n * day)).toBe(0);
    home.access.accounts.change(ada.id, { role: 'family' }, commandLine);
    expect(await look(home, start + 31 * day)).toBe(0);
    expect(home.library.get(photoId(a))).toBeDefined();
    expect(home.library.local.trashDays.choices()).toEqual([]);
    const { entries } = home.access.audit.list(50);
    const told = entries.filter(({ what }: AuditEntry) => what === 'trash-changed');
    expect(told).toMatchObject([
      { detail: 'family library: never, because the person who chose can’t empty it any more' },
      { who: 'ada', detail: 'family library: after 30 days' },
    ]);
    // Being an owner again does not bring the choice back.
    home.access.accounts.change(ada.id, { role: 'owner' }, commandLine);
    expect(await look(home, start + 32 * day)).toBe(0);
  });

  it('of people is on their own photos: others do not see them, and locked ones stay', async () => {
    const { home, people, ask, close } = await openPeople();
    const { ada, ben, cleo } = people;
    const { library } = home;
    const { body } = library.get<PhotoDocument>(photoId(await home.add()))!;
    const put = (holder: string, sha256: string, edits: object = {}): string => {
      library.update<PhotoDocument>(itemId({ holder, sha256 }), () => ({
        ...body,
        edits: { ...body.edits, ...edits },
      }));
      return publicIdOf({ holder, sha256 });
    };
    const trashed = [{ value: true, at: library.stamp(), by: `person:${ben.id}` }];
    const at = library.stamp();
    const locked = { trashed, ends: { [`* ${at}`]: { at, by: `person:${ben.id}`, saw: {} } } };
    const [ofBen, lockedOne] = [put(ben.id, 'b'.repeat(64), { trashed }), put(ben.id, 'd'.repeat(64), locked)];
    const ofCleo = put(cleo.id, 'b'.repeat(64), { trashed });
    const chosen = await ask(ben.headers, 'PATCH', '/api/trash/delete-after', { me: 60 });
    expect(chosen.json<DeleteAfter>()).toEqual({ me: 60 });
    expect((await ask(ada.headers, 'GET', '/api/trash/delete-after')).json<DeleteAfter>()).toEqual({
      ...{ house: null, me: null },
    });
    const ids = [ofBen, lockedOne, ofCleo];
    const left = async (headers: Record<string, string>): Promise<unknown> =>
      (await ask(headers, 'POST', '/api/trash/left', { ids })).json<TrashLeft>().photos;
    expect(await left(ben.headers)).toEqual([{ id: ofBen, days: 60 }]);
    expect(await left(ada.headers)).toEqual([]);
    expect(await left(cleo.headers)).toEqual([]);
    expectError(await ask(cleo.headers, 'POST', '/api/trash/left', { ids: [ofBen] }), 403, 'forbidden');
    const start = Date.now();
    for (let n = 0; n < 61; n++) expect(await look(home, start + n * day)).toBe(n < 60 ? 0 : 1);
    expect(library.items.find(ofBen)).toBeUndefined();
    expect(library.items.find(lockedOne)).toBeDefined();
    expect(library.items.find(ofCleo)).toBeDefined();
    close({ on: false, reason: 'cabin.example runs an older version. Upgrade it.' });
    expectError(await ask(ben.headers, 'PATCH', '/api/trash/delete-after', { me: 30 }), 409, 'conflict');
  });

  it('of a person who was removed is none', async () => {
    const { home, people, ask } = await openPeople();
    const { ben } = people;
    const { library } = home;
    const { body } = library.get<PhotoDocument>(photoId(await home.add()))!;
    const trashed = [{ value: true, at: library.stamp(), by: `person:${ben.id}` }];
    const id = itemId({ holder: ben.id, sha256: 'b'.repeat(64) });
    library.update<PhotoDocument>(id, () => ({ ...body, edits: { ...body.edits, trashed } }));
    await ask(ben.headers, 'PATCH', '/api/trash/delete-after', { me: 30 });
    const start = Date.now();
    await look(home, start);
    home.access.accounts.remove(ben.id, commandLine);
    for (let n = 1; n < 40; n++) expect(await look(home, start + n * day)).toBe(0);
    expect(library.get(id)).toBeDefined();
  });
});

it('the server looks once an hour until it is closed', async () => {
  const { home, clock, patch } = await openServer();
  const a = await home.add();
  await patch({ ids: [a], trashed: true });
  const parts = { ...home, archive: home.parts.blobs, ...home.access };
  const stop = startDeleting(parts as unknown as Parameters<typeof startDeleting>[0], home.parts.log, clock);
  await clock.advance(29 * day);
  expect(home.library.get(photoId(a))).toBeDefined();
  await clock.advance(2 * day);
  await vi.waitFor(() => expect(home.library.get(photoId(a))).toBeUndefined());
  await stop();
  expect(clock.sleeping()).toBe(0);
});
