/**
 * `GET /api/duplicates`: who may, which photo is proposed, paging; and marking photos as different, which can be
 * undone.
 */
import { describe, expect, it } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { lookLength } from '../../src/document/perceptual-hash.js';
import { exifId, photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { numbers } from '../looks.js';
import { expectError, openHome, shareHome, type Home } from './fixture.js';
import { kinds, openDoors, type Guests, type RoleName } from './roles.js';

function lookOfSeed(seed: number): Uint8Array {
  const next = numbers(seed + 1);
  for (let n = 0; n < 8; n++) next();
  return Uint8Array.from({ length: lookLength }, () => Math.floor(next() * 256));
}

interface Found {
  count: number;
  groups: { best: string; photos: { id: string }[] }[];
  next: string | null;
  looking: { done: number; total: number } | null;
}

type Asking = (path: string) => Promise<Found>;
const asking =
  ({ app }: Home): Asking =>
  async (path) => {
    const response = await app.inject(path);
    expect(response.statusCode, response.body).toBe(200);
    return response.json<Found>();
  };

/** The result once all pictures were compared. */
async function settled(ask: Asking, path = '/api/duplicates'): Promise<Found> {
  let found = await ask(path);
  await expect.poll(async () => (found = await ask(path)).looking).toBeNull();
  return found;
}
const idsOf = ({ groups }: Found): string[][] => groups.map(({ photos }) => photos.map(({ id }) => id));

describe('permissions', () => {
  let guests: Guests;
  const shared = shareHome(async (home) => {
    guests = await openDoors(home, kinds);
    home.made.look = async () => lookOfSeed(1);
  });
  const ask = (role: RoleName, method: 'GET' | 'PATCH', url: string, payload?: object) =>
    shared().app.inject({ method, url, headers: guests.headersOf(role), ...(payload && { payload }) });
  const kept = kinds.filter(({ trashed }) => !trashed).map(({ id }) => id);

  it('groups are listed for the owner and programs that edit, without trashed photos', async () => {
    for (const role of ['owner', 'token edit'] as const)
      await expect
        .poll(async () => idsOf((await ask(role, 'GET', '/api/duplicates')).json<Found>()).map((ids) => ids.sort()))
        .toEqual([[...kept].sort()]);
    for (const role of ['visitor', 'family', 'editor', 'token read'] as const)
      expectError(await ask(role, 'GET', '/api/duplicates'), 403, 'forbidden');
  });

  it('the same may mark photos as different', async () => {
    const publicId = kinds.find(({ audience, trashed }) => audience === 'public' && !trashed)!.id;
    const body = { ids: [publicId], apart: { add: [kept[0]] } };
    for (const role of ['family', 'editor'] as const)
      expectError(await ask(role, 'PATCH', '/api/photos', body), 403, 'forbidden');
    expectError(await ask('owner', 'PATCH', '/api/photos', { ids: [publicId], apart: { add: ['x'] } }), 400, 'invalid');
    expect((await ask('token edit', 'PATCH', '/api/photos', body)).statusCode).toBe(200);
  });
});

describe('groups', () => {
  it('are listed in pages, each once, newest first', async () => {
    const home = await openHome();
    const ask = asking(home);
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await home.add({ taken: `2024-07-01T12:00:${10 + n}.000` }));
    home.made.look = async (id) => lookOfSeed(ids.indexOf(id) % 5);
    const all = await settled(ask, '/api/duplicates?limit=50');
    expect(all).toMatchObject({ count: 5, next: null });
    expect(idsOf(all)).toEqual([4, 3, 2, 1, 0].map((n) => [ids[n], ids[n + 5]]));
    const walked: string[][] = [];
    for (let path = '/api/duplicates?limit=2'; ;) {
      const page = await ask(path);
      walked.push(...idsOf(page));
      if (page.next === null) break;
      path = `/api/duplicates?limit=2&cursor=${page.next}`;
    }
    expect(walked).toEqual(idsOf(all));
    expectError(await home.app.inject('/api/duplicates?cursor=x'), 400, 'invalid');
  });

  it('propose the largest, otherwise the one with a camera that no program re-saved, otherwise the one with more bytes', async () => {
    const home = await openHome();
    const ids = [await home.add(), await home.add(), await home.add({ original: Buffer.from('a longer original') })];
    home.made.look = async () => lookOfSeed(1);
    const tell = (id: string, facts: Partial<PhotoDocument['facts']>): void =>
      void home.library.update<PhotoDocument>(
        photoId(id),
        (body) => body && { ...body, facts: { ...body.facts, ...facts } },
      );
    expect((await settled(asking(home))).groups).toMatchObject([{ best: ids[2] }]);
    // Saved again by a program, with more bytes.
    const tags = { 'ExifIFD:DateTimeOriginal': '2024:07:01 12:00:00', 'IFD0:ModifyDate': '2024:09:01 12:00:00' };
    home.library.update(exifId(ids[2]!), (body) => ({ ...body, tags }));
    expect((await settled(asking(home))).groups[0]!.best).not.toBe(ids[2]);
    tell(ids[0]!, { width: 5000 });
    expect((await settled(asking(home))).groups).toMatchObject([{ best: ids[0] }]);
  });

  it('disappear when photos are marked as different, and return when that is undone', async () => {
    const home = await openHome();
    const ids = [await home.add(), await home.add(), await home.add()].sort();
    home.made.look = async () => lookOfSeed(1);
    const ask = asking(home);
    expect((await settled(ask)).count).toBe(1);
    const each = [{ ids: ids.slice(1), apart: { add: [ids[0]!] } }];
    const said = await home.app.inject({ method: 'PATCH', url: '/api/photos/each', payload: { each, undo: true } });
    expect(said.json()).toMatchObject({ changed: 2, undo: [{ ids: ids.slice(1), apart: { remove: [ids[0]] } }] });
    expect(await settled(ask)).toMatchObject({ count: 0, groups: [] });
    const { undo } = said.json<{ undo: object[] }>();
    expect(
      (await home.app.inject({ method: 'PATCH', url: '/api/photos/each', payload: { each: undo } })).statusCode,
    ).toBe(200);
    expect((await settled(ask)).count).toBe(1);
  });
});

describe('computing hashes', () => {
  it('includes pictures that arrive later, and does not retry unreadable ones', async () => {
    const home = await openHome();
    const ids = [await home.add(), await home.add(), await home.add()];
    const asked: string[] = [];
    let there = false;
    home.made.look = async (id) => {
      asked.push(id);
      if (id === ids[2]) throw new PhotospoolError('undecodable', 'It can’t be read.');
      return id === ids[1] && !there ? undefined : lookOfSeed(1);
    };
    const ask = asking(home);
    expect((await settled(ask)).count).toBe(0);
    there = true;
    expect((await settled(ask)).count).toBe(0);
    await home.clock.advance(60_000);
    await expect.poll(async () => (await ask('/api/duplicates')).count).toBe(1);
    expect(asked.filter((id) => id === ids[2])).toHaveLength(1);
    expect(home.logged).toEqual([]);
  });

  it('reports progress, and continues after a failure at the next request', async () => {
    const home = await openHome();
    for (let n = 0; n < 3; n++) await home.add();
    let fail = true;
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    home.made.look = async () => {
      if (fail) throw new PhotospoolError('busy', 'No memory.');
      await held;
      return lookOfSeed(1);
    };
    const ask = asking(home);
    await ask('/api/duplicates');
    await expect.poll(() => home.logged.length).toBe(1);
    fail = false;
    await expect.poll(async () => (await ask('/api/duplicates')).looking).toEqual({ done: 0, total: 3 });
    go();
    expect((await settled(ask)).groups[0]!.photos).toHaveLength(3);
  });
});
