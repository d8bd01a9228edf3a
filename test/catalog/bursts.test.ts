/** Photos in quick succession are one tile, made of those that its viewer sees; in any order of arrival. */
import { describe, expect, it } from 'vitest';
import { owner, type Catalog, type Viewer } from '../../src/catalog/catalog.js';
import { stackBursts } from '../../src/catalog/query.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { openDice } from '../simulation/dice.js';
import { dump, emptyCatalog, family, shaOf, visitor, walk, type Told } from './photos.js';

const camera = { make: 'Apple', model: 'iPhone 12' };
const burst = '8A5B2F0E-1D0B-4F0A-9B57-7A1C5F3F7E11';
const named = (second: number, more: Told = {}): Told => ({
  ...more,
  facts: { camera, burst, taken: `2024-07-01T12:00:0${second}.000`, ...more.facts },
});
const timed = (ms: number, more: Told = {}): Told => ({
  ...more,
  facts: { camera, taken: new Date(Date.UTC(2024, 6, 1, 12) + ms).toISOString().slice(0, 23), ...more.facts },
});
const ids = [1, 2, 3, 4, 5].map((n) => shaOf(n)) as [string, string, string, string, string];
const [a, b, c, d, e] = ids;

/** The tiles of a search with bursts as one: `id` or `id count`, the newest first. */
function stacked(catalog: Catalog, text = '', viewer: Viewer = owner): string[] {
  const { tiles } = catalog.tiles(stackBursts(parseQuery(text)), { viewer });
  return tiles.map(({ id, burst: one }) => `${Number(`0x${id}`)}${one ? ` of ${one.count}` : ''}`);
}
/** Ids that begin differently. */
const apart = ['1', '2', '3', '4', '5'].map((digit) => digit.repeat(64)) as typeof ids;
/** The number of a burst known by its times that begins with a photo. */
const numberOf = (id: string): string => String(parseInt(id.slice(0, 12), 16));
const burstOf = (catalog: Catalog, id: string): string => catalog.burstOf(id, owner)!.id;

describe('a burst', () => {
  it.each<[string, Told[]]>([
    ['the identifier of its camera', [named(0), named(1), named(5)]],
    [
      'the names of Google’s and Sony’s phones',
      ['00000IMG_00000_BURST20240101123456789_COVER.jpg', '00001IMG_00001_BURST20240101123456789.jpg'].map((name) => ({
        name,
        facts: { camera },
      })),
    ],
    [
      'the names of Android’s camera',
      ['IMG_20240101_123456_BURST1.jpg', 'IMG_20240101_123456_BURST2.jpg'].map((name) => ({ name, facts: { camera } })),
    ],
    [
      'the names of Samsung’s',
      ['20240101_123456_001.jpg', '20240101_123456_002.jpg'].map((name) => ({ name, facts: { camera } })),
    ],
    ['its times', [timed(10), timed(300), timed(600)]],
  ])('is known by %s', async (_, photos) => {
    const { catalog, put } = emptyCatalog();
    photos.forEach((told, n) => put(ids[n]!, told));
    for (const load of [false, true]) {
      if (load) await catalog.load();
      expect(stacked(catalog)).toEqual([`1 of ${photos.length}`]);
    }
    expect(walk(catalog, `burst:${burstOf(catalog, a)}`, 10).sort()).toEqual(ids.slice(0, photos.length));
    expect(walk(catalog, '', 10)).toHaveLength(photos.length);
    expect(catalog.count(stackBursts(parseQuery('')))).toBe(1);
    expect(catalog.segments(stackBursts(parseQuery('')))).toMatchObject([{ count: 1 }]);
  });

  it.each<[string, Told[]]>([
    ['two in a second', [timed(10), timed(300)]],
    ['three with a gap', [timed(10), timed(300), timed(650)]],
    ['three of the same time', [timed(10), timed(10), timed(10)]],
    ['times without fractions', [timed(0), timed(0), timed(0)]],
    ['several cameras', [timed(10), timed(300, { facts: { camera: { model: 'X' } } }), timed(600)]],
    ['no camera', [10, 300, 600].map((ms) => timed(ms, { facts: { camera: {} } }))],
    ['videos', [10, 300, 600].map((ms) => timed(ms, { facts: { type: 'video/mp4' } }))],
    ['names of burst without a camera', [{ name: 'a_burst1.jpg' }, { name: 'a_burst2.jpg' }]],
    ['an identifier of one', [named(1)]],
  ])('is not %s', (_, photos) => {
    const { catalog, put } = emptyCatalog();
    photos.forEach((told, n) => put(ids[n]!, told));
    expect(stacked(catalog)).toHaveLength(photos.length);
    expect(catalog.burstOf(a, owner)).toBeUndefined();
  });

  it('is shown by the cover chosen last, and by another one where that is not visible', async () => {
    const { catalog, put } = emptyCatalog();
    for (const [n, id] of [a, b, c].entries())
      put(id, named(n, { edits: { audience: n === 1 ? 'private' : 'public' } }));
    put(d, named(8));
    for (const load of [false, true]) {
      if (load) await catalog.load();
      expect(stacked(catalog)).toEqual(['1 of 4']);
      expect(stacked(catalog, '', visitor)).toEqual(['1 of 2']);
    }
    put(b, named(1, { edits: { burstCover: true } }));
    expect(stacked(catalog)).toEqual(['2 of 4']);
    expect(stacked(catalog, '', family)).toEqual(['1 of 2']);
    put(c, named(2, { edits: { burstCover: true, audience: 'public' }, edited: 1 }));
    expect(stacked(catalog)).toEqual(['3 of 4']);
    expect(stacked(catalog, '', visitor)).toEqual(['3 of 2']);
    // A search that finds one photo of it shows that one.
    put(a, named(0, { facts: { tags: ['x'] } }));
    expect(stacked(catalog, 'tag:x')).toEqual(['1 of 4']);
  });

  it('leaves the trash out, and tells nothing to viewers of one photo', () => {
    const { catalog, put } = emptyCatalog();
    for (const [n, id] of [a, b, c].entries())
      put(id, named(n, { edits: { audience: n === 0 ? 'public' : 'private' } }));
    expect(catalog.burstOf(a, visitor)).toBeUndefined();
    expect(stacked(catalog, '', visitor)).toEqual(['1']);
    // Finding it would tell of the others.
    expect(walk(catalog, `burst:${burstOf(catalog, a)}`, 10, { viewer: visitor })).toEqual([]);
    put(a, named(0, { edits: { trashed: true } }));
    expect(stacked(catalog)).toEqual(['2 of 2']);
    expect(stacked(catalog, 'is:trashed')).toEqual(['1']);
    put(b, named(1, { edits: { trashed: true } }));
    expect(stacked(catalog)).toEqual(['3']);
  });

  it('is formed of what its viewer sees, and tells nothing about other photos', async () => {
    // 410 ms apart, two photos are in no burst; nor are two that follow each other.
    const hidden = [
      ['private', 'public', 'private', 'public', 'private'],
      ['private', 'public', 'public', 'private', 'private'],
    ] as const;
    for (const audiences of hidden) {
      const { catalog, put } = emptyCatalog();
      audiences.forEach((audience, n) => put(apart[n]!, timed(10 + 200 * n, { edits: { audience } })));
      const seen = apart.filter((_, n) => audiences[n] === 'public');
      const ofOwner = burstOf(catalog, apart[0]);
      expect(ofOwner).toBe(numberOf(apart[0]));
      for (const load of [false, true]) {
        if (load) await catalog.load();
        expect(catalog.tiles(stackBursts(parseQuery(''))).tiles.map(({ burst: one }) => one?.count)).toEqual([5]);
        const { tiles } = catalog.tiles(stackBursts(parseQuery('')), { viewer: visitor });
        expect(tiles.map(({ id, burst: one }) => [id, one])).toEqual(seen.map((id) => [id, undefined]).reverse());
        for (const id of seen) expect(catalog.burstOf(id, visitor)).toBeUndefined();
        for (const id of apart) expect(walk(catalog, `burst:${numberOf(id)}`, 10, { viewer: visitor })).toEqual([]);
        expect(walk(catalog, `burst:${ofOwner}`, 10).sort()).toEqual(apart);
      }
    }
  });

  it('has a number that depends only on the photos that its viewer sees', async () => {
    const { catalog, put } = emptyCatalog();
    const [first, second, third, ...more] = apart;
    apart.forEach((id, n) => put(id, timed(10 + 200 * n, { edits: { audience: n < 2 ? 'private' : 'public' } })));
    const seen = catalog.burstOf(third, visitor);
    expect(seen).toEqual({ id: numberOf(third), count: 3 });
    for (const load of [false, true]) {
      if (load) await catalog.load();
      expect(walk(catalog, `burst:${seen!.id}`, 10, { viewer: visitor }).sort()).toEqual([third, ...more]);
      for (const id of [first, second, ...more])
        expect(walk(catalog, `burst:${numberOf(id)}`, 10, { viewer: visitor })).toEqual([]);
    }
    // Neither a hidden photo before it nor its trashing is seen.
    put('6'.repeat(64), timed(1, { edits: { audience: 'private' } }));
    expect(catalog.burstOf(third, visitor)).toEqual(seen);
    put(first, timed(10, { edits: { audience: 'private', trashed: true } }));
    expect(catalog.burstOf(third, visitor)).toEqual(seen);
    // What a viewer sees of one burst can be two.
    const later = ['7', '8', '9'].map((digit) => digit.repeat(64)) as [string, string, string];
    later.forEach((id, n) => put(id, timed(1410 + 200 * n, { edits: { audience: 'public' } })));
    ['b', 'c'].forEach((digit, n) => put(digit.repeat(64), timed(1010 + 200 * n)));
    expect(burstOf(catalog, later[0])).toBe(burstOf(catalog, third));
    expect([third, later[0]].map((id) => catalog.burstOf(id, visitor)?.id)).toEqual([third, later[0]].map(numberOf));
    expect(catalog.count(stackBursts(parseQuery('')), visitor)).toBe(2);
  });

  it('is found by its number in the search that a share link is to, not by viewers of links', () => {
    const { catalog, put } = emptyCatalog();
    apart.forEach((id, n) => put(id, timed(10 + 200 * n, { facts: { tags: n < 4 ? ['x'] : [] } })));
    const linkTo = (search: string): Viewer => ({ onlooker: { kind: 'link', of: 'house' }, scope: { search } });
    const number = burstOf(catalog, apart[0]);
    expect(walk(catalog, '', 10, { viewer: linkTo(`burst:${number}`) }).sort()).toEqual(apart);
    expect(walk(catalog, `burst:${number}`, 10, { viewer: linkTo('tag:x') })).toEqual([]);
  });

  it('is not stacked in a share link, which may show only a part of it', () => {
    const { catalog, put } = emptyCatalog();
    for (const [n, id] of [a, b].entries()) put(id, named(n, { facts: { tags: ['x'] } }));
    const link: Viewer = { onlooker: { kind: 'link', of: 'house' }, scope: { search: 'tag:x' } };
    expect(stacked(catalog, '', link)).toEqual(['2', '1']);
    expect(catalog.burstOf(a, link)).toBeUndefined();
  });

  it('does not count a RAW beside its JPEG', () => {
    const { catalog, put } = emptyCatalog();
    const raw = { facts: { type: 'image/x-adobe-dng' } };
    put(a, { ...timed(10), name: 'A.jpg' });
    put(b, { ...timed(10, raw), name: 'A.dng' });
    put(c, { ...timed(300), name: 'B.jpg' });
    put(d, { ...timed(300, raw), name: 'B.dng' });
    expect(stacked(catalog)).toEqual(['3', '1']);
    put(e, { ...timed(600), name: 'C.jpg' });
    expect(stacked(catalog)).toEqual(['1 of 3']);
  });
});

it('bursts are the same in any order of arrival, after changes, and after rebuilding', () => {
  const dice = openDice(23);
  for (let round = 0; round < 40; round++) {
    const grown = emptyCatalog();
    const all = new Map<string, Told>();
    for (let step = 0; step < 30; step++) {
      const id = shaOf(dice.below(12));
      if (dice.chance(0.2)) {
        all.delete(id);
        grown.drop(id);
        continue;
      }
      const more: Told = {
        name: dice.pick(['A.jpg', 'B_burst1.jpg', 'B_burst2.jpg', 'A.dng']),
        facts: { camera: dice.chance(0.8) ? camera : { model: 'X' } },
        edits: { trashed: dice.chance(0.1), burstCover: dice.chance(0.2) },
      };
      const told = timed(dice.pick([0, 1, 100, 330, 660, 990, 1000, 1001, 1320, 5000]), more);
      all.set(id, told);
      grown.put(id, told);
    }
    const rebuilt = emptyCatalog();
    rebuilt.catalog.clear();
    for (const [id, told] of dice.shuffle([...all])) rebuilt.put(id, told);
    rebuilt.catalog.finish();
    expect(dump(grown.db)).toEqual(dump(rebuilt.db));
    expect(stacked(grown.catalog)).toEqual(stacked(rebuilt.catalog));
    // What is chained by hand: of each camera and time, the photos that are near.
    const living = [...all].filter(([, { edits, name }]) => !edits?.trashed && !name?.includes('burst'));
    for (const [id, { facts }] of living) {
      const near = nearTo(
        facts!.taken!,
        facts!.camera!.model!,
        living.map(([, told]) => told),
      );
      const isBurst = !facts!.taken!.endsWith('.000') && new Set(near).size > 2;
      const seen = grown.catalog.burstOf(id, owner);
      if (!isBurst) expect(seen, `${round} ${facts!.taken!}`).toBeUndefined();
    }
  }
});

/** The times that hang together with one, each at most a third of a second from the next. */
function nearTo(taken: string, model: string, all: readonly Told[]): string[] {
  const times = all
    .filter(({ facts }) => facts!.camera!.model === model && !facts!.taken!.endsWith('.000'))
    .map(({ facts }) => facts!.taken!);
  const found = new Set([taken]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const one of times)
      for (const other of found) if (Math.abs(Date.parse(one) - Date.parse(other)) <= 334) found.add(one);
  }
  return [...found];
}
