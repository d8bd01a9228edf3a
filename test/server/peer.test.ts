/**
 * A hostile peer: a server with a `replicate` token may change every document, as the owner may, but gets no file of
 * this machine, creates no account here, can't have a picture served as a page, and breaks nothing with what it sends.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { photoId } from '../../src/document/photo-document.js';
import { expectError, sha256, shareHome } from './fixture.js';
import { kinds, openDoors, type Guests, type RoleName } from './roles.js';

let guests: Guests;
const shared = shareHome(async (home) => {
  guests = await openDoors(home, kinds);
});
let count = 0;

async function send(path: string, payload: string | Buffer, method: 'POST' | 'PUT' = 'POST') {
  const headers = { ...guests.headersOf('token replicate'), 'content-type': 'application/json' };
  return shared().app.inject({ method, url: path, headers, payload });
}
const see = (role: RoleName, url: string) => shared().app.inject({ url, headers: guests.headersOf(role) });

/** Sends a document as a peer would; returns its id. */
async function bring(id: string, body: object): Promise<string> {
  const hash = createHash('md5').update(`${id} ${count++}`).digest('hex');
  const doc = { _id: id, _rev: `1-${hash}`, ...body };
  const answer = await send('/db/photos/_bulk_docs', JSON.stringify({ docs: [doc], new_edits: false }));
  expect([answer.statusCode, answer.body]).toEqual([201, '[]']);
  return id;
}

/** A photo with arbitrary content from a peer. */
const photo = (body: object): object => ({
  format: 1,
  kind: 'photo',
  facts: { recipe: 9, type: 'image/jpeg', bytes: 3, width: 3, height: 2 },
  renditions: { recipe: 9 },
  sidecars: {},
  sightings: {},
  edits: {},
  ...body,
});

describe('documents of a peer', () => {
  it('give access to no file except pictures', async () => {
    const places = ['../../library.sqlite', '/etc/passwd', '..', '%2e%2e/x', 'A'.repeat(64), '\u0000'];
    for (const [n, place] of places.entries()) {
      const id = sha256(`path ${n}`);
      const thumb = { sha256: place, type: 'image/webp', width: 3, height: 2, bytes: 3 };
      await bring(photoId(id), photo({ renditions: { recipe: 9, thumb, preview: thumb } }));
      expectError(await see('owner', `/media/${id}/thumb`), 404, 'not-found');
      expectError(await see('owner', `/originals/${id}`), 404, 'not-found');
      const told = (await see('owner', `/api/photos/${id}`)).json<{ renditions: object; original: object }>();
      expect([told.renditions, told.original]).toEqual([{}, { here: false }]);
      const named = await shared().app.inject({ url: `/blobs/${encodeURIComponent(place)}`, headers: guests.headersOf('token replicate') }); // prettier-ignore
      expectError(named, 404, 'not-found');
    }
  });

  it('can’t turn a picture into a page', async () => {
    const script = Buffer.from('<script>alert(1)</script>');
    const id = sha256('page');
    const thumb = { sha256: sha256(script), type: 'text/html', width: 3, height: 2, bytes: script.length };
    await bring(photoId(id), photo({ renditions: { recipe: 9, thumb } }));
    await send(`/blobs/${sha256(script)}`, script, 'PUT');
    expectError(await see('owner', `/media/${id}/thumb`), 404, 'not-found');
    const other = sha256('svg');
    const svg = { ...thumb, type: 'image/svg+xml' };
    await bring(photoId(other), photo({ renditions: { recipe: 9, thumb: svg } }));
    const seen = await see('owner', `/media/${other}/thumb`);
    expect(String(seen.headers['content-type'])).not.toMatch(/svg|html|xml/);
    expect([seen.statusCode === 200, seen.body.includes('script')]).not.toEqual([true, true]);
  });

  it('are visible to the owner alone until an owner decides, whatever their audience says', async () => {
    for (const [n, value] of ['everybody', '', null, ['public'], { public: true }, 'PUBLIC', true].entries()) {
      const id = sha256(`audience ${n}`);
      const edit = [{ value, at: `${'0'.repeat(15)}1-x`, by: 'owner' }];
      await bring(photoId(id), photo({ edits: { audience: edit } }));
      for (const role of ['family', 'visitor'] as const)
        expectError(await see(role, `/api/photos/${id}`), 404, 'not-found');
    }
  });

  it('create no account, no session and no token', async () => {
    const { access } = shared();
    const before = access.accounts.list().filter(({ passwordSet }) => passwordSet).length;
    const at = `${'0'.repeat(15)}1-x`;
    const register = (value: unknown): object => ({ value, at, by: 'owner' });
    const body = { name: register('Intruder'), role: register('owner'), removed: register(false) };
    await bring('person:01JD0000000000000000000007', {
      ...{ format: 1, kind: 'person', canEdit: register(true), ...body },
      ...{ password: 'x', hash: 'x', passkeys: [{ id: 'x' }], sessions: ['x'], tokens: ['psp_x'] },
    });
    const intruder = access.accounts.list().find(({ name }) => name === 'Intruder');
    expect(intruder).toMatchObject({ role: 'family', canEdit: false, passwordSet: false, passkeys: 0 });
    expect(access.audit.list(2).entries).toMatchObject([
      { what: 'change-waiting', who: 'token replicate', detail: 'Intruder: family to owner, may edit' },
      { what: 'person-added', who: 'token replicate', detail: 'Intruder (family), by replication' },
    ]);
    const { waiting } = (await see('owner', '/api/people')).json<{ waiting: { id: string; edition: string }[] }>();
    expect(waiting).toMatchObject([{ change: { role: 'owner', canEdit: true }, from: 'token replicate' }]);
    const decide = (headers: Record<string, string>, verdict: string, edition: string) =>
      shared().app.inject({
        method: 'POST',
        url: `/api/people/${waiting[0]!.id}/${verdict}`,
        headers,
        payload: { edition },
      });
    const [owner, family] = [guests.headersOf('owner'), guests.headersOf('family')];
    expectError(await decide(family, 'approve', waiting[0]!.edition), 403, 'forbidden');
    expectError(await decide(owner, 'approve', 'another'), 409, 'conflict');
    expect((await decide(owner, 'reject', waiting[0]!.edition)).json()).toEqual({ rejected: true });
    expectError(await decide(owner, 'reject', waiting[0]!.edition), 404, 'not-found');
    expect(access.accounts.list().filter(({ passwordSet }) => passwordSet)).toHaveLength(before);
    const payload = { name: 'Intruder', password: 'x' };
    expectError(await shared().app.inject({ method: 'POST', url: '/api/session', payload }), 401, 'unauthorized');
    expectError(await see('token replicate', '/api/people'), 403, 'forbidden');
  });

  it('with hostile text in every place are shown as text, or not at all', async () => {
    const words = '"><img src=x onerror=alert(1)>\u202e\r\nX-Injected: 1';
    const id = sha256('words');
    const at = `${'0'.repeat(15)}1-x`;
    const put = (value: unknown): object[] => [{ value, at, by: words }];
    await bring(
      photoId(id),
      photo({
        facts: { recipe: 9, type: `image/jpeg\r\nX: 1`, bytes: 3, width: 3, height: 2, lens: words, tags: [words] },
        sightings: { [words]: { at: words, server: words, name: `../${words}.html`, modified: words } },
        edits: { title: put(words), place: put({ city: words }), audience: put('public'), tags: { [words]: { present: true, at, by: words } } },
      }),
    ); // prettier-ignore
    for (const url of [`/api/photos/${id}`, '/api/photos', '/api/tags', '/api/places', '/api/tiles', '/api/cameras']) {
      const answer = await see('owner', url);
      expect(answer.statusCode, answer.body).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(answer.headers).not.toHaveProperty('x-injected');
    }
  });

  it.each<[string, string | Buffer, number]>([
    ['no JSON', '{"docs":[', 400],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
    ['deep JSON', `{"new_edits":false,"docs":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 201],
    ['no documents', '{"new_edits":false}', 400],
    ['documents that are none', '{"new_edits":false,"docs":[null,1,"x",[],{},{"_id":1}]}', 201],
    ['edits of its own', '{"docs":[{"_id":"photo:x"}]}', 400],
    ['a design document', '{"new_edits":false,"docs":[{"_id":"_design/x","_rev":"1-a","views":{}}]}', 201],
    ['an attachment', '{"new_edits":false,"docs":[{"_id":"photo:x","_rev":"1-a","_attachments":{"a":{}}}]}', 201],
    ['a revision that is none', '{"new_edits":false,"docs":[{"_id":"photo:x","_rev":"../x"}]}', 201],
    ['a great generation', `{"new_edits":false,"docs":[{"_id":"photo:x","_rev":"1${'0'.repeat(400)}-a"}]}`, 201],
    ['a prototype', '{"new_edits":false,"docs":[{"_id":"photo:p","_rev":"1-a","__proto__":{"x":1}}]}', 201],
    ['too large a document', `{"new_edits":false,"docs":[{"_id":"photo:l","_rev":"1-a","x":"${'x'.repeat(2_000_000)}"}]}`, 201],
  ])('are rejected as %s, and nothing is stored', async (_, payload, status) => {
    const before = shared().library.count('');
    const answer = await send('/db/photos/_bulk_docs', payload);
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(status);
    if (status === 201) expect(answer.json<object[]>().length).toBeGreaterThan(0);
    expect(shared().library.count('')).toBe(before);
    expect(({} as { x?: number }).x).toBeUndefined();
  }); // prettier-ignore
});
