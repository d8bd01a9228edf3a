import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { distinct, zip, zipPrepared } from '../../src/server/files/zip-download.js';
import { actorOf } from '../../src/access/actor.js';
import { local } from '../../src/access/viewer.js';
import { exists, kinds, openDoors } from './roles.js';
import { filesOf } from './stored-zip.js';
import { expectError, listenOn, openHome, sha256, turn, type Home } from './fixture.js';

interface Ready {
  path: string;
  photos: number;
  bytes: number;
  missing: number;
}
async function ready(home: Home, ids: string[], headers = {}): Promise<Ready> {
  const response = await home.app.inject({ method: 'POST', url: '/api/downloads', payload: { ids }, headers });
  expect(response.statusCode, response.body).toBe(201);
  return response.json<Ready>();
}

describe('a download of several originals', () => {
  it('leaves no file open that was opened when nobody listened any more', async () => {
    const bytes = Readable.from([Buffer.from('one')]);
    let hand: (file: Readable) => void = () => undefined;
    const read = () => new Promise<Readable>((resolve) => (hand = resolve));
    const { stream } = await zip([{ path: '/a', name: 'a', bytes: 3, taken: '2024-07-01T12:00:00' }], read);
    stream.destroy();
    await turn();
    hand(bytes);
    await turn();
    expect(bytes.destroyed).toBe(true);
  });

  it('is an archive of the originals with unique names and the declared length', async () => {
    const home = await openHome();
    const originals = ['one', 'two', 'three'].map((word) => Buffer.from(word.repeat(50_000)));
    const ids: string[] = [];
    for (const original of originals) ids.push(await home.add({ original, name: 'IMG_1.jpg' }));
    const gone = await home.add({ away: true });
    const { path, photos, missing, bytes } = await ready(home, [...ids, gone, ids[0]!]);
    expect({ photos, missing, bytes }).toEqual({
      photos: 3,
      missing: 1,
      bytes: originals.reduce((sum, { length }) => sum + length, 0),
    });
    const response = await home.app.inject(path);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/zip');
    expect(response.headers['content-disposition']).toMatch(/^attachment; filename="photos-2026-11-24\.zip"$/);
    expect(response.rawPayload.length).toBe(Number(response.headers['content-length']));
    const files = filesOf(response.rawPayload);
    expect([...files.keys()]).toEqual(['IMG_1.jpg', 'IMG_1 (2).jpg', 'IMG_1 (3).jpg']);
    expect([...files.values()].map(sha256)).toEqual(ids);
  });

  it('is valid for its requester, for ten minutes, and contains only photos visible to them then', async () => {
    const home = await openHome();
    const guests = await openDoors(home, kinds);
    const ids = kinds.map(({ id }) => id);
    const family = guests.headersOf('family');
    const { path, photos } = await ready(home, ids, family);
    expect(photos).toBe(kinds.filter((kind) => exists('family', kind)).length);
    for (const role of ['owner', 'editor', 'token read'] as const)
      expectError(await home.app.inject({ url: path, headers: guests.headersOf(role) }), 404, 'not-found');
    const taken = kinds.find((kind) => exists('family', kind))!.id;
    const payload = { audience: 'private' };
    await home.app.inject({
      method: 'PATCH',
      url: `/api/photos/${taken}`,
      payload,
      headers: guests.headersOf('owner'),
    });
    const files = filesOf((await home.app.inject({ url: path, headers: family })).rawPayload);
    expect(files.size).toBe(photos - 1);
    await home.clock.advance(10 * 60_000);
    expectError(await home.app.inject({ url: path, headers: family }), 404, 'not-found');
  });

  it('breaks off before a photo that its reader no longer gets', async () => {
    const home = await openHome();
    const guests = await openDoors(home, []);
    // More than what fits between the server and a reader who pauses.
    const original = (n: number): Buffer => Buffer.alloc(30_000_000, n);
    const ids = [await home.add({ original: original(1) }), await home.add({ original: original(2) })];
    const show = (id: string, audience: string) =>
      home.app.inject({
        ...{ method: 'PATCH', url: `/api/photos/${id}`, payload: { audience }, headers: guests.headersOf('owner') },
      });
    for (const id of ids) await show(id, 'family');
    const headers = guests.headersOf('family');
    const { path, photos } = await ready(home, ids, headers);
    expect(photos).toBe(2);
    const port = await listenOn(home.app);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    const reader = response.body!.getReader();
    let length = (await reader.read()).value!.length;
    await show(ids[1]!, 'private');
    const rest = async (): Promise<void> => {
      for (let part; !(part = await reader.read()).done;) length += part.value.length;
    };
    await expect(rest()).rejects.toThrow();
    expect(length).toBeLessThan(31_000_000);
  });

  it('is cut off if a file is missing, so that nobody takes it for complete', async () => {
    const home = await openHome();
    const ids = [
      await home.add({ original: Buffer.alloc(400_000, 1) }),
      await home.add({ original: Buffer.alloc(400_000, 2) }),
    ];
    const { path } = await ready(home, ids);
    await rm(
      home.parts.blobs.original(
        (await home.app.inject(`/api/photos/${ids[1]}`)).json<{ original: { path: string } }>().original.path,
      ),
    );
    const port = await listenOn(home.app);
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });
});

it('names in an archive are valid on every system, and stay inside the folder', () => {
  const given = [
    '../../etc/passwd',
    'a\\b.jpg',
    'CON.jpg',
    'x?.jpg',
    'X_.jpg',
    'é.jpg',
    'e\u0301.jpg',
    '..',
    'dot.',
    '.hidden',
    'n'.repeat(400),
  ];
  const names = distinct(given);
  expect(new Set(names.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(given.length);
  for (const name of names) {
    expect(name).not.toMatch(/[/\\<>:"|?*]|[. ]$/u);
    expect(name.split('.')[0]!.toLowerCase()).not.toBe('con');
    expect(name.length).toBeGreaterThan(0);
  }
});

/** A JPEG with a comment. */
const jpegWith = (comment: string): Buffer =>
  Buffer.concat([
    Buffer.from('ffd8fffe0010', 'hex'),
    Buffer.from(comment.padEnd(14).slice(0, 14), 'latin1'),
    Buffer.from('ffda0002', 'hex'),
    Buffer.alloc(100, 1),
    Buffer.from('ffd9', 'hex'),
  ]);

describe('a download of several originals without metadata', () => {
  it('has what a link without details gives one by one, and nothing else', async () => {
    const home = await openHome();
    const [first, second, broken] = [
      await home.add({ original: jpegWith('at home 1'), name: 'Ada.jpg' }),
      await home.add({ original: jpegWith('at home 2'), name: 'Ben.jpg' }),
      await home.add({ original: Buffer.from('no picture'), name: 'Cleo.jpg' }),
    ];
    const hidden = await home.add({ type: 'video/mp4', original: Buffer.from('film') });
    const linkTo = async (originals: boolean): Promise<string> => {
      const shared = { scope: { search: 'type:photo' }, title: '', originals, details: false };
      return `/s/${(await home.access.shares.make(shared, actorOf(local))).secret}`;
    };
    const link = await linkTo(true);
    const ids = [first, second, broken, hidden];
    const post = (path: string) =>
      home.app.inject({
        method: 'POST',
        url: `${path}/api/downloads`,
        payload: { ids },
        headers: { host: 'localhost' },
      });
    expectError(await post(await linkTo(false)), 403, 'forbidden');
    const made = (await post(link)).json<Ready>();
    expect(made).toMatchObject({ photos: 3, missing: 1, bytes: 0 });
    const answer = await home.app.inject({ url: link + made.path, headers: { host: 'localhost' } });
    expect(answer.headers).not.toHaveProperty('content-length');
    const files = filesOf(answer.rawPayload);
    const day = (await home.app.inject(`/api/photos/${first}`)).json<{ taken: string }>().taken.slice(0, 10);
    expect([...files.keys()]).toEqual([`photo-${day}.jpg`, `photo-${day} (2).jpg`]);
    const alone = await home.app.inject({ url: `${link}/originals/${first}`, headers: { host: 'localhost' } });
    expect([...files.values()][0]!.equals(alone.rawPayload)).toBe(true);
    for (const file of files.values()) expect(file.toString('latin1')).not.toContain('home');
    await expect.poll(() => readdirSync(join(home.folder, 'blobs', '.tmp'))).toEqual([]);
  });

  it('makes one file at a time, and removes each, also after the reader has gone', async () => {
    const log: string[] = [];
    const file = (name: string) => ({
      taken: '2024-07-01T12:00:00',
      prepare: () => {
        log.push(`make ${name}`);
        const remove = (): Promise<void> => {
          log.push(`remove ${name}`);
          return Promise.resolve();
        };
        return Promise.resolve({ name, open: () => Promise.resolve(Readable.from([Buffer.alloc(100_000)])), remove });
      },
    });
    const whole: Buffer[] = [];
    for await (const part of zipPrepared([file('a'), file('b')])) whole.push(part as Buffer);
    expect(log.splice(0)).toEqual(['make a', 'remove a', 'make b', 'remove b']);
    expect([...filesOf(Buffer.concat(whole)).values()].map(({ length }) => length)).toEqual([100_000, 100_000]);
    const left = zipPrepared([file('c'), file('d')]);
    await expect.poll(() => log).toEqual(['make c']);
    left.destroy();
    await expect.poll(() => log).toEqual(['make c', 'remove c']);
  });
});
