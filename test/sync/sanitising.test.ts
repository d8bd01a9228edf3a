/**
 * No unpublished information of a home ever reaches a public server: documents with a marked secret in every place are
 * sent to a real
 * `photospool serve --role public`, and its disk and all its responses are searched for the marks.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { makeHome } from '../cli/run.js';
import { openPublisher } from './publishing.js';

const soon = { timeout: 120_000, interval: 200 };
const secret = 'SECRETMARK';
/** A position, to search for. */
const [lat, lon] = [12.3456789, 98.7654321];

const text = fc.string({ maxLength: 40 }).map((rest) => `${secret}${rest}`);
const anything = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 20 }).filter((key) => !key.startsWith('_')),
  text,
  { maxKeys: 4 },
);
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const hidden = fc.record({
  root: anything,
  facts: anything,
  renditions: anything,
  edits: anything,
  sidecars: fc.dictionary(hash, fc.record({ name: text, values: fc.record({ owner: text }) }), { maxKeys: 2 }),
  name: text,
  folder: text,
  by: text,
  tag: text,
  album: text,
  audience: fc.constantFrom('public', 'public', 'family', 'private'),
  trashed: fc.boolean(),
});
type Hidden = typeof hidden extends fc.Arbitrary<infer T> ? T : never;

/** A document with secrets in all places that must not be published. */
function withSecrets(document: PhotoDocument, h: Hidden): PhotoDocument {
  const [server, sighting] = Object.entries(document.sightings)[0]!;
  return {
    ...h.root,
    ...document,
    facts: {
      ...h.facts,
      ...document.facts,
      gps: { ...h.facts, lat, lon, alt: 3 },
      place: { ...h.facts, city: 'Delft' },
      camera: { ...h.facts, make: 'Canon' },
      exposure: { ...h.facts, iso: 100 },
      tags: [`_${h.tag}`, `private/${h.tag}`, 'sea'],
      // The id that connects the halves of a Live Photo at home.
      pair: `${secret}-half-0001`,
    },
    clips: { hover: { ...h.renditions }, video: { ...h.renditions } } as unknown as object,
    renditions: { ...h.renditions, ...document.renditions },
    sidecars: h.sidecars as PhotoDocument['sidecars'],
    sightings: { [server]: { ...sighting, name: h.name, folder: h.folder } },
    edits: { ...h.edits, ...document.edits },
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Starts the built command line as a public server on a free port. */
async function servePublic(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  const args = [main, 'serve', '--role', 'public', '--port', '0', '--home', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  for await (const part of child.stdout) {
    const url = /https?:\S+/.exec(String(part))?.[0];
    if (url === undefined) continue;
    return {
      url,
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error('It ended before it served anything.');
}

test('no secret gets onto the disk of a public server, or into a response', { timeout: 300_000 }, async () => {
  const vps = makeHome();
  const token = (await vps.run('tokens', 'add', 'home', '--may', 'publish')).out.trim();
  const server = await servePublic(vps.folder);
  const home = await openPublisher();
  const link = home.publish(server.url, token);
  const all = fc.sample(hidden, { numRuns: 40, seed: 20261125 });
  const shown: string[] = [];
  for (const [n, h] of all.entries()) {
    const id = await home.add(n);
    home.library.update(photoId(id), (body) => withSecrets(body as unknown as PhotoDocument, h) as unknown as Body);
    home.library.update(`exif:${id}`, () => ({ format: 1, kind: 'exif', tags: { SerialNumber: h.by } }));
    home.library.update(`comment:${id}:01`, () => ({
      format: 1,
      kind: 'comment',
      text: { value: h.by, at: home.library.stamp(), by: h.by },
    }));
    home.edit(id, { tags: { add: [`_${h.tag}`.trim()] }, albums: { add: [h.album.trim()] } });
    home.edit(id, { audience: h.audience });
    if (h.trashed) home.edit(id, { trashed: true });
    if (h.audience === 'public' && !h.trashed) shown.push(home.opaque(id));
  }
  interface Listed {
    photos: { id: string }[];
  }
  const listed = async (): Promise<string[]> => {
    const { photos } = (await (await fetch(`${server.url}/api/photos?limit=200`)).json()) as Listed;
    return photos.map(({ id }) => id).sort();
  };
  expect(shown.length).toBeGreaterThan(5);
  await expect.poll(listed, soon).toEqual(shown.sort());
  // All pictures have arrived: one being received has a temporary name, and moves while the disk is searched.
  for (const id of shown)
    for (const size of ['thumb', 'preview'])
      await expect.poll(async () => (await fetch(`${server.url}/media/${id}/${size}`)).status, soon).toBe(200);
  expect(link.status()?.refused).toEqual([]);

  // Values of the homes are marks too: names of originals, the library's key.
  const marks = [
    secret,
    String(lat),
    '12.3456',
    '98.7654',
    ...[...home.library.scan('photo:')].map(({ id }) => id.slice(6)),
  ];
  const seen = async (what: string, bytes: Buffer): Promise<void> => {
    for (const mark of marks) expect([what, mark, bytes.includes(mark)]).toEqual([what, mark, false]);
    await Promise.resolve();
  };
  for (const path of await filesBelow(vps.folder)) await seen(path, await readFile(path));
  const paths = [
    '/api/photos?limit=200',
    '/api/timeline',
    '/api/tags',
    '/api/cameras',
    '/api/places',
    '/api/albums',
    '/api/home',
    '/api/photos?q=sea',
    '/api/front',
    '/api/feed.xml',
    '/robots.txt',
    '/',
    '/?q=sea',
    ...shown.flatMap((id) => [
      `/api/photos/${id}`,
      `/api/photos/${id}/exif`,
      `/photo/${id}`,
      `/media/${id}/thumb`,
      `/media/${id}/preview`,
    ]),
  ];
  const database = `/db/public-${home.library.server}`;
  const authorization = `Bearer ${token}`;
  for (const path of [...paths, `${database}/_changes`, '/blobs/?originals=all', '/db/']) {
    const answer = await fetch(server.url + path, path.startsWith('/api') ? {} : { headers: { authorization } });
    await seen(path, Buffer.from(await answer.arrayBuffer()));
  }
  await link.stop();
  await server.stop();
  for (const path of await filesBelow(vps.folder)) await seen(path, await readFile(path));
});
