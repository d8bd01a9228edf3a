/** Locked photos over HTTP: locking, opening them by PIN or passkey, what shows them, and what unlocking restores. */
import { describe, expect, it } from 'vitest';
import { itemId, itemOf, publicIdOf } from '../../src/document/item-id.js';
import { applyChange } from '../../src/document/edits.js';
import { merge } from '../../src/document/merge.js';
import { openHlc } from '../../src/document/stamp.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { readItem } from '../../src/access/item-access.js';
import { makeAuthenticator } from '../access/authenticator.js';
import { openBrowser, type Browser } from './browser.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

const good = 'seven green ladders';
const better = 'nine yellow kettles';
const pin = '804261';
const minute = 60_000;
const site = { origin: 'http://localhost:4780', rp: 'localhost' };

type Ids = { photos: { id: string }[] };

/** A home with an owner, and Ben, who holds two photos with their files; nothing is locked. */
async function withBen() {
  const { home, people, close } = await openPeople();
  const { library, access } = home;
  const enter = async (name: string, password = good): Promise<Browser> => {
    const browser = openBrowser(home.app);
    const answer = await browser.ask('POST', '/api/session', { name, password });
    expect(answer.statusCode, answer.body).toBe(200);
    return browser;
  };
  for (const { id } of [people.ada, people.ben]) await access.signing.setPassword(id, good, { by: 'owner', who: 'x' });
  const [ada, ben] = [await enter('ada'), await enter('ben')];

  /** Adds a photo of Ben’s with its files; returns its public id. */
  async function add(sample: Parameters<typeof home.add>[0] = {}): Promise<string> {
    const sha256 = await home.add(sample);
    const item = { holder: people.ben.id, sha256 };
    const { body } = library.get<PhotoDocument>(photoId(sha256))!;
    const sightings = Object.fromEntries(
      Object.entries(body.sightings).map(([key, told]) => [key, { ...told, by: `person:${item.holder}` }]),
    );
    library.update<object>(itemId(item), () => ({ ...body, sightings }));
    // The house has nothing of it.
    library.update<object>(photoId(sha256), () => ({ format: 1, kind: 'gone' }));
    return publicIdOf(item);
  }

  /** The answer of a passkey of one’s own. */
  async function makeKey(browser: Browser): Promise<() => Promise<object>> {
    const key = makeAuthenticator();
    await browser.ask('POST', '/api/session/confirm', { password: good });
    const options = (await browser.ask('POST', '/api/me/passkeys/options')).json<Parameters<typeof key.make>[0]>();
    const made = await browser.ask('POST', '/api/me/passkeys', { response: key.make(options, site), name: 'key' });
    expect(made.statusCode, made.body).toBe(201);
    return async () =>
      key.use((await browser.ask('POST', '/api/session/passkey/options')).json<{ challenge: string }>(), site);
  }

  const ids = async (browser: Browser, url: string): Promise<string[]> =>
    (await browser.ask('GET', url)).json<Ids>().photos.map(({ id }) => id);
  const set = (browser: Browser, body: object) => browser.ask('PUT', '/api/locked/pin', body);
  const open = (browser: Browser, body: object = { pin }) => browser.ask('POST', '/api/locked/open', body);
  const idOf = { ada: people.ada.id, ben: people.ben.id };
  return { home, ada, ben, idOf, close, enter, add, makeKey, ids, set, open };
}

describe('locking', () => {
  it('hides one’s own photo everywhere except among the locked ones, and unlocking restores no access', async () => {
    const { home, ada, ben, idOf, add, ids, set, open } = await withBen();
    const { library } = home;
    const [id, other] = [await add(), await add()];
    const ofHouse = await home.add();
    await ada.ask('PATCH', `/api/photos/${ofHouse}`, { audience: 'family' });
    await ben.ask('PUT', `/api/partners/${idOf.ada}`);
    const album = (await ben.ask('POST', '/api/albums/shared', { name: 'Sea' })).json<{ album: string }>().album;
    const url = `/api/albums/${idOf.ben}/${album}`;
    await ben.ask('PUT', `${url}/members/${idOf.ada}`, { right: 'view' });
    await ben.ask('POST', `${url}/entries`, { ids: [id] });
    const before = (await ben.ask('PATCH', '/api/photos', { ids: [id], audience: 'family', undo: true })).json<{
      undo: object[];
    }>();
    const link = (await ben.ask('POST', '/api/shares', { photo: id })).json<{ path: string }>().path;
    expect((await ben.ask('GET', `/api/photos/${id}`)).json()).toMatchObject({
      can: expect.arrayContaining(['lock']) as unknown,
    });
    expect(await ids(ada, '/api/photos')).toContain(id);

    expectError(await ben.ask('POST', '/api/photos/lock', { ids: [id] }), 409, 'conflict');
    expect((await set(ben, { pin, password: good })).json()).toEqual({
      pin: true,
      passkeys: 0,
      password: true,
      open: false,
    });
    const nowhere = 'e'.repeat(64);
    expect((await ben.ask('POST', '/api/photos/lock', { ids: [id, ofHouse, nowhere, id] })).json()).toEqual({
      ...{ changed: 1, missing: [nowhere], refused: [ofHouse] },
    });
    expect(expectError(await ben.ask('POST', '/api/photos/lock', { ids: [ofHouse] }), 403, 'forbidden').message).toBe(
      'You can lock only photos in your own library.',
    );
    expect((await ada.ask('GET', `/api/photos/${ofHouse}`)).json<{ can: string[] }>().can).not.toContain('lock');
    const again = await ben.ask('POST', '/api/photos/lock', { ids: [id] });
    expect(again.json()).toEqual({ changed: 0, missing: [id] });

    for (const browser of [ada, ben]) {
      expect(await ids(browser, '/api/photos?q=taken:1900..2100')).not.toContain(id);
      expectError(await browser.ask('GET', `/api/photos/${id}`), 404, 'not-found');
      expectError(await browser.ask('GET', `/media/${id}/thumb`), 404, 'not-found');
    }
    expectError(await home.app.inject(`${link}/api/share`), 404, 'not-found');
    expectError(await ben.ask('GET', '/api/locked/photos'), 403, 'pin-needed');
    expect((await open(ben)).json()).toMatchObject({ open: true, until: expect.stringMatching(/T/) as unknown });
    expect(await ids(ben, '/api/locked/photos')).toEqual([id]);
    expect(await ids(ben, '/api/photos?q=taken:1900..2100')).toContain(other);
    // A request for what is not locked finds nothing there.
    for (const one of [other, ofHouse])
      expectError(await ben.ask('GET', `/api/locked/photos/${one}`), 404, 'not-found');
    // The undo of an earlier edit does not reach it.
    expectError(await ben.ask('PATCH', '/api/photos/each', { each: before.undo }), 403, 'forbidden');

    const item = itemOf(library.items.find(id)!)!;
    const claims = () => readItem(item, library.get(itemId(item))!.body);
    expect(claims()).toMatchObject({ locked: true, audience: 'private', archived: true, entries: [] });
    expect((await ben.ask('POST', '/api/locked/photos/unlock', { ids: [id, other] })).json()).toEqual({
      ...{ changed: 1, missing: [other] },
    });
    expect(claims()).toMatchObject({ locked: false, audience: 'private', archived: true, entries: [] });
    expect(await ids(ben, '/api/locked/photos')).toEqual([]);
    expect(await ids(ben, '/api/photos')).not.toContain(id);
    expect(await ids(ben, '/api/photos?q=is:archived')).toEqual([id]);
    expectError(await ada.ask('GET', `/api/photos/${id}`), 404, 'not-found');
    expectError(await home.app.inject(`${link}/api/share`), 404, 'not-found');
    expect((await ada.ask('GET', url)).json()).toMatchObject({ name: 'Sea', right: 'view' });
    const { edits } = (await ben.ask('GET', `/api/photos/${id}/history`)).json<{
      edits: { field: string; value: unknown; by: { name: string } }[];
    }>();
    expect(edits.filter(({ field }) => field === 'locked')).toEqual([
      expect.objectContaining({ value: false, by: expect.objectContaining({ name: 'ben' }) as unknown }),
      expect.objectContaining({ value: true }),
    ]);
  });

  it('overrides concurrent sharing by another server, also after unlocking', async () => {
    const { home, ada, ben, add, set, open } = await withBen();
    const { library } = home;
    const id = await add();
    await set(ben, { pin, password: good });
    for (const audience of ['family', 'private']) await ben.ask('PATCH', `/api/photos/${id}`, { audience });
    const document = library.items.find(id)!;
    const before = library.get<PhotoDocument>(document)!.body;
    const at = openHlc({ now: () => 4e12 }, 'elsewhere').after(before);
    const elsewhere = applyChange(before, { audience: 'public' }, { at, by: 'x' });
    await ben.ask('POST', '/api/photos/lock', { ids: [id] });
    await open(ben);
    expect((await ben.ask('POST', '/api/locked/photos/unlock', { ids: [id] })).json()).toMatchObject({ changed: 1 });
    library.update(document, (body) => body && merge(body, elsewhere as unknown as Body));
    expect((await ben.ask('GET', `/api/photos/${id}`)).json()).toMatchObject({ audience: 'private', archived: true });
    expectError(await ada.ask('GET', `/api/photos/${id}`), 404, 'not-found');
  });

  it('includes the RAW of a shot, as does unlocking', async () => {
    const { ben, add, ids, set, open } = await withBen();
    const [jpeg, raw] = [await add({ name: 'IMG_7.jpg' }), await add({ name: 'IMG_7.CR2', type: 'image/x-canon-cr2' })];
    await set(ben, { pin, password: good });
    expect(await ids(ben, '/api/photos')).toEqual([jpeg]);
    expect((await ben.ask('POST', '/api/photos/lock', { ids: [jpeg] })).json()).toMatchObject({ changed: 2 });
    expect(await ids(ben, '/api/photos')).toEqual([]);
    // What comes later is a photo of its own: that it stands beside a locked one would tell of that.
    const later = await add({ name: 'IMG_7.NEF', type: 'image/x-nikon-nef' });
    expect(await ids(ben, '/api/photos')).toEqual([later]);
    await ben.ask('PATCH', `/api/photos/${later}`, { trashed: true });
    await open(ben);
    expect(await ids(ben, '/api/locked/photos')).toEqual([jpeg]);
    expect((await ben.ask('GET', `/api/locked/photos/${jpeg}`)).json()).toMatchObject({ stack: [{ id: raw }] });
    expect((await ben.ask('POST', '/api/locked/photos/unlock', { ids: [jpeg] })).json()).toMatchObject({ changed: 2 });
    expect(await ids(ben, '/api/photos?q=is:archived')).toEqual([jpeg]);
  });
});

describe('locked photos', () => {
  it('are shown, edited, trashed and purged in their own view, and cached by no browser', async () => {
    const { home, ben, add, ids, set, open } = await withBen();
    const original = Buffer.from('a locked original');
    const [id, second] = [await add({ original, tags: ['sea'] }), await add()];
    await set(ben, { pin, password: good });
    await ben.ask('POST', '/api/photos/lock', { ids: [id, second] });
    await open(ben);

    const first = (await ben.ask('GET', '/api/locked/photos?limit=1')).json<Ids & { next: string }>();
    const rest = (await ben.ask('GET', `/api/locked/photos?limit=1&cursor=${first.next}`)).json<Ids>();
    expect([...first.photos, ...rest.photos].map((one) => one.id).sort()).toEqual([id, second].sort());
    expect(await ids(ben, '/api/locked/photos?q=tag:sea')).toEqual([id]);
    const { tiles } = (await ben.ask('GET', '/api/locked/tiles')).json<{ tiles: { id: string }[] }>();
    expect(tiles).toHaveLength(2);
    expect((await ben.ask('GET', `/api/locked/photos/${id}`)).json<{ can: string[] }>().can.sort()).toEqual(
      ['details', 'original', 'stripped', 'favourite', 'edit', 'history', 'trash', 'unlock'].sort(),
    );
    for (const url of [`/api/locked/photos/${id}/exif`, `/api/locked/photos/${id}/history`])
      expect((await ben.ask('GET', url)).statusCode).toBe(200);

    const cookie = [...ben.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    for (const url of [`/locked/media/${id}/thumb`, `/locked/originals/${id}`]) {
      const plain = await home.app.inject({ url: url.replace('/locked', ''), headers: { cookie } });
      expectError(plain, 404, 'not-found');
      for (const headers of [{ 'if-none-match': '*' }, { range: 'bytes=0-3' }, {}] as Record<string, string>[]) {
        const answer = await home.app.inject({ url, headers: { cookie, ...headers } });
        expect(answer.statusCode).toBe('range' in headers ? 206 : 200);
        expect(answer.headers['cache-control']).toBe('private, no-store');
        expect(answer.headers).not.toHaveProperty('etag');
      }
      const conditional = { cookie, range: 'bytes=0-3', 'if-range': '"x"' };
      expect((await home.app.inject({ url, headers: conditional })).statusCode).toBe(200);
    }
    expect((await home.app.inject({ url: `/locked/originals/${id}`, headers: { cookie } })).rawPayload).toEqual(
      original,
    );
    expect((await ben.ask('GET', '/api/locked/photos')).headers['cache-control']).toBe('no-store');

    const named = await ben.ask('PATCH', `/api/locked/photos/${id}`, { title: 'Sea' });
    expect(named.json()).toMatchObject({ title: 'Sea' });
    for (const change of [{ audience: 'public' }, { archived: false }, { albums: { add: ['x'] } }])
      expectError(await ben.ask('PATCH', '/api/locked/photos', { ids: [id], ...change }), 403, 'forbidden');
    const trashed = await ben.ask('PATCH', '/api/locked/photos', { ids: [id], trashed: true, undo: true });
    expect(await ids(ben, '/api/locked/photos')).toEqual([second]);
    expect(await ids(ben, '/api/locked/photos?q=is:trashed')).toEqual([id]);
    expect(await ids(ben, '/api/photos?q=is:trashed')).toEqual([]);
    await ben.ask('PATCH', '/api/locked/photos/each', { each: trashed.json<{ undo: object[] }>().undo });
    expect(await ids(ben, '/api/locked/photos?q=is:trashed')).toEqual([]);
    await ben.ask('PATCH', '/api/locked/photos', { ids: [id], trashed: true });
    expect((await ben.ask('POST', '/api/trash/empty', { ids: [id] })).statusCode).toBe(403);
    expect((await ben.ask('POST', '/api/locked/trash/empty', { ids: [id] })).json()).toEqual({ purged: 1, left: 0 });
    expect(await ids(ben, '/api/locked/photos?q=is:trashed')).toEqual([]);
  });

  it('are open in one session for five minutes, and for no token and nobody else', async () => {
    const { home, ada, ben, idOf, enter, add, ids, set, open } = await withBen();
    const id = await add();
    await set(ben, { pin, password: good });
    await ben.ask('POST', '/api/photos/lock', { ids: [id] });
    const second = await enter('ben');
    await open(ben);
    await set(ada, { pin, password: good });
    await open(ada);
    expect(await ids(ada, '/api/locked/photos')).toEqual([]);
    expectError(await ada.ask('GET', `/api/locked/photos/${id}`), 404, 'not-found');
    expect((await ada.ask('POST', '/api/locked/photos/unlock', { ids: [id] })).json()).toEqual({
      ...{ changed: 0, missing: [id] },
    });
    expectError(await second.ask('GET', '/api/locked/photos'), 403, 'pin-needed');
    const actor = { by: `person:${idOf.ben}`, who: 'ben' };
    const { secret: token } = home.access.tokens.make('phone', ['read', 'edit', 'upload'], actor, idOf.ben);
    for (const url of ['/api/locked', '/api/locked/photos', `/api/locked/photos/${id}`, `/locked/media/${id}/thumb`])
      for (const headers of [
        { authorization: `Bearer ${token}` },
        // The session beside it does not help.
        { authorization: `Bearer ${token}`, cookie: `photospool=${ben.cookies.get('photospool')!}` },
      ])
        expect((await home.app.inject({ url, headers })).statusCode, url).toBe(403);

    await home.clock.advance(5 * minute - 1);
    expect(await ids(ben, '/api/locked/photos')).toEqual([id]);
    await home.clock.advance(1);
    expectError(await ben.ask('GET', '/api/locked/photos'), 403, 'pin-needed');
    expectError(await ben.ask('GET', `/locked/media/${id}/thumb`), 403, 'pin-needed');
    await open(ben);
    expect((await ben.ask('POST', '/api/locked/close')).json()).toMatchObject({ open: false });
    expectError(await ben.ask('GET', '/api/locked/photos'), 403, 'pin-needed');
    // Another PIN closes them in every session.
    await open(ben);
    await open(second);
    expect((await set(second, { pin: '295018', current: pin })).statusCode).toBe(200);
    for (const browser of [ben, second]) expectError(await browser.ask('GET', '/api/locked/photos'), 403, 'pin-needed');
    await open(ben, { pin: '295018' });
    const cookies = new Map(ben.cookies);
    await ben.ask('DELETE', '/api/session');
    for (const [name, value] of cookies) ben.cookies.set(name, value);
    expectError(await ben.ask('GET', '/api/locked/photos'), 401, 'unauthorized');
    await open(second, { pin: '295018' });
    expect(await ids(second, '/api/locked/photos')).toEqual([id]);
    home.access.accounts.remove(idOf.ben, { by: 'owner', who: 'x' });
    expectError(await second.ask('GET', '/api/locked/photos'), 401, 'unauthorized');
  });

  it('can’t be opened while people have no libraries', async () => {
    const { ben, add, set, open, close } = await withBen();
    const id = await add();
    await set(ben, { pin, password: good });
    close({ on: false, reason: 'An old server.' });
    expectError(await open(ben), 409, 'conflict');
    expectError(await set(ben, { pin: '295018', current: pin }), 409, 'conflict');
    expectError(await ben.ask('POST', '/api/photos/lock', { ids: [id] }), 409, 'conflict');
  });
});

describe('a PIN', () => {
  it('is set with the sign-in password, and delays guesses', async () => {
    const { home, ben, add, set, open } = await withBen();
    const id = await add();
    for (const bad of ['12345', '1234567890123', '123456', '987654', '777777', '80426x'])
      expectError(await set(ben, { pin: bad, password: good }), 400, 'invalid');
    expectError(await set(ben, { pin, password: better }), 403, 'forbidden');
    expectError(await set(ben, { pin, current: '000000' }), 409, 'conflict');
    expectError(await set(ben, { pin }), 400, 'invalid');
    expectError(await open(ben), 409, 'conflict');
    await set(ben, { pin, password: good });
    await ben.ask('POST', '/api/photos/lock', { ids: [id] });
    const row = JSON.stringify(home.db.prepare('SELECT * FROM access_pin').all());
    expect(row).toContain('scrypt');
    expect(row).not.toContain(pin);
    for (let n = 0; n < 5; n++) expectError(await open(ben, { pin: '111222' }), 403, 'forbidden');
    const late = await open(ben);
    expectError(late, 429, 'slow-down');
    expect(late.headers['retry-after']).toBe('1');
    // A change of the PIN by the old one is a guess, too.
    expectError(await set(ben, { pin: '295018', current: pin }), 429, 'slow-down');
    await home.clock.advance(1_000);
    expect((await open(ben)).statusCode).toBe(200);
    expect((await open(ben, { pin: '111222' })).statusCode).toBe(403);
    const told = home.access.audit.list(50).entries.map(({ what, detail }) => `${what} ${detail ?? ''}`);
    expect(told).toContain('pin-set ');
    expect(told).toContain('sign-in-failed PIN for locked photos');
    const openings = () => home.access.audit.list(50).entries.filter(({ what }) => /^locked-|^photos-/.test(what));
    expect(openings()).toEqual([expect.objectContaining({ what: 'locked-opened', who: 'ben', detail: 'PIN' })]);
    expect(openings()[0]!.address).toBe('127.0.0.1');
    // Each opening, not each session; what is unlocked then, without saying how many there were.
    await open(ben);
    await ben.ask('POST', '/api/locked/photos/unlock', { ids: [id] });
    await ben.ask('POST', '/api/locked/photos/unlock', { ids: [id] });
    expect(openings().map(({ what, detail }) => [what, detail])).toEqual([
      ['photos-unlocked', undefined],
      ...[1, 2].map(() => ['locked-opened', 'PIN']),
    ]);
    expect(told.join()).not.toContain('111222');
    expect((await ben.ask('POST', '/api/locked/pin/remove', { current: pin })).json()).toEqual({
      ...{ pin: false, passkeys: 0, password: true, open: false },
    });
    expectError(await open(ben), 409, 'conflict');
  });

  it('can’t be set by somebody who reset the password of a person with locked photos', async () => {
    const { home, ada, ben, idOf, enter, add, makeKey, ids, set, open } = await withBen();
    const id = await add();
    await set(ben, { pin, password: good });
    const key = await makeKey(ben);
    expect((await ben.ask('GET', '/api/locked')).json()).toMatchObject({ passkeys: 1 });
    await ben.ask('POST', '/api/photos/lock', { ids: [id] });

    const invited = await ada.ask('POST', `/api/people/${idOf.ben}/invitation`);
    const code = /#(.+)$/.exec(invited.json<{ path: string }>().path)![1]!;
    const thief = openBrowser(home.app);
    expect((await thief.ask('POST', '/api/invitation', { code, password: good })).statusCode).toBe(200);
    expect(await ids(thief, '/api/photos?q=taken:1900..2100')).toEqual([]);
    expectError(await set(thief, { pin: '295018', password: good }), 403, 'forbidden');
    expectError(await thief.ask('POST', '/api/locked/pin/remove', { password: good }), 403, 'forbidden');
    // Neither a passkey made now, nor a password changed now, by whom it is not known.
    const fresh = await makeKey(thief);
    expect((await thief.ask('GET', '/api/locked')).json()).toMatchObject({ passkeys: 1, password: false });
    expectError(await open(thief, { response: await fresh() }), 403, 'forbidden');
    expectError(await set(thief, { pin: '295018', response: await fresh() }), 403, 'forbidden');
    expect((await thief.ask('POST', '/api/me/password', { old: good, new: better })).statusCode).toBe(200);
    expectError(await set(thief, { pin: '295018', password: better }), 403, 'forbidden');

    // Ben’s PIN and his passkey open them as before; then a new password of his own counts again.
    const again = await enter('ben', better);
    await open(again);
    expect(await ids(again, '/api/locked/photos')).toEqual([id]);
    await again.ask('POST', '/api/locked/close');
    expect((await open(again, { response: await key() })).statusCode).toBe(200);
    expect((await again.ask('POST', '/api/me/password', { old: better, new: good })).statusCode).toBe(200);
    expectError(await open(again, { response: await fresh() }), 403, 'forbidden');
    expect((await set(again, { pin: '295018', password: good })).statusCode).toBe(200);
    expect((await open(again, { pin: '295018' })).statusCode).toBe(200);
  });
});
