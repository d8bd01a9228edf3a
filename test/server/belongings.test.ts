/**
 * What belongs to one person is inaccessible to others: no session, passkey, link or favourite of another person can be
 * seen, changed or ended by guessing its id, and the response is byte for byte that for a missing one. What even an
 * owner can't do is tested as well.
 */
import { describe, expect, it } from 'vitest';
import type { LightMyRequestResponse } from 'fastify';
import { setUp } from '../../src/access/one-time-codes.js';
import { makeAuthenticator } from '../access/authenticator.js';
import { codeFor, good, invite, openOwned } from './accounts.js';
import { openBrowser, type Browser } from './browser.js';
import { commandSecret, expectError } from './fixture.js';

const site = { origin: 'http://localhost:4780', rp: 'localhost' };
const nowhere = '01JD0000000000000000000000';

interface Options {
  challenge: string;
  user: { id: string };
}

/** Creates a passkey in a browser; returns its authenticator. */
async function makePasskey(browser: Browser, name: string) {
  const key = makeAuthenticator();
  const options = (await browser.ask('POST', '/api/me/passkeys/options')).json<Options>();
  const made = await browser.ask('POST', '/api/me/passkeys', { response: key.make(options, site), name });
  expect(made.statusCode, made.body).toBe(201);
  return { key, id: made.json<{ id: string }>().id };
}

const sessionsOf = async (browser: Browser, url = '/api/me/sessions') =>
  (await browser.ask('GET', url)).json<{ sessions: { id: string; current: boolean }[] }>().sessions;
const passkeysOf = async (browser: Browser) =>
  (await browser.ask('GET', '/api/me/passkeys')).json<{ passkeys: { id: string; name: string }[] }>().passkeys;

/** Expects two indistinguishable responses. */
function expectSame(one: LightMyRequestResponse, other: LightMyRequestResponse): void {
  const plain = ({ statusCode, body, headers }: LightMyRequestResponse) => ({
    statusCode,
    body,
    headers: { ...headers, date: '', 'x-request-id': '' },
  });
  expect(plain(one)).toEqual(plain(other));
}

/** A home with an owner and two family members. */
async function openFamily() {
  const owned = await openOwned();
  return { ...owned, one: await invite(owned, 'One'), two: await invite(owned, 'Two') };
}

describe('sessions', () => {
  it('of another person are invisible to family, and no response reveals that an id exists', async () => {
    const { one, two, owner } = await openFamily();
    const mine = await sessionsOf(one.browser);
    expect(mine).toHaveLength(1);
    for (const other of [two.id, (await owner.session()).person!.id]) {
      const asked = await one.browser.ask('GET', `/api/me/sessions?person=${other}`);
      expectError(asked, 404, 'not-found');
      expectSame(asked, await one.browser.ask('GET', `/api/me/sessions?person=${nowhere}`));
    }
    expect(await sessionsOf(one.browser, `/api/me/sessions?person=${one.id}`)).toEqual(mine);
    expect(mine.map(({ id }) => id)).not.toContain((await sessionsOf(two.browser))[0]!.id);
  });

  it('of another person can’t be ended by family; their own can', async () => {
    const { home, one, two, owner } = await openFamily();
    for (const other of [two.browser, owner]) {
      const [session] = await sessionsOf(other);
      const refused = await one.browser.ask('DELETE', `/api/sessions/${session!.id}`);
      expectError(refused, 404, 'not-found');
      expectSame(refused, await one.browser.ask('DELETE', `/api/sessions/${nowhere}`));
      expect((await other.session()).role).not.toBeNull();
    }
    const phone = openBrowser(home.app);
    await phone.ask('POST', '/api/session', { name: 'one', password: good });
    const own = (await sessionsOf(one.browser)).find(({ current }) => !current)!;
    expect((await one.browser.ask('DELETE', `/api/sessions/${own.id}`)).json()).toEqual({ ended: 1 });
    expect((await phone.session()).role).toBeNull();
  });

  it('elsewhere can be ended only for oneself', async () => {
    const { one, two, owner } = await openFamily();
    expect((await owner.ask('DELETE', '/api/me/sessions')).json()).toEqual({ ended: 0 });
    expect((await one.browser.ask('DELETE', '/api/me/sessions')).json()).toEqual({ ended: 0 });
    for (const browser of [one.browser, two.browser, owner]) expect((await browser.session()).role).not.toBeNull();
  });

  it('of existing people can be listed and ended by the owner', async () => {
    const { one, owner } = await openFamily();
    const [session] = await sessionsOf(owner, `/api/me/sessions?person=${one.id}`);
    expect(session).toMatchObject({ current: false });
    for (const id of [nowhere, 'x', '../people', '']) {
      expectError(await owner.ask('GET', `/api/me/sessions?person=${id}`), 404, 'not-found');
    }
    expect((await owner.ask('DELETE', `/api/sessions/${session!.id}`)).json()).toEqual({ ended: 1 });
    expectError(await owner.ask('DELETE', `/api/sessions/${session!.id}`), 404, 'not-found');
    expect((await one.browser.session()).role).toBeNull();
  });
});

describe('passkeys', () => {
  it('of another person are neither listed nor removed, not by an owner either', async () => {
    const { one, two, owner } = await openFamily();
    const { id } = await makePasskey(one.browser, 'Phone of One');
    for (const other of [two.browser, owner]) {
      expect(await passkeysOf(other)).toEqual([]);
      const refused = await other.ask('DELETE', `/api/me/passkeys/${id}`);
      expectError(refused, 404, 'not-found');
      expectSame(refused, await other.ask('DELETE', '/api/me/passkeys/nowhere'));
    }
    expect(await passkeysOf(one.browser)).toMatchObject([{ id, name: 'Phone of One' }]);
  });

  it('of others do not exist, for the last owner with one credential too', async () => {
    const { home, owner, one } = await openFamily();
    const { id } = await makePasskey(one.browser, 'Phone of One');
    const own = await makePasskey(owner, 'Laptop');
    home.db.exec('DELETE FROM access_password');
    expectError(await owner.ask('DELETE', `/api/me/passkeys/${id}`), 404, 'not-found');
    expectError(await owner.ask('DELETE', `/api/me/passkeys/${own.id}`), 409, 'conflict');
  });

  it('are created for the person who requested them, not for the sender of the response', async () => {
    const { one, two } = await openFamily();
    const options = (await one.browser.ask('POST', '/api/me/passkeys/options')).json<Options>();
    const response = makeAuthenticator().make(options, site);
    const refused = await two.browser.ask('POST', '/api/me/passkeys', { response, name: 'Stolen' });
    expectError(refused, 400, 'invalid');
    expect(await passkeysOf(two.browser)).toEqual([]);
    expect((await one.browser.ask('POST', '/api/me/passkeys', { response, name: 'Own' })).statusCode).toBe(201);
    // The same key can't be added to another account afterwards.
    const again = (await two.browser.ask('POST', '/api/me/passkeys/options')).json<Options>();
    const taken = { response: { ...response, id: response.id }, name: 'Again' };
    expect(again.challenge).not.toBe(options.challenge);
    expectError(await two.browser.ask('POST', '/api/me/passkeys', taken), 400, 'invalid');
  });

  it('sign in their owner, whatever the browser sends', async () => {
    const { home, one, two } = await openFamily();
    const { key } = await makePasskey(one.browser, 'Phone of One');
    const browser = openBrowser(home.app);
    const ask = async () => (await browser.ask('POST', '/api/session/passkey/options')).json<Options>();
    const right = key.use(await ask(), site);
    const userHandle = Buffer.from(two.id).toString('base64url');
    const wrong = { ...right, response: { ...right.response, userHandle } };
    expectError(await browser.ask('POST', '/api/session/passkey', { response: wrong }), 401, 'unauthorized');
    const entered = await browser.ask('POST', '/api/session/passkey', { response: key.use(await ask(), site) });
    expect(entered.json()).toMatchObject({ person: { id: one.id, name: 'One' } });
  });
});

describe('a password', () => {
  it('is changed by its owner, who must know it', async () => {
    const { home, one, two, owner } = await openFamily();
    const fresh = 'nine yellow kettles';
    // One's own old password does not confirm for another person, and no other person can be named.
    for (const browser of [one.browser, owner]) {
      const named = { old: good, new: fresh, person: two.id };
      expectError(await browser.ask('POST', '/api/me/password', named), 400, 'invalid');
    }
    expect((await one.browser.ask('POST', '/api/me/password', { old: good, new: fresh })).statusCode).toBe(200);
    const signIn = (name: string, password: string) =>
      openBrowser(home.app).ask('POST', '/api/session', { name, password });
    expect((await signIn('two', good)).statusCode).toBe(200);
    expectError(await signIn('two', fresh), 401, 'unauthorized');
    expectError(await signIn('one', good), 401, 'unauthorized');
    expect((await two.browser.session()).role).toBe('family');
  });

  it('of one person opens nothing of another', async () => {
    const owned = await openOwned();
    await invite(owned, 'One');
    const entered = await openBrowser(owned.home.app).ask('POST', '/api/session', { name: 'one', password: good });
    expect(entered.json()).toMatchObject({ role: 'family', person: { name: 'One' } });
  });
});

describe('one-time links', () => {
  it('are valid for one person, once, and for nothing else', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const [first, second] = [await codeFor(owned, 'First'), await codeFor(owned, 'Second')];
    const stranger = openBrowser(home.app);
    const name = 'Stranger';
    // An invitation makes no owner, and a set-up link is no invitation.
    const setup = await stranger.ask('POST', '/api/setup', { code: first.code, name, password: good });
    expectError(setup, 404, 'not-found');
    const { code } = home.access.codes.draw(setUp);
    for (const url of ['/api/invitation/look', '/api/invitation']) {
      const body = url.endsWith('look') ? { code } : { code, password: good };
      const refused = await stranger.ask('POST', url, body);
      expectError(refused, 404, 'not-found');
      expectSame(refused, await stranger.ask('POST', url, { ...body, code: 'x'.repeat(43) }));
    }
    // A new link for one person leaves the other's valid.
    await owner.ask('POST', `/api/people/${first.id}/invitation`);
    expectError(await stranger.ask('POST', '/api/invitation/look', { code: first.code }), 404, 'not-found');
    const named = { code: second.code, password: good, person: first.id };
    expectError(await stranger.ask('POST', '/api/invitation', named), 400, 'invalid');
    const entered = await stranger.ask('POST', '/api/invitation', { code: second.code, password: good });
    expect(entered.json()).toMatchObject({ role: 'family', person: { id: second.id, name: 'Second' } });
    expectError(await openBrowser(home.app).ask('POST', '/api/invitation', { code: second.code, password: good }), 404, 'not-found'); // prettier-ignore
  });

  it('of removed people are void, and can’t be created', async () => {
    const owned = await openOwned();
    const { owner, home } = owned;
    const { id, code } = await codeFor(owned, 'Guest');
    await owner.ask('DELETE', `/api/people/${id}`);
    for (const [url, body] of [
      ['/api/invitation/look', { code }],
      ['/api/invitation', { code, password: good }],
    ] as const)
      expectError(await openBrowser(home.app).ask('POST', url, body), 404, 'not-found');
    const removed = await owner.ask('POST', `/api/people/${id}/invitation`);
    expectError(removed, 404, 'not-found');
    expectSame(removed, await owner.ask('POST', `/api/people/${nowhere}/invitation`));
    expectSame(await owner.ask('PATCH', `/api/people/${id}`, { role: 'owner' }), await owner.ask('PATCH', `/api/people/${nowhere}`, { role: 'owner' })); // prettier-ignore
  });

  it('do not sign in by a mere look, and reveal only the name', async () => {
    const owned = await openOwned();
    const { code } = await codeFor(owned, 'Guest');
    const browser = openBrowser(owned.home.app);
    expect((await browser.ask('POST', '/api/invitation/look', { code })).json()).toEqual({ name: 'Guest' });
    expect(browser.cookies.size).toBe(0);
    expect((await browser.session()).role).toBeNull();
  });
});

describe('tokens', () => {
  it('reveal no secret after their creation, and belong to owners alone', async () => {
    const owned = await openOwned();
    const { owner } = owned;
    const { browser: family } = await invite(owned, 'One');
    const { browser: other } = await invite(owned, 'Another', 'owner');
    const { token } = (await owner.ask('POST', '/api/tokens', { name: 'feed', may: ['read'] })).json<{
      token: string;
    }>();
    for (const name of ['feed', 'none']) {
      const refused = await family.ask('DELETE', `/api/tokens/${name}`);
      expectError(refused, 403, 'forbidden');
      expectSame(refused, await family.ask('DELETE', '/api/tokens/none'));
    }
    const list = await other.ask('GET', '/api/tokens');
    expect(list.json()).toMatchObject({ tokens: [{ name: 'feed', by: 'Owner' }] });
    expect(list.body).not.toContain(token.slice(4));
    expect((await other.ask('DELETE', '/api/tokens/feed')).json()).toEqual({ revoked: true });
    expectError(await openBrowser(owned.home.app, { headers: { authorization: `Bearer ${token}` } }).ask('GET', '/api/photos'), 401, 'unauthorized'); // prettier-ignore
  });

  it('have no access to a person’s own settings', async () => {
    const { home, owner } = await openOwned();
    const may = ['read', 'edit', 'upload', 'replicate', 'publish'];
    const { token } = (await owner.ask('POST', '/api/tokens', { name: 'all', may })).json<{ token: string }>();
    const program = openBrowser(home.app, { headers: { authorization: `Bearer ${token}` } });
    const [session] = await sessionsOf(owner);
    const { id } = await makePasskey(owner, 'Laptop');
    for (const [method, url, body] of [
      ['GET', `/api/me/sessions?person=${(await owner.session()).person!.id}`],
      ['DELETE', '/api/me/sessions'],
      ['DELETE', `/api/sessions/${session!.id}`],
      ['GET', '/api/me/passkeys'],
      ['DELETE', `/api/me/passkeys/${id}`],
      ['POST', '/api/me/passkeys/options'],
      ['POST', '/api/me/password', { old: good, new: 'nine yellow kettles' }],
    ] as const)
      expectError(await program.ask(method, url, body), 403, 'forbidden');
    expect((await owner.session()).role).toBe('owner');
  });
});

describe('an owner', () => {
  it('gets the permissions beyond those of owners', async () => {
    const { owner } = await openOwned();
    const { hint } = expectError(await owner.ask('GET', '/blobs/'), 403, 'forbidden');
    expect(hint).toBe(
      'This needs a token with the right permission. Create one with `photospool tokens add NAME --may PERMISSION`.',
    );
  });

  it('can’t remove themselves if they are the last who can sign in', async () => {
    const { owner } = await openFamily();
    const { id } = (await owner.session()).person!;
    expectError(await owner.ask('DELETE', `/api/people/${id}`), 409, 'conflict');
    expectError(await owner.ask('PATCH', `/api/people/${id}`, { role: 'family' }), 409, 'conflict');
    expect((await owner.session()).role).toBe('owner');
  });

  it('can be removed by another one, and has no access from the next request on', async () => {
    const owned = await openOwned();
    const { owner } = owned;
    const { browser: other } = await invite(owned, 'Another', 'owner');
    const { id } = (await owner.session()).person!;
    expect((await other.ask('DELETE', `/api/people/${id}`)).json()).toEqual({ removed: true });
    expectError(await owner.ask('GET', '/api/people'), 401, 'unauthorized');
    expectError(await owner.ask('GET', '/api/photos'), 401, 'unauthorized');
  });

  it('sees no password, code, session or token of anybody', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const { id, browser } = await invite(owned, 'One');
    const { code } = await codeFor(owned, 'Two');
    const secrets = [good, code, ...browser.cookies.values(), home.access.accounts.password(id)!, commandSecret];
    for (const url of [
      ...['/api/people', '/api/tokens', '/api/audit?limit=100', '/api/access', '/api/session', '/api/me/passkeys'],
      `/api/me/sessions?person=${id}`,
    ]) {
      const { body, statusCode } = await owner.ask('GET', url);
      expect(statusCode).toBe(200);
      for (const secret of secrets) expect(body, url).not.toContain(secret);
    }
  });
});
