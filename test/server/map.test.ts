/** `GET /api/map` and `GET /api/gazetteer`: what they return, and to whom. All photos of `openDoors` were taken at 12.5, 34.5. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectError, shareHome } from './fixture.js';
import { kinds, linkHeader, openDoors, type Guests, type RoleName } from './roles.js';

let guests: Guests;
const shared = shareHome(async (home) => {
  guests = await openDoors(home, kinds);
});

interface Clusters {
  clusters: { id: string; count: number; box: { south: number; north: number } }[];
}
const get = (role: RoleName, url: string) => {
  const { [linkHeader]: link, ...headers } = guests.headersOf(role);
  return shared().app.inject({ url: link === undefined ? url : `/s/${link}${url}`, headers });
};
const countFor = async (role: RoleName, query = ''): Promise<number> =>
  (await get(role, `/api/map${query}`)).json<Clusters>().clusters.reduce((sum, { count }) => sum + count, 0);

describe('the map', () => {
  it('counts visible photos only', async () => {
    const seen = (audiences: readonly string[]): number =>
      kinds.filter(({ audience, trashed }) => !trashed && audiences.includes(audience)).length;
    expect(await countFor('owner')).toBe(seen(['private', 'family', 'public']));
    expect(await countFor('family')).toBe(seen(['family', 'public']));
    expect(await countFor('owner', '?box=12,34,13,35&zoom=20')).toBe(seen(['private', 'family', 'public']));
    expect(await countFor('owner', '?box=0,0,1,1&zoom=3')).toBe(0);
    expect(await countFor('owner', `?q=${encodeURIComponent('audience:public')}`)).toBe(seen(['public']));
  });

  it('is closed to viewers without positions, also in searches', async () => {
    expectError(await get('visitor', '/api/map'), 403, 'forbidden');
    expectError(await get('link', '/api/map'), 403, 'forbidden');
    for (const q of ['box:12,34,13,35', '-near:12.5,34.5', 'box:12,34,13,35 is:favourite'])
      for (const route of ['tiles', 'photos', 'timeline', 'tags'])
        expectError(await get('visitor', `/api/${route}?q=${encodeURIComponent(q)}`), 400, 'invalid');
    const found = await get('family', `/api/tiles?q=${encodeURIComponent('box:12,34,13,35')}`);
    expect(found.json<{ tiles: unknown[] }>().tiles.length).toBe(await countFor('family'));
  });

  it.each(['box=1,2,3', 'box=a,b,c,d', 'box=2,0,1,0', 'box=0,0,91,1', 'zoom=99', 'zoom=x'])(
    'rejects %s',
    async (query) => {
      expectError(await get('owner', `/api/map?${query}`), 400, 'invalid');
    },
  );
});

describe('the gazetteer', () => {
  interface Places {
    towns: { name: string; region: string; country: string; lat: number }[];
    countries: { country: string; towns: number }[];
  }
  const ask = async (query: string): Promise<Places> => (await get('family', `/api/gazetteer${query}`)).json<Places>();
  const names = ({ towns }: Places): string[] => towns.map(({ name }) => name);

  it('knows the largest towns of an area, towns by name, and the countries', async () => {
    expect(names(await ask('?box=39,-5,42,3&limit=2'))).toEqual(['Madrid', 'Barcelona']);
    expect((await ask(`?name=${encodeURIComponent('ribades')}`)).towns).toMatchObject([
      { name: 'Ribadesella', region: 'Asturias', country: 'ES' },
    ]);
    expect(names(await ask('?name=san&limit=999'))).toHaveLength(100);
    expect(names(await ask('?near=43.45,-5.05&limit=1'))).toEqual(['Ribadesella']);
    const { towns, countries } = await ask('');
    expect(towns).toEqual([]);
    expect(countries.find(({ country }) => country === 'NZ')?.towns).toBeGreaterThan(50);
  });

  it('is kept by browsers for a day, and closed to viewers without positions', async () => {
    expect((await get('owner', '/api/gazetteer')).headers['cache-control']).toBe('private, max-age=86400');
    expectError(await get('visitor', '/api/gazetteer'), 403, 'forbidden');
    expectError(await get('link', '/api/gazetteer?name=a'), 403, 'forbidden');
    expectError(await get('owner', '/api/gazetteer?box=1,2,3'), 400, 'invalid');
    expectError(await get('owner', '/api/gazetteer?limit=0'), 400, 'invalid');
    expectError(await get('owner', '/api/gazetteer?near=1'), 400, 'invalid');
  });
});

describe('the owner’s own map', () => {
  const path = '/api/map/basemap';
  const told = async (): Promise<boolean> => (await get('family', '/api/map')).json<{ basemap: boolean }>().basemap;

  it('is sent in parts to viewers with positions, from when there is a file', async () => {
    expectError(await get('owner', path), 404, 'not-found');
    expect(await told()).toBe(false);
    const folder = await mkdtemp(join(tmpdir(), 'photospool-basemap-'));
    const { config } = shared().parts;
    config.basemap = join(folder, 'map.pmtiles');
    onTestFinished(() => {
      delete config.basemap;
      return rm(folder, { recursive: true });
    });
    expectError(await get('owner', path), 404, 'not-found');
    await writeFile(config.basemap, 'PMTiles and more');
    expect(await told()).toBe(true);
    const { [linkHeader]: _, ...headers } = guests.headersOf('family');
    const part = await shared().app.inject({ url: path, headers: { ...headers, range: 'bytes=8-10' } });
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, 'and', 'bytes 8-10/16']);
    const before = (await get('owner', path)).headers.etag;
    await writeFile(config.basemap, 'PMTiles, another');
    await utimes(config.basemap, 1, 1);
    expect((await get('owner', path)).headers.etag).not.toBe(before);
    expectError(await get('visitor', path), 403, 'forbidden');
    expectError(await get('link', path), 403, 'forbidden');
  });
});
