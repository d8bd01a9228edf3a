import { describe, expect, it } from 'vitest';
import type { PhotoView } from '../../src/document/photo-view.js';
import { exists, kinds, openDoors, type Guests } from './roles.js';
import { expectError, openHome, shareHome, type Home } from './fixture.js';

interface Changed {
  changed: number;
  missing: string[];
  undo?: { ids: string[]; [key: string]: unknown }[];
}
async function patch(home: Home, payload: object, url = '/api/photos'): Promise<Changed> {
  const response = await home.app.inject({ method: 'PATCH', url, payload });
  expect(response.statusCode, response.body).toBe(200);
  return response.json<Changed>();
}
const undo = (home: Home, { undo: each }: Changed): Promise<Changed> =>
  patch(home, { each, undo: true }, '/api/photos/each');
const see = async (home: Home, id: string): Promise<PhotoView> =>
  (await home.app.inject(`/api/photos/${id}`)).json<PhotoView>();

/** The values of a photo that an edit can change, as shown. */
const shown = async (home: Home, id: string): Promise<object> => {
  const { title, description, taken, offset, takenSource, place, gps, tags, albums, ...rest } = await see(home, id);
  const { rating, favourite, audience, reviewed, trashed } = rest;
  return {
    ...{ title, description, taken, offset, takenSource, place, gps, tags, albums },
    ...{ rating, favourite, audience, reviewed, trashed },
  };
};

describe('the inverse edit', () => {
  it('restores each photo’s own values, and repeats the edit', async () => {
    const home = await openHome();
    const ids: string[] = [];
    for (let n = 0; n < 6; n++)
      ids.push(await home.add({ tags: n % 2 === 0 ? ['sea'] : [], taken: `2024-07-0${n + 1}T12:00:00.000` }));
    await patch(home, { ids: [ids[0]], rating: 4, title: 'A', albums: { add: ['x'] }, taken: '2020-01-01T10:00:00' });
    await patch(home, { ids: [ids[1]], rating: 2, favourite: true, audience: 'family', tags: { remove: ['sea'] } });
    const before = await Promise.all(ids.map((id) => shown(home, id)));
    const change = {
      ...{ title: 'All', description: 'of them', rating: 5, favourite: true, audience: 'public', reviewed: true },
      ...{ trashed: true, place: { city: 'Oslo' }, gps: { lat: 1, lon: 2 }, taken: '2021-01-01T00:00:00' },
      ...{ tags: { add: ['new', 'sea'] }, albums: { add: ['y'], remove: ['x'] } },
    };
    const done = await patch(home, { ids, ...change, undo: true });
    expect(done.changed).toBe(6);
    const changed = await Promise.all(ids.map((id) => shown(home, id)));
    expect(changed[3]).toMatchObject({ title: 'All', rating: 5, tags: ['new', 'sea'], albums: ['y'] });
    expect(new Set(done.undo!.flatMap((way) => way.ids))).toEqual(new Set(ids));
    expect(done.undo!.length).toBeLessThan(6);
    const undone = await undo(home, done);
    expect(undone.changed).toBe(6);
    expect(await Promise.all(ids.map((id) => shown(home, id)))).toEqual(before);
    await undo(home, undone);
    expect(await Promise.all(ids.map((id) => shown(home, id)))).toEqual(changed);
  });

  it('is empty if nothing changed, and absent unless requested', async () => {
    const home = await openHome();
    const id = await home.add({ tags: ['sea'] });
    await patch(home, { ids: [id], rating: 4 });
    expect(await patch(home, { ids: [id], rating: 4, undo: true })).toEqual({ changed: 0, missing: [], undo: [] });
    expect(await patch(home, { ids: [id], rating: 5 })).toEqual({ changed: 1, missing: [] });
  });

  it('of a family member’s favourite is their own', async () => {
    const home = await openHome();
    const guests = await openDoors(home, kinds);
    const { id } = kinds.find((kind) => exists('family', kind) && kind.audience === 'family')!;
    const ask = async (url: string, payload: object): Promise<Changed> =>
      (await home.app.inject({ method: 'PATCH', url, payload, headers: guests.headersOf('family') })).json<Changed>();
    const done = await ask('/api/photos', { ids: [id], favourite: true, undo: true });
    expect(done.undo).toEqual([{ ids: [id], favourite: false }]);
    expect((await ask('/api/photos/each', { each: done.undo! })).changed).toBe(1);
  });
});

describe('the clock', () => {
  it('is shifted from each photo’s own time, across days and years, and keeps its offset', async () => {
    const home = await openHome();
    const a = await home.add({ taken: '2024-01-01T00:30:00.000' });
    const b = await home.add({ taken: '2024-07-01T12:00:00.500' });
    await patch(home, { ids: [b], taken: '2024-07-01T12:00:00.500+02:00' });
    const done = await patch(home, { ids: [a, b], shift: -3600, undo: true });
    expect(await see(home, a)).toMatchObject({ taken: '2023-12-31T23:30:00.000', takenSource: 'edit' });
    expect(await see(home, b)).toMatchObject({ taken: '2024-07-01T11:00:00.500', offset: '+02:00' });
    await undo(home, done);
    expect(await see(home, a)).toMatchObject({ taken: '2024-01-01T00:30:00.000', takenSource: 'exif' });
    expect(await see(home, b)).toMatchObject({ taken: '2024-07-01T12:00:00.500', offset: '+02:00' });
  });

  it('is not shifted beyond the valid years, nor in two ways at once', async () => {
    const home = await openHome();
    const id = await home.add({ taken: '0020-01-01T00:30:00.000' });
    const ask = (payload: object) => home.app.inject({ method: 'PATCH', url: '/api/photos', payload });
    expectError(await ask({ ids: [id], shift: -3_000_000_000 }), 400, 'invalid');
    expectError(await ask({ ids: [id], shift: 60, taken: '2024-01-01T00:00' }), 400, 'invalid');
    expect((await see(home, id)).taken).toBe('0020-01-01T00:30:00.000');
  });
});

it('the number of changes is limited, and a forbidden one changes nothing', async () => {
  const home = await openHome();
  const guests = await openDoors(home, kinds);
  const ids = Array.from({ length: 5_000 }, (_, n) => n.toString(16).padStart(64, '0'));
  const each = [
    { ids, rating: 1 },
    { ids: ['f'.repeat(64)], rating: 1 },
  ];
  expectError(
    await home.app.inject({
      method: 'PATCH',
      url: '/api/photos/each',
      payload: { each },
      headers: guests.headersOf('owner'),
    }),
    413,
    'too-large',
  );
  const { id } = kinds.find((kind) => exists('editor', kind))!;
  const payload = {
    each: [
      { ids: [id], title: 'mine' },
      { ids: [id], audience: 'public' },
    ],
  };
  expectError(
    await home.app.inject({ method: 'PATCH', url: '/api/photos/each', payload, headers: guests.headersOf('editor') }),
    403,
    'forbidden',
  );
  const seen = await home.app.inject({ url: `/api/photos/${id}`, headers: guests.headersOf('editor') });
  expect(seen.json<PhotoView>().title).not.toBe('mine');
});

describe('values of several photos', () => {
  let guests: Guests;
  const shared = shareHome(async (home) => {
    guests = await openDoors(home, kinds);
  });

  it('are counted without photos that the viewer may not see', async () => {
    const ids = kinds.map(({ id }) => id);
    for (const role of ['owner', 'family', 'visitor'] as const) {
      const asked = { method: 'POST' as const, url: '/api/facets', payload: { ids }, headers: guests.headersOf(role) };
      const { tags } = (await shared().app.inject(asked)).json<{ tags: { value: string; count: number }[] }>();
      const common = tags.find(({ value }) => value === 'common');
      expect(common?.count, role).toBe(kinds.filter((kind) => exists(role, kind)).length);
      for (const kind of kinds.filter((one) => !exists(role, one)))
        expect(JSON.stringify(tags), role).not.toContain(`zq${kind.audience}${kind.trashed ? 'trashed' : 'kept'}`);
    }
  });
});
