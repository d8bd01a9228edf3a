/**
 * A home of version 0.1.0 (test/fixtures/home-0.1), opened by today's code: nothing is lost, and what worked still
 * works. If a test here fails, an upgrade breaks existing homes: fix the code, not the test.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeHome, type TestHome } from './run.js';

type Json = Record<string, unknown>;
interface Known {
  passwords: Record<string, string>;
  tokens: Record<string, string>;
  links: Record<string, string>;
  photos: Record<string, Json & { id: string; name: string; audience: string; trashed: boolean; renditions: object }>;
  comments: Record<string, Json>;
  saved: Json;
  covers: Json;
  people: { people: Json[] };
  shares: { shares: Json[] };
  peers: Json[];
  stuck: Json[];
  purged: string;
  late: Record<string, string>;
  upload: { path: string; offset: number; rest: string; sha256: string };
}

const fixture = join(import.meta.dirname, '../fixtures/home-0.1');
const known = JSON.parse(readFileSync(join(fixture, 'known.json'), 'utf8')) as Known;
const photos = Object.values(known.photos);
const named = (name: string): string => photos.find((photo) => photo.name === name)!.id;

/** A copy of the old home. Its unfinished upload is kept for a week after its last byte; here it has just arrived. */
function oldHome(): TestHome {
  const home = makeHome();
  execFileSync('tar', ['-xzf', join(fixture, 'home.tar.gz'), '-C', home.folder]);
  const uploads = join(home.folder, 'work/.uploads');
  for (const name of readdirSync(uploads)) utimesSync(join(uploads, name), new Date(), new Date());
  return home;
}

const secretOf = (home: TestHome): string =>
  (JSON.parse(readFileSync(join(home.folder, '.photospool/server.json'), 'utf8')) as { secret: string }).secret;

async function get(url: string, headers: Record<string, string> = {}): Promise<Json> {
  const response = await fetch(url, { headers });
  expect(response.status, url).toBe(200);
  return (await response.json()) as Json;
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const statusOf = async (url: string, headers: Record<string, string> = {}): Promise<number> =>
  (await fetch(url, { headers })).status;

test('claims and files in incoming are imported, and every byte is unchanged', { timeout: 120_000 }, async () => {
  const home = oldHome();
  const before = await home.run('verify', '--json');
  expect(
    before.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json),
  ).toEqual([{ checked: photos.length + 1, missing: 0, changed: 0, unknown: 0, unreadable: 0 }]);
  const pass = await home.run('process', '--json');
  expect(pass.code).toBe(1);
  expect(JSON.parse(pass.out)).toMatchObject({ stored: 4, duplicates: 0, stuck: 1, ignored: 1 });
  expect(readdirSync(home.incoming)).toEqual(['notes.txt']);
  const work = readdirSync(join(home.folder, 'work'), { recursive: true }) as string[];
  expect(work.filter((path) => /\.(jpg|png|mp4)$/.test(path)).map((path) => path.split('/')[1])).toEqual([
    'broken.png',
  ]);

  const listed = (await home.run('list', '--json')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
  const expected = {
    ...Object.fromEntries(photos.filter(({ trashed }) => !trashed).map(({ id, name }) => [id, name])),
  };
  expect(Object.fromEntries(listed.map(({ id, name }) => [id, name]))).toEqual({ ...expected, ...known.late });
  const { code, err } = await home.run('verify');
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

/** The one text of this version that is another than before: what it calls a person whose document is gone. */
const renamed = <T>(before: T): T =>
  JSON.parse(JSON.stringify(before).replace('"Somebody who left"', '"Former member"')) as T;

test('photos, people, links and peers are reported as before', { timeout: 120_000 }, async () => {
  const home = oldHome();
  const server = await home.serve();
  const owner = bearer(secretOf(home));
  const ask = (path: string): Promise<Json> => get(server.url + path, owner);
  for (const { renditions, ...photo } of photos) {
    expect(await ask(`/api/photos/${photo.id}`)).toMatchObject(photo);
    expect(await ask(`/api/photos/${photo.id}/comments`)).toMatchObject(renamed(known.comments[photo.id]!));
    for (const kind of Object.keys(renditions)) {
      expect(await statusOf(`${server.url}/media/${photo.id}/${kind}`, owner), `${photo.name} ${kind}`).toBe(200);
    }
    expect(await statusOf(`${server.url}/originals/${photo.id}`, owner)).toBe(200);
  }
  expect(await statusOf(`${server.url}/api/photos/${known.purged}`, owner)).toBe(404);
  expect(await ask('/api/albums/saved')).toMatchObject(known.saved);
  expect(await ask('/api/albums/covers')).toMatchObject(known.covers);
  expect(await ask('/api/people')).toMatchObject(known.people);
  // The link that expired a second after this was recorded.
  const shares = known.shares.shares.map((share) => ('expires' in share ? { ...share, over: !isFar(share) } : share));
  expect(await ask('/api/shares')).toMatchObject({ shares });
  expect((await ask('/api/peers'))['peers']).toMatchObject(known.peers);
  // It is retried once, because the copy is another file; the message depends on this version.
  const stuck = known.stuck.map(({ name, code }) => ({ name, code }));
  await expect.poll(async () => (await ask('/api/spool'))['stuck'], { timeout: 30_000 }).toMatchObject(stuck);
});

const isFar = ({ expires }: Json): boolean => String(expires).startsWith('2099');

test('passwords, tokens and links still work, and for nothing else', { timeout: 120_000 }, async () => {
  const home = oldHome();
  const { url } = await home.serve();
  const signIn = (name: string): Promise<Response> =>
    fetch(`${url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password: known.passwords[name] }),
    });
  expect(await (await signIn('Ada')).json()).toMatchObject({ role: 'owner' });
  const ben = await signIn('Ben');
  expect(await ben.json()).toMatchObject({ role: 'family' });
  expect((await signIn('Dora')).status).toBe(401);
  const cookie = {
    cookie: ben.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; '),
  };
  const isForFamily = ({ audience, trashed }: { audience: string; trashed: boolean }): boolean =>
    audience !== 'private' && !trashed;
  const seen = (await get(`${url}/api/photos?limit=500`, cookie))['photos'] as { id: string; favourite: boolean }[];
  expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(photos.filter(isForFamily).map(({ id }) => id)));
  expect(seen.filter(({ favourite }) => favourite).map(({ id }) => id)).toEqual([named('IMG_0006.jpg')]);

  const { read, edit, replicate, revoked } = known.tokens;
  expect(await statusOf(`${url}/api/photos`)).toBe(401);
  expect(await statusOf(`${url}/api/photos`, bearer(read!))).toBe(200);
  expect(await statusOf(`${url}/api/photos`, bearer(edit!))).toBe(200);
  expect(await statusOf(`${url}/db/`, bearer(replicate!))).toBe(200);
  expect(await statusOf(`${url}/api/photos`, bearer(revoked!))).toBe(401);

  const { photo, originals, details, both, locked, over, ended } = known.links;
  const title = (await get(`${url}${photo}/api/share`))['title'];
  expect(title).toBe('One photo');
  expect(await statusOf(`${url}${photo}/media/${named('IMG_0002.jpg')}/preview`)).toBe(200);
  expect(await statusOf(`${url}${photo}/originals/${named('IMG_0002.jpg')}`)).not.toBe(200);
  expect(await statusOf(`${url}${originals}/originals/${named('IMG_0002.jpg')}`)).toBe(200);
  for (const link of [details, both]) {
    const shown = (await get(`${url}${link}/api/photos`))['photos'] as { name: string }[];
    expect(shown.map(({ name }) => name)).toEqual(['IMG_0007.jpg', 'IMG_0006.jpg']);
  }
  expect(await get(`${url}${locked}/api/share`)).toMatchObject({ locked: true });
  const unlocked = await fetch(`${url}${locked}/api/share`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: 'a password for guests' }),
  });
  expect(unlocked.status).toBe(200);
  for (const link of [over, ended]) expect(await statusOf(`${url}${link}/api/share`)).toBe(404);
});

test('an unfinished upload resumes, and ends in the album', { timeout: 120_000 }, async () => {
  const home = oldHome();
  const { url } = await home.serve();
  const { path, offset, rest, sha256 } = known.upload;
  const headers = { ...bearer(known.tokens['upload']!), 'tus-resumable': '1.0.0' };
  const head = await fetch(url + path, { method: 'HEAD', headers });
  expect([head.status, head.headers.get('upload-offset')]).toEqual([200, `${offset}`]);
  const sent = await fetch(url + path, {
    method: 'PATCH',
    headers: { ...headers, 'upload-offset': `${offset}`, 'content-type': 'application/offset+octet-stream' },
    body: new Uint8Array(Buffer.from(rest, 'base64')),
  });
  expect(sent.status).toBe(204);
  expect(await get(url + path, headers)).toMatchObject({ state: 'received', sha256 });
  const owner = bearer(secretOf(home));
  await expect.poll(() => statusOf(`${url}/api/photos/${sha256}`, owner), { timeout: 30_000 }).toBe(200);
});
