/** Mango selectors match what they match in CouchDB; with `$COUCHDB_URL` the real one is compared. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { requestJson } from '../../src/sync/couch/json-client.js';
import { readSelector } from '../../src/sync/couch/mango-selector.js';
import { openCouchSide } from './peers.js';

const documents = [
  { _id: 'a', n: 1, text: 'abc', list: [1, 2, 3], deep: { er: { x: 1 } }, none: null, 'a.b': 1 },
  { _id: 'b', n: 2, text: 'b', list: ['x', { y: 1 }], flag: true, deep: { er: 2 } },
  { _id: 'c', n: -3.5, list: [], deep: [] },
  { _id: 'd', n: '1', text: 'abcd', list: [[1]], flag: false },
  { _id: 'e', deep: { er: { x: 2, y: 3 } } },
];

/** Selectors, and the ids of matching documents. */
const cases: [object, string][] = [
  [{}, 'abcde'],
  [{ n: 1 }, 'a'],
  [{ n: { $ne: 1 } }, 'bcd'],
  [{ $not: { n: 1 } }, 'bcd'],
  [{ n: { $not: { $eq: 1 } } }, 'bcd'],
  [{ $nor: [{ n: 1 }, { n: 2 }] }, 'cd'],
  [{ $or: [{ n: 1 }, { flag: true }] }, 'ab'],
  [{ $and: [{ n: { $gt: 0 } }, { text: 'b' }] }, 'b'],
  [{ n: { $gt: 0, $lte: 2 } }, 'ab'],
  [{ n: { $lt: 1 } }, 'c'],
  [{ n: { $gte: 2 } }, 'bd'],
  [{ n: { $exists: false } }, 'e'],
  [{ text: { $exists: true } }, 'abd'],
  [{ $not: { text: { $exists: true } } }, 'ce'],
  [{ none: null }, 'a'],
  [{ n: { $type: 'number' } }, 'abc'],
  [{ flag: { $type: 'boolean' } }, 'bd'],
  [{ n: { $in: [1, '1'] } }, 'ad'],
  [{ n: { $nin: [1, '1'] } }, 'bc'],
  [{ list: { $in: [3, 'x'] } }, 'ab'],
  [{ list: { $all: [1, 3] } }, 'a'],
  [{ list: { $all: [] } }, ''],
  [{ list: { $size: 0 } }, 'c'],
  [{ list: { $elemMatch: { $gt: 2 } } }, 'abd'],
  [{ list: { $elemMatch: { y: 1 } } }, 'b'],
  [{ list: { $allMatch: { $gt: 0 } } }, 'abd'],
  [{ list: [1, 2, 3] }, 'a'],
  [{ list: { $gt: [1, 2] } }, 'abd'],
  [{ n: { $mod: [2, 0] } }, 'b'],
  [{ text: { $beginsWith: 'abc' } }, 'ad'],
  [{ 'deep.er.x': 1 }, 'a'],
  [{ deep: { er: { x: { $gte: 1 } } } }, 'ae'],
  [{ deep: { er: { $keyMapMatch: { $eq: 'y' } } } }, 'e'],
  [{ 'a\\.b': 1 }, 'a'],
  [{ _id: { $gt: 'c' } }, 'de'],
  [{ $or: [] }, 'abcde'],
  [{ $and: [] }, 'abcde'],
  [{ $nor: [{ list: { $elemMatch: { $gt: 2 } } }] }, 'c'],
];

test.each(cases)('%j', (selector, ids) => {
  const fits = readSelector(selector);
  expect(
    documents
      .filter(fits)
      .map(({ _id }) => _id)
      .join(''),
  ).toBe(ids);
});

const deep = (levels: number): object => (levels === 0 ? {} : { $not: deep(levels - 1) });
test.each([
  ...[{ n: { $regex: 'x' } }, { $where: 'x' }, { n: { $in: 1 } }, { n: { $exists: 1 } }, { n: { $type: 'x' } }],
  ...[{ n: { $mod: [0, 1] } }, { $and: {} }, { $or: [1] }, { $constructor: 1 }, 7, null, [], deep(40)],
  { $or: Array(10_001).fill({ n: 1 }) },
])('is rejected: %j', (selector) => {
  expect(() => readSelector(selector)).toThrow(/elector|must be/);
});

const couch = process.env['COUCHDB_URL'];
describe.skipIf(couch === undefined)('CouchDB ($COUCHDB_URL names none: skipped)', () => {
  test('gives the same result for every selector', async () => {
    const side = await openCouchSide(couch!);
    onTestFinished(() => side.close());
    const post = async (path: string, body: object): Promise<unknown> =>
      (await requestJson(side.address!, path, { method: 'POST', body })).json;
    await post('/_bulk_docs', { docs: documents });
    for (const [selector, ids] of cases) {
      const { results } = (await post('/_changes?filter=_selector', { selector })) as { results: { id: string }[] };
      const found = results.map(({ id }) => id).sort();
      expect(found.join(''), JSON.stringify(selector)).toBe(ids);
    }
  });
});
