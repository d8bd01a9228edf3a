/**
 * Connecting two servers from the command line: a file dropped on one appears completely on the other; and a revoked
 * token is reported.
 */
import { readdir } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { odd, openStrictCouch } from '../sync/strictcouch.js';
import { makeHome } from './run.js';

const soon = { timeout: 60_000, interval: 100 };
/** The status of a response that is read to its end: a stopping server waits for open responses. */
async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.status;
}
type Line = Record<string, unknown>;
const lines = (out: string): Line[] =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

test(
  'a photo dropped on one server reaches the other, with its pictures and its original',
  { timeout: 240_000 },
  async () => {
    const [near, far] = [makeHome(), makeHome()];
    const [server, laptop] = [await far.serve(), await near.serve()];
    const made = await far.run('tokens', 'add', 'laptop', '--may', 'replicate');
    const token = made.out.trim();
    const added = await near.run('peers', 'add', server.url, '--token', token, '--json');
    expect(lines(added.out)[0]).toMatchObject({
      url: server.url,
      kind: 'photospool',
      originals: 'all',
      publish: false,
    });
    expect(added.out + added.err).not.toContain(token);

    await far.drop('there.jpg', 1);
    await near.drop('here.jpg', 2);
    for (const home of [near, far]) {
      await expect
        .poll(
          async () =>
            lines((await home.run('list', '--json')).out)
              .map(({ name }) => name)
              .sort(),
          soon,
        )
        .toEqual(['here.jpg', 'there.jpg']);
      await expect
        .poll(
          async () => (await readdir(home.archive, { recursive: true })).filter((name) => name.endsWith('.jpg')).length,
          soon,
        )
        .toBe(2);
    }
    const [id] = lines((await near.run('list', '--json')).out).map((photo) => String(photo['id']));
    for (const { url } of [server, laptop]) {
      for (const path of [`/media/${id}/thumb`, `/media/${id}/preview`, `/originals/${id}`])
        await expect.poll(() => statusOf(url + path), soon).toBe(200);
    }

    await expect.poll(async () => (await near.run('peers', 'list')).out, soon).toContain('up to date');
    expect((await near.run('status')).out).toMatch(/^peer {7}http.* {2}up to date$/m);
    const figures = await (await fetch(`${laptop.url}/metrics`)).text();
    expect(figures).toMatch(/^photospool_peer_up\{peer="http:[^"]*"\} 1$/m);
    expect(figures).toMatch(/^photospool_blobs_missing\{kind="original"\} 0$/m);

    await far.run('tokens', 'revoke', 'laptop');
    // Waiting documents are retried at the next change.
    await far.drop('later.jpg', 3);
    await expect
      .poll(async () => lines((await near.run('peers', 'list', '--json')).out)[0]?.['state'], soon)
      .toBe('refused');
    expect((await near.run('list')).out).not.toContain('later.jpg');
    expect(laptop.errors().match(/does not accept the token/g)).toHaveLength(1);

    expect((await near.run('peers', 'remove', server.url)).code).toBe(0);
    expect((await near.run('peers', 'list')).out).toBe('');
    expect((await near.run('peers', 'remove', server.url)).code).toBe(2);
    await laptop.stop();
    await server.stop();
  },
);

test('an unreachable address is reported and kept; an invalid one is rejected', async () => {
  const home = makeHome();
  const added = await home.run('peers', 'add', 'http://127.0.0.1:9/', '--token', 'psp_x', '--originals', 'none');
  expect(added).toMatchObject({ code: 0, out: 'Added http://127.0.0.1:9\n' });
  expect(added.err).toContain("127.0.0.1:9 can't be reached.");
  expect(lines((await home.run('peers', 'list', '--json')).out)).toMatchObject([
    { url: 'http://127.0.0.1:9', state: 'stopped', originals: 'none' },
  ]);
  expect((await home.run('peers', 'add', 'ftp://x')).code).toBe(2);
  expect((await home.run('peers', 'add', 'http://x', '--originals', 'some')).code).toBe(2);
});

test(
  'a document that a CouchDB rejects is named, retried, and can be removed if it is another program’s',
  { timeout: 120_000 },
  async () => {
    const [home, couch] = [makeHome(), await openStrictCouch()];
    onTestFinished(() => couch.close());
    const url = `${couch.url}/album`;
    couch.store('album', [{ _id: 'odd:1', _rev: `1-${'1'.repeat(32)}`, kind: 'odd', text: 'bad' }]);
    await home.drop('here.jpg', 2);
    const server = await home.serve();
    await home.run('peers', 'add', url);
    await expect.poll(() => couch.count('album'), soon).toBeGreaterThan(1);
    // From now on the CouchDB rejects this one, too.
    couch.validate((doc) => (doc._id === 'odd:2' ? 'Not this one.' : undefined));
    couch.misbehave(({ path }) =>
      path === '/_changes' ? odd.status(200, { results: [], last_seq: '9-strict' }) : undefined,
    );
    const token = (await home.run('tokens', 'add', 'odd', '--may', 'replicate')).out.trim();
    const docs = [{ _id: 'odd:2', _rev: `1-${'2'.repeat(32)}`, kind: 'odd' }];
    await fetch(`${server.url}/db/photos/_bulk_docs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ new_edits: false, docs }),
    });
    const refused = async (): Promise<Line[]> => lines((await home.run('peers', 'refused', '--json')).out);
    await expect
      .poll(refused, soon)
      .toMatchObject([{ peer: url, id: 'odd:2', direction: 'push', reason: 'Not this one.', tries: 1 }]);
    expect((await home.run('peers', 'list')).out).toContain('1 document set aside');
    expect((await home.run('peers', 'refused', url)).out).toContain(
      'rejects odd:2 1-22222222222222222222222222222222: Not this one.',
    );
    expect((await home.run('peers', 'retry', url)).out).toBe('Retrying 1 document\n');
    await expect.poll(async () => (await refused())[0]?.['tries'], soon).toBe(2);
    expect((await home.run('peers', 'remove-document', url, 'odd:3')).code).toBe(2);
    couch.validate(undefined);
    expect(await home.run('peers', 'remove-document', url, 'odd:2')).toMatchObject({
      code: 0,
      out: 'Removed odd:2\n',
    });
    await expect.poll(refused, soon).toEqual([]);
    await server.stop();
  },
);
