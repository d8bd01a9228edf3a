import { beforeAll, describe, expect, it } from 'vitest';
import { expectError, shareHome } from './fixture.js';
import { kinds, linkHeader, openDoors, type Guests, type RoleName } from './roles.js';

let guests: Guests;
const shared = shareHome(async (home) => {
  guests = await openDoors(
    home,
    kinds.filter(({ trashed }) => !trashed),
  );
});
const { id } = kinds.find(({ audience, trashed }) => audience === 'family' && !trashed)!;

interface Shown {
  id: string;
  favourite?: boolean;
}
async function ask<T>(role: RoleName, url: string, payload?: object): Promise<T> {
  const asked = { url, headers: guests.headersOf(role), ...(payload && { method: 'PATCH' as const, payload }) };
  const response = await shared().app.inject(asked);
  expect(response.statusCode, response.body).toBe(200);
  return response.json<T>();
}
const marks = (role: RoleName, favourite: boolean): Promise<Shown> =>
  ask<Shown>(role, `/api/photos/${id}`, { favourite });

/** Whether a photo is a favourite, in each answer that tells it. */
async function favourite(role: RoleName): Promise<unknown[]> {
  const found = (list: Shown[]): Shown | undefined => list.find((one) => one.id === id);
  const q = encodeURIComponent('is:favourite');
  const { photos } = await ask<{ photos: Shown[] }>(role, '/api/photos');
  const searched = await ask<{ photos: Shown[] }>(role, `/api/photos?q=${q}`);
  const unmarked = await ask<{ photos: Shown[] }>(role, `/api/photos?q=${encodeURIComponent('-is:favourite')}`);
  const { tiles } = await ask<{ tiles: Shown[] }>(role, '/api/tiles');
  return [
    (await ask<Shown>(role, `/api/photos/${id}`)).favourite,
    found(photos)?.favourite,
    found(searched.photos) !== undefined,
    found(unmarked.photos) === undefined,
    found(tiles)?.favourite ?? false,
  ];
}
const [yes, no] = [Array(5).fill(true), Array(5).fill(false)];

describe('the routes that change photos', () => {
  const bodies = (change: object): [url: string, payload: object][] => [
    [`/api/photos/${id}`, change],
    ['/api/photos', { ids: [id], ...change }],
    ['/api/photos/each', { each: [{ ids: [id], ...change }] }],
  ];
  const status = async (role: RoleName, url: string, payload: object): Promise<number> => {
    const { [linkHeader]: link, ...headers } = guests.headersOf(role);
    const at = link === undefined ? url : `/s/${link}${url}`;
    return (await shared().app.inject({ method: 'PATCH', url: at, payload, headers })).statusCode;
  };

  it.each(['visitor', 'link originals details', 'token read', 'token upload'] as const)(
    'reject a %s, who may change no field, whatever they send',
    async (role) => {
      for (const [url, payload] of [...bodies({}), ...bodies({ favourite: true })])
        expect(await status(role, url, payload), url).toBe(403);
    },
  );

  it('accept those who may change one field, for that field', async () => {
    for (const [url, payload] of bodies({ favourite: true }))
      expect(await status('family', url, payload), url).toBe(200);
    for (const [url, payload] of bodies({ favourite: false, title: 'no' }))
      expect(await status('family', url, payload), url).toBe(403);
    expect((await ask<Shown>('family', `/api/photos/${id}`)).favourite).toBe(true);
    await marks('family', false);
  });
});

describe('favourites', () => {
  beforeAll(async () => {
    // openDoors marked every photo for the owner.
    await marks('owner', false);
  });

  it('of a family member are their own, in every response', async () => {
    expect(await marks('family', true)).toMatchObject({ id, favourite: true });
    expect(await favourite('family')).toEqual(yes);
    for (const role of ['editor', 'owner', 'command', 'token read'] as const)
      expect(await favourite(role), role).toEqual(no);
    expect(await marks('editor', true)).toMatchObject({ favourite: true });
    expect(await marks('family', false)).toMatchObject({ favourite: false });
    expect(await favourite('family')).toEqual(no);
    expect(await favourite('editor')).toEqual(yes);
  });

  it('of the owner are seen and set by programs, those of family members are not', async () => {
    expect(await marks('token edit', true)).toMatchObject({ favourite: true });
    for (const role of ['owner', 'command', 'token read'] as const) expect(await favourite(role), role).toEqual(yes);
    expect(await favourite('family')).toEqual(no);
    expect(await marks('owner', false)).toMatchObject({ favourite: false });
    expect(await favourite('token edit')).toEqual(no);
    expect(await favourite('editor')).toEqual(yes);
  });

  it('are counted per person, and set for many photos at once', async () => {
    const q = encodeURIComponent('is:favourite');
    const count = async (role: RoleName): Promise<number> =>
      (await ask<{ count: number }[]>(role, `/api/timeline?q=${q}`)).reduce((sum, month) => sum + month.count, 0);
    const before = [await count('owner'), await count('editor')];
    expect(await ask('family', '/api/photos', { ids: [id], favourite: true })).toEqual({ changed: 1, missing: [] });
    expect([await count('owner'), await count('editor'), await count('family')]).toEqual([...before, 1]);
  });

  it('are the only change by family without the right to edit, and reveal nothing else', async () => {
    const before = await ask<object>('family', `/api/photos/${id}`);
    expect(await marks('family', true)).toEqual(before);
    expect(before).not.toHaveProperty('original.path');
    const rest = { favourite: true, rating: 1 };
    const headers = guests.headersOf('family');
    const refused = await shared().app.inject({ method: 'PATCH', url: `/api/photos/${id}`, headers, payload: rest });
    expectError(refused, 403, 'forbidden');
  });
});
