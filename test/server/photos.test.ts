import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Viewer } from '../../src/access/permissions.js';
import { local } from '../../src/access/viewer.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { openCatalog } from '../../src/catalog/catalog.js';
import { openLibrary } from '../../src/library/library.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { findPhotos, getPhoto } from '../../src/album/find-photos.js';
import { expectError, openHome, shareHome, type Home } from './fixture.js';

async function get<T>(home: Home, url: string): Promise<T> {
  const response = await home.app.inject(url);
  expect(response.statusCode, response.body).toBe(200);
  expect(response.headers['cache-control']).toBe('no-store');
  return response.json<T>();
}
async function patch<T>(home: Home, url: string, payload: object): Promise<T> {
  const response = await home.app.inject({ method: 'PATCH', url, payload });
  expect(response.statusCode, response.body).toBe(200);
  return response.json<T>();
}
interface List {
  photos: PhotoView[];
  next: string | null;
}

describe('photos', () => {
  it('are listed newest first, in pages', async () => {
    const home = await openHome();
    const ids: string[] = [];
    for (let day = 1; day <= 5; day++) ids.unshift(await home.add({ taken: `2024-07-0${day}T12:00:00.000` }));
    const first = await get<List>(home, '/api/photos?limit=3');
    expect(first.photos.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const second = await get<List>(home, `/api/photos?limit=3&cursor=${encodeURIComponent(first.next!)}`);
    expect(second.photos.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(second.next).toBeNull();
  });

  it.each<[string, number]>([
    ['/api/photos?limit=1001', 1000],
    ['/api/photos?limit=99999999999999999999', 1000],
    ['/api/photos?limit=7', 7],
    ['/api/photos', 100],
    ['/api/tiles?limit=5001', 5000],
    ['/api/tiles?limit=5000', 5000],
    ['/api/tiles', 500],
  ])('of %s are limited to %i', async (url, most) => {
    const home = await openHome();
    const asked: unknown[] = [];
    const { page, tiles } = home.catalog;
    home.catalog.page = (query, options) => (asked.push(options?.limit), page(query, options));
    home.catalog.tiles = (query, options) => (asked.push(options?.limit), tiles(query, options));
    await get(home, url);
    expect(asked).toEqual([most]);
  });

  it('are returned as docs/interface.md describes', async () => {
    const home = await openHome();
    const id = await home.add({ name: '<img src=x>.jpg', tags: ['a'] });
    const photo = await get<PhotoView>(home, `/api/photos/${id}`);
    expect(photo).toMatchObject({
      id,
      name: '<img src=x>.jpg',
      width: 4032,
      taken: '2024-07-01T12:00:00.000',
      camera: { make: 'Canon', model: 'EOS 40D' },
      tags: ['a'],
      audience: 'private',
      renditions: { thumb: { type: 'image/webp', width: 640 } },
      original: { here: true, path: `2024/07/${id}.bin` },
    });
    expect(photo).not.toHaveProperty('gps');
    expect((await get<List>(home, '/api/photos')).photos).toEqual([photo]);
    expect(await get(home, `/api/photos/${id}/exif`)).toEqual({ id, tags: { 'EXIF:Make': 'Canon' } });
  });

  it('give a consistent timeline, segments and tiles', async () => {
    const home = await openHome();
    for (let day = 1; day <= 5; day++) await home.add({ taken: `2024-07-0${day}T12:00:00.000` });
    await home.add({ taken: '2023-01-01T00:00:00.000' });
    expect(await get(home, '/api/timeline')).toEqual([
      { month: '2024-07', count: 5 },
      { month: '2023-01', count: 1 },
    ]);
    const segments = await get<{ month: string; count: number; ratio: number; cursor: string }[]>(
      home,
      '/api/timeline/segments?size=3',
    );
    expect(segments.map(({ month, count }) => [month, count])).toEqual([
      ['2024-07', 3],
      ['2024-07', 2],
      ['2023-01', 1],
    ]);
    expect(segments[0]!.ratio).toBeCloseTo(4);
    const shown: string[] = [];
    for (const { cursor, count, month } of segments) {
      const { tiles } = await get<{ tiles: { id: string; taken: string; thumbhash: string }[] }>(
        home,
        `/api/tiles?cursor=${encodeURIComponent(cursor)}&limit=${count}`,
      );
      expect(tiles.map(({ taken }) => taken.slice(0, 7))).toEqual(Array(count).fill(month));
      shown.push(...tiles.map(({ id }) => id));
    }
    const all = await get<{ tiles: { id: string }[]; next: string | null }>(home, '/api/tiles');
    expect(shown).toEqual(all.tiles.map(({ id }) => id));
    expect(all.next).toBeNull();
    expect((await get<{ next: string }>(home, '/api/tiles?limit=1')).next).toMatch(/./);
    expect(all.tiles[0]).toEqual({
      id: shown[0],
      width: 4032,
      height: 3024,
      taken: '2024-07-05T12:00:00.000',
      thumbhash: 'AAAA',
      v: expect.stringMatching(/^[0-9a-f]{8}$/),
      type: 'image/jpeg',
    });
  });

  it('of a burst are one tile on request, in front of which the chosen one stands', async () => {
    const home = await openHome();
    const ids: string[] = [];
    for (const second of [1, 2, 3])
      ids.push(
        await home.add({
          ...{ taken: `2024-07-01T12:00:0${second}.000`, model: 'Pixel 7' },
          name: `0000${second}IMG_0000${second}_BURST20240701120001123.jpg`,
        }),
      );
    type Tiles = { tiles: { id: string; burst?: { id: string; count: number } }[] };
    const stacked = async () => (await get<Tiles>(home, '/api/tiles?bursts=stacked')).tiles;
    const [front] = await stacked();
    expect(await stacked()).toMatchObject([{ id: ids[0], burst: { count: 3 } }]);
    expect((await get<Tiles>(home, '/api/tiles')).tiles).toHaveLength(3);
    expect(await get(home, '/api/timeline/segments?bursts=stacked')).toMatchObject([{ count: 1 }]);
    const { burst } = front!;
    expect(await get(home, `/api/photos/${ids[2]!}`)).toMatchObject({ burst });
    expect((await get<Tiles>(home, `/api/tiles?q=burst:${burst!.id}&bursts=stacked`)).tiles).toHaveLength(3);
    await patch(home, `/api/photos/${ids[1]!}`, { burstCover: true });
    expect(await stacked()).toMatchObject([{ id: ids[1], burst }]);
    await patch(home, `/api/photos/${ids[1]!}`, { trashed: true });
    expect(await stacked()).toMatchObject([{ id: ids[0], burst: { count: 2 } }]);
    expect(await get(home, `/api/photos/${ids[1]!}`)).not.toHaveProperty('burst');
  });

  it('are explored by place, year and camera, under a search, each with a cover', async () => {
    const home = await openHome();
    const place = { city: 'Palisade', region: 'Colorado', country: 'US' };
    const oldest = await home.add({ taken: '2023-05-01T12:00:00.000', model: 'X100V' });
    const newest = await home.add({ taken: '2024-07-02T12:00:00.000', model: 'EOS 40D' });
    for (const id of [oldest, newest]) await patch(home, `/api/photos/${id}`, { place });
    const other = await home.add({ taken: '2024-07-01T12:00:00.000', tags: ['sun'] });
    type Told = Record<
      'places' | 'years' | 'cameras' | 'holders',
      { value: string; count: number; tile: { id: string } }[]
    >;
    const told = async (q: string) => {
      const { count, ...kinds } = await get<Told & { count: number }>(home, `/api/explore${q}`);
      const lists = Object.entries(kinds).map(([kind, values]) => [
        kind,
        values.map(({ value, count, tile }) => [value, count, tile.id]),
      ]);
      return { count, ...(Object.fromEntries(lists) as Record<keyof Told, [string, number, string][]>) };
    };
    const all = await told('');
    expect(all.count).toBe(3);
    expect(all.places).toEqual([['Palisade, Colorado, United States', 2, newest]]);
    expect(all.years.map(([year, count]) => [year, count])).toEqual([
      ['2024', 2],
      ['2023', 1],
    ]);
    expect(all.cameras.length).toBeGreaterThan(1);
    expect(all.holders).toEqual([['house', 3, newest]]);
    const some = await told('?q=tag:sun');
    expect([some.count, some.places, some.years]).toEqual([1, [], [['2024', 1, other]]]);
    expect((await told('?limit=1')).cameras).toHaveLength(1);
  });

  it('are counted by tag and camera, under a search', async () => {
    const home = await openHome();
    await home.add({ tags: ['beach', 'sun'], model: 'EOS 40D' });
    await home.add({ tags: ['beach'], model: 'X100V' });
    expect(await get(home, '/api/tags')).toEqual([
      { value: 'beach', count: 2 },
      { value: 'sun', count: 1 },
    ]);
    expect(await get(home, '/api/tags?limit=1')).toHaveLength(1);
    expect(await get(home, '/api/tags?q=tag:sun')).toEqual(expect.arrayContaining([{ value: 'beach', count: 1 }]));
    expect(await get<object[]>(home, '/api/cameras')).toHaveLength(2);
    expect(await get(home, '/api/places')).toEqual([]);
    expect(await get(home, '/api/albums')).toEqual([]);
    expect((await get<List>(home, '/api/photos?q=tag:sun')).photos).toHaveLength(1);
  });
});

describe('a write by another process', () => {
  it('is in the next response', async () => {
    const home = await openHome();
    const id = await home.add();
    expect(await get(home, '/api/tags?q=is:favourite')).toEqual([]);
    const other = openSqlite(join(home.folder, 'library.sqlite'));
    onTestFinished(() => other.close());
    const library = openLibrary(other, { index: openCatalog(other).index });
    await changePhotos(library, local, [id], { favourite: true, tags: { add: ['far'] } });
    expect(await get(home, '/api/tags?q=is:favourite')).toEqual([{ value: 'far', count: 1 }]);
    expect((await get<List>(home, '/api/photos?q=tag:far')).photos).toMatchObject([{ id, favourite: true }]);
  });
});

describe('a viewer who may not see a photo', () => {
  it('finds nothing that reveals it', async () => {
    const { library, access, add } = await openHome();
    const id = await add();
    const { id: person } = access.people.add({ name: 'f', role: 'family' }, 'owner');
    const editor: Viewer = { role: 'family', audiences: ['family', 'public'], canEdit: true, person };
    const visitor: Viewer = { role: 'visitor', audiences: ['public'], canEdit: false };
    expect(findPhotos(library, visitor, [id, 'f'.repeat(64)])).toEqual([]);
    expect(() => getPhoto(library, visitor, id)).toThrow('This photo doesn’t exist.');
    expect(await changePhotos(library, editor, [id], { title: 'x' })).toEqual({ changed: 0, missing: [id] });
    await expect(changePhotos(library, visitor, [id], { title: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(changePhotos(library, editor, [id], { audience: 'public' })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('edits', () => {
  const shared = shareHome();

  it.each<[unknown, string, string | undefined]>([
    ['2020-01-02T03:04:05.000', '2020-01-02T03:04:05.000', undefined],
    ['2020-01-02T03:04:05', '2020-01-02T03:04:05.000', undefined],
    ['2020-01-02T03:04', '2020-01-02T03:04:00.000', undefined],
    ['2020-01-02T03:04:05.1239', '2020-01-02T03:04:05.123', undefined],
    ['2020-01-02T03:04:05+02:00', '2020-01-02T03:04:05.000', '+02:00'],
    ['2020-01-02T03:04:05.678-09:30', '2020-01-02T03:04:05.678', '-09:30'],
    ['2020-01-02T03:04:05.000Z', '2020-01-02T03:04:05.000', '+00:00'],
    [{ local: '2020-01-02T03:04' }, '2020-01-02T03:04:00.000', undefined],
    [{ local: '2020-01-02T03:04:05.5', offset: '+14:00' }, '2020-01-02T03:04:05.500', '+14:00'],
  ])('accept the time %j', async (taken, local, offset) => {
    const home = shared();
    const id = await home.add();
    const photo = await patch<PhotoView>(home, `/api/photos/${id}`, { taken });
    expect([photo.taken, photo.offset, photo.takenSource]).toEqual([local, offset, 'edit']);
    const other = await home.add();
    expect(await patch(home, '/api/photos', { ids: [other], taken })).toEqual({ changed: 1, missing: [] });
    expect(await get(home, `/api/photos/${other}`)).toMatchObject({ taken: local });
  });

  it.each([
    '',
    '2020-01-02',
    '2023-02-29T08:00:00',
    '2020-01-02T24:00:00',
    '2020-01-02T03:04:05+15:00',
    '2020-01-02T03:04:05 Z',
    '2020-01-02T03:04:05ZZ',
    'tomorrow',
    { local: '2023-02-29T08:00:00' },
    { local: '2020-01-02T03:04:05+02:00' },
    { local: '2020-01-02T03:04:05', offset: '+2' },
  ])('reject the time %j with a sentence, and change nothing', async (taken) => {
    const home = shared();
    const id = await home.add();
    const before = home.library.lastChange();
    const payload = { title: 'x', taken };
    const response = await home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload });
    expect(expectError(response, 400, 'invalid').message).toMatch(/is not a valid (?:time|offset)/);
    expect(home.library.lastChange()).toBe(before);
  });

  it('accept a photo’s own time again', async () => {
    const home = shared();
    const { taken } = await get<PhotoView>(home, `/api/photos/${await home.add()}`);
    expect(await patch(home, `/api/photos/${await home.add()}`, { taken })).toMatchObject({ taken });
  });

  it('are in the response and in the next query', async () => {
    const home = await openHome();
    const id = await home.add({ tags: ['embedded'] });
    const photo = await patch<PhotoView>(home, `/api/photos/${id}`, {
      title: 'Sea',
      rating: 4,
      favourite: true,
      taken: { local: '2020-02-29T08:00' },
      tags: { add: ['blue'], remove: ['embedded'] },
      gps: { lat: 1, lon: 2 },
    });
    expect(photo).toMatchObject({
      title: 'Sea',
      rating: 4,
      favourite: true,
      taken: '2020-02-29T08:00:00.000',
      takenSource: 'edit',
      tags: ['blue'],
      gps: { lat: 1, lon: 2 },
    });
    expect(await get(home, `/api/photos/${id}`)).toEqual(photo);
    expect((await get<List>(home, '/api/photos?q=tag:blue')).photos).toEqual([photo]);
    expect((await get<List>(home, '/api/photos?q=tag:embedded')).photos).toEqual([]);
    expect(await get(home, '/api/timeline')).toEqual([{ month: '2020-02', count: 1 }]);
    const { title, taken } = await patch<PhotoView>(home, `/api/photos/${id}`, { title: null, taken: null });
    expect([title, taken]).toEqual(['', '2024-07-01T12:00:00.000']);
  });

  it('change many photos at once, and name missing ones', async () => {
    const home = await openHome();
    const ids = [await home.add(), await home.add(), await home.add()];
    const stranger = 'f'.repeat(64);
    const body = { ids: [...ids, stranger, ids[0], stranger], albums: { add: ['Summer'] } };
    expect(await patch(home, '/api/photos', body)).toEqual({ changed: 3, missing: [stranger] });
    expect(await patch(home, '/api/photos', body)).toEqual({ changed: 0, missing: [stranger] });
    const newest = '2024-07-01T12:00:00';
    expect(await get(home, '/api/albums')).toEqual([{ value: 'Summer', count: 3, videos: 0, newest }]);
  });

  it('keep a trashed photo, out of sight', async () => {
    const home = await openHome();
    const id = await home.add();
    await patch(home, `/api/photos/${id}`, { trashed: true });
    expect((await get<List>(home, '/api/photos')).photos).toEqual([]);
    expect((await get<List>(home, '/api/photos?q=is:trashed')).photos).toHaveLength(1);
    expect(await get(home, '/api/home')).toMatchObject({ empty: false, photos: 0 });
  });
});
