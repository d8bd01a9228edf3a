import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { openLineFile } from '../../src/access/audit-file.js';
import { authorOf, may, mayOn, mays, onlookerOf, sharesBy, type May } from '../../src/access/permissions.js';
import { openTables } from '../../src/access/access-tables.js';
import { openFiles } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { merge } from '../../src/document/merge.js';
import { openLibrary } from '../../src/library/library.js';
import { temporaryFolder } from '../folder.js';
import { day, entered, good, openTestAccess, visit } from './fixture.js';

const notes = (access: ReturnType<typeof openTestAccess>): string[] =>
  access.audit.list(1_000).entries.map(({ what, who = '', detail = '' }) => `${what} ${who}: ${detail}`);

describe('people', () => {
  it('are documents of registers that merge by shape on another server', () => {
    const access = openTestAccess();
    const { id } = access.people.add({ name: ' Grandma  in\nLisbon ', role: 'family' }, 'owner');
    const before = access.library.get(`person:${id}`)!.body;
    expect(before).toMatchObject({
      format: 1,
      kind: 'person',
      name: { value: 'Grandma in Lisbon', by: 'owner', at: expect.any(String) as string },
      role: { value: 'family' },
      removed: { value: false },
    });
    access.people.change(id, { name: 'Grandma' }, 'owner');
    const here = access.library.get(`person:${id}`)!.body;
    const there = { ...before, canEdit: { value: true, at: (here.name as { at: string }).at, by: 'owner' } };
    const merged = merge(here, there);
    expect(merged).toEqual(merge(there, here));
    expect(merged).toMatchObject({ name: { value: 'Grandma' }, canEdit: { value: true }, role: { value: 'family' } });
  });

  it('that are malformed or removed do not exist', () => {
    const access = openTestAccess();
    const id = '01J00000000000000000000000';
    const register = (value: unknown) => ({ value, at: '000000000000001-0000-a', by: 'x' });
    const write = (body: object): void => {
      access.library.update(`person:${id}`, () => body);
      access.accounts.receive(id);
    };
    const whole = { format: 1, kind: 'person', name: register('One'), role: register('owner') };
    write(whole);
    expect(access.people.find(id)).toEqual({ id, name: 'One', role: 'family', canEdit: false });
    expect(access.people.waiting()).toMatchObject([{ id, change: { role: 'owner' } }]);
    for (const wrong of [
      { name: register(1) },
      { name: register('a\u202eb') },
      { name: 'One' },
      { role: register('admin') },
      { kind: 'photo' },
      { removed: register(true) },
    ]) {
      write({ ...whole, ...wrong });
      expect(access.people.find(id), JSON.stringify(wrong)).toBeUndefined();
      expect(access.people.all()).toEqual([]);
    }
    expect(access.people.find('../x')).toBeUndefined();
  });

  it.each(['', '  ', 'a\u0000b', 'a\u202eb', 'x'.repeat(101)])('can’t have the name %j', (name) => {
    expect(() => openTestAccess().people.add({ name, role: 'family' }, 'owner')).toThrow(/A name must have/);
  });

  it('need names that differ in more than case', () => {
    const { people } = openTestAccess();
    people.add({ name: 'Zoë', role: 'family' }, 'owner');
    expect(() => people.add({ name: 'ZOE\u0308', role: 'family' }, 'owner')).toThrow(/This name is already in use/);
  });
});

describe('owners', () => {
  it('can’t be removed or demoted if they are the last who can sign in here', async () => {
    const access = openTestAccess();
    const first = await access.join('first', 'owner');
    // From another server, without a way in here.
    access.people.add({ name: 'elsewhere', role: 'owner' }, 'owner');
    expect(() => access.accounts.remove(first, commandLine)).toThrow(/only owner who can sign in/);
    expect(() => access.accounts.change(first, { role: 'family' }, commandLine)).toThrow(/only owner/);
    access.accounts.change(first, { name: 'First' }, commandLine);
    await access.join('second', 'owner');
    access.accounts.remove(first, commandLine);
    expect(access.accounts.list().map(({ name }) => name)).toEqual(['elsewhere', 'second']);
  });

  it('leave a closed home if another server removed all of them', async () => {
    const access = openTestAccess();
    const id = await access.join('owner', 'owner');
    const { session } = entered(await access.signing.byPassword('owner', good, visit()));
    access.people.remove(id, 'person:peer');
    expect(access.recognise({ session, direct: true })).toBeUndefined();
    expect(access.recognise({ direct: true })).toBeUndefined();
    expect(await access.signing.byPassword('owner', good, visit())).toEqual({ kind: 'wrong' });
  });

  it('that only another server knows neither open nor close the home', () => {
    const access = openTestAccess();
    access.people.add({ name: 'elsewhere', role: 'owner' }, 'person:peer');
    expect(access.recognise({ direct: true })).toMatchObject({ role: 'owner' });
    expect(access.recognise({ direct: false })).toBeUndefined();
  });

  it('can’t share a name at sign-in', async () => {
    const access = openTestAccess();
    const here = await access.join('Ada', 'owner');
    access.library.update('person:01J00000000000000000000000', () => ({
      ...access.library.get(`person:${here}`)!.body,
      role: { value: 'family', at: '000000000000001-0000-a', by: 'x' },
    }));
    access.accounts.receive('01J00000000000000000000000');
    expect(access.accounts.named('ada')).toMatchObject({ id: here });
    await expect(access.signing.setPassword('01J00000000000000000000000', good, commandLine)).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('a removed person', () => {
  it('loses all credentials', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const id = await access.join('other');
    entered(await access.signing.byPassword('other', good, visit()));
    const { code } = access.accounts.invite(id, commandLine);
    access.accounts.remove(id, commandLine);
    for (const table of ['password', 'session', 'device', 'code', 'passkey']) {
      const count = access.db.prepare(`SELECT count(*) AS n FROM access_${table} WHERE person = ?`).get(id);
      expect(count, table).toEqual({ n: 0 });
    }
    expect(await access.signing.byInvitation(code, good, visit())).toEqual({ kind: 'wrong' });
  });
});

describe('tokens', () => {
  it('grant their permissions until they are revoked, in any process', () => {
    const access = openTestAccess();
    const { secret } = access.tokens.make('phone', ['upload'], commandLine);
    expect(secret).toMatch(/^psp_[A-Za-z0-9_-]{43}$/);
    const server = access.again();
    const seen = () => server.recognise({ token: secret, direct: true });
    expect(seen()).toMatchObject({ role: 'program', token: 'phone', may: ['upload'], audiences: [], canEdit: false });
    const { secret: other } = server.tokens.make('desk', [...mays], commandLine);
    expect(access.recognise({ token: other, direct: false })).toMatchObject({ may: mays, canEdit: true });
    expect(access.tokens.revoke('PHONE', commandLine)).toBe(true);
    expect(access.tokens.revoke('phone', commandLine)).toBe(false);
    expect(seen()).toBeUndefined();
  });

  it('that are invalid make a request anonymous, whatever other credentials it has', () => {
    const access = openTestAccess();
    expect(access.recognise({ direct: true })).toMatchObject({ role: 'owner' });
    for (const token of ['psp_', `psp_${'a'.repeat(43)}`, '', 'other']) {
      expect(access.recognise({ token, direct: true })).toBeUndefined();
    }
  });

  it('record their last use to the minute, and report the first', async () => {
    const access = openTestAccess();
    const { secret } = access.tokens.make('feed', ['read'], commandLine);
    const use = async () => {
      access.recognise({ token: secret, direct: false });
      await new Promise((resolve) => setImmediate(resolve));
      return access.tokens.list()[0]!.used;
    };
    const first = access.clock.now();
    expect(await use()).toBe(first);
    access.clock.advance(59_000);
    expect(await use()).toBe(first);
    access.clock.advance(1_000);
    expect(await use()).toBe(first + 60_000);
    expect(notes(access)).toEqual(['token-used token feed: first use', 'token-made command line: feed: read']);
  });

  it('need a unique name and at least one permission', () => {
    const { tokens } = openTestAccess();
    tokens.make('a', ['read'], commandLine);
    expect(() => tokens.make('A', ['read'], commandLine)).toThrow(/already exists/);
    expect(() => tokens.make('b', [], commandLine)).toThrow(/at least one permission/);
  });
});

describe('a token of one person', () => {
  it('has at most that person’s permissions, and fewer if restricted', () => {
    const access = openTestAccess();
    const ben = access.accounts.add({ name: 'ben', role: 'family' }, commandLine).id;
    const ada = access.accounts.add({ name: 'ada', role: 'owner' }, commandLine).id;
    const viewerOf = (person: string, ...may: May[]) => {
      const { secret } = access.tokens.make(`${person} ${may.join()}`, may, commandLine, person);
      return access.recognise({ token: secret, direct: false })!;
    };
    const [reading, editing] = [viewerOf(ben, 'read'), viewerOf(ben, 'read', 'edit')];
    expect(onlookerOf(reading)).toEqual({ kind: 'person', person: ben, actsForHouse: false });
    expect(onlookerOf(viewerOf(ada, 'read'))).toEqual({ kind: 'person', person: ada, actsForHouse: true });
    expect(onlookerOf(viewerOf(ben, 'upload'))).toBeUndefined();
    expect([mayOn(reading, 'edit', ben), mayOn(editing, 'edit', ben), mayOn(editing, 'edit', ada)]).toEqual([
      false,
      true,
      false,
    ]);
    // What is the house’s the person may not edit, so their token may not either.
    expect([may(editing, 'edit'), may(viewerOf(ada, 'edit'), 'edit'), may(editing, 'spool')]).toEqual([
      false,
      true,
      false,
    ]);
    access.accounts.change(ben, { canEdit: true }, commandLine);
    expect(may(viewerOf(ben, 'edit'), 'edit')).toBe(true);
    expect(() => viewerOf(ben, 'replicate')).toThrow(/one person/);
  });

  it('writes under a name with no more weight than the person’s', () => {
    const access = openTestAccess();
    const ben = access.accounts.add({ name: 'ben', role: 'family' }, commandLine).id;
    const { secret } = access.tokens.make('phone', ['read', 'upload'], commandLine, ben);
    const author = authorOf(access.recognise({ token: secret, direct: false })!);
    expect(author).toBe(`token:${ben}/phone`);
    const roleOf = (person: string) => (person === ben ? ('family' as const) : undefined);
    expect([sharesBy(author, 'edit', roleOf), sharesBy('token:phone', 'edit', roleOf)]).toEqual([false, true]);
    expect(access.senders(author)).toMatchObject({ role: 'program', person: ben, may: ['read', 'upload'] });
    expect(access.senders('token:phone')).toBeUndefined();
  });

  it('ends with that person, and is invisible to versions without such tokens', () => {
    const access = openTestAccess();
    const ben = access.accounts.add({ name: 'ben', role: 'family' }, commandLine).id;
    const { secret } = access.tokens.make('phone', ['upload'], commandLine, ben);
    const known = access.db.prepare('SELECT 1 FROM access_token WHERE hash = ?');
    expect(known.get(createHash('sha256').update(secret).digest('hex'))).toBeUndefined();
    access.accounts.remove(ben, commandLine);
    expect(access.recognise({ token: secret, direct: false })).toBeUndefined();
    expect(access.tokens.list()).toEqual([]);
  });
});

describe('the audit', () => {
  it('keeps entries of this server and of others, however many the documents of one server cause', () => {
    const access = openTestAccess();
    access.audit.note('set-up', { who: 'owner' });
    const sender = (from: string) => (body: object, n: number) => {
      const id = `01JD${String(n).padStart(22, '0')}`;
      const at = `${String(n + 1).padStart(15, '0')}-0000-${from}`;
      const register = (value: unknown): object => ({ value, at, by: 'x' });
      const values = Object.entries(body).map(([key, value]) => [key, register(value)]);
      const document = { format: 1, kind: 'person', ...(Object.fromEntries(values) as object) };
      const revision = `1-${createHash('md5').update(`${from}${n}`).digest('hex')}`;
      access.library.insert([{ id: `person:${id}`, revisions: [revision], deleted: false, body: document }], { from });
    };
    sender('token laptop')({ name: 'Ada', role: 'family' }, 900_000);
    const flood = sender('token other');
    access.db.transaction(() => {
      for (let n = 0; n < 300; n++) flood({ name: `N${n}`, role: 'owner' }, n);
    });
    const { entries } = access.audit.list(10_000);
    const of = (who: string): number => entries.filter((entry) => entry.who === who).length;
    expect(of('token other')).toBeLessThanOrEqual(500);
    expect(of('token laptop')).toBe(1);
    expect(entries.at(-1)).toMatchObject({ what: 'set-up', who: 'owner' });
    // The newest of them are the ones that stay.
    expect(entries[0]!.detail).toContain('N299');
    // The file turns over: one server fills no more than a part of it.
    expect(access.lines.length).toBeLessThan(110);
    // The same once more within an hour is no entry of its own.
    const told = { who: 'token laptop', detail: 'Ada: may edit', source: 'token laptop' };
    for (let n = 0; n < 3; n++) access.audit.note('change-waiting', told);
    expect(access.audit.list(3).entries.filter(({ detail }) => detail === told.detail)).toHaveLength(1);
  });

  it('names actor and action, and no secret', async () => {
    const access = openTestAccess();
    const id = await access.join('owner', 'owner');
    const { session, device } = entered(await access.signing.byPassword('owner', good, visit()));
    await access.signing.byPassword('owner', 'wrong-secret-1', visit('198.51.100.1'));
    // Some type their password where the name belongs.
    await access.signing.byPassword('wrong-secret-2', 'x', visit('198.51.100.1'));
    const { secret } = access.tokens.make('feed', ['read'], { by: `person:${id}`, who: 'owner', address: '192.0.2.1' });
    const { code } = access.accounts.invite(id, commandLine);
    access.settings.change({ visitors: true }, commandLine);
    access.signing.signOut(session, '192.0.2.1');
    expect(notes(access).reverse()).toEqual([
      'person-added command line: owner (owner)',
      'password-changed command line: owner',
      'signed-in owner: password',
      'sign-in-failed owner: password',
      'sign-in-failed : password',
      'token-made owner: feed: read',
      'invited command line: owner',
      'access-changed command line: open to visitors',
      'signed-out owner: ',
    ]);
    const told = access.lines.join('\n');
    expect(access.lines).toHaveLength(9);
    expect(JSON.parse(access.lines[3]!)).toEqual({
      at: '2026-11-24T10:00:00.000Z',
      what: 'sign-in-failed',
      who: 'owner',
      address: '198.51.100.1',
      detail: 'password',
    });
    const tables = access.db
      .prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'access%' AND type = 'table'")
      .all();
    const stored = tables.flatMap(({ name }) => access.db.prepare(`SELECT * FROM ${String(name)}`).all());
    const kept = JSON.stringify(stored);
    expect(kept).toContain('feed');
    for (const hidden of [good, 'wrong-secret', session, device, secret, code]) {
      expect(told).not.toContain(hidden);
      expect(kept).not.toContain(hidden);
    }
  });

  it('is paged and bounded, and ten thousand failures by strangers displace nothing', () => {
    const access = openTestAccess();
    access.audit.note('set-up', { who: 'owner' });
    access.db.transaction(() => {
      for (let n = 0; n < 12_000; n++) access.audit.note('sign-in-failed', { detail: `${n}` });
    });
    const first = access.audit.list(1_000);
    expect(first.entries[0]).toMatchObject({ detail: '11999' });
    let all = first.entries;
    for (let { next } = first; next !== undefined;) {
      const page = access.audit.list(1_000, next);
      all = all.concat(page.entries);
      next = page.next;
    }
    expect(all.length).toBeLessThanOrEqual(2_101);
    expect(all.at(-1)).toMatchObject({ what: 'set-up' });
  });

  it('limits wrong passwords of share links separately', () => {
    const access = openTestAccess();
    access.audit.note('set-up', { who: 'owner' });
    access.db.transaction(() => {
      for (let n = 0; n < 500; n++) access.audit.note('sign-in-failed', { detail: `${n}` });
      for (let n = 0; n < 5_000; n++) access.audit.note('share-failed', { detail: `${n}` });
    });
    const { entries } = access.audit.list(10_000);
    const count = (what: string): number => entries.filter((entry) => entry.what === what).length;
    expect(count('share-failed')).toBeLessThanOrEqual(1_100);
    expect([count('sign-in-failed'), count('set-up')]).toEqual([500, 1]);
  });

  it('is written to a file that rotates at a megabyte and keeps five', async () => {
    const path = join(temporaryFolder(), 'audit.log');
    const failed: unknown[] = [];
    const lines = openLineFile(path, openFiles(), (error) => failed.push(error));
    for (let n = 1; n <= 7; n++) {
      writeFileSync(path, `${n}\n`.padEnd(1024 * 1024, 'x'));
      lines.add(`after ${n}`);
      lines.add('and one');
      await lines.settled();
    }
    expect(failed).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe('after 7\nand one\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const kept = [1, 2, 3, 4, 5].map((n) => readFileSync(`${path}.${n}`, 'utf8')[0]);
    expect(kept).toEqual(['7', '6', '5', '4', '3']);
    expect(() => statSync(`${path}.6`)).toThrow();
    const lost = openLineFile(join(path, 'no-folder'), openFiles(), (error) => failed.push(error));
    lost.add('x');
    await lost.settled();
    expect(failed).toHaveLength(1);
  });
});

describe('sessions of a person', () => {
  it('are limited to fifty, and listed by last use', async () => {
    const access = openTestAccess();
    const id = await access.join('owner', 'owner');
    for (let n = 0; n < 55; n++) {
      access.clock.advance(1_000);
      entered(await access.signing.byPassword('owner', good, visit(`192.0.2.${n}`)));
    }
    const list = access.sessions.list(id);
    expect(list).toHaveLength(50);
    expect(list[0]).toMatchObject({ address: '192.0.2.54' });
    expect(access.accounts.find(id)?.lastSeen).toBe(access.clock.now());
    expect(access.accounts.endSession(list[1]!.id, commandLine, 'somebody else')).toBe(false);
    expect(access.accounts.endSession(list[1]!.id, commandLine)).toBe(true);
    expect(access.accounts.endOthers(id, list[0]!.id, commandLine)).toBe(48);
    access.clock.advance(40 * day);
    expect(access.sessions.list(id)).toEqual([]);
  });
});

describe('the tables', () => {
  it('of a newer version are rejected', () => {
    const db = openSqlite(':memory:');
    openLibrary(db);
    openTables(db);
    openTables(db);
    db.exec('UPDATE access SET format = 99');
    expect(() => openTables(db)).toThrow(/newer version/);
    db.close();
  });
});

it('no id of a link looks like an option of a command', async () => {
  const { shares } = openTestAccess();
  const share = { scope: { photo: 'a'.repeat(64) }, title: '', originals: false, details: false } as const;
  const made = await Promise.all(Array.from({ length: 500 }, () => shares.make(share, commandLine)));
  expect(made.filter(({ share }) => share.id.startsWith('-'))).toEqual([]);
});
