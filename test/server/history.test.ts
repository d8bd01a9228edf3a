/** The edit history of a photo: shown to those who may edit, for the fields that they may change. */
import { expect, test } from 'vitest';
import { applyChange } from '../../src/document/edits.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { systemClock } from '../../src/base/clock.js';
import { formatStamp, newestStamp } from '../../src/document/stamp.js';
import { memory, missingAt } from '../library/libraries.js';
import { invite, openOwned } from './accounts.js';
import { openHome, type Home } from './fixture.js';

interface Told {
  added: string;
  more: number;
  edits: {
    field: string;
    element?: string;
    value: unknown;
    at: string;
    ahead?: true;
    by: { name: string };
    shown?: true;
    lost?: true;
  }[];
  merges: { contests: { field: string; sides: { value: unknown; won: boolean }[] }[] }[];
}

async function change(home: Home, id: string, payload: object): Promise<void> {
  expect((await home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload })).statusCode).toBe(200);
}
const ask = async (home: Home, id: string, headers = {}, query = ''): Promise<Told> =>
  (await home.app.inject({ url: `/api/photos/${id}/history${query}`, headers })).json<Told>();

test('lists each edit, newest first, with its author and which one is shown', async () => {
  const home = await openHome();
  const id = await home.add();
  await change(home, id, { title: 'one' });
  await home.clock.advance(1_000);
  await change(home, id, { title: 'two', tags: { add: ['sea'] } });
  await home.clock.advance(1_000);
  await change(home, id, { title: null, tags: { remove: ['sea'] } });
  const { edits, added, merges } = await ask(home, id);
  expect(added).toBe('2026-11-24T10:00:00.000Z');
  expect(merges).toEqual([]);
  const titles = edits.filter(({ field }) => field === 'title');
  expect(titles.map(({ value }) => value)).toEqual([null, 'two', 'one']);
  expect(titles.map(({ shown, lost }) => [shown, lost])).toEqual([
    [true, undefined],
    [undefined, undefined],
    [undefined, undefined],
  ]);
  expect(edits.find(({ field }) => field === 'tags')).toMatchObject({ element: 'sea', value: false });
  expect(edits.every(({ by }) => by.name === 'The owner')).toBe(true);
  expect(await ask(home, id, {}, '?limit=1')).toMatchObject({ more: edits.length - 1, edits: [{}] });
});

test('has the wall-clock time of an edit, or none for a clock that was ahead', async () => {
  const home = await openHome();
  const id = await home.add();
  const hour = 3_600_000;
  // The library uses the machine's clock.
  const start = Date.now();
  await home.clock.advance(start - home.clock.now());
  const add = (title: string, ahead: number): unknown =>
    home.library.update<PhotoDocument>(photoId(id), (body) => {
      const at = formatStamp({ ms: start + ahead, counter: 0, epoch: 'other' });
      return applyChange(body!, { title }, { at, by: 'token:laptop' });
    });
  // A stamp of up to a day ahead is adopted, so that edits in its sight come after it.
  add('fast', 20 * hour);
  await change(home, id, { title: 'mine', tags: { add: ['sea'] } });
  add('years ahead', 26_000 * hour);
  await change(home, id, { title: 'mine again' });
  const told = (edits: Told['edits']): unknown[] =>
    edits.map(({ value, at, ahead }) => [value, Math.floor((Date.parse(at) - start) / hour), ahead === true]);
  expect(told((await ask(home, id)).edits)).toEqual([
    ['years ahead', 26_000, true],
    ['mine again', 0, false],
    ['mine', 0, false],
    [true, 0, false],
    ['fast', 20, true],
  ]);
  // Once the time of the fast clock is reached, its edits are dated like all others.
  await home.clock.advance(24 * hour);
  const later = (await ask(home, id)).edits;
  expect(later.map(({ ahead }) => ahead === true)).toEqual([true, false, false, false, false]);
  // A foreign program may write anything there.
  home.library.update<PhotoDocument>(photoId(id), (body) => {
    const [first] = body!.edits.title!;
    return { ...body!, edits: { ...body!.edits, title: [{ ...first!, made: '0 or never' }] } };
  });
  expect((await ask(home, id)).edits[0]).toMatchObject({ value: 'years ahead', ahead: true });
});

test('of concurrent edits on two servers lists both, and marks the overridden one', async () => {
  const home = await openHome();
  const id = await home.add();
  await change(home, id, { title: 'before' });
  // Its clock is right, like the library's: a stamp far ahead is not adopted.
  const { library: other } = memory({ clock: systemClock }, 5);
  other.insert(missingAt(home.library, other));
  other.update<PhotoDocument>(photoId(id), (body) =>
    applyChange(body!, { title: 'theirs' }, { at: other.stamp(newestStamp(body)), by: 'token:laptop' }),
  );
  await home.clock.advance(5_000);
  await change(home, id, { title: 'mine' });
  home.library.insert(missingAt(other, home.library));
  const titles = async (): Promise<[unknown, boolean][]> =>
    (await ask(home, id)).edits
      .filter(({ field }) => field === 'title')
      .map(({ value, lost }) => [value, lost === true]);
  expect(await titles()).toEqual([
    ['mine', false],
    ['theirs', true],
    ['before', false],
  ]);
  const { merges } = await ask(home, id);
  expect(merges).toMatchObject([
    {
      contests: [
        {
          field: 'title',
          sides: [
            { value: 'mine', won: true },
            { value: 'theirs', won: false },
          ],
        },
      ],
    },
  ]);
  // An edit after the merge does not change that the other edit lost.
  await change(home, id, { title: 'after' });
  expect(await titles()).toEqual([
    ['after', false],
    ['mine', false],
    ['theirs', true],
    ['before', false],
  ]);
});

test('for family with the right to edit has the fields that they may change, and nothing else', async () => {
  const home = await openHome();
  const id = await home.add();
  await change(home, id, { audience: 'family', title: 'x', reviewed: true, favourite: true, trashed: true });
  await change(home, id, { trashed: false });
  const actor = { by: 'owner', who: 'owner' };
  home.access.accounts.setPassword(home.access.accounts.add({ name: 'o', role: 'owner' }, actor).id, 'h', actor);
  const { id: person } = home.access.accounts.add({ name: 'f', role: 'family' }, actor);
  home.access.accounts.setPassword(person, 'h', actor);
  const { secret } = home.access.sessions.start(person, { address: '127.0.0.1', browser: 'b' });
  const headers = { cookie: `photospool=${secret}` };
  expect((await home.app.inject({ url: `/api/photos/${id}/history`, headers })).statusCode).toBe(403);
  home.access.accounts.change(person, { canEdit: true }, actor);
  expect((await ask(home, id, headers)).edits.map(({ field }) => field)).toEqual(['title']);
});

test('lists each name of arrival, the first one first; folders only for the owner', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await home.add({ name: 'IMG_1.jpg' });
  await owner.ask('PATCH', `/api/photos/${id}`, { audience: 'family' });
  home.library.update<PhotoDocument>(photoId(id), (body) => {
    const modified = '2020-01-01T00:00:00.000Z';
    const later = { at: '2026-12-01T00:00:00.000Z', server: 'other', name: 'beach.jpg', folder: 'Trip', modified };
    const broken = { at: 3, name: 'x' } as unknown as typeof later;
    return { ...body!, sightings: { ...body!.sightings, 'other beach.jpg': later, broken } };
  });
  const told = async (browser: typeof owner): Promise<unknown> =>
    (await browser.ask('GET', `/api/photos/${id}/history`)).json<{ sightings: unknown }>().sightings;
  expect(await told(owner)).toMatchObject([
    { name: 'IMG_1.jpg', here: true },
    { name: 'beach.jpg', folder: 'Trip', here: false },
  ]);
  const { id: person, browser: family } = await invite(owned, 'Ben');
  await owner.ask('PATCH', `/api/people/${person}`, { canEdit: true });
  expect(await told(family)).toMatchObject([{ name: 'IMG_1.jpg' }, { name: 'beach.jpg' }]);
  expect(JSON.stringify(await told(family))).not.toContain('Trip');
});

test('lists the values of sidecars with their senders, and the sender of the photo', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await home.add({ name: 'IMG_1.jpg' });
  await owner.ask('PATCH', `/api/photos/${id}`, { audience: 'family' });
  const { id: person, browser: family } = await invite(owned, 'Ben');
  home.library.update<PhotoDocument>(photoId(id), (body) => {
    const [at, modified] = ['2026-12-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z'];
    const by = `person:${person}`;
    const came = { at, server: home.library.server, name: 'ben.jpg', modified, by };
    const values = {
      title: 'Ben’s',
      rating: 4,
      favourite: true,
      tags: ['sea', 3],
      gps: 'nowhere',
    } as unknown as object;
    const sidecars = {
      ['a'.repeat(64)]: { name: 'IMG_1.jpg.xmp', modified: at, values, by },
      ['b'.repeat(64)]: { name: 'IMG_1.jpg.xmp', modified, values: {} },
      ['c'.repeat(64)]: { name: 'IMG_1.xmp', values: { description: 'old' }, by: 'token:phone' },
      ['d'.repeat(64)]: { name: 'x.xmp', values: 'none', by: 'unknown' } as unknown as { name: string; values: object },
    };
    return { ...body!, sightings: { ...body!.sightings, ben: came }, sidecars };
  });
  const told = async (browser: typeof owner) =>
    (await browser.ask('GET', `/api/photos/${id}/history`)).json<{
      sightings: { by: { name: string } }[];
      sidecars: { name: string; by: { name: string }; values: object; shown?: true }[];
    }>();
  const { sightings, sidecars } = await told(owner);
  expect(sightings.map(({ by }) => by.name)).toEqual(['The owner', 'Ben']);
  expect(sidecars).toEqual([
    {
      ...{ name: 'IMG_1.jpg.xmp', at: '2026-12-01T00:00:00.000Z', by: { id: person, name: 'Ben' }, shown: true },
      values: { title: 'Ben’s', rating: 4, favourite: true, tags: ['sea'] },
    },
    { name: 'IMG_1.jpg.xmp', at: '2020-01-01T00:00:00.000Z', by: { name: 'The owner' }, values: {} },
    { name: 'IMG_1.xmp', at: '', by: { name: 'phone' }, values: { description: 'old' }, shown: true },
    { name: 'x.xmp', at: '', by: { name: 'Unknown person' }, values: {}, shown: true },
  ]);
  await owner.ask('PATCH', `/api/people/${person}`, { canEdit: true });
  const less = await told(family);
  expect(less.sidecars[0]).toMatchObject({ by: { name: 'Ben' }, values: { title: 'Ben’s', rating: 4, tags: ['sea'] } });
  expect(less.sidecars[0]!.values).not.toHaveProperty('favourite');
  expect(less.sidecars[2]!.by).toEqual({ name: 'A program' });
});
