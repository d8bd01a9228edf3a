/** Share links over HTTP: what whoever comes by one sees, and that nothing else of the album exists for them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { withEnd, withGive } from '../../src/document/grants.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { invite, openOwned } from './accounts.js';
import { expectError, openHome, type Home } from './fixture.js';

interface Made {
  path: string;
  share: { id: string };
}
async function make(home: Home, payload: object): Promise<Made> {
  const answer = await home.app.inject({ method: 'POST', url: '/api/shares', payload });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<Made>();
}
const list = async (home: Home): Promise<Record<string, unknown>[]> =>
  (await home.app.inject('/api/shares')).json<{ shares: Record<string, unknown>[] }>().shares;
const idsBy = async (home: Home, path: string, cookie = ''): Promise<string[]> =>
  (await home.app.inject({ url: `${path}/api/photos`, headers: { cookie } }))
    .json<{ photos: { id: string }[] }>()
    .photos.map(({ id }) => id);

test('a link to a photo shows it, even a private one, and nothing else', async () => {
  const home = await openHome();
  const [one, other] = [await home.add(), await home.add()];
  const { path } = await make(home, { photo: one, title: 'The pier' });
  expect(await idsBy(home, path)).toEqual([one]);
  expect((await home.app.inject(`${path}/api/home`)).json()).toMatchObject({ photos: 1 });
  expect((await home.app.inject(`${path}/media/${one}/thumb`)).statusCode).toBe(200);
  expect((await home.app.inject(`${path}/media/${one}/thumb`)).headers['cache-control']).toBe('private, no-cache');
  for (const url of [`/media/${other}/thumb`, `/api/photos/${other}`, `/originals/${one}`, `/api/photos/${one}/exif`])
    expectError(await home.app.inject(path + url), 404, 'not-found');
  for (const url of ['/api/spool', '/api/people', '/api/shares', `/api/photos/${one}/history`, '/metrics'])
    expectError(await home.app.inject(path + url), 403, 'forbidden');
  expectError(await home.app.inject(`${path}/api/photos?q=tag:x`), 400, 'invalid');
  const edit = { method: 'PATCH', url: `${path}/api/photos/${one}`, payload: { title: 'x' } } as const;
  expectError(await home.app.inject(edit), 403, 'forbidden');
  expect((await home.app.inject(`${path}/api/share`)).json()).toMatchObject({
    title: 'The pier',
    photo: one,
    locked: false,
  });
  // In the trash, the link shows no photo, and names none.
  await home.app.inject({ method: 'PATCH', url: `/api/photos/${one}`, payload: { trashed: true } });
  expect(await idsBy(home, path)).toEqual([]);
  expect((await home.app.inject(`${path}/api/share`)).json()).not.toHaveProperty('photo');
});

test('a link to a photo that was deleted permanently is over, until the photo is added again', async () => {
  const home = await openHome();
  const id = await home.add();
  const { path } = await make(home, { photo: id });
  const { library } = home;
  const { body } = library.get<PhotoDocument>(photoId(id))!;
  const by = { at: library.stampAfter(body), by: 'person:owner' };
  library.update<object>(photoId(id), (photo) => photo && purge(photo as PhotoDocument, by));
  expectError(await home.app.inject(`${path}/api/share`), 404, 'not-found');
  expect(await list(home)).toMatchObject([{ photo: id, over: true }]);
  library.update<PhotoDocument>(photoId(id), () => body);
  expect(await list(home)).toMatchObject([{ photo: id, over: false }]);
  // It comes back in the trash.
  expect((await home.app.inject(`${path}/api/share`)).json()).toMatchObject({ photos: 0 });
  await home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload: { trashed: false } });
  expect((await home.app.inject(`${path}/api/share`)).json()).toMatchObject({ photos: 1 });
});

test('a link without details shows neither camera nor lens nor exposure, one with details does', async () => {
  const home = await openHome();
  const id = await home.add({ model: 'Zqcam', lens: 'Zqlens 50mm' });
  const without = await make(home, { photo: id, originals: true });
  for (const url of [`/api/photos/${id}`, '/api/photos', '/api/tiles', '/api/cameras', '/api/lenses']) {
    const answer = await home.app.inject(without.path + url);
    expect(answer.statusCode, url).toBe(200);
    expect(answer.body).not.toMatch(/zq|canon|exposure|aperture/i);
  }
  const { path } = await make(home, { photo: id, details: true });
  expect((await home.app.inject(`${path}/api/photos/${id}`)).json()).toMatchObject({
    camera: { model: 'Zqcam' },
    lens: 'Zqlens 50mm',
    exposure: { iso: 200, aperture: 2 },
  });
  expect((await home.app.inject(`${path}/api/cameras`)).json()).toEqual([{ value: 'Canon Zqcam', count: 1 }]);
});

test('a link to a search shows its present and later results, until it is revoked', async () => {
  const home = await openHome();
  const id = await home.add({ tags: ['sea'] });
  await home.add({ tags: ['other'] });
  const { path, share } = await make(home, { search: 'tag:sea' });
  expect(await idsBy(home, path)).toEqual([id]);
  expect((await home.app.inject(`${path}/api/tags`)).json()).toEqual([{ value: 'sea', count: 1 }]);
  expect((await home.app.inject(`${path}/api/timeline`)).json()).toEqual([{ month: '2024-07', count: 1 }]);
  const later = await home.add({ tags: ['sea'], taken: '2025-07-01T12:00:00.000' });
  expect(await idsBy(home, path)).toEqual([later, id]);
  await home.app.inject({ method: 'PATCH', url: `/api/photos/${later}`, payload: { trashed: true } });
  expect(await idsBy(home, path)).toEqual([id]);
  home.access.shares.flush();
  expect(await list(home)).toMatchObject([{ search: 'tag:sea', lastUsed: '2026-11-24T10:00:00.000Z', over: false }]);
  expect((await home.app.inject({ method: 'DELETE', url: `/api/shares/${share.id}` })).json()).toEqual({
    revoked: true,
  });
  expectError(await home.app.inject(`${path}/api/photos`), 401, 'unauthorized');
  expectError(await home.app.inject(`${path}/api/share`), 404, 'not-found');
  expectError(await home.app.inject({ method: 'DELETE', url: `/api/shares/${share.id}` }), 404, 'not-found');
});

test('a link is changed at its address, and gets a new one; only by those who may revoke it', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const id = await home.add({ tags: ['sea'], model: 'Zqcam' });
  const { browser: ben } = await invite(owned, 'Ben');
  const listed = async () => (await owner.ask('GET', '/api/shares')).json<{ shares: object[] }>().shares;
  const made = (await owner.ask('POST', '/api/shares', { search: 'tag:sea', title: 'Sea' })).json<Made>();
  const url = `/api/shares/${made.share.id}`;
  const look = (path: string) => home.app.inject(`${path}/api/photos/${id}`);
  expect((await look(made.path)).body).not.toContain('Zqcam');
  const expires = '2027-01-01T00:00:00.000Z';
  const changed = await owner.ask('PATCH', url, { title: ' The sea ', details: true, originals: true, expires });
  expect(changed.statusCode, changed.body).toBe(200);
  expect(changed.json()).toMatchObject({ share: { title: 'The sea', details: true, originals: true, expires } });
  expect((await look(made.path)).body).toContain('Zqcam');
  for (const [body, status] of [
    [{ password: 'short' }, 400],
    [{ expires: '2001-01-01T00:00:00.000Z' }, 400],
    [{ expires: 'never' }, 400],
    [{}, 400],
    [{ search: 'tag:other' }, 400],
  ] as const)
    expect((await owner.ask('PATCH', url, body)).statusCode, JSON.stringify(body)).toBe(status);

  // A password closes the pages that are open without it, and opens them again when it is removed.
  await owner.ask('PATCH', url, { password: 'blue door' });
  expectError(await look(made.path), 401, 'unauthorized');
  expect(await listed()).toMatchObject([{ locked: true, title: 'The sea' }]);
  await owner.ask('PATCH', url, { password: null, details: false, expires: null });
  expect((await look(made.path)).body).not.toContain('Zqcam');
  expect((await listed())[0]).not.toHaveProperty('expires');

  // Who made it is told only if they agreed to that.
  const view = async () => (await home.app.inject(`${made.path}/api/share`)).json<Record<string, unknown>>();
  expect(await view()).toMatchObject({ title: 'The sea', photos: 1 });
  expect(await view()).not.toHaveProperty('from');
  await owner.ask('PATCH', url, { named: true });
  expect(await view()).toMatchObject({ from: 'Owner' });

  const renewed = await owner.ask('POST', `${url}/address`);
  expect(renewed.statusCode).toBe(201);
  const { path, share } = renewed.json<Made>();
  expect(share.id).toBe(made.share.id);
  expectError(await look(made.path), 401, 'unauthorized');
  expect((await look(path)).statusCode).toBe(200);

  for (const [method, at] of [
    ['PATCH', url],
    ['POST', `${url}/address`],
  ] as const)
    expectError(await ben.ask(method, at, method === 'PATCH' ? { title: 'x' } : undefined), 404, 'not-found');
  const { entries } = (await owner.ask('GET', '/api/audit')).json<{ entries: { what: string }[] }>();
  expect(entries.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['share-made', 'share-changed', 'share-readdressed']),
  );
  await owner.ask('PATCH', '/api/access', { publicAddress: 'https://photos.example.org' });
  const far = (await owner.ask('POST', `${url}/address`)).json<{ address: string; path: string }>();
  expect(far.address).toBe(`https://photos.example.org${far.path}`);
});

test('it shows no name, position or place, unless it was created with details', async () => {
  const home = await openHome();
  const id = await home.add({ name: 'ada-at-home.jpg' });
  const place = { gps: { lat: 12.5, lon: 34.5 }, place: { city: 'Palisade' } };
  await home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload: place });
  const plain = await make(home, { photo: id });
  const all = await make(home, { photo: id, details: true, originals: true });
  const ask = async (path: string, url: string): Promise<string> => (await home.app.inject(path + url)).body;
  const timeline = ['/api/timeline/places', '/api/timeline/places?by=day', '/api/timeline/covers', '/api/front'];
  const lists = ['/api/photos', '/api/places', '/api/tiles', ...timeline];
  for (const url of [`/api/photos/${id}`, ...lists, `/api/photos/${id}/comments`])
    expect(await ask(plain.path, url)).not.toMatch(/ada-at-home|12\.5|Palisade/);
  expect(await ask(all.path, '/api/timeline/places')).toMatch(/Palisade/);
  expect(await ask(all.path, '/api/tiles')).toMatch(/"place":"Palisade"/);
  expect(await ask(all.path, `/api/photos/${id}`)).toMatch(/ada-at-home/);
  expect(await ask(all.path, `/api/photos/${id}`)).toMatch(/12\.5/);
  expect((await home.app.inject(`${all.path}/originals/${id}`)).statusCode).toBe(200);
  expect((await home.app.inject(`${all.path}/api/photos/${id}/exif`)).statusCode).toBe(200);
});

test('an original without details is stripped, converted to a JPEG, or withheld', async () => {
  const home = await openHome();
  const webp = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#468' } })
    .withExif({ IFD0: { Artist: 'Ada' } })
    .webp()
    .toBuffer();
  expect(webp.includes('Ada')).toBe(true);
  const [stripped, made, none] = [
    await home.add({ original: webp, type: 'image/webp' }),
    await home.add({ type: 'image/gif' }),
    await home.add({ type: 'image/x-nikon-nef' }),
  ];
  const given: string[] = [];
  home.made.bare = async (original) => {
    if (home.library.local.originals.find(none)?.path === original) return undefined;
    const path = join(home.folder, 'made.jpg');
    writeFileSync(path, 'a JPEG');
    return { path, type: 'image/jpeg', remove: async () => void given.push(original) };
  };
  const { path } = await make(home, { search: 'type:photo', originals: true });
  const get = (id: string) => home.app.inject(`${path}/originals/${id}`);
  const bare = await get(stripped);
  expect(bare.headers).toMatchObject({ 'content-type': 'image/webp' });
  expect(bare.headers['content-disposition']).toMatch(/^attachment; filename="photo-\d{4}-\d\d-\d\d\.webp"/);
  expect(bare.rawPayload.includes('Ada')).toBe(false);
  expect((await sharp(bare.rawPayload).metadata()).width).toBe(8);
  const jpeg = await get(made);
  expect(jpeg.body).toBe('a JPEG');
  expect(jpeg.headers['content-disposition']).toMatch(/photo-\d{4}-\d\d-\d\d\.jpg"/);
  await expect.poll(() => given.length).toBe(1);
  expectError(await get(none), 415, 'unsupported');
});

test('a password opens it, wrong ones are delayed, and the proof is valid for that link alone', async () => {
  const home = await openHome();
  const id = await home.add();
  const { path } = await make(home, { photo: id, title: 'Secret pier', password: 'blue door' });
  const other = await make(home, { photo: id, password: 'blue door' });
  const give = (password: string) =>
    home.app.inject({ method: 'POST', url: `${path}/api/share`, payload: { password } });
  expect((await home.app.inject(`${path}/api/share`)).json()).toMatchObject({ locked: true, title: '' });
  expectError(await home.app.inject(`${path}/api/photos`), 401, 'unauthorized');
  expectError(await home.app.inject(`${path}/media/${id}/thumb`), 401, 'unauthorized');
  expectError(await give('red door'), 403, 'forbidden');
  expect(home.access.audit.list(1).entries).toMatchObject([
    { what: 'share-failed', address: '127.0.0.1', detail: 'Secret pier' },
  ]);
  const good = await give('blue door');
  expect(good.json()).toMatchObject({ locked: false, title: 'Secret pier' });
  const set = String(good.headers['set-cookie']);
  expect(set).toMatch(new RegExp(`Path=${path}; HttpOnly; SameSite=Lax`));
  const cookie = set.split(';')[0]!;
  expect(await idsBy(home, path, cookie)).toEqual([id]);
  expectError(await home.app.inject({ url: `${other.path}/api/photos`, headers: { cookie } }), 401, 'unauthorized');
  for (let n = 0; n < 5; n++) await give('red door');
  const slowed = await give('blue door');
  expectError(slowed, 429, 'slow-down');
  expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
  await home.clock.advance(60_000);
  expect((await give('blue door')).statusCode).toBe(200);
  const page = await home.app.inject(path);
  expect(page.body).not.toContain('Secret pier');
});

test('it expires on its date', async () => {
  const home = await openHome();
  const { path } = await make(home, { photo: await home.add(), expires: '2026-11-24T11:00:00.000Z' });
  expect(await idsBy(home, path)).toHaveLength(1);
  await home.clock.advance(3_600_000);
  expectError(await home.app.inject(`${path}/api/photos`), 401, 'unauthorized');
  expect(await list(home)).toMatchObject([{ over: true }]);
});

test('invalid requests are rejected; secrets are stored as hashes, and a session changes nothing', async () => {
  const home = await openHome();
  const id = await home.add();
  const wrong = [
    {},
    { search: '   ' },
    { search: 'nonsense:x' },
    { photo: id, search: 'x' },
    { photo: 'f'.repeat(64) },
  ];
  for (const payload of [...wrong, { photo: id, password: 'sevenof' }, { photo: id, expires: '2020-01-01T00:00:00Z' }])
    expect((await home.app.inject({ method: 'POST', url: '/api/shares', payload })).statusCode).toBeGreaterThanOrEqual(
      400,
    );
  expect(await list(home)).toEqual([]);
  const { path } = await make(home, { photo: id });
  expect(path).toMatch(/^\/s\/[\w-]{43}$/);
  expect(JSON.stringify(await list(home))).not.toContain(path.slice(3));
  // Whoever sits at this machine is the owner, and by a link a visitor of it all the same.
  expect((await home.app.inject(`${path}/api/session`)).json()).toMatchObject({ role: 'link', may: ['see'] });
  expectError(await home.app.inject(`/s/${'x'.repeat(43)}/api/photos`), 401, 'unauthorized');
});

test('a link shows nothing once its creator may no longer create links', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const { id: person, browser: second } = await invite(owned, 'Second', 'owner');
  const id = await home.add({ tags: ['sea'] });
  const made: string[] = [];
  for (const payload of [{ search: 'tag:sea' }, { photo: id }, { photo: id, password: 'pass word' }])
    made.push((await second.ask('POST', '/api/shares', payload)).json<Made>().path);
  for (const path of made.slice(0, 2)) expect(await idsBy(home, path)).toEqual([id]);
  const overs = async (): Promise<unknown[]> =>
    (await owner.ask('GET', '/api/shares')).json<{ shares: { over: boolean }[] }>().shares.map(({ over }) => over);
  expect(await overs()).toEqual([false, false, false]);
  for (const undo of [{ role: 'family' }, undefined]) {
    if (undo) await owner.ask('PATCH', `/api/people/${person}`, undo);
    else {
      await owner.ask('PATCH', `/api/people/${person}`, { role: 'owner' });
      for (const path of made.slice(0, 2)) expect(await idsBy(home, path)).toEqual([id]);
      await owner.ask('DELETE', `/api/people/${person}`);
    }
    for (const path of made) expectError(await home.app.inject(`${path}/api/share`), 404, 'not-found');
    for (const path of made) expect((await home.app.inject(`${path}/media/${id}/thumb`)).statusCode).toBe(401);
    expect(await overs()).toEqual([true, true, true]);
  }
});

test('a link to an album shows photos added by owners, and those added by others once an owner approves', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const { id: person, browser: editor } = await invite(owned, 'Editor');
  await owner.ask('PATCH', `/api/people/${person}`, { canEdit: true });
  const [mine, theirs, undone] = [await home.add(), await home.add(), await home.add()];
  const edit = async (browser: typeof owner, ids: string[], change: object): Promise<Record<string, unknown>> => {
    const answer = await browser.ask('PATCH', '/api/photos', { ids, ...change });
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json<Record<string, unknown>>();
  };
  await edit(owner, [mine, theirs, undone], { audience: 'family' });
  await edit(owner, [mine], { albums: { add: ['Trip'] } });
  const { path } = (await owner.ask('POST', '/api/shares', { search: 'album:="Trip"' })).json<Made>();
  await edit(editor, [theirs, undone], { albums: { add: ['Trip'] } });
  expect((await editor.ask('GET', '/api/photos?q=album:Trip')).json<{ photos: object[] }>().photos).toHaveLength(3);
  expect(await idsBy(home, path)).toEqual([mine]);
  for (const id of [theirs, undone]) expectError(await home.app.inject(`${path}/api/photos/${id}`), 404, 'not-found');
  expect((await home.app.inject(`${path}/api/timeline`)).json()).toEqual([{ month: '2024-07', count: 1 }]);
  expect((await home.app.inject(`${path}/api/albums`)).json()).toEqual([
    { value: 'Trip', count: 1, videos: 0, newest: '2024-07-01T12:00:00' },
  ]);
  // Taking out what is the owner's narrows; saying it again is the owner's word.
  await edit(owner, [theirs], { albums: { add: ['Trip'] } });
  expect((await idsBy(home, path)).sort()).toEqual([mine, theirs].sort());
  await edit(editor, [mine], { albums: { remove: ['Trip'] } });
  await edit(editor, [mine], { albums: { add: ['Trip'] } });
  expect(await idsBy(home, path)).toEqual([theirs]);
  // Another name for all, and the way back from that or from anything else, says nothing of what each photo shows.
  const each = async (changes: unknown): Promise<{ undo: object[] }> =>
    (await owner.ask('PATCH', '/api/photos/each', { each: changes, undo: true })).json<{ undo: object[] }>();
  const all = { ids: [mine, theirs, undone] };
  const { path: renamed } = (await owner.ask('POST', '/api/shares', { search: 'album:="Travel"' })).json<Made>();
  const { undo } = await each([{ ...all, albums: { add: ['Travel'], remove: ['Trip'] } }]);
  expect((await editor.ask('GET', '/api/photos?q=album:Travel')).json<{ photos: object[] }>().photos).toHaveLength(3);
  expect(await idsBy(home, renamed)).toEqual([theirs]);
  await each(undo);
  expect(await idsBy(home, path)).toEqual([theirs]);
  await each((await each([{ ...all, albums: { remove: ['Trip'] } }])).undo);
  expect((await editor.ask('GET', '/api/photos?q=album:Trip')).json<{ photos: object[] }>().photos).toHaveLength(3);
  expect(await idsBy(home, path)).toEqual([theirs]);
  // Nor does what goes over from a duplicate.
  const kept = await home.add();
  await each([{ ids: [kept], from: [undone], albums: { add: ['Trip'] } }]);
  expect(await idsBy(home, path)).toEqual([theirs]);
  await each([{ ids: [kept], from: [theirs, undone], albums: { add: ['Trip'] } }]);
  expect((await idsBy(home, path)).sort()).toEqual([kept, theirs].sort());
});

test('a family member can share their own photos by link, nobody else can; a lock closes the link permanently', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const { id: ben, browser } = await invite(owned, 'Ben');
  const { library } = home;
  const item = { holder: ben, sha256: await home.add() };
  const [document, id] = [itemId(item), publicIdOf(item)];
  library.update(document, () => library.get(photoId(item.sha256))!.body);
  const by = `person:${ben}`;
  const edit = (change: (edits: PhotoDocument['edits'], at: string) => PhotoDocument['edits']): unknown =>
    library.update<PhotoDocument>(
      document,
      (body) => body && { ...body, edits: change(body.edits, library.stampAfter(body)) },
    );
  const make = (from: typeof owner, payload: object) => from.ask('POST', '/api/shares', payload);

  expectError(await make(browser, { photo: item.sha256 }), 404, 'not-found');
  expectError(await make(browser, { search: 'tag:x' }), 403, 'forbidden');
  expectError(await make(owner, { photo: id }), 404, 'not-found');
  const { path, share } = (await make(browser, { photo: id })).json<Made>();
  expect(await idsBy(home, path)).toEqual([id]);
  expect((await home.app.inject(`${path}/media/${id}/thumb`)).statusCode).toBe(200);
  expectError(await home.app.inject(`${path}/api/photos/${item.sha256}`), 404, 'not-found');

  const idsOf = async (from: typeof owner): Promise<string[]> =>
    (await from.ask('GET', '/api/shares')).json<{ shares: { id: string }[] }>().shares.map((one) => one.id);
  expect([await idsOf(browser), await idsOf(owner)]).toEqual([[share.id], []]);
  expectError(await owner.ask('DELETE', `/api/shares/${share.id}`), 404, 'not-found');

  edit((edits, at) => withEnd(edits, '*', { at, by }));
  expectError(await home.app.inject(`${path}/api/share`), 404, 'not-found');
  edit((edits, at) => withGive(edits, { to: '*', what: 'unlocked' }, { at, by }));
  expectError(await home.app.inject(`${path}/api/share`), 404, 'not-found');
  // Its list says so.
  expect((await browser.ask('GET', '/api/shares')).json()).toMatchObject({ shares: [{ id: share.id, over: true }] });
  const again = (await make(browser, { photo: id })).json<Made>();
  expect(await idsBy(home, again.path)).toEqual([id]);
  await owner.ask('DELETE', `/api/people/${ben}`);
  expectError(await home.app.inject(`${again.path}/api/share`), 404, 'not-found');
});
