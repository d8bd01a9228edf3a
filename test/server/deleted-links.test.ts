/** Deleted share links: they end at once, and can be restored for an hour by those who may delete them. */
import { describe, expect, test } from 'vitest';
import { openAccess } from '../../src/access/access.js';
import { restorableFor } from '../../src/access/deleted-links.js';
import { withEnd, withGive } from '../../src/document/grants.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { invite, openOwned } from './accounts.js';
import { expectError, openHome, type Home } from './fixture.js';
import { openPeople } from './people-home.js';

interface Made {
  path: string;
  share: { id: string };
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A home where people have libraries, and its owner. */
async function openFamily() {
  const { home, people, ask } = await openPeople();
  return {
    home,
    owner: { ask: (method: Method, url: string, sent?: object) => ask(people.ada.headers, method, url, sent) },
  };
}

/** A home with a photo and a link to it with a password and all options, and a visitor. */
async function openLinked() {
  const family = await openFamily();
  const { home, owner } = family;
  const id = await home.add({ tags: ['sea'] });
  const expires = '2027-06-01T00:00:00.000Z';
  const options = { originals: true, unedited: true, details: true, named: true, uploads: { photos: 7 }, expires };
  const wanted = { search: 'tag:sea', title: 'Sea', password: 'blue door', ...options };
  const made = (await owner.ask('POST', '/api/shares', wanted)).json<Made>();
  const unlock = () =>
    home.app.inject({ method: 'POST', url: `${made.path}/api/share`, payload: { password: 'blue door' } });
  const entered = await unlock();
  expect(entered.statusCode, entered.body).toBe(200);
  const cookie = String(entered.headers['set-cookie']).split(';')[0]!;
  const visit = (url: string) => home.app.inject({ url: made.path + url, headers: { cookie } });
  const listed = async () => (await owner.ask('GET', '/api/shares')).json<{ shares: object[] }>().shares;
  return { ...family, ...made, id, url: `/api/shares/${made.share.id}`, unlock, visit, listed };
}

const told = ({ home }: { home: Home }): [string, string | undefined][] =>
  home.access.audit.list(20).entries.map(({ what, detail }) => [what, detail]);

test('a deleted link does not exist, and is the same link once it is restored', async () => {
  const linked = await openLinked();
  const { home, owner, id, url, path, visit, unlock, listed } = linked;
  home.access.shares.flush();
  const before = { listed: await listed(), share: (await visit('/api/share')).json<object>() };
  expect(before.share).toMatchObject({ title: 'Sea', from: 'ada', photos: 1, originals: true, uploads: true });
  expect((await owner.ask('DELETE', url)).json()).toEqual({ revoked: true });

  const unknown = '/s/0000000000000000000000000000000000000000000';
  for (const at of ['/api/share', '/api/photos', '/api/events', `/media/${id}/thumb`, `/originals/${id}`]) {
    const [gone, never] = [await visit(at), await home.app.inject(unknown + at)];
    expect([gone.statusCode, gone.body], at).toEqual([never.statusCode, never.body]);
    expect(gone.statusCode, at).toBeGreaterThanOrEqual(401);
  }
  expectError(await unlock(), 404, 'not-found');
  const upload = { 'tus-resumable': '1.0.0', 'upload-length': '1' };
  const sent = await home.app.inject({ method: 'POST', url: `${path}/api/contributions`, headers: upload });
  expect(sent.statusCode).toBe(401);
  expect((await home.app.inject(path)).body).not.toContain('Sea');
  expect(await listed()).toEqual([]);
  expect(home.access.shares.isOver(url.split('/').at(-1)!)).toBe(true);
  expectError(await owner.ask('PATCH', url, { title: 'x' }), 404, 'not-found');
  expectError(await owner.ask('POST', `${url}/address`), 404, 'not-found');
  expectError(await owner.ask('DELETE', url), 404, 'not-found');

  const restored = await owner.ask('POST', `${url}/restore`);
  expect(restored.statusCode, restored.body).toBe(200);
  expect(restored.json()).toEqual({ share: before.listed[0] });
  expect(await listed()).toEqual(before.listed);
  expect((await visit('/api/share')).json()).toEqual(before.share);
  expect((await visit(`/media/${id}/thumb`)).statusCode).toBe(200);
  // Still with its password.
  expectError(await home.app.inject(`${path}/api/photos`), 401, 'unauthorized');
  expect((await unlock()).statusCode).toBe(200);
  // A repeated request changes nothing.
  expect((await owner.ask('POST', `${url}/restore`)).json()).toEqual({ share: before.listed[0] });
  const shares = told(linked).filter(([what]) => what.startsWith('share-'));
  expect(shares).toEqual(['share-restored', 'share-revoked', 'share-made'].map((what) => [what, 'Sea']));
});

test('only those who may delete a link can restore it, and it has to be deleted', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  const { id: ben, browser } = await invite(owned, 'Ben');
  const item = { holder: ben, sha256: await home.add() };
  home.library.update(itemId(item), () => home.library.get(photoId(item.sha256))!.body);
  const own = (await browser.ask('POST', '/api/shares', { photo: publicIdOf(item) })).json<Made>();
  const house = (await owner.ask('POST', '/api/shares', { search: 'tag:sea' })).json<Made>();
  for (const [who, other, { share, path }] of [
    [browser, owner, own],
    [owner, browser, house],
  ] as const) {
    const url = `/api/shares/${share.id}/restore`;
    expect((await who.ask('DELETE', `/api/shares/${share.id}`)).statusCode).toBe(200);
    const refused = expectError(await other.ask('POST', url), 404, 'not-found');
    // The same as for an id that never existed.
    expect(refused).toEqual(expectError(await other.ask('POST', '/api/shares/unknown/restore'), 404, 'not-found'));
    expectError(await home.app.inject({ method: 'POST', url }), 401, 'unauthorized');
    for (const may of ['read', 'edit'] as const) {
      const { secret } = home.access.tokens.make(`${may} ${share.id}`, [may], { by: 'owner', who: 'Owner' });
      const headers = { authorization: `Bearer ${secret}` };
      expectError(await home.app.inject({ method: 'POST', url, headers }), 403, 'forbidden');
    }
    expectError(await home.app.inject(`${path}/api/share`), 404, 'not-found');
    expect((await who.ask('POST', url)).statusCode).toBe(200);
    expect((await home.app.inject(`${path}/api/share`)).statusCode).toBe(200);
    expectError(await other.ask('POST', url), 404, 'not-found');
  }
  // A photo that was locked meanwhile stays closed, also after it is unlocked.
  await browser.ask('DELETE', `/api/shares/${own.share.id}`);
  const by = `person:${ben}`;
  const edit = (change: (edits: PhotoDocument['edits'], at: string) => PhotoDocument['edits']): unknown =>
    home.library.update<PhotoDocument>(
      itemId(item),
      (body) => body && { ...body, edits: change(body.edits, home.library.stampAfter(body)) },
    );
  edit((edits, at) => withEnd(edits, '*', { at, by }));
  edit((edits, at) => withGive(edits, { to: '*', what: 'unlocked' }, { at, by }));
  const locked = await browser.ask('POST', `/api/shares/${own.share.id}/restore`);
  expect(locked.json()).toMatchObject({ share: { id: own.share.id, over: true } });
  expectError(await home.app.inject(`${own.path}/api/share`), 404, 'not-found');
  // A link whose author lost the right is over, also when it was deleted meanwhile.
  await browser.ask('DELETE', `/api/shares/${own.share.id}`);
  await owner.ask('DELETE', `/api/people/${ben}`);
  expect((await browser.ask('POST', `/api/shares/${own.share.id}/restore`)).statusCode).toBe(401);
  expectError(await owner.ask('POST', `/api/shares/${own.share.id}/restore`), 404, 'not-found');
  expectError(await home.app.inject(`${own.path}/api/share`), 404, 'not-found');
});

describe('for an hour', () => {
  const rows = ({ home }: { home: Home }): unknown[] => home.db.prepare('SELECT id FROM access_share_deleted').all();

  test('it can be restored after a restart, and is removed by the first one after that', async () => {
    const linked = await openLinked();
    const { home, owner, url, visit } = linked;
    const restart = () => openAccess(home.db, home.library, { clock: home.clock }).shares;
    await owner.ask('DELETE', url);
    await home.clock.advance(restorableFor - 1);
    expect(restart().restorable()).toMatchObject([{ title: 'Sea' }]);
    expect((await owner.ask('POST', `${url}/restore`)).statusCode).toBe(200);
    expect((await visit('/api/share')).statusCode).toBe(200);
    await owner.ask('DELETE', url);
    await home.clock.advance(restorableFor);
    expect(rows(linked)).toHaveLength(1);
    restart();
    expect(rows(linked)).toEqual([]);
  });

  test('then it is refused, and the next change of any link removes it', async () => {
    const linked = await openLinked();
    const { home, owner, url, visit } = linked;
    await owner.ask('DELETE', url);
    await home.clock.advance(restorableFor);
    const { hint } = expectError(await owner.ask('POST', `${url}/restore`), 404, 'not-found');
    expect(hint).toBe('A deleted link can be restored for an hour. Create a new one.');
    expectError(await visit('/api/share'), 404, 'not-found');
    expect(rows(linked)).toHaveLength(1);
    await owner.ask('POST', '/api/shares', { search: 'tag:other' });
    expect(rows(linked)).toEqual([]);
  });
});

test('it is refused while its photo or album no longer exists', async () => {
  const { home, owner } = await openFamily();
  const { library } = home;
  const [one, two, three] = [await home.add(), await home.add(), await home.add()];
  const photo = (await owner.ask('POST', '/api/shares', { photo: one })).json<Made>();
  await owner.ask('DELETE', `/api/shares/${photo.share.id}`);
  const { body } = library.get<PhotoDocument>(photoId(one))!;
  const by = { at: library.stampAfter(body), by: 'person:owner' };
  library.update<object>(photoId(one), (doc) => doc && purge(doc as PhotoDocument, by));
  const back = ({ share: { id } }: Made) => owner.ask('POST', `/api/shares/${id}/restore`);
  const { message } = expectError(await back(photo), 409, 'conflict');
  expect(message).toBe('This link can’t be restored because its photo no longer exists.');
  library.update<PhotoDocument>(photoId(one), () => body);
  expect((await back(photo)).statusCode).toBe(200);

  const album = (await owner.ask('POST', '/api/shares', { photos: [two, three] })).json<
    Made & { share: { album: string } }
  >();
  await owner.ask('DELETE', `/api/shares/${album.share.id}`);
  const at = `/api/albums/${album.share.album.replace(':', '/')}`;
  expect((await owner.ask('PATCH', at, { removed: true })).statusCode).toBe(200);
  expect(expectError(await back(album), 409, 'conflict').message).toContain('its album no longer exists');
  expectError(await home.app.inject(`${album.path}/api/share`), 404, 'not-found');
});

test('a link that was deleted before there was an owner account can’t be restored afterwards', async () => {
  const home = await openHome();
  const payload = { search: 'tag:x', title: 'All' };
  const made = (await home.app.inject({ method: 'POST', url: '/api/shares', payload })).json<Made>();
  expect((await home.app.inject({ method: 'DELETE', url: `/api/shares/${made.share.id}` })).statusCode).toBe(200);
  expect(home.access.shares.restorable()).toHaveLength(1);
  home.access.shares.revokeUnclaimed({ by: 'owner', who: 'Owner' });
  expect(home.access.shares.restorable()).toEqual([]);
});
