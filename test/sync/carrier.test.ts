/** What another Photospool wants is read once, page by page, until it changes. */
import { expect, test } from 'vitest';
import { openCarrier } from '../../src/sync/blobs/remote-blobs.js';

const signal = new AbortController().signal;

/** A server that wants three pages of blobs and reports their version. */
function wanting(): { asked: string[]; set: (version: number | undefined) => void; fetching: typeof fetch } {
  const asked: string[] = [];
  let version: number | undefined = 1;
  return {
    asked,
    set: (now) => void (version = now),
    fetching: (input, init) => {
      const skip = new URL(input as string).searchParams.get('skip');
      asked.push(`${init?.method ?? 'GET'} ${skip ?? ''}`.trim());
      return Promise.resolve(Response.json({ version, wanted: [{ sha256: `${skip}`, have: 0 }] }));
    },
  };
}

test('pages are requested once per version of the list, and again after a transfer', async () => {
  const { asked, set, fetching } = wanting();
  const carrier = openCarrier({ url: 'http://127.0.0.1:1/blobs', fetch: fetching });
  const read = async (): Promise<string[]> => {
    const before = asked.length;
    for (const skip of [0, 200, 400]) {
      const { list } = await carrier.wanted({ originals: 'none', skip, wait: 0 }, signal);
      expect(list).toEqual([{ sha256: String(skip), have: 0 }]);
    }
    return asked.slice(before);
  };
  expect(await read()).toEqual(['GET 0', 'GET 200', 'GET 400']);
  expect(await read()).toEqual(['GET 0']);
  set(2);
  expect(await read()).toEqual(['GET 0', 'GET 200', 'GET 400']);
  await carrier.put('x', { path: import.meta.filename, bytes: 1 }, 1, (source) => source, signal);
  expect((await read()).slice(-2)).toEqual(['GET 200', 'GET 400']);
  expect(await read()).toEqual(['GET 0']);
  // An earlier version reports none.
  set(undefined);
  for (let n = 0; n < 2; n++) expect(await read()).toEqual(['GET 0', 'GET 200', 'GET 400']);
});
