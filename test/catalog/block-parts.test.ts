/** Counting in parts gives what counting all matches gives, whatever was written between, and counts only what changed. */
import { expect, test } from 'vitest';
import { openBlockParts, onePart, type FoundParts } from '../../src/catalog/block-parts.js';
import { makeColumns, putRow, removeRow, type Columns } from '../../src/catalog/columns.js';
import { exploreFound } from '../../src/catalog/explore.js';
import { clusterSpots } from '../../src/catalog/map-clusters.js';
import { countFacet } from '../../src/catalog/search-counts.js';
import type { Sight } from '../../src/catalog/item-visibility.js';
import { kindValues } from '../../src/catalog/photo-flags.js';
import { everybodyThere } from './photos.js';

const blockBits = 8;
const blockSize = 1 << blockBits;
const photos = 2 * blockSize + 50;

type Random = () => number;

/** A linear congruential generator (Numerical Recipes). */
function makeRandom(seed: number): Random {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const one = (random: Random, count: number): number => Math.floor(random() * count);

function write(columns: Columns, random: Random, n: number): void {
  const isPlaced = random() < 0.8;
  putRow(columns, {
    ...{ n, taken: '2024-07-01T12:00:00.000', added: 0, width: 4, height: 3 },
    ...{ state: one(random, 32), kinds: one(random, 64), stacked: one(random, 4), clip: one(random, 4), rating: 0 },
    ...{ iso: null, lat: isPlaced ? random() * 160 - 80 : null, lon: isPlaced ? random() * 360 - 180 : null },
    ...{
      camera: `camera ${one(random, 5)}`,
      lens: null,
      place: isPlaced ? JSON.stringify([`town ${one(random, 50)}`, '', 'land']) : null,
    },
    ...{ path: `folder ${one(random, 30)}/photo.jpg`, favourites: null, words: '' },
    tags: random() < 0.3 ? JSON.stringify([`tag ${one(random, 20)}`, `more ${one(random, 5)}`]) : null,
    albums: random() < 0.1 ? JSON.stringify([`album ${one(random, 8)}`]) : null,
    ...{ class: 1 + one(random, 6), entries: null },
  });
}

/** The matches of a viewer of some classes, as a search finds them. */
const foundBy = ({ order, count, class: classes }: Columns, shown: readonly number[]): Uint32Array =>
  order.subarray(0, count).filter((slot) => shown.includes(classes[slot]!));

const sightOf = (person: string): Sight => ({
  ...{ viewer: { onlooker: { kind: 'person', person, actsForHouse: false } }, access: everybodyThere },
  ...{ classes: new Uint8Array(7), terms: [], apart: [], offered: [], album: () => undefined, burst: () => [] },
  holderOf: () => undefined,
});

/** All that is counted in parts. */
function countAll(columns: Columns, found: FoundParts) {
  const kinds = Array.from({ length: 7 }, (_, number) =>
    Uint8Array.from({ length: kindValues }, (__, value) => (number < 4 ? value & 63 : value & 31)),
  );
  const seen = {
    holderOf: (number: number) => (number === 0 ? undefined : number < 3 ? 'house' : `person:${number}`),
    folders: Uint8Array.from([0, 1, 1, 1, 0, 1, 1]),
    // The tables are shared between classes, as those of a viewer are.
    kinds: kinds.map((_, number) => kinds[number < 4 ? 0 : 4]!),
  };
  const world = { south: -85, west: -180, north: 85, east: 180 };
  return {
    explored: exploreFound(columns, found, seen, 12),
    tags: countFacet(columns, found, 'tag', () => true),
    albums: countFacet(columns, found, 'album', (number) => number !== 2),
    places: countFacet(columns, found, 'place', () => true),
    // Sums of fractions depend on the order.
    spots: clusterSpots(columns, found, world, 2).map(({ lat, lon, ...spot }) => ({
      ...{ lat: lat.toFixed(6), lon: lon.toFixed(6) },
      ...spot,
    })),
  };
}

test.each([1, 2, 3, 4, 5])('parts add up to the whole after any writes: seed %i', (seed) => {
  const random = makeRandom(seed);
  const columns = makeColumns(blockBits);
  // Every second number, so that rows can come between.
  const rows = Array.from({ length: photos }, (_, k) => 2 * k);
  for (const n of rows) write(columns, random, n);
  const partsOf = openBlockParts();
  const viewers = { everything: [1, 2, 3, 4, 5, 6], some: [2, 4, 5] };
  for (let step = 0; step < 60; step++) {
    for (const [person, shown] of Object.entries(viewers)) {
      const found = foundBy(columns, shown);
      expect(countAll(columns, partsOf(columns, found, sightOf(person))), `step ${step}, ${person}`).toEqual(
        countAll(columns, onePart(found)),
      );
    }
    for (let k = one(random, 4); k >= 0; k--) {
      const n = rows[one(random, rows.length)]!;
      const kind = one(random, 4);
      if (kind === 0) removeRow(columns, n);
      // A new row takes the slot of a removed one, whatever its time.
      else if (kind === 1) write(columns, random, n + 1);
      else write(columns, random, n);
    }
  }
});

test('only the blocks that a write changed are counted again', () => {
  const random = makeRandom(4);
  const columns = makeColumns(blockBits);
  for (let n = 0; n < photos; n++) write(columns, random, n);
  const partsOf = openBlockParts();
  const counted = (person: string, found = foundBy(columns, [1, 2, 3, 4, 5, 6])): number[] => {
    const sizes: number[] = [];
    partsOf(columns, found, sightOf(person)).counted('sizes', (slots) => sizes.push(slots.length));
    return sizes;
  };
  expect(counted('one')).toEqual([photos]);
  expect(counted('one')).toEqual([blockSize, blockSize, 50]);
  expect(counted('one')).toEqual([]);
  write(columns, random, blockSize + 7);
  expect(counted('one')).toEqual([blockSize]);
  expect(counted('another')).toEqual([photos]);
  expect(counted('another')).toEqual([blockSize, blockSize, 50]);
  // A photo that the viewer no longer sees, without a write.
  const all = foundBy(columns, [1, 2, 3, 4, 5, 6]);
  expect(counted('one', all.subarray(1))).toEqual([blockSize - 1]);
  expect(counted('one', all.subarray(1))).toEqual([]);
  expect(counted('one')).toEqual([blockSize]);
});

test('another decision about access forgets everything', () => {
  const random = makeRandom(5);
  const columns = makeColumns(blockBits);
  for (let n = 0; n < 100; n++) write(columns, random, n);
  const partsOf = openBlockParts();
  const counted = (sight: Sight): readonly number[] =>
    partsOf(columns, foundBy(columns, [1, 2, 3, 4, 5, 6]), sight).counted('any', () => random());
  counted(sightOf('one'));
  const [before] = counted(sightOf('one'));
  expect(counted(sightOf('one'))).toEqual([before]);
  const other = { ...sightOf('one'), access: { ...everybodyThere } };
  counted(other);
  expect(counted(other)).not.toEqual([before]);
});
