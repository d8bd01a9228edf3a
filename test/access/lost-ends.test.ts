/**
 * Ends that are lost with the only server that had them: what waits for each, and what comes back when its holder writes it again.
 */
import { expect, test, vi } from 'vitest';
import {
  confirmEnd,
  describeLostEnd,
  holderOfSet,
  listLostEnds,
  nameOfAlbum,
  openLostEndSearch,
} from '../../src/access/lost-ends.js';
import { readItem } from '../../src/access/item-access.js';
import { itemAccess } from '../../src/access/library-access.js';
import { systemClock } from '../../src/base/clock.js';
import { withEnd, withGive, withSight, type Author } from '../../src/document/grants.js';
import { house, itemId, itemOf, membersId, peopleId, sharingId } from '../../src/document/item-id.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import type { Library } from '../../src/library/library.js';
import { photo } from '../document/documents.js';
import { memory, missingAt, replicate } from '../library/libraries.js';

const [anna, ben] = ['1', '2'].map((n) => n.padStart(26, '0')) as [string, string];
const album = `${anna}:${'3'.padStart(26, '0')}`;
const item = itemId({ holder: anna, sha256: 'a'.repeat(64) });
const by = `person:${anna}`;

const control = (library: Library, id: string, work: (body: Body, author: Author) => Body): unknown =>
  library.update(id, (body) =>
    work(body ?? { format: 1, kind: id.slice(0, id.indexOf(':')) }, {
      at: library.stampAfter(body),
      by,
    }),
  );
const sees = ({ controls }: Library, ...ids: string[]) =>
  Object.fromEntries(ids.map((id) => [id, controls.find(id) ?? { gives: [], ends: new Map() }]));

/** A library that has what came after two ends, of members and of partners, and none of those ends; and the one that has them. */
function open(): { here: Library; gone: Library } {
  const [here, gone] = [memory({}, 1).library, memory({}, 2).library];
  for (const person of [anna, ben])
    gone.update<object>(`person:${person}`, (body) => {
      const at = gone.stampAfter(body);
      return {
        format: 1,
        kind: 'person',
        name: { value: person === anna ? 'Anna' : 'Ben', at, by },
        role: { value: 'family', at, by },
      };
    });
  gone.update<object>(`own-album:${album}`, (body) => ({
    ...{ format: 1, kind: 'own-album' },
    name: { value: 'Summer', at: gone.stampAfter(body), by },
  }));
  control(gone, membersId(album), (body, author) => withEnd(body, `person:${ben}`, author));
  control(gone, sharingId(anna), (body, author) => withEnd(body, `person:${ben}`, author));
  control(gone, membersId(album), (body, author) => withGive(body, { to: `person:${ben}`, what: 'view' }, author));
  gone.update<PhotoDocument>(item, () => {
    const author = { at: gone.stamp(), by };
    const came = photo({ sighting: { by } });
    const entered = withGive(came.edits, { to: album, what: 'entry' }, author, sees(gone, membersId(album)));
    return { ...came, edits: withSight(entered, sees(gone, sharingId(anna)), author) };
  });
  // What a foreign program or a restored server passed on: the gives without the ends.
  here.insert(
    missingAt(gone, here).map((one) => {
      if (one.id === sharingId(anna)) return { ...one, body: { format: 1, kind: 'sharing' } };
      const { ends: _, ...rest } = one.body;
      return { ...one, body: rest };
    }),
  );
  return { here, gone };
}

function seenByBen(library: Library): boolean {
  const claims = readItem(itemOf(item)!, library.get(item)!.body, library.controls.endsOf(item))!;
  return itemAccess(library).maySee({ kind: 'person', person: ben, actsForHouse: false }, claims);
}

test('each is listed once with the gives that depend on it; its holder can restore them', () => {
  const { here, gone } = open();
  expect([seenByBen(gone), seenByBen(here)]).toEqual([true, false]);
  const lost = listLostEnds(here);
  expect(lost.map(({ set, to, waiting }) => [set, to, waiting])).toEqual([
    [membersId(album), `person:${ben}`, 2],
    [sharingId(anna), `person:${ben}`, 1],
  ]);
  expect(listLostEnds(gone)).toEqual([]);
  expect(lost.map(({ set }) => holderOfSet(set))).toEqual([anna, anna]);
  for (const end of lost) expect(confirmEnd(here, end, by)).toBe(true);
  expect(listLostEnds(here)).toEqual([]);
  expect(seenByBen(here)).toBe(true);
  const before = here.lastChange();
  for (const end of lost) expect(confirmEnd(here, end, by)).toBe(false);
  expect(here.lastChange()).toBe(before);
});

test('one that arrives after all replaces the confirmed one', () => {
  const { here, gone } = open();
  for (const end of listLostEnds(here)) confirmEnd(here, end, by);
  const sync = (): void => {
    replicate(here, gone);
    replicate(gone, here);
  };
  sync();
  expect([seenByBen(gone), seenByBen(here)]).toEqual([true, true]);
  control(gone, membersId(album), (body, author) => withGive(body, { to: `person:${anna}`, what: 'view' }, author));
  sync();
  const ends = ({ get }: Library): unknown => (get(membersId(album))!.body as { ends?: unknown }).ends;
  expect(ends(here)).toEqual(ends(gone));
  expect(JSON.stringify(ends(here))).not.toContain('000000000000000-0000-0');
  expect([seenByBen(gone), seenByBen(here)]).toEqual([true, true]);
});

test.each([
  [0, 2],
  [5_000, 1],
])('requests search again after a change, with %i more photos only now and then', async (more, searches) => {
  const { here } = open();
  here.transaction(() => {
    for (let n = 0; n < more; n++) here.update(`photo:${n.toString(16).padStart(64, '0')}`, () => photo({}));
  });
  let now = 0;
  const scan = vi.spyOn(here, 'scan');
  const find = openLostEndSearch(here, { ...systemClock, now: () => now });
  const passes = (): number => scan.mock.calls.filter(([prefix]) => prefix === 'photo:').length;
  const [first, ...others] = await find();
  expect(others).toHaveLength(1);
  await find();
  expect(passes()).toBe(1);
  // What is confirmed is left out at once.
  confirmEnd(here, first!, by);
  expect(await find()).toEqual(others);
  expect(passes()).toBe(searches);
  now += 5_002;
  await find();
  expect(passes()).toBe(2);
  expect(await find()).toEqual(others);
});

test('other text is neither listed nor written', () => {
  const { here } = open();
  const before = here.lastChange();
  for (const [set, key] of [
    ['comment:x', `person:${ben} ${here.stamp()}`],
    [membersId(album), 'person'],
    [itemId({ holder: anna, sha256: 'f'.repeat(64) }), `${album} ${here.stamp()}`],
  ] as const)
    expect(confirmEnd(here, { set, key }, by)).toBe(false);
  expect(here.lastChange()).toBe(before);
  expect(listLostEnds(memory().library)).toEqual([]);
});

test('is described in a sentence', () => {
  const names = (person: string): string => (person === anna ? 'Anna' : 'Ben');
  const tell = (set: string, to: string): string => describeLostEnd({ set, to }, names, () => '“Summer”');
  expect([
    tell(peopleId, `person:${ben}`),
    tell(peopleId, `role:${ben}`),
    tell(sharingId(anna), `person:${ben}`),
    tell(membersId(album), `person:${ben}`),
    tell(membersId(album), `item:${'a'.repeat(64)}`),
    tell(item, album),
    tell(item, '*'),
  ]).toEqual([
    'Ben was removed from the family.',
    'Ben is no longer an owner.',
    'Ben is no longer a partner of Anna.',
    'Ben is no longer a member of the album “Summer”.',
    'A photo was removed from the album “Summer”.',
    'A photo was removed from the album “Summer”.',
    'A photo was locked.',
  ]);
  expect([nameOfAlbum(undefined, album), holderOfSet(peopleId), holderOfSet('x')]).toEqual([album, house, undefined]);
});
