/** Slots of items by their ids: the same as a search of the table finds, after any writes to the columns. */
import { expect, it } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import type { ColumnRow } from '../../src/catalog/catalog-row.js';
import { makeColumns, placeOf, putRow, removeRow, writtenSince } from '../../src/catalog/columns.js';
import { openItemSlots } from '../../src/catalog/item-slots.js';
import { openDice } from '../simulation/dice.js';

const row = (n: number): ColumnRow => ({
  ...{ n, taken: '2024-01-01', added: 0, width: 4, height: 3, state: 0, rating: 0, iso: null, lat: null, lon: null },
  ...{
    camera: null,
    lens: null,
    place: null,
    path: null,
    tags: null,
    albums: null,
    favourites: null,
    words: '',
    kinds: 0,
    stacked: 0,
    clip: 0,
    class: 1,
  },
  entries: null,
});
const idOf = (k: number): string => k.toString(16).padStart(64, '0');

it('items that come, move, give way to others and go are found in their slots', () => {
  const db = openSqlite(':memory:');
  db.exec('CREATE TABLE catalog_photo (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE)');
  const add = db.prepare('INSERT OR REPLACE INTO catalog_photo (n, id) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM catalog_photo WHERE n = ?');
  const columns = makeColumns();
  const slotsOf = openItemSlots(db);
  const dice = openDice(17);
  const ids = Array.from({ length: 30 }, (_, k) => idOf(k));

  function write(): void {
    const [n, id] = [dice.below(60), idOf(dice.below(40))];
    const before = db.prepare<{ n: number }>('SELECT n FROM catalog_photo WHERE id = ?').get(Buffer.from(id, 'hex'));
    const leaves = dice.chance(0.3);
    if (leaves) remove.run(n);
    else add.run(n, Buffer.from(id, 'hex'));
    // In either order, as rows are read again in the order of their numbers.
    for (const changed of before && before.n > n ? [n, before.n] : [...(before ? [before.n] : []), n]) {
      const isThere = db.prepare('SELECT n FROM catalog_photo WHERE n = ?').get(changed) !== undefined;
      if (isThere) putRow(columns, row(changed));
      else removeRow(columns, changed);
    }
  }
  const plainly = (): number[] =>
    ids.flatMap((id) => {
      const found = db.prepare<{ n: number }>('SELECT n FROM catalog_photo WHERE id = ?').get(Buffer.from(id, 'hex'));
      const inUse = columns.order.subarray(0, columns.count);
      const place = found && placeOf(columns.n, inUse, found.n);
      return place === undefined ? [] : [inUse[place]!];
    });

  let found = 0;
  for (let round = 0; round < 400; round++) {
    for (let k = dice.below(round % 50 === 0 ? 3_000 : 6); k >= 0; k--) write();
    expect(slotsOf(columns, ids)).toEqual(plainly());
    found += plainly().length;
  }
  expect(found).toBeGreaterThan(2_000);
  db.close();
});

it('the latest writes are known, older ones are not', () => {
  const columns = makeColumns();
  for (let n = 1; n <= 1_500; n++) putRow(columns, row(n));
  expect(writtenSince(columns, 1_497)).toEqual([1_498, 1_499, 1_500]);
  expect(writtenSince(columns, 1_500)).toEqual([]);
  expect(writtenSince(columns, 500)?.length).toBe(1_000);
  expect(writtenSince(columns, 400)).toBeUndefined();
});
