/** What another Photospool wants is read once, page by page, until it changes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCarrier } from '../../src/sync/blobs/remote-blobs.js';
import { temporaryFolder } from '../folder.js';

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

test('of several blobs in one request, each has its own result, whatever the answer is', async () => {
  const folder = temporaryFolder();
  const file = (name: string, bytes = name.length): { path: string; bytes: number } => {
    writeFileSync(join(folder, name), name);
    return { path: join(folder, name), bytes };
  };
  const files = new Map(['a', 'b', 'c', 'd', 'e'].map((name) => [name.repeat(64), file(name)]));
  files.set('f'.repeat(64), file('f', 2)).set('0'.repeat(64), { path: join(folder, 'missing'), bytes: 1 });
  let answer: unknown;
  const bodies: string[] = [];
  const fetching = async (input: unknown, init?: { body?: AsyncIterable<Uint8Array> }): Promise<Response> => {
    if (!(input as string).endsWith('/bulk-put')) return Response.json({ wanted: [], bulkPut: true });
    const parts: Uint8Array[] = [];
    for await (const part of init!.body!) parts.push(part);
    bodies.push(Buffer.concat(parts).toString());
    return Response.json(answer);
  };
  const carrier = openCarrier({ url: 'http://127.0.0.1:1/blobs', fetch: fetching as typeof fetch });
  expect(carrier.putSeveral).toBeUndefined();
  await carrier.wanted({ originals: 'none', skip: 0, wait: 0 }, signal);
  const send = async (): Promise<unknown[] | undefined> => {
    const outcomes = await carrier.putSeveral!(files, (source) => source, signal);
    return outcomes && [...outcomes].map(([hash, error]) => `${hash[0]} ${error?.code ?? 'sent'}`).sort();
  };
  answer = {
    blobs: [
      { sha256: 'a'.repeat(64), status: 201 },
      { sha256: 'b'.repeat(64), status: 422, code: 'corrupt' },
      { sha256: 'c'.repeat(64), status: 507 },
      { sha256: 'd'.repeat(64), status: '201' },
      { sha256: 'f'.repeat(64), status: 201 },
      { sha256: '__proto__', status: 201 },
      ...[7, null, 'x'],
    ],
  };
  expect(await send()).toEqual(['0 corrupt', 'a sent', 'b corrupt', 'c disk-full', 'd io', 'e io', 'f corrupt']);
  expect(bodies[0]).toBe(['a', 'b', 'c', 'd', 'e'].map((name) => `${name.repeat(64)} 1\n${name}`).join(''));
  answer = 'nonsense';
  expect(await send()).toBeUndefined();
  expect(carrier.putSeveral).toBeUndefined();
});
