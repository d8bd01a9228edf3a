import { describe, expect, it } from 'vitest';
import { setUp } from '../../src/access/one-time-codes.js';
import { nameBrowser } from '../../src/server/http/user-agent.js';
import { makeAuthenticator } from '../access/authenticator.js';
import { good, invite, openOwned } from './accounts.js';
import { openBrowser, type Browser } from './browser.js';
import { commandSecret, expectError, openHome, turn } from './fixture.js';

const better = 'nine yellow kettles';

describe('the first owner', () => {
  it('is created and signed in by the one-time link; from then on no address makes anybody the owner', async () => {
    const home = await openHome();
    const browser = openBrowser(home.app);
    expect(await browser.session()).toMatchObject({ role: 'owner', setUp: false, visitors: false, passkeys: true });
    const { code } = home.access.codes.draw(setUp);
    const body = { code, name: 'Owner', password: good };
    expectError(await browser.ask('POST', '/api/setup', { ...body, password: 'short' }), 400, 'invalid');
    expectError(await browser.ask('POST', '/api/setup', { ...body, code: 'x' }), 404, 'not-found');
    const made = await browser.ask('POST', '/api/setup', body);
    expect(made.json()).toMatchObject({ role: 'owner', person: { name: 'Owner' }, setUp: true });
    expect(await browser.session()).toEqual(made.json());
    expectError(await browser.ask('POST', '/api/setup', body), 404, 'not-found');
    const other = openBrowser(home.app);
    expect(await other.session()).toEqual({ role: null, setUp: true, visitors: false, passkeys: true, may: [] });
    expectError(await other.ask('GET', '/api/photos'), 401, 'unauthorized');
    expect((await browser.ask('GET', '/api/photos')).statusCode).toBe(200);
  });
});

describe('signing in', () => {
  it('sets cookies that no script and no other site can use', async () => {
    const { home } = await openOwned();
    const plain = await openBrowser(home.app).ask('POST', '/api/session', { name: 'owner', password: good });
    const lines = [plain.headers['set-cookie'] ?? []].flat();
    expect(lines).toEqual([
      expect.stringMatching(/^photospool=[\w-]{43}; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^photospool-browser=[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(plain.headers['cache-control']).toBe('no-store');
    expect(plain.body).not.toContain(/photospool=([^;]+)/.exec(lines[0]!)![1]);
  });

  it('answers the same for an unknown name and a wrong password', async () => {
    const { home } = await openOwned();
    const browser = openBrowser(home.app);
    const wrong = await browser.ask('POST', '/api/session', { name: 'owner', password: 'x' });
    const unknown = await browser.ask('POST', '/api/session', { name: 'nobody', password: 'x' });
    expectError(wrong, 401, 'unauthorized');
    expect(unknown.body).toBe(wrong.body);
    expect(browser.cookies.size).toBe(0);
  });

  it('is delayed after some wrong attempts, and reports for how long', async () => {
    const { home, owner } = await openOwned();
    const browser = openBrowser(home.app, { address: '127.0.0.2' });
    const guess = { name: 'owner', password: 'guess' };
    for (let n = 0; n < 5; n++) expectError(await browser.ask('POST', '/api/session', guess), 401, 'unauthorized');
    const refused = await browser.ask('POST', '/api/session', { name: 'owner', password: good });
    expectError(refused, 429, 'slow-down');
    expect(refused.headers['retry-after']).toBe('1');
    await owner.ask('DELETE', '/api/session');
    expect((await owner.session()).role).toBeNull();
    const known = await owner.ask('POST', '/api/session', { name: 'owner', password: good });
    expect(known.statusCode).toBe(200);
    await home.clock.advance(1_000);
    expect((await browser.ask('POST', '/api/session', { name: 'owner', password: good })).statusCode).toBe(200);
  });

  it('is rejected for a page of another site', async () => {
    const { home } = await openOwned();
    const evil = openBrowser(home.app, { headers: { 'sec-fetch-site': 'cross-site' } });
    for (const url of ['/api/session', '/api/setup', '/api/invitation', '/api/session/passkey/options']) {
      expectError(await evil.ask('POST', url, { name: 'owner', password: good }), 403, 'forbidden');
    }
  });
});

describe('a passkey', () => {
  it('is created, signs in, is listed and removed', async () => {
    const { home, owner } = await openOwned();
    const site = { origin: 'http://localhost:4780', rp: 'localhost' };
    const key = makeAuthenticator();
    const options = (await owner.ask('POST', '/api/me/passkeys/options')).json<{
      challenge: string;
      user: { id: string };
    }>();
    const made = await owner.ask('POST', '/api/me/passkeys', {
      response: key.make(options, site),
      name: 'This laptop',
    });
    expect(made.statusCode, made.body).toBe(201);
    const other = openBrowser(home.app);
    const ask = (await other.ask('POST', '/api/session/passkey/options')).json<{ challenge: string }>();
    const response = key.use(ask, site);
    const entered = await other.ask('POST', '/api/session/passkey', { response });
    expect(entered.json(), entered.body).toMatchObject({ role: 'owner', person: { name: 'Owner' } });
    expectError(await openBrowser(home.app).ask('POST', '/api/session/passkey', { response }), 401, 'unauthorized');
    const { passkeys } = (await owner.ask('GET', '/api/me/passkeys')).json<{ passkeys: { id: string }[] }>();
    expect(passkeys).toMatchObject([{ name: 'This laptop', site: 'localhost', lastUsed: '2026-11-24T10:00:00.000Z' }]);
    expect((await owner.ask('DELETE', `/api/me/passkeys/${passkeys[0]!.id}`)).json()).toEqual({ removed: true });
    expectError(await owner.ask('DELETE', `/api/me/passkeys/${passkeys[0]!.id}`), 404, 'not-found');
  });

  it('is not possible at an IP address', async () => {
    const { home } = await openOwned();
    const numbers = openBrowser(home.app, { host: '127.0.0.1:4780' });
    expect((await numbers.session()).passkeys).toBe(false);
    expectError(await numbers.ask('POST', '/api/session/passkey/options'), 409, 'conflict');
  });
});

describe('people', () => {
  it('are invited, changed and removed by the owner', async () => {
    const owned = await openOwned();
    const { owner } = owned;
    const { id, browser } = await invite(owned, 'Guest');
    expect(await browser.session()).toMatchObject({
      role: 'family',
      may: expect.arrayContaining(['see', 'upload']) as string[],
    });
    expect((await browser.session()).may).not.toContain('edit');
    expectError(await owner.ask('POST', '/api/people', { name: 'guest', role: 'family' }), 409, 'conflict');
    expectError(await owner.ask('POST', '/api/people', { name: 'x', role: 'visitor' }), 400, 'invalid');
    expect((await owner.ask('PATCH', `/api/people/${id}`, { canEdit: true })).json()).toMatchObject({ canEdit: true });
    expect((await browser.session()).may).toContain('edit');
    const { people } = (await owner.ask('GET', '/api/people')).json<{ people: object[] }>();
    expect(people).toMatchObject([
      { name: 'Owner', role: 'owner', passwordSet: true, passkeys: 0, lastSeen: '2026-11-24T10:00:00.000Z' },
      { id, name: 'Guest', role: 'family', canEdit: true, passwordSet: true },
    ]);
    const again = (await owner.ask('POST', `/api/people/${id}/invitation`)).json<{ path: string; expires: string }>();
    expect(again).toEqual({
      path: expect.stringMatching(/^\/invite#[\w-]{43}$/) as string,
      expires: '2026-12-01T10:00:00.000Z',
    });
    expect((await owner.ask('DELETE', `/api/people/${id}`)).json()).toEqual({ removed: true });
    expect((await browser.session()).role).toBeNull();
    expectError(await owner.ask('DELETE', `/api/people/${id}`), 404, 'not-found');
    const self = (await owner.session()).person!.id;
    expectError(await owner.ask('DELETE', `/api/people/${self}`), 409, 'conflict');
    expectError(await owner.ask('PATCH', `/api/people/${self}`, { role: 'family' }), 409, 'conflict');
  });

  it('who are family may do none of this, nor may any token', async () => {
    const owned = await openOwned();
    const { id, browser } = await invite(owned, 'Guest');
    const { token } = (
      await owned.owner.ask('POST', '/api/tokens', {
        name: 'all',
        may: ['read', 'edit', 'upload', 'replicate', 'publish'],
      })
    ).json<{ token: string }>();
    const program = openBrowser(owned.home.app, { headers: { authorization: `Bearer ${token}` } });
    const calls: [string, string, object?][] = [
      ['GET', '/api/people'],
      ['POST', '/api/people', { name: 'me', role: 'owner' }],
      ['PATCH', `/api/people/${id}`, { role: 'owner' }],
      ['DELETE', `/api/people/${id}`],
      ['POST', `/api/people/${id}/invitation`],
      ['GET', '/api/tokens'],
      ['POST', '/api/tokens', { name: 'more', may: ['edit'] }],
      ['DELETE', '/api/tokens/all'],
      ['GET', '/api/access'],
      ['PATCH', '/api/access', { familyEdits: true }],
      ['GET', '/api/audit'],
    ];
    for (const [method, url, body] of calls) {
      expectError(await browser.ask(method, url, body), 403, 'forbidden');
      expectError(await program.ask(method, url, body), 403, 'forbidden');
    }
    for (const url of ['/api/me/sessions', '/api/me/passkeys']) {
      expectError(await program.ask('GET', url), 403, 'forbidden');
    }
  });
});

describe('sessions', () => {
  it('are listed and ended by their person, and by the owner', async () => {
    const owned = await openOwned();
    const { home, owner } = owned;
    const { id, browser } = await invite(owned, 'Guest');
    const phone = openBrowser(home.app);
    await phone.ask('POST', '/api/session', { name: 'guest', password: good });
    const list = async (by: Browser, url = '/api/me/sessions') =>
      (await by.ask('GET', url)).json<{ sessions: { id: string; current: boolean }[] }>().sessions;
    const own = await list(browser);
    expect(own).toHaveLength(2);
    expect(own.find(({ current }) => current)).toMatchObject({
      browser: 'Firefox on Linux',
      address: '127.0.0.1',
      created: '2026-11-24T10:00:00.000Z',
    });
    const [ofOwner] = await list(owner);
    expectError(await browser.ask('DELETE', `/api/sessions/${ofOwner!.id}`), 404, 'not-found');
    expect((await browser.ask('DELETE', '/api/me/sessions')).json()).toEqual({ ended: 1 });
    expect((await phone.session()).role).toBeNull();
    const [left] = await list(owner, `/api/me/sessions?person=${id}`);
    expect((await owner.ask('DELETE', `/api/sessions/${left!.id}`)).json()).toEqual({ ended: 1 });
    expect((await browser.session()).role).toBeNull();
  });

  it('end everywhere else when the password is changed', async () => {
    const { home, owner } = await openOwned();
    const phone = openBrowser(home.app);
    await phone.ask('POST', '/api/session', { name: 'owner', password: good });
    const before = owner.cookies.get('photospool');
    expectError(await owner.ask('POST', '/api/me/password', { old: 'x', new: better }), 403, 'forbidden');
    expectError(await owner.ask('POST', '/api/me/password', { old: good, new: 'owner' }), 400, 'invalid');
    expect((await owner.ask('POST', '/api/me/password', { old: good, new: better })).json()).toMatchObject({
      role: 'owner',
    });
    expect(owner.cookies.get('photospool')).not.toBe(before);
    expect((await owner.session()).role).toBe('owner');
    expect((await phone.session()).role).toBeNull();
  });

  it('do not exist in a home without accounts, nor for commands', async () => {
    const { app } = await openHome();
    const headers = { authorization: `Bearer ${commandSecret}` };
    expect((await app.inject({ url: '/api/me/sessions', headers })).json()).toEqual({ sessions: [] });
    expect((await app.inject('/api/me/passkeys')).json()).toEqual({ passkeys: [] });
    const payload = { old: '', new: better };
    expectError(await app.inject({ method: 'POST', url: '/api/me/password', payload }), 409, 'conflict');
  });
});

describe('tokens', () => {
  it('are shown once, listed, and revoked at once', async () => {
    const { home, owner } = await openOwned();
    const made = await owner.ask('POST', '/api/tokens', { name: 'Feed reader', may: ['read'] });
    expect(made.statusCode, made.body).toBe(201);
    const { token } = made.json<{ token: string }>();
    const ask = (url: string, authorization = `Bearer ${token}`) =>
      home.app.inject({ url, headers: { authorization } });
    expect((await ask('/api/session')).json()).toMatchObject({
      role: 'program',
      may: ['see', 'details', 'original', 'stripped', 'history', 'spool', 'metrics'],
    });
    const basic = `Basic ${Buffer.from(`feed:${token}`).toString('base64')}`;
    expect((await ask('/api/session', basic)).json()).toMatchObject({ role: 'program' });
    await turn();
    const list = await owner.ask('GET', '/api/tokens');
    expect(list.json()).toEqual({
      tokens: [
        {
          name: 'Feed reader',
          may: ['read'],
          created: '2026-11-24T10:00:00.000Z',
          lastUsed: '2026-11-24T10:00:00.000Z',
          by: 'Owner',
        },
      ],
    });
    expect(list.body).not.toContain(token);
    expect((await owner.ask('DELETE', '/api/tokens/Feed%20reader')).json()).toEqual({ revoked: true });
    expectError(await owner.ask('DELETE', '/api/tokens/Feed%20reader'), 404, 'not-found');
    expectError(await ask('/api/photos'), 401, 'unauthorized');
  });
});

describe('settings and the audit log', () => {
  it('are shown to the owner', async () => {
    const { home, owner } = await openOwned();
    expect((await owner.ask('PATCH', '/api/access', { visitors: true })).json()).toEqual({
      visitors: true,
      familyEdits: false,
      publicAddress: null,
      title: 'Photospool',
      intro: null,
    });
    const address = await owner.ask('PATCH', '/api/access', { publicAddress: 'photos.example.org' });
    expect(address.json()).toMatchObject({ publicAddress: 'https://photos.example.org' });
    const broken = await owner.ask('PATCH', '/api/access', { publicAddress: 'https://example.org/album' });
    expectError(broken, 400, 'invalid');
    await owner.ask('PATCH', '/api/access', { publicAddress: null });
    expectError(await owner.ask('PATCH', '/api/access', {}), 400, 'invalid');
    expect(await openBrowser(home.app).session()).toMatchObject({ role: 'visitor', visitors: true, may: ['see'] });
    const page = (await owner.ask('GET', '/api/audit?limit=4')).json<{ entries: object[]; next: string }>();
    expect(page.entries).toMatchObject([
      { what: 'access-changed', who: 'Owner', detail: 'no public address' },
      { what: 'access-changed', who: 'Owner', detail: 'public address https://photos.example.org' },
      { what: 'access-changed', who: 'Owner', address: '127.0.0.1', detail: 'open to visitors' },
      { what: 'signed-in', who: 'Owner', detail: 'set-up link' },
    ]);
    const rest = (await owner.ask('GET', `/api/audit?before=${page.next}`)).json<{ entries: object[]; next: null }>();
    expect(rest.entries.map((entry) => (entry as { what: string }).what)).toEqual([
      'set-up',
      'password-changed',
      'person-added',
    ]);
    expect(rest.next).toBeNull();
    expectError(await owner.ask('GET', '/api/audit?before=x'), 400, 'invalid');
  });

  it('contain no secret after any failure', async () => {
    const { home, owner } = await openOwned();
    const secrets = [good, 'wrong-guess-1', ...owner.cookies.values()];
    await openBrowser(home.app).ask('POST', '/api/session', { name: 'owner', password: 'wrong-guess-1' });
    home.spool.status = () => Promise.reject(new Error('broken'));
    expect((await owner.ask('GET', '/api/spool')).statusCode).toBe(500);
    home.access.signing.byPassword = () => Promise.reject(new Error('broken'));
    const failed = await openBrowser(home.app).ask('POST', '/api/session', { name: 'owner', password: good });
    expect(failed.statusCode).toBe(500);
    const told = JSON.stringify(home.logged, (_, value: unknown) => (value instanceof Error ? value.stack : value));
    expect(home.logged.length).toBeGreaterThan(1);
    for (const secret of secrets) {
      expect(told).not.toContain(secret);
      expect(failed.body).not.toContain(secret);
    }
  });
});

describe('the name of a browser', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36 Edg/147.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/147.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15',
      'another browser on Linux',
    ],
    ['curl/8.14.1', 'another program'],
    ['<script>alert(1)</script> Firefox/1', 'Firefox'],
    ['', 'another program'],
  ])('of %j is %s', (userAgent, name) => {
    expect(nameBrowser(userAgent)).toBe(name);
  });
});

describe('one’s own name', () => {
  it('is changed by each person alone, and is the name to sign in with', async () => {
    const owned = await openOwned();
    const one = await invite(owned, 'One');
    expectError(await one.browser.ask('PUT', '/api/me/name', { name: 'Owner' }), 409, 'conflict');
    expectError(await one.browser.ask('PUT', '/api/me/name', { name: '  ' }), 400, 'invalid');
    expect((await one.browser.ask('PUT', '/api/me/name', { name: 'Una' })).json()).toMatchObject({
      ...{ role: 'family', person: { id: one.id, name: 'Una' } },
    });
    const again = openBrowser(owned.home.app);
    expect((await again.ask('POST', '/api/session', { name: 'One', password: good })).statusCode).toBe(401);
    expect((await again.ask('POST', '/api/session', { name: 'Una', password: good })).statusCode).toBe(200);
    expect((await owned.owner.session()).person?.name).toBe('Owner');
  });
});
