import { expect, test } from 'vitest';
import type { MemberAlbum } from '../../src/api/answer-types.js';
import { followAlbums, followPartners, type KnownSharing } from '../../web/src/features/header/album-growth.js';

const albumWith = (count: number): MemberAlbum => ({ holder: 'house', album: 'a', count }) as MemberAlbum;

/** Looks at one album with so many photos, `others` of them by others; the names of the albums that were counted. */
async function look(known: KnownSharing['albums'], [count, others]: [number, number], now: number, seen = 0) {
  const counted: string[] = [];
  const countOthers = ({ holder, album }: MemberAlbum): Promise<number> => {
    counted.push(`${holder}:${album}`);
    return Promise.resolve(others);
  };
  return { known: await followAlbums([albumWith(count)], known, { now, seen, countOthers }), counted };
}

test('photos that others add to an album are counted until they are seen, those of the viewer never', async () => {
  // The first check only records the counts.
  const first = await look({}, [5, 3], 10);
  expect(first).toEqual({ known: { 'house:a': { count: 5, others: 3 } }, counted: ['house:a'] });
  // Nothing changed: nothing is requested.
  expect(await look(first.known, [5, 3], 20)).toEqual({ known: first.known, counted: [] });
  // Two of the viewer's own.
  const own = await look(first.known, [7, 3], 30);
  expect(own.known['house:a']).toEqual({ count: 7, others: 3 });
  const two = await look(own.known, [9, 5], 40);
  expect(two.known['house:a']).toEqual({ count: 9, others: 5, growth: { photos: 2, at: 40 } });
  // Not seen yet: the count continues.
  const more = await look(two.known, [10, 6], 50, 35);
  expect(more.known['house:a']?.growth).toEqual({ photos: 3, at: 50 });
  // Once seen, the entry stays in the list, and the count restarts.
  const less = await look(more.known, [8, 4], 60, 55);
  expect(less.known['house:a']).toEqual({ count: 8, others: 4, growth: { photos: 3, at: 50 } });
  const again = await look(less.known, [9, 5], 70, 55);
  expect(again.known['house:a']?.growth).toEqual({ photos: 1, at: 70 });
  // An album that is no longer shared is forgotten.
  expect(await followAlbums([], again.known, { now: 80, seen: 0, countOthers: () => Promise.resolve(0) })).toEqual({});
});

test('a partner who begins to share is noticed once, those of the first look never', () => {
  const of = (...received: string[]) => ({ given: [], received, people: [] });
  const first = followPartners(of('anna'), undefined, 10);
  expect(first).toEqual({ anna: 0 });
  const both = followPartners(of('anna', 'ben'), first, 20);
  expect(both).toEqual({ anna: 0, ben: 20 });
  expect(followPartners(of('ben'), both, 30)).toEqual({ ben: 20 });
  expect(followPartners(of('anna', 'ben'), { ben: 20 }, 40)).toEqual({ anna: 40, ben: 20 });
});
