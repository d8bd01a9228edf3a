/** Answers are kept for as many viewers as there is room for, and for no longer than they are true. */
import { expect, test } from 'vitest';
import type { ItemAccess, Onlooker } from '../../src/access/item-access.js';
import { makeRecent } from '../../src/catalog/answer-cache.js';
import { makeColumns, putRow } from '../../src/catalog/columns.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { sees } from '../../src/catalog/item-visibility.js';
import { everybodyThere } from './photos.js';

const photos = 4_000;

/** Columns in which each tenth photo is of a class of its own. */
function tenClasses() {
  const columns = makeColumns();
  for (let n = 0; n < photos; n++) {
    putRow(columns, {
      ...{
        n,
        taken: '2024-07-01T12:00:00.000',
        added: 0,
        width: 4,
        height: 3,
        state: 0,
        kinds: 0,
        stacked: 0,
        clip: 0,
        rating: 0,
        iso: null,
        lat: null,
      },
      ...{
        lon: null,
        camera: null,
        lens: null,
        place: null,
        path: null,
        tags: null,
        albums: null,
        favourites: null,
        words: '',
      },
      ...{ class: 1 + (n % 10), entries: null },
    });
  }
  const viewer = (person: number): Onlooker => ({ kind: 'person', person: String(person), actsForHouse: false });
  const sight = (classes: readonly number[], person: number, access: ItemAccess = everybodyThere) => ({
    ...{
      viewer: { onlooker: viewer(person) },
      access,
      terms: [],
      apart: [],
      offered: [],
      album: () => undefined,
      burst: () => [],
      holderOf: () => undefined,
    },
    classes: Uint8Array.from({ length: 11 }, (_, number) => (classes.includes(number) ? sees.living : 0)),
  });
  return { columns, sight };
}

const everything = parseQuery('');
const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

test('ten people with different views of the photos are answered from the cache', () => {
  const { columns, sight } = tenClasses();
  const recent = makeRecent();
  const first = all.map((person) => recent(columns, everything, sight([person], person)));
  for (const [k, found] of first.entries()) expect(found.length, `person ${k}`).toBe(photos / 10);
  expect(all.map((person) => recent(columns, everything, sight([person], person)))).toEqual(first);
  for (const [k, person] of all.entries()) expect(recent(columns, everything, sight([person], person))).toBe(first[k]);
});

test('viewers of everything share four entries, and the oldest is evicted first', () => {
  const { columns, sight } = tenClasses();
  const recent = makeRecent();
  const [one, ...others] = [1, 2, 3, 4].map((person) => recent(columns, everything, sight(all, person)));
  for (const person of [2, 3, 4]) expect(recent(columns, everything, sight(all, person))).toBe(others[person - 2]);
  recent(columns, everything, sight(all, 5));
  expect(recent(columns, everything, sight(all, 1))).not.toBe(one);
});

test('an answer does not outlive the visibility decision that it was based on', () => {
  const { columns, sight } = tenClasses();
  const recent = makeRecent();
  expect(recent(columns, everything, sight(all, 1))).toHaveLength(photos);
  expect(recent(columns, everything, sight([1], 1, { ...everybodyThere }))).toHaveLength(photos / 10);
});
