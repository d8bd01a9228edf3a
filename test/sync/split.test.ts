/** A JSON object is split as JSON.parse reads it, wherever the chunks end. */
import { expect, test } from 'vitest';
import { splitObject, type Part } from '../../src/sync/couch/json-stream.js';

const options = { list: 'docs', longest: 1_000, total: 10_000 };

async function split(text: string | Buffer, size: number, given = options): Promise<Part[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    await Promise.resolve();
  }
  const found: Part[] = [];
  for await (const parts of splitObject(pieces(), given)) found.push(...parts);
  return found;
}

const value = {
  'a "key\\': [1, { b: ']}' }, '"'],
  docs: [{ _id: 'x', text: 'é😀\u2028 \\" }]' }, 7, 'text', null, [], {}, -1.5e3, true],
  new_edits: false,
  '': '',
  n: 12,
  docs2: [1, 2],
};

test('members and elements, wherever the chunks are split', async () => {
  for (const text of [
    JSON.stringify(value),
    JSON.stringify(value, null, 2),
    ` \n${JSON.stringify(value, null, '\t')}\r\n`,
  ])
    for (const size of [1, 2, 3, 7, 64, 10_000]) {
      const parts = await split(text, size);
      const elements = parts.filter(({ isElement }) => isElement);
      expect(elements.map((part) => [part.name, JSON.parse(part.text) as unknown])).toEqual(
        value.docs.map((doc) => ['docs', doc]),
      );
      const members = parts.filter(({ isElement }) => !isElement);
      const { docs, ...others } = value;
      expect(members.map((part) => [part.name, JSON.parse(part.text) as unknown])).toEqual(Object.entries(others));
      expect(docs).toHaveLength(8);
    }
});

test('a list of another kind, an empty one, an empty object', async () => {
  expect(await split('{"docs":{"a":1}}', 5)).toMatchObject([{ name: 'docs', isElement: false, text: '{"a":1}' }]);
  const empty = { name: 'docs', isElement: false, text: '[]' };
  expect(await split('{"docs":[ ],"a":1}', 5)).toMatchObject([empty, { name: 'a', text: '1' }]);
  expect(await split(' {} ', 1)).toEqual([]);
});

test.each([
  ...['', '[]', '7', '{', '{"a"}', '{"a":}', '{"a":1', '{"a":1,}', '{"a" 1}', '{"a":1}{', '{"a":1} x', '{,}', '{a:1}'],
  ...['{"docs":[1', '{"docs":[1,]}', '{"docs":[,1]}', '{"docs":[1 2]}', '{"docs":[1}', '{"a":"x}', '{1:2}', 'null'],
])('other values than objects: %s', async (text) => {
  for (const size of [1, 1_000]) await expect(split(text, size)).rejects.toMatchObject({ code: 'invalid' });
});

test('a too long part is skipped, and the others are returned', async () => {
  const long = { _id: 'long', text: 'x'.repeat(5_000) };
  const parts = await split(JSON.stringify({ docs: [1, long, 2] }), 100);
  expect(parts.map(({ isTooLong }) => isTooLong)).toEqual([false, true, false]);
  expect(parts[1]!.text.length).toBeLessThan(4_200);
  expect(parts[1]!.text.startsWith('{"_id":"long"')).toBe(true);
  await expect(split('x'.repeat(20_000).replace('x', '{"'), 100)).rejects.toMatchObject({ code: 'too-large' });
});
