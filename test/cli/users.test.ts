import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askPassword } from '../../src/cli/secret-prompt.js';
import { makeHome, type TestHome } from './run.js';

const good = 'seven green ladders';

const signIn = (url: string, name: string, password: string): Promise<Response> =>
  fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });

describe('users who came from another server', () => {
  it('become owners only by a command or the set-up of that server', { timeout: 240_000 }, async () => {
    const [far, near] = [makeHome(), makeHome()];
    for (const name of ['Ada', 'Bob']) await far.feed(`${good}\n`, 'users', 'add', name, '--role', 'owner');
    const token = (await far.run('tokens', 'add', 'laptop', '--may', 'replicate')).out.trim();
    const [server] = [await far.serve(), await near.serve()];
    await near.run('peers', 'add', server.url, '--token', token);
    const list = async (home: TestHome): Promise<string[]> =>
      (await home.run('users', 'list')).out.trimEnd().split('\n').sort();
    await expect
      .poll(() => list(near), { timeout: 60_000, interval: 200 })
      .toEqual([
        "family  Ada  (can't sign in yet)",
        "family  Bob  (can't sign in yet)",
        expect.stringMatching(/^pending Ada: family to owner \(from 127\.0\.0\.1.*\): approve or reject it$/),
        expect.stringMatching(/^pending Bob: family to owner/),
      ]);
    // The first account of the second server is the replicated owner.
    expect((await near.feed(`${good}\n`, 'users', 'add', 'ada')).out).toBe('Ada (owner) can now sign in\n');
    expect(await near.run('users', 'approve', 'bob')).toEqual({ code: 0, out: 'Bob: family to owner\n', err: '' });
    expect(await list(near)).toEqual([
      expect.stringMatching(/^owner {3}Ada {2}\(password/),
      "owner   Bob  (can't sign in yet)",
    ]);
    expect((await near.run('users', 'reject', 'Bob')).err).toMatch(/There is no pending change for Bob/);
    expect((await near.feed(`${good}\n`, 'users', 'add', 'Bob')).code).toBe(2);
    expect((await list(far)).every((line) => line.startsWith('owner'))).toBe(true);
  });
});

describe('users', () => {
  it('are added beside a running server, which accepts them at once', async () => {
    const home = makeHome();
    const server = await home.serve();
    expect(statSync(join(home.folder, '.photospool/server.json')).mode & 0o777).toBe(0o600);
    await expect
      .poll(() => server.errors())
      .toMatch(/To create yours, open {2}http:\/\/127\.0\.0\.1:\d+\/setup#[\w-]{43}\n/);

    // Without accounts, this machine needs no sign-in.
    expect((await fetch(`${server.url}/api/photos`)).status).toBe(200);
    const added = await home.feed(`${good}\n`, 'users', 'add', 'Owner');
    expect(added).toEqual({ code: 0, out: 'Owner (owner) can now sign in\n', err: '' });
    expect((await fetch(`${server.url}/api/photos`)).status).toBe(401);
    const entered = await signIn(server.url, 'owner', good);
    expect(await entered.json()).toMatchObject({ role: 'owner', person: { name: 'Owner' } });
    // Commands on this machine need no account.
    expect(JSON.parse((await home.run('status', '--json')).out)).toMatchObject({ server: server.url });

    const link = (await home.run('users', 'add', 'Guest', '--invite')).out;
    expect(link).toMatch(new RegExp(`^${server.url}/invite#[\\w-]{43}\\n$`));
    const list = await home.run('users', 'list');
    expect(list.out).toMatch(/^owner {3}Owner {2}\(password, last seen .*\)\nfamily {2}Guest {2}\(can't/);
    expect((await home.feed('nine yellow kettles', 'users', 'password', 'owner')).code).toBe(0);
    expect((await signIn(server.url, 'owner', good)).status).toBe(401);
    expect((await home.run('users', 'remove', 'guest')).out).toBe('Removed Guest\n');

    const audit = readFileSync(join(home.folder, '.photospool/audit.log'), 'utf8').trimEnd().split('\n');
    const happened = audit.map((line) => (JSON.parse(line) as { what: string }).what);
    expect(happened).toEqual(
      expect.arrayContaining(['person-added', 'password-changed', 'signed-in', 'person-removed']),
    );
    const told = audit.join('\n') + server.errors().replace(/setup#\S+/, '');
    for (const secret of [good, link.trim().split('#')[1]!]) expect(told).not.toContain(secret);
  });
});

describe('users access', () => {
  it('shows and changes the access of visitors and family, beside a running server', async () => {
    const home = makeHome();
    await home.feed(`${good}\n`, 'users', 'add', 'Ada');
    const server = await home.serve();
    const seen = async (): Promise<number> => (await fetch(`${server.url}/api/photos`)).status;
    expect((await home.run('users', 'access')).out).toBe(
      'Visitors: not allowed\nEditing: only permitted family members\nPublic address: none\n',
    );
    expect(await seen()).toBe(401);
    const all = ['--visitors', '--family-edits', '--public-address', 'photos.example.org'];
    expect(await home.run('users', 'access', ...all)).toEqual({
      code: 0,
      out: 'Visitors: see public photos without an account\nEditing: all family members\nPublic address: https://photos.example.org\n',
      err: '',
    });
    expect(await seen()).toBe(200);
    expect(JSON.parse((await home.run('users', 'access', '--no-visitors', '--json')).out)).toEqual({
      ...{ visitors: false, familyEdits: true, publicAddress: 'https://photos.example.org' },
    });
    expect(await seen()).toBe(401);
    // A change that can't be made changes nothing.
    expect((await home.run('users', 'access', '--visitors', '--public-address', 'https://x/path')).code).not.toBe(0);
    expect((await home.run('users', 'access', '--no-family-edits', '--no-public-address')).out).toBe(
      'Visitors: not allowed\nEditing: only permitted family members\nPublic address: none\n',
    );
  });
});

describe('users change', () => {
  it('renames people, and changes what they may do', async () => {
    const home = makeHome();
    for (const name of ['Ada', 'Ben']) expect((await home.feed(`${good}\n`, 'users', 'add', name)).code).toBe(0);
    const change = (...args: string[]) => home.run('users', 'change', ...args);
    expect(await change('ben', '--rename', 'Benny', '--can-edit')).toEqual({
      ...{ code: 0, out: 'Ben: now called Benny, may edit\n', err: '' },
    });
    expect((await change('benny', '--can-edit')).out).toBe('Benny is unchanged\n');
    const { out } = await change('Benny', '--role', 'owner', '--no-can-edit', '--json');
    expect(JSON.parse(out)).toMatchObject({ name: 'Benny', role: 'owner', canEdit: false, passwordSet: true });
    expect((await change('ada', '--role', 'family')).out).toBe('Ada: owner to family\n');
    const last = await change('benny', '--role', 'family');
    expect(last).toMatchObject({ code: 2, out: '' });
    expect(last.err).toMatch(/owner/);
    for (const args of [['benny'], ['benny', '--role', 'king'], ['cleo', '--can-edit'], ['benny', '--rename', 'ada']])
      expect((await change(...args)).code, args.join(' ')).toBe(2);
    const audit = readFileSync(join(home.folder, '.photospool/audit.log'), 'utf8');
    expect(audit).toContain('Ben: now called Benny, may edit');
  });
});

describe('the set-up link', () => {
  it('is printed without a terminal once per start, works once, and is in no log and no file', async () => {
    const home = makeHome();
    const link = /^There are no accounts yet\. To create yours, open {2}(\S+)\/setup#([\w-]{43})$/m;
    const start = async () => {
      const server = await home.serve('--format', 'json');
      await expect.poll(() => server.errors()).toMatch(link);
      const [, url, code] = link.exec(server.errors())!;
      expect(url).toBe(server.url);
      expect(server.errors().split(code!)).toHaveLength(2);
      return { server, code: code! };
    };
    const setUp = (url: string, code: string): Promise<Response> =>
      fetch(`${url}/api/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code, name: 'Owner', password: good }),
      });
    const first = await start();
    await first.server.stop();
    const { server, code } = await start();
    expect((await setUp(server.url, first.code)).status).toBe(404);
    expect((await setUp(server.url, code)).status).toBe(200);
    expect((await setUp(server.url, code)).status).toBe(404);
    const kept = readdirSync(join(home.folder, '.photospool'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(kept.length).toBeGreaterThan(2);
    for (const text of [...kept, server.errors().replace(link, '')]) expect(text).not.toContain(code);
    expect(await server.stop()).toBe(0);
    const again = await home.serve();
    expect((await fetch(`${again.url}/api/photos`)).status).toBe(401);
    expect(again.errors()).not.toContain('setup#');
  });
});

describe('tokens', () => {
  it('are created and revoked beside a running server', async () => {
    const home = makeHome();
    const server = await home.serve();
    const made = await home.run('tokens', 'add', 'feed', '--may', 'read');
    expect(made).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^psp_[\w-]{43}\n$/) as string });
    const ask = () => fetch(`${server.url}/api/session`, { headers: { authorization: `Bearer ${made.out.trim()}` } });
    expect(await (await ask()).json()).toMatchObject({ role: 'program' });
    // The time of use is written in a later turn than the answer.
    const listed = async (): Promise<unknown> => JSON.parse((await home.run('tokens', 'list', '--json')).out);
    await expect.poll(listed).toMatchObject({ name: 'feed', may: ['read'], lastUsed: expect.any(String) as string });
    // Repeated options add up; the last one does not win.
    await home.run('tokens', 'add', 'both', '--may', 'upload', '--may', 'read');
    expect((await home.run('tokens', 'list')).out).toMatch(/^both {2}read,upload {2}/);
    expect((await home.run('tokens', 'revoke', 'Feed')).code).toBe(0);
    expect(await (await ask()).json()).toMatchObject({ role: null });
  });
});

describe('users and tokens', () => {
  it('report errors in one sentence', async () => {
    const home = makeHome();
    expect(await home.run('users', 'list')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('no library') as string,
    });
    expect(await home.feed('short\n', 'users', 'add', 'Owner')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^photospool: The password is too short.*\n$/) as string,
    });
    expect((await home.run('users', 'list')).out).toBe('');
    expect((await home.feed(`${good}\n`, 'users', 'add', 'Owner')).code).toBe(0);
    const wrong: [string[], RegExp][] = [
      [['users', 'add', 'owner'], /This name is already in use/],
      [['users', 'add', 'x', '--role', 'admin'], /Invalid value for --role: admin/],
      [['users', 'add', ''], /A name must have 1 to 100 visible characters/],
      [['users', 'remove', 'owner'], /only owner who can sign in/],
      [['users', 'password', 'nobody'], /no person named nobody/],
      [['users', 'password', 'owner'], /No password was given/],
      [['tokens', 'add', 'a', '--may', 'everything'], /Invalid value for --may: everything/],
    ];
    for (const [args, message] of wrong) {
      const ran = await home.feed('', ...args);
      expect(ran, args.join(' ')).toMatchObject({ code: 2, err: expect.stringMatching(message) as string });
      expect(ran.err).not.toMatch(/\bat .*\.js/);
    }
  });
});

describe('a password on a terminal', () => {
  async function type(...keys: string[]): Promise<{ answer: string | undefined; shown: string; error?: unknown }> {
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      modes: [] as boolean[],
      setRawMode: (on: boolean) => input.modes.push(on),
    });
    const output = new PassThrough();
    const asked = askPassword('Ada', { input: input as unknown as NodeJS.ReadStream, output }).then(
      (answer) => ({ answer, error: undefined }),
      (error: unknown) => ({ answer: undefined, error }),
    );
    for (const key of keys) {
      input.write(key);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const ended = await asked;
    expect(input.modes.at(-1)).toBe(false);
    return { ...ended, shown: String(output.read()) };
  }

  it('is requested twice and never shown', async () => {
    const typed = await type('seven grren', '\u007f\u007f\u007f', 'een\r', 'seven green\r');
    expect(typed.answer).toBe('seven green');
    expect(typed.shown).toBe('New password for Ada: \nRepeat the password: \n');
  });

  it('is rejected if the two differ, and can be cancelled', async () => {
    expect((await type('one\r', 'two\r')).error).toMatchObject({
      code: 'usage',
      message: 'The passwords do not match.',
    });
    expect((await type('one\u0003')).error).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^Cancelled/) as string,
    });
  });
});
