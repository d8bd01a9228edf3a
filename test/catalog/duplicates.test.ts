/** Groups of photos that look the same: those that comparing all with all would give, of what is in the album, however it came. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { mostTogether } from '../../src/catalog/near-duplicates.js';
import { bitsApart, detailOf, lookLength, partsOf } from '../../src/document/perceptual-hash.js';
import { isAlike, lookBounds } from '../../src/document/same-picture.js';
import { numbers } from '../looks.js';
import { emptyCatalog, shaOf, type Told } from './photos.js';

/** The look of an invented picture, another one for each seed. */
function lookOfSeed(seed: number): Uint8Array {
  const next = numbers(seed + 1);
  for (let n = 0; n < 8; n++) next();
  return Uint8Array.from({ length: lookLength }, () => Math.floor(next() * 256));
}

/** A copy whose bits differ in some places. */
function copyOf(look: Uint8Array, flips: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(look);
  for (const bit of flips) copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

const thumb = (n: number) => ({ sha256: shaOf(n), type: 'image/jpeg', width: 4, height: 3, bytes: 1 });
const versionOf = (n: number): string => shaOf(n).slice(0, 8);

function open() {
  const test = emptyCatalog();
  /** Puts a photo in and looks at it. */
  const add = (n: number, look: Uint8Array, told: Told = {}): string => {
    const id = shaOf(n);
    test.put(id, { thumb: thumb(n), ...told });
    test.catalog.looks.put([{ id, version: versionOf(n), look }]);
    return id;
  };
  const groups = async (): Promise<string[][]> => (await test.catalog.duplicates()).map(({ ids }) => ids);
  return { ...test, add, groups };
}

/** Each look joins the nearest leader that it is like, else leads. */
function naive(looks: readonly Uint8Array[]): number[][] {
  const groups: number[][] = [];
  for (const [at, look] of looks.entries()) {
    if (detailOf(look) < lookBounds.detail) continue;
    const like = groups
      .filter(([leader]) => isAlike(looks[leader!]!, look))
      .map((group) => ({ group, bits: bitsApart(partsOf(looks[group[0]!]!), partsOf(look)) }))
      .sort((a, b) => a.bits - b.bits || a.group[0]! - b.group[0]!)[0];
    if (like) like.group.push(at);
    else groups.push([at]);
  }
  return groups.filter(({ length }) => length > 1);
}

describe('groups', () => {
  test('equal those of comparing all photos with all', async () => {
    const seen = fc.record({
      seed: fc.nat(5),
      flips: fc.array(fc.nat(62), { maxLength: 9 }),
      even: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(seen, { maxLength: 40 }), async (all) => {
        const { db, add, groups } = open();
        const looks = all.map(({ seed, flips, even }) => {
          const look = copyOf(lookOfSeed(seed), flips);
          return even && flips.length > 8 ? look.fill(90, 8) : look;
        });
        looks.forEach((look, n) => add(n, look));
        const expected = naive(looks).map((group) => group.map((n) => shaOf(n)));
        const found = (await groups()).map((ids) => [...ids].sort());
        expect(found.sort()).toEqual(expected.sort());
        db.close();
      }),
      { numRuns: 60 },
    );
  });

  it('contain photos in the album: not the trash, videos, or RAW files behind a JPEG', async () => {
    const { add, groups } = open();
    const look = lookOfSeed(1);
    const camera = { make: 'NIKON', model: 'NIKON D750' };
    add(1, look, { name: 'DSC_1.JPG', facts: { camera } });
    add(2, look, { name: 'DSC_1.NEF', facts: { camera, type: 'image/x-nikon-nef' } });
    add(3, look, { edits: { trashed: true } });
    add(4, look, { facts: { type: 'video/mp4' } });
    expect(await groups()).toEqual([]);
    add(5, look);
    expect(await groups()).toEqual([[shaOf(1), shaOf(5)]]);
  });

  it('survive the trashing or removal of their first photo', async () => {
    const { put, drop, add, groups, catalog } = open();
    const look = lookOfSeed(1);
    for (const n of [1, 2, 3]) add(n, look);
    put(shaOf(1), { thumb: thumb(1), edits: { trashed: true } });
    expect(await groups()).toEqual([[shaOf(2), shaOf(3)]]);
    drop(shaOf(1));
    // Those that followed it are looked at again.
    const { photos } = catalog.looks.wanted(-Number.MAX_SAFE_INTEGER);
    expect(photos.map(({ id }) => id).sort()).toEqual([shaOf(2), shaOf(3)]);
    catalog.looks.put(photos.map((photo) => ({ ...photo, look })));
    expect(await groups()).toEqual([[shaOf(2), shaOf(3)]]);
  });

  it('exclude photos marked as different, until another one arrives', async () => {
    const { add, put, groups } = open();
    const look = lookOfSeed(1);
    for (const n of [1, 2, 3]) add(n, look);
    put(shaOf(2), { thumb: thumb(2), apart: [shaOf(1)] });
    expect(await groups()).toEqual([[shaOf(1), shaOf(2), shaOf(3)]]);
    put(shaOf(3), { thumb: thumb(3), apart: [shaOf(1)] });
    expect(await groups()).toEqual([]);
    add(4, look);
    expect(await groups()).toEqual([[1, 2, 3, 4].map((n) => shaOf(n))]);
  });

  it('are computed in slices if many, without comparing all with all', async () => {
    const { add, groups } = open();
    const look = lookOfSeed(1);
    for (let n = 0; n < 3 * mostTogether - 5; n++) add(n, look);
    const found = await groups();
    expect(found.map(({ length }) => length)).toEqual([39, 38, 38]);
    expect(new Set(found.flat()).size).toBe(3 * mostTogether - 5);
  });

  it('are sorted by their newest photo', async () => {
    const { add, groups } = open();
    const taken = (n: number) => ({ facts: { taken: `2024-07-0${n}T12:00:00.000` } });
    add(1, lookOfSeed(1), taken(1));
    add(2, lookOfSeed(2), taken(2));
    add(3, lookOfSeed(2), taken(3));
    add(4, lookOfSeed(1), taken(4));
    expect(await groups()).toEqual([
      [shaOf(1), shaOf(4)],
      [shaOf(2), shaOf(3)],
    ]);
  });
});

describe('photos to be hashed', () => {
  it('are those whose picture has no hash yet, in slices', () => {
    const { catalog, put, add } = open();
    put(shaOf(1), {});
    put(shaOf(2), { thumb: thumb(2) });
    add(3, lookOfSeed(1));
    const all = (): string[] => {
      const ids: string[] = [];
      for (let n: number | undefined = -Number.MAX_SAFE_INTEGER; n !== undefined;) {
        const { photos, last } = catalog.looks.wanted(n);
        ids.push(...photos.map(({ id }) => id));
        n = last;
      }
      return ids;
    };
    expect(all()).toEqual([shaOf(2)]);
    put(shaOf(3), { thumb: { ...thumb(3), sha256: shaOf(3, 'abcdef01') } });
    expect(all().sort()).toEqual([shaOf(2), shaOf(3)]);
    catalog.looks.put([{ id: shaOf(2), version: versionOf(2) }]);
    expect(all()).toEqual([shaOf(3)]);
  });

  it('get no hash if they are gone, or have another picture by now', async () => {
    const { catalog, put, drop, add, groups, db } = open();
    const look = lookOfSeed(1);
    add(1, look);
    put(shaOf(2), { thumb: thumb(2) });
    drop(shaOf(2));
    catalog.looks.put([{ id: shaOf(2), version: versionOf(2), look }]);
    catalog.looks.put([{ id: shaOf(1), version: 'another', look }]);
    expect(db.prepare('SELECT count(*) AS n FROM look').get()).toEqual({ n: 1 });
    expect(await groups()).toEqual([]);
  });
});
