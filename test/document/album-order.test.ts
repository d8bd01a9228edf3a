/** The order of albums: by date and by hand, and what two servers that moved photos at once both end with. */
import { expect, test } from 'vitest';
import {
  orderRegisters,
  positionsFor,
  sortIn,
  sortPhotos,
  startManual,
  type DatedPhoto,
} from '../../src/document/album-order.js';
import { merge } from '../../src/document/merge.js';
import { withRegisters } from '../../src/document/overruled-registers.js';
import { format, type Body } from '../../src/document/photo-document.js';

const empty = { format, kind: 'own-album' } as Body;
const idOf = (n: number): string => String(n).padStart(4, '0').repeat(16);
/** Photos 1 to n, a second apart, the first two at the same time. */
const photos = (n: number): DatedPhoto[] =>
  Array.from({ length: n }, (_, k) => ({
    id: idOf(k + 1),
    taken: new Date(Date.UTC(2024, 0, 1, 0, 0, Math.max(1, k))).toISOString().slice(0, 23),
  }));
let clock = 0;
const write = (body: Body, change: Parameters<typeof orderRegisters>[0], server = 'a'): Body =>
  withRegisters(body, orderRegisters(change, `${String(++clock).padStart(15, '0')}-0000-${server}`, 'owner'));
const byHand = (manualFrom: 'newest' | 'oldest'): Body => {
  const dated = write(empty, { sort: manualFrom });
  return write(dated, startManual(dated));
};
/** After an order by date the one by hand is as it was, whatever the date order was. */
const again = (body: Body): Body => {
  const dated = write(body, { sort: 'oldest' });
  return write(dated, startManual(dated));
};
const sorted = (all: DatedPhoto[], body: Body): number[] =>
  sortPhotos(all, body).map(({ id }) => Number(id.slice(0, 4)));
function move(all: DatedPhoto[], body: Body, ids: number[], before: number | null, server = 'a'): Body {
  const positions = positionsFor(all, body, ids.map(idOf), before === null ? null : idOf(before));
  if (!positions) throw new Error('no room');
  return write(body, { positions }, server);
}

test('an album without an order shows the newest photo first, as before; a foreign value changes nothing', () => {
  const all = photos(4);
  expect(sorted(all, empty)).toEqual([4, 3, 2, 1]);
  expect(sorted(all, write(empty, { sort: 'oldest' }))).toEqual([1, 2, 3, 4]);
  for (const sort of ['sideways', 3, null]) {
    const odd = { ...empty, sort: { value: sort, at: 'x', by: 'owner' } } as Body;
    expect(sortIn(odd)).toBe('newest');
  }
  const hostile = { ...byHand('oldest'), [`position ${idOf(2).slice(0, 16)}`]: 'x' } as Body;
  expect(sorted(all, hostile)).toEqual([1, 2, 3, 4]);
});

test.each(['newest', 'oldest'] as const)('photos are moved by hand, from %s first', (manualFrom) => {
  const all = photos(6);
  let body = byHand(manualFrom);
  const model = sorted(all, body);
  // A plain list, moved about in the same way.
  let seed = 7;
  const random = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
  for (let n = 0; n < 300; n++) {
    const ids = [...new Set([model[random(6)]!, ...(random(2) ? [model[random(6)]!] : [])])];
    const rest = model.filter((id) => !ids.includes(id));
    const at = random(rest.length + 1);
    body = move(all, body, ids, rest[at] ?? null);
    model.splice(0, model.length, ...rest.slice(0, at), ...ids, ...rest.slice(at));
    expect(sorted(all, body)).toEqual(model);
  }
  // By date the positions do not count; they are kept for the next time.
  expect(sorted(all, write(body, { sort: 'oldest' }))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(sorted(all, again(body))).toEqual(model);
});

test('photos that two servers moved at once are both moved; a new photo stands at its time', () => {
  const all = photos(6);
  const start = byHand('oldest');
  const [a, b] = [move(all, start, [6], 1, 'a'), move(all, start, [2], null, 'b')];
  expect([sorted(all, a), sorted(all, b)]).toEqual([
    [6, 1, 2, 3, 4, 5],
    [1, 3, 4, 5, 6, 2],
  ]);
  expect(merge(a, b)).toEqual(merge(b, a));
  expect(sorted(all, merge(a, b))).toEqual([6, 1, 3, 4, 5, 2]);
  // To the same place: next to each other, in the same order on both.
  const [one, other] = [move(all, start, [5], 2, 'a'), move(all, start, [6], 2, 'b')];
  expect(sorted(all, merge(one, other))).toEqual(sorted(all, merge(other, one)));
  expect(sorted(all, merge(one, other)).slice(1, 3).sort()).toEqual([5, 6]);
  // And there is room between them.
  const both = merge(one, other);
  const [, first, second] = sorted(all, both);
  expect(sorted(all, move(all, both, [3], second!)).slice(1, 4)).toEqual([first, 3, second]);
  expect(sorted([...all, { id: idOf(9), taken: '2024-01-01T00:00:03.500' }], a)).toEqual([6, 1, 2, 3, 4, 9, 5]);
});

test('positions stay short when an album is put in order photo by photo', () => {
  const all = photos(150);
  let body = byHand('newest');
  for (let n = 1; n <= 150; n++) body = move(all, body, [n], null);
  expect(sorted(all, body)).toEqual(Array.from({ length: 150 }, (_, k) => k + 1));
  const at = byHand('oldest');
  expect(
    sorted(
      all,
      move(
        all,
        at,
        [...Array(100).keys()].map((k) => k + 1),
        130,
      ),
    ).slice(28, 31),
  ).toEqual([129, 1, 2]);
});

test('a photo that is not in the album is no place to move to', () => {
  expect(positionsFor(photos(3), empty, [idOf(1)], idOf(9))).toBeUndefined();
});
