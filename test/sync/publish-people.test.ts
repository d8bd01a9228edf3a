/**
 * Photos of people on public servers: they are published while their holder may publish, which owners decide; each holder’s item by itself,
 * also where others have the same bytes.
 */
import { expect, onTestFinished, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { itemAccess } from '../../src/access/library-access.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { withGive } from '../../src/document/grants.js';
import { house, itemId, peopleId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { readKey } from '../../src/publishing/library-key.js';
import { openProjector } from '../../src/publishing/projection-writer.js';
import { opaqueId } from '../../src/publishing/projection.js';
import { publicId, readPublic } from '../../src/publishing/public-fields.js';
import { edited, photo } from '../document/documents.js';
import { replicate } from '../library/libraries.js';
import { happen } from '../access/people-history.js';
import { truth } from '../access/people-truth.js';
import { items, openWorld, people } from '../access/people-world.js';
import { openDice } from '../simulation/dice.js';
import { openTestAccess } from '../access/fixture.js';

const thumb = { sha256: 'c'.repeat(64), type: 'image/jpeg', width: 64, height: 48, bytes: 10 };
const random = (length: number): Uint8Array => new Uint8Array(length).fill(7);

/** What a home publishes on a server; with `before` what it published there earlier. */
function publishing(library: Library, before?: { db: ReturnType<typeof openSqlite>; projection: Library }) {
  const db = before?.db ?? openSqlite(':memory:');
  if (!before) onTestFinished(() => db.close());
  const projection = before?.projection ?? openLibrary(db);
  const access = () => itemAccess(library);
  const projector = openProjector({ library, db, projection, options: { gps: false }, random, access });
  const told = (item: Item) =>
    readPublic(projection.get(publicId(opaqueId(publicIdOf(item), readKey(library)!)))?.body);
  return {
    ...{ db, projection, projector, told },
    /** Which of some items are published now; undefined: the public server never hears of it. */
    async shows(...items: Item[]): Promise<(boolean | undefined)[]> {
      await projector.follow();
      return items.map((item) => told(item) && told(item)!.photo.value !== null);
    },
  };
}

test('a person’s public photo is published while they may publish, and goes when they may not, or are removed', async () => {
  const home = openTestAccess();
  const { library, accounts } = home;
  await home.join('Ada', 'owner');
  const [ben, cleo] = [await home.join('Ben'), await home.join('Cleo')];
  const add = (holder: string, audience: 'public' | 'family'): Item => {
    const item = { holder, sha256: (audience === 'public' ? 'a' : 'b').repeat(64) };
    library.update<PhotoDocument>(itemId(item), () =>
      edited(photo({ renditions: { thumb } }), { audience }, library.stamp(), `person:${holder}`),
    );
    return item;
  };
  const [ofHouse, ofBen, ofFamily, ofCleo] = [
    add(house, 'public'),
    add(ben, 'public'),
    add(ben, 'family'),
    add(cleo, 'public'),
  ];
  const there = publishing(library);
  const all = [ofHouse, ofBen, ofFamily, ofCleo] as const;
  const nothing = [true, undefined, undefined, undefined];
  expect(await there.shows(...all)).toEqual(nothing);

  expect(accounts.allowPublishing(ben, true, commandLine)).toBe(true);
  expect(accounts.allowPublishing(ben, true, commandLine)).toBe(false);
  expect(
    accounts
      .list()
      .filter(({ publishes }) => publishes)
      .map(({ name }) => name),
  ).toEqual(['Ben']);
  expect(await there.shows(...all)).toEqual([true, true, undefined, undefined]);
  // The same bytes under two ids that have nothing to do with one another.
  expect(opaqueId(publicIdOf(ofBen), readKey(library)!)).not.toBe(opaqueId(publicIdOf(ofHouse), readKey(library)!));

  const older = openTestAccess();
  replicate(library, older.library);
  expect(accounts.allowPublishing(ben, false, commandLine)).toBe(true);
  expect(await there.shows(...all)).toEqual([true, false, undefined, undefined]);
  // The picture is still named by the house’s own photo.
  expect(there.projector.names(thumb.sha256)).toBe(true);
  // A home that was restored from a backup, or has not heard of it, does not publish it again.
  const restored = publishing(older.library, there);
  expect(await restored.shows(ofHouse, ofBen)).toEqual([true, false]);
  replicate(library, older.library);

  expect(accounts.allowPublishing(ben, true, commandLine)).toBe(true);
  expect(await publishing(library, there).shows(...all)).toEqual([true, true, undefined, undefined]);
  accounts.remove(ben, commandLine);
  expect(await there.shows(...all)).toEqual([true, false, undefined, undefined]);
  expect(home.audit.list(9).entries.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['publishing-allowed', 'publishing-stopped']),
  );
});

test('only an owner’s word counts, and a photo waits for the ends that its author had seen', async () => {
  const home = openTestAccess();
  const { library, accounts } = home;
  const ada = await home.join('Ada', 'owner');
  await home.join('Eve', 'owner');
  const ben = await home.join('Ben');
  const item = { holder: ben, sha256: 'a'.repeat(64) };
  library.update<PhotoDocument>(itemId(item), () => {
    const made = edited(photo(), { audience: 'public' }, library.stamp(), `person:${ben}`);
    return { ...made, edits: { ...made.edits, under: { [`sharing:${ben} x 1`]: { at: library.stamp(), by: 'x' } } } };
  });
  const there = publishing(library);
  // A demoted owner, who did not see that, gives it.
  accounts.change(ada, { role: 'family' }, commandLine);
  library.update(peopleId, (body) => {
    const by = { at: library.stampAfter(body), by: `person:${ada}` };
    const given = withGive({ format: 1, kind: 'people' }, { to: `publish:${ben}`, what: 'publish' }, by);
    return { ...body!, gives: (given as { gives?: object }).gives };
  });
  expect(await there.shows(item)).toEqual([false]);
  accounts.allowPublishing(ben, true, commandLine);
  expect(await there.shows(item)).toEqual([false]);
  library.update(`sharing:${ben}`, () => ({
    ...{ format: 1, kind: 'sharing' },
    ends: { 'x 1': { at: library.stamp(), by: `person:${ben}`, saw: {} } },
  }));
  expect(await there.shows(item)).toEqual([true]);
});

test.each([1, 2, 3, 4])('a public server has what a visitor without an account sees, seed %i', async (seed) => {
  const dice = openDice(seed);
  const world = openWorld(dice);
  const server = dice.pick(world.servers);
  const { library } = openTestAccess();
  const put = (id: string, body: object): void => void library.update<object>(id, () => body);
  const register = (value: unknown): object => ({ value, at: '001700000000000-0000-a', by: 'owner' });
  for (const id of people)
    put(`person:${id}`, { format: 1, kind: 'person', name: register(id), role: register('family') });
  for (const item of items) {
    const by = `person:${item.holder === house ? people[0]! : item.holder}`;
    world.create(server, itemId(item), by);
    world.edit(server, itemId(item), 'audience', 'public', by);
  }
  for (const id of people) world.give(server, peopleId, `publish:${id}`, 'publish', `person:${people[0]!}`);
  const there = publishing(library);
  const counts = { published: 0, not: 0 };
  for (let n = 0; n < 300; n++) {
    happen(world, dice);
    if (n % 20 !== 0) continue;
    for (const [id, body] of server.documents) put(id, body);
    const shown = await there.shows(...items);
    const wanted = items.map((item) => truth(server, {}, item));
    expect(
      shown.map((one) => one === true),
      `after ${n}`,
    ).toEqual(wanted);
    for (const one of wanted) counts[one ? 'published' : 'not']++;
  }
  expect(Math.min(counts.published, counts.not)).toBeGreaterThan(5);
});
