/**
 * Lasting changes to access (a passkey, a token, a peer, an owner, a second factor) need a session that was confirmed
 * within the last ten minutes; and the second factor of a password, over HTTP.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { codeOf, stepAt } from '../../src/access/totp.js';
import { addPeer, makePeer } from '../../src/sync/connections/peers.js';
import { buildApp } from '../../src/server/app.js';
import { makeAuthenticator } from '../access/authenticator.js';
import { bytesOf } from '../access/base32.js';
import { codeFor, good, invite, openOwned, type Owned } from './accounts.js';
import { openBrowser, type Browser } from './browser.js';
import { commandSecret, expectError, openHome, type Home } from './fixture.js';

const site = { origin: 'http://localhost:4780', rp: 'localhost' };
const minute = 60_000;
const better = 'nine yellow kettles';

interface Options {
  challenge: string;
  user: { id: string };
}

async function addPasskey(browser: Browser, name: string) {
  const key = makeAuthenticator();
  const options = (await browser.ask('POST', '/api/me/passkeys/options')).json<Options>();
  const made = await browser.ask('POST', '/api/me/passkeys', { response: key.make(options, site), name });
  expect(made.statusCode, made.body).toBe(201);
  return { key, id: made.json<{ id: string }>().id };
}

/** Turns on the second factor for a browser's person. */
async function turnOn({ home }: Pick<Owned, 'home'>, browser: Browser, name = 'Owner') {
  const begun = await browser.ask('POST', '/api/me/second-factor');
  expect(begun.statusCode, begun.body).toBe(201);
  const { secret, uri } = begun.json<{ secret: string; uri: string }>();
  expect(uri).toBe(`otpauth://totp/Photospool:${name}?secret=${secret}&issuer=Photospool`);
  const code = (by = 0): string => codeOf(bytesOf(secret), stepAt(home.clock.now()) + by);
  expectError(await browser.ask('POST', '/api/me/second-factor/confirm', { otp: '000000' }), 400, 'invalid');
  const on = await browser.ask('POST', '/api/me/second-factor/confirm', { otp: code() });
  return { code, recovery: on.json<{ recovery: string[] }>().recovery };
}

describe('a session that is older than ten minutes', () => {
  it('makes no permanent change to access before confirming its identity', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const family = await invite(owned, 'Family');
    const other = await invite(owned, 'Other', 'owner');
    const changes: [string, string, object?][] = [
      ['POST', '/api/me/passkeys/options'],
      ['POST', '/api/tokens', { name: 'stolen', may: ['read'] }],
      ['POST', '/api/people', { name: 'Thief', role: 'owner' }],
      ['PATCH', `/api/people/${family.id}`, { role: 'owner' }],
      ['PATCH', `/api/people/${family.id}`, { canEdit: true }],
      ['POST', `/api/people/${other.id}/invitation`],
      ['POST', '/api/peers', { url: 'http://127.0.0.1:1/' }],
      ['POST', '/api/me/second-factor'],
      ['DELETE', '/api/me/second-factor'],
      ['DELETE', `/api/people/${family.id}/second-factor`],
      ['POST', '/api/me/second-factor/recovery'],
    ];
    await home.clock.advance(10 * minute);
    expect(await owner.session()).not.toHaveProperty('confirmedUntil');
    for (const [method, url, body] of changes)
      expectError(await owner.ask(method, url, body), 403, 'confirmation-needed');
    // Changes that remove access, or last no longer than the session, need no confirmation.
    expect((await owner.ask('PATCH', `/api/people/${family.id}`, { name: 'Kin' })).statusCode).toBe(200);
    expect((await owner.ask('POST', `/api/people/${family.id}/invitation`)).statusCode).toBe(200);
    expect((await owner.ask('DELETE', `/api/people/${other.id}`)).statusCode).toBe(200);

    expectError(await owner.ask('POST', '/api/session/confirm', { password: 'wrong' }), 403, 'forbidden');
    expectError(await owner.ask('POST', '/api/tokens', { name: 'stolen', may: ['read'] }), 403, 'confirmation-needed');
    const confirmed = await owner.ask('POST', '/api/session/confirm', { password: good });
    expect(confirmed.json()).toMatchObject({ role: 'owner', confirmedUntil: '2026-11-24T10:20:00.000Z' });
    expect((await owner.ask('POST', '/api/tokens', { name: 'mine', may: ['read'] })).statusCode).toBe(201);
    await home.clock.advance(10 * minute);
    expectError(await owner.ask('POST', '/api/tokens', { name: 'later', may: ['read'] }), 403, 'confirmation-needed');
  });

  it('confirms by a passkey of its own person, and of no other', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const { key } = await addPasskey(owner, 'phone');
    const family = await invite(owned, 'Family');
    await home.clock.advance(11 * minute);
    const options = async (): Promise<Options> => (await owner.ask('POST', '/api/session/passkey/options')).json();
    expectError(
      await family.browser.ask('POST', '/api/session/confirm', { response: key.use(await options(), site) }),
      403,
      'forbidden',
    );
    const answer = await owner.ask('POST', '/api/session/confirm', { response: key.use(await options(), site) });
    expect(answer.statusCode, answer.body).toBe(200);
    expect((await owner.ask('POST', '/api/tokens', { name: 'mine', may: ['read'] })).statusCode).toBe(201);
  });

  it('is delayed like a sign-in, and commands of this machine need no confirmation', async () => {
    const { home, owner } = await openOwned();
    await home.clock.advance(11 * minute);
    for (let n = 0; n < 5; n++) await owner.ask('POST', '/api/session/confirm', { password: `guess ${n}` });
    expectError(await owner.ask('POST', '/api/session/confirm', { password: good }), 429, 'slow-down');
    const command = await home.app.inject({
      ...{ method: 'POST', url: '/api/tokens', payload: { name: 'command', may: ['read'] } },
      headers: { authorization: `Bearer ${commandSecret}` },
    });
    expect(command.statusCode).toBe(201);
  });
});

describe('what others change about an account', () => {
  const changes = async (browser: Browser): Promise<unknown> => (await browser.session()).accountChanges;
  const signIn = async (home: Home, name: string, password: string): Promise<Browser> => {
    await home.clock.advance(minute);
    const browser = openBrowser(home.app);
    expect((await browser.ask('POST', '/api/session', { name, password })).statusCode).toBe(200);
    return browser;
  };

  it('is announced at the next sign-ins of its person: a password reset with a link or by a command', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const ben = await invite(owned, 'Ben');
    // An invitation that gives a first password resets none.
    expect(await changes(await signIn(home, 'Ben', good))).toBeUndefined();

    const link = await owner.ask('POST', `/api/people/${ben.id}/invitation`);
    const { path } = link.json<{ path: string }>();
    const thief = openBrowser(home.app);
    const used = { code: path.slice('/invite#'.length), password: better };
    expect((await thief.ask('POST', '/api/invitation', used)).statusCode).toBe(200);
    // Whoever used it knows, and can hide it from nobody: neither by acknowledging it nor by another password.
    expect(await changes(thief)).toBeUndefined();
    const hiding = await signIn(home, 'Ben', better);
    await hiding.ask('DELETE', '/api/session/passkeys-added');
    expect(await changes(hiding)).toBeUndefined();
    await hiding.ask('POST', '/api/me/password', { old: better, new: good });
    const reset = { what: 'password-reset', at: '2026-11-24T10:01:00.000Z', by: 'Owner' };
    expect(await changes(await signIn(home, 'Ben', good))).toEqual([reset]);

    await home.access.signing.setPassword(ben.id, better, commandLine);
    const mine = await signIn(home, 'Ben', better);
    expect(await changes(mine)).toMatchObject([{ what: 'password-reset', by: 'command line' }]);
    await mine.ask('DELETE', '/api/session/passkeys-added');
    expect(await changes(mine)).toBeUndefined();
    // Everybody hears of their own account only, and of what is older than a month nobody.
    expect(await changes(await signIn(home, 'Owner', good))).toBeUndefined();
    await home.clock.advance(31 * 24 * 60 * minute);
    expect(await changes(await signIn(home, 'Ben', better))).toBeUndefined();
  });

  it('is announced also for a second factor, a PIN, and a sign-in that was ended before a new invitation', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const ben = await invite(owned, 'Ben');
    const { code } = await turnOn(owned, ben.browser, 'Ben');
    await owner.ask('DELETE', `/api/people/${ben.id}/second-factor`);
    home.access.lockedFolder.reset(ben.id, commandLine);
    expect(await changes(await signIn(home, 'Ben', good))).toMatchObject([
      { what: 'pin-removed', by: 'command line' },
      { what: 'second-factor-off', by: 'Owner' },
    ]);
    // What one does oneself is no news.
    await turnOn(owned, owner);
    await owner.ask('DELETE', '/api/me/second-factor');
    expect(await changes(await signIn(home, 'Owner', good))).toBeUndefined();
    expect(code()).toMatch(/^\d{6}$/);

    await owner.ask('DELETE', `/api/people/${ben.id}/sign-in`);
    const link = await owner.ask('POST', `/api/people/${ben.id}/invitation`);
    await home.clock.advance(minute);
    const again = openBrowser(home.app);
    const used = { code: link.json<{ path: string }>().path.slice('/invite#'.length), password: better };
    expect((await again.ask('POST', '/api/invitation', used)).statusCode).toBe(200);
    expect(await changes(again)).toContainEqual({
      ...{ what: 'sign-in-ended', by: 'Owner' },
      at: expect.stringMatching(/^2026-11-24T10:/) as string,
    });
  });
});

describe('passkeys', () => {
  it('that were added are announced at the next sign-in, until acknowledged', async () => {
    const { home, owner } = await openOwned();
    const stolen = owner;
    await home.clock.advance(minute);
    await addPasskey(stolen, 'Phone of a thief');
    expect(await stolen.session()).not.toHaveProperty('passkeysAdded');
    await home.clock.advance(minute);
    const mine = openBrowser(home.app);
    await mine.ask('POST', '/api/session', { name: 'Owner', password: good });
    expect((await mine.session()).passkeysAdded).toEqual([
      { name: 'Phone of a thief', at: '2026-11-24T10:01:00.000Z' },
    ]);
    // A thief confirming in another session affects that session only.
    const theirs = openBrowser(home.app);
    await theirs.ask('POST', '/api/session', { name: 'Owner', password: good });
    await theirs.ask('DELETE', '/api/session/passkeys-added');
    expect(await theirs.session()).not.toHaveProperty('passkeysAdded');
    expect(await mine.session()).toHaveProperty('passkeysAdded');
  });

  it('are removed with the old password if its owner chooses so', async () => {
    const { home, owner } = await openOwned();
    const [kept, added] = [await addPasskey(owner, 'mine'), await addPasskey(owner, 'not mine')];
    const change = { old: good, new: better, removePasskeys: [added.id] };
    expectError(await owner.ask('POST', '/api/me/password', { ...change, old: 'wrong' }), 403, 'forbidden');
    expect((await owner.ask('POST', '/api/me/password', change)).statusCode).toBe(200);
    const { passkeys } = (await owner.ask('GET', '/api/me/passkeys')).json<{ passkeys: { id: string }[] }>();
    expect(passkeys.map(({ id }) => id)).toEqual([kept.id]);
    expect(home.access.audit.list(20).entries.map(({ what }) => what)).toContain('passkey-removed');
  });
});

describe('the second factor', () => {
  it('is required to sign in by password, with an error code for programs, and each code is valid once', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const { code, recovery } = await turnOn(owned, owner);
    expect(recovery).toHaveLength(10);
    expect((await owner.ask('GET', '/api/people')).json()).toMatchObject({ people: [{ secondFactor: true }] });
    const browser = openBrowser(home.app);
    const signIn = (otp?: string) => browser.ask('POST', '/api/session', { name: 'Owner', password: good, otp });
    expectError(await signIn(), 401, 'otp-needed');
    // A wrong password does not reveal that there is a second factor.
    expectError(await browser.ask('POST', '/api/session', { name: 'Owner', password: 'wrong' }), 401, 'unauthorized');
    // The code that turned it on is used up.
    expectError(await signIn(code()), 401, 'unauthorized');
    const next = code(1);
    expect((await signIn(next)).statusCode).toBe(200);
    expectError(await signIn(next), 401, 'unauthorized');
    const twice = await Promise.all([signIn(recovery[0]), signIn(recovery[0]?.toUpperCase())]);
    expect(twice.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401]);
    expect((await owner.ask('GET', '/api/me/second-factor')).json()).toMatchObject({ on: true, recovery: 9 });
    // Only hashes are stored, and no response or audit line contains a code.
    const rows = JSON.stringify(home.db.prepare('SELECT * FROM access_recovery').all());
    const told = JSON.stringify(home.access.audit.list(100).entries);
    for (const one of recovery) {
      for (const form of [one, one.replaceAll('-', '')]) expect(rows + told).not.toContain(form);
    }
    expect(told).toContain('"detail":"9 left"');
  });

  it('has delays of its own, for a long time, from any browser and address', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const { code } = await turnOn(owned, owner);
    let tried = 0;
    for (let n = 0; n < 200; n++) {
      await home.clock.advance(minute);
      const browser = openBrowser(home.app, { address: `192.0.2.${n}`, host: 'localhost:4780' });
      const answer = await browser.ask('POST', '/api/session', { name: 'Owner', password: good, otp: 'abcdef' });
      if (answer.statusCode === 401) tried++;
      else expectError(answer, 429, 'slow-down');
    }
    expect(tried).toBeLessThan(30);
    await home.clock.advance(15 * minute);
    const answer = await owner.ask('POST', '/api/session', { name: 'Owner', password: good, otp: code() });
    expect(answer.statusCode, answer.body).toBe(200);
  });

  it('is turned off by an owner for somebody who lost it: after confirmation, and in the audit log', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const { id, browser: family } = await invite(owned, 'Family');
    const { recovery } = await turnOn(owned, family, 'Family');
    expect(recovery).toHaveLength(10);
    const path = `/api/people/${id}/second-factor`;
    expectError(await family.ask('DELETE', path), 403, 'forbidden');
    await home.clock.advance(11 * minute);
    expectError(await owner.ask('DELETE', path), 403, 'confirmation-needed');
    expect((await owner.ask('POST', '/api/session/confirm', { password: good })).statusCode).toBe(200);
    expectError(await owner.ask('DELETE', `/api/people/${'0'.repeat(26)}/second-factor`), 404, 'not-found');
    expect((await owner.ask('DELETE', path)).json()).toEqual({ removed: true });
    expect((await owner.ask('DELETE', path)).json()).toEqual({ removed: false });
    const again = await openBrowser(home.app).ask('POST', '/api/session', { name: 'Family', password: good });
    expect(again.statusCode, again.body).toBe(200);
    const told = home.access.audit.list(100).entries.filter(({ what }) => what === 'second-factor-off');
    expect(told).toMatchObject([{ who: 'Owner', detail: 'Family' }]);
  });

  it('is required to confirm and to accept an invitation, not with a passkey, and a command turns it off', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const { key } = await addPasskey(owner, 'phone');
    const { code, recovery } = await turnOn(owned, owner);
    const { id } = (await owner.session()).person!;
    const invitation = (await owner.ask('POST', `/api/people/${id}/invitation`)).json<{ path: string }>();
    const link = invitation.path.split('#')[1]!;
    await home.clock.advance(11 * minute);
    expectError(await owner.ask('POST', '/api/session/confirm', { password: good }), 401, 'otp-needed');
    expectError(await owner.ask('DELETE', '/api/me/second-factor'), 403, 'confirmation-needed');
    expect((await owner.ask('POST', '/api/session/confirm', { password: good, otp: code() })).statusCode).toBe(200);
    const options = (await owner.ask('POST', '/api/session/passkey/options')).json<Options>();
    const passkey = await owner.ask('POST', '/api/session/passkey', { response: key.use(options, site) });
    expect(passkey.statusCode, passkey.body).toBe(200);
    const browser = openBrowser(home.app);
    const accept = (otp?: string) => browser.ask('POST', '/api/invitation', { code: link, password: better, otp });
    expectError(await accept(), 401, 'otp-needed');
    expectError(await accept('000000'), 401, 'unauthorized');
    expect((await accept(recovery[3])).statusCode).toBe(200);
    expect(home.access.accounts.removeSecondFactor(id, { by: 'owner', who: 'command line' })).toBe(true);
    expect((await browser.ask('POST', '/api/session', { name: 'Owner', password: better })).statusCode).toBe(200);
    const happened = home.access.audit.list(100).entries.map(({ what, who = '' }) => `${what} ${who}`);
    expect(happened).toEqual(expect.arrayContaining(['second-factor-off command line', 'second-factor-on Owner']));
  });
});

describe('before there is an owner account', () => {
  it('the page creates no people, and its tokens end with the set-up', async () => {
    const home = await openHome();
    const far = openBrowser(home.app);
    expect(await far.session()).toMatchObject({ role: 'owner', setUp: false });
    expectError(await far.ask('POST', '/api/people', { name: 'Thief', role: 'owner' }), 409, 'conflict');
    expectError(await far.ask('POST', '/api/people', { name: 'Thief', role: 'family' }), 409, 'conflict');
    // Nor does it change people replicated from another server, which would take that as the owner's decision.
    const at = '000000000000001-0000-a';
    const register = (value: unknown): object => ({ value, at, by: 'x' });
    const body = { format: 1, kind: 'person', name: register('Ada'), role: register('owner') };
    const came = '01JD0000000000000000000007';
    home.library.insert([{ id: `person:${came}`, revisions: [`1-${'a'.repeat(32)}`], deleted: false, body }]);
    const { edition } = home.access.accounts.waiting()[0]!;
    for (const verdict of ['approve', 'reject'])
      expectError(await far.ask('POST', `/api/people/${came}/${verdict}`, { edition }), 409, 'conflict');
    expectError(await far.ask('PATCH', `/api/people/${came}`, { name: 'Eve' }), 409, 'conflict');
    expectError(await far.ask('DELETE', `/api/people/${came}`), 409, 'conflict');
    expect(home.access.people.find(came)).toMatchObject({ name: 'Ada', role: 'family' });
    const made = await far.ask('POST', '/api/tokens', { name: 'forwarded', may: ['read'] });
    const secret = made.json<{ token: string }>().token;
    const shared = await far.ask('POST', '/api/shares', { search: 'tag:x', title: 'All' });
    expect(shared.statusCode, shared.body).toBe(201);
    const linked = await far.ask('POST', '/api/peers', { url: 'http://127.0.0.1:1', token: 'psp_x' });
    expect(linked.statusCode, linked.body).toBe(201);
    const byCommand = { address: 'http://127.0.0.1:2', publish: false, originals: 'all' } as const;
    addPeer(home.parts.peers!, makePeer(byCommand, 0));
    const kept = home.access.tokens.make('laptop', ['replicate'], { by: 'owner', who: 'command line' });
    const see = (token: string) =>
      home.app.inject({ url: '/api/photos', headers: { authorization: `Bearer ${token}` } });
    expect((await see(secret)).statusCode).toBe(200);
    const { code } = home.access.codes.draw('');
    const owner = openBrowser(home.app);
    await owner.ask('POST', '/api/setup', { code, name: 'Owner', password: good });
    expectError(await see(secret), 401, 'unauthorized');
    expect(home.access.tokens.list().map(({ name }) => name)).toEqual(['laptop']);
    expect(home.access.tokens.find(kept.secret)).toBeDefined();
    expect(home.access.shares.list()).toEqual([]);
    expect(home.parts.peers!.all().map(({ url }) => url)).toEqual(['http://127.0.0.1:2']);
    const told = home.access.audit.list(20).entries.map(({ what, detail = '' }) => `${what} ${detail}`);
    const ended = ['token-revoked forwarded', 'share-revoked All', 'peer-removed http://127.0.0.1:1'];
    expect(told).toEqual(expect.arrayContaining(ended));
    // What the owner creates remains.
    const { id } = await codeFor({ owner }, 'Family');
    expect(id).toMatch(/^\w{26}$/);
  });
});

describe('Strict-Transport-Security', () => {
  it('is sent over HTTPS only', async () => {
    const { parts, app: direct } = await openHome();
    const app = await buildApp({ ...parts, config: { ...parts.config, trustProxy: ['loopback'] } });
    onTestFinished(() => app.close());
    const ask = (headers: object) =>
      app.inject({ url: '/healthz', headers: { host: 'localhost:4780', ...headers }, remoteAddress: '127.0.0.1' });
    expect((await ask({})).headers).not.toHaveProperty('strict-transport-security');
    expect((await ask({ 'x-forwarded-proto': 'https' })).headers['strict-transport-security']).toBe('max-age=15552000');
    const answer = await direct.inject({
      ...{ url: '/healthz', headers: { host: 'localhost:4780', 'x-forwarded-proto': 'https' } },
    });
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
  });
});
