import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildPostings, makeLists, markSlots, setList, tidyLists } from '../../src/catalog/multi-value-column.js';

const values = 12;

test('postings match the lists, however many were written since they were built', () => {
  const write = fc.record({ slot: fc.nat(40), list: fc.array(fc.nat(values - 1), { maxLength: 4 }) });
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 80, size: 'max' }),
      fc.nat(80),
      fc.uniqueArray(fc.integer({ min: 1, max: values - 1 }), { maxLength: 3 }),
      (writes, built, asked) => {
        const lists = makeLists();
        const truth = new Map<number, number[]>();
        const write = ({ slot, list }: (typeof writes)[number]): void => {
          setList(lists, slot, list);
          truth.set(slot, list);
        };
        const rest = [...writes];
        for (let k = 0; rest.length > 0; k++) {
          write(rest.shift()!);
          // Each yield of the building lets the next write happen.
          if (k !== built) continue;
          const building = buildPostings(lists, 41, values);
          while (building.next().done !== true) rest.splice(0, 1).forEach(write);
        }
        const mark = new Uint8Array(44);
        markSlots(lists, asked, values, mark);
        for (let slot = 0; slot < 44; slot++) {
          expect(mark[slot] === 1).toBe(truth.get(slot)?.some((value) => asked.includes(value)) ?? false);
        }
      },
    ),
    { seed: 5, numRuns: 100 },
  );
});

test('postings are rebuilt after many writes', () => {
  const lists = makeLists();
  for (let slot = 0; slot < 2_000; slot++) setList(lists, slot, [1 + (slot % 3)]);
  tidyLists(lists, 2_000, 4);
  expect(lists.aside).toHaveLength(0);
  setList(lists, 0, [1]);
  expect(lists.aside).toHaveLength(0);
  for (let slot = 0; slot < 1_000; slot++) setList(lists, slot, [1 + ((slot + 1) % 3)]);
  tidyLists(lists, 2_000, 4);
  expect(lists.aside).toHaveLength(1_000);
  const mark = new Uint8Array(2_000);
  markSlots(lists, [3], 4, mark);
  for (let slot = 0; slot < 2_000; slot++) expect(mark[slot]).toBe((slot + (slot < 1_000 ? 1 : 0)) % 3 === 2 ? 1 : 0);
});

test('lists replaced repeatedly do not grow in memory', () => {
  const lists = makeLists();
  for (let k = 0; k < 20_000; k++) {
    setList(lists, k % 10, [1 + (k % 3), 4, k]);
    tidyLists(lists, 10, 20_000);
  }
  expect(lists.items.length).toBeLessThan(10_000);
  const mark = new Uint8Array(12);
  markSlots(lists, [19_993], 20_000, mark);
  expect([...mark].indexOf(1)).toBe(3);
  expect(mark.reduce((sum, one) => sum + one)).toBe(1);
});
