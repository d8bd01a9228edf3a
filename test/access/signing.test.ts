import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { codeLife, setUp } from '../../src/access/one-time-codes.js';
import { openPasswords } from '../../src/access/password-hash.js';
import { idle, longest } from '../../src/access/sessions.js';
import { makeAuthenticator } from './authenticator.js';
import { better, cheap, day, entered, good, openTestAccess, visit, type TestAccess } from './fixture.js';

const roleOf = (access: TestAccess, session: string): string | undefined =>
  access.recognise({ session, direct: false })?.role;

describe('signing in by password', () => {
  it('starts a session that replaces the browser’s earlier one', async () => {
    const access = openTestAccess();
    const id = await access.join('Ada Example', 'owner');
    const first = entered(await access.signing.byPassword(' ADA  example ', good, visit()));
    expect(access.recognise({ session: first.session, direct: false })).toMatchObject({ role: 'owner', person: id });
    const second = entered(await access.signing.byPassword('Ada Example', good, visit('192.0.2.1', first)));
    expect(second.session).not.toBe(first.session);
    expect(second.device).toBe(first.device);
    expect(roleOf(access, first.session)).toBeUndefined();
    expect(access.sessions.list(id)).toHaveLength(1);
  });

  it('computes one hash whether the name is known, unknown, or has no password', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    access.accounts.add({ name: 'invited', role: 'family' }, commandLine);
    for (const name of ['owner', 'invited', 'nobody', '']) {
      const before = access.hashes();
      expect(await access.signing.byPassword(name, 'not the password', visit())).toEqual({ kind: 'wrong' });
      expect(access.hashes() - before, name).toBe(1);
    }
  });

  it('is rejected if the person was removed or got another password while the hash was computed', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const id = await access.join('one');
    const removed = access.signing.byPassword('one', good, visit());
    access.accounts.remove(id, commandLine);
    expect(await removed).toEqual({ kind: 'wrong' });
    const two = await access.join('two');
    const other = await openPasswords({ cost: cheap }).hash(better, { known: 'two' });
    const changed = access.signing.byPassword('two', good, visit());
    access.accounts.setPassword(two, other, commandLine);
    expect(await changed).toEqual({ kind: 'wrong' });
  });

  it('renews a hash with old parameters', async () => {
    const access = openTestAccess();
    const id = await access.join('owner', 'owner');
    access.accounts.setPassword(
      id,
      await openPasswords({ cost: { ...cheap, ln: 2 } }).hash(good, { known: id }),
      commandLine,
    );
    entered(await access.signing.byPassword('owner', good, visit()));
    expect(access.accounts.password(id)).toMatch(/^\$scrypt\$ln=4,/);
    entered(await access.signing.byPassword('owner', good, visit()));
  });
});

describe('guessing', () => {
  it('is delayed by name from any address, and the owner can still sign in from a known browser', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const { device } = entered(await access.signing.byPassword('owner', good, visit('198.51.100.7')));
    let waits = 0;
    for (let n = 0; n < 50; n++) {
      const outcome = await access.signing.byPassword('owner', `guess ${n}`, visit(`192.0.2.${n}`));
      if (outcome.kind === 'wait') waits++;
    }
    expect(waits).toBe(45);
    expect(await access.signing.byPassword('owner', good, visit('203.0.113.1'))).toMatchObject({
      kind: 'wait',
      ms: 1000,
    });
    entered(await access.signing.byPassword('owner', good, visit('203.0.113.1', { device })));
    access.clock.advance(30_000);
    entered(await access.signing.byPassword('owner', good, visit('203.0.113.2')));
  });

  it('is delayed by address whatever names are tried, and one valid account does not exempt it', async () => {
    const access = openTestAccess();
    await access.join('family');
    for (let n = 0; n < 10; n++) {
      await access.signing.byPassword(`name ${n}`, 'guess', visit());
      if (n % 4 === 0) entered(await access.signing.byPassword('family', good, visit()));
    }
    expect((await access.signing.byPassword('name x', 'guess', visit())).kind).toBe('wait');
    expect((await access.signing.byPassword('name x', 'guess', visit('192.0.2.2'))).kind).toBe('wrong');
  });

  it('gains nothing by concurrent attempts', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const before = access.hashes();
    const all = Array.from({ length: 30 }, (_, n) =>
      access.signing.byPassword('owner', 'guess', visit(`192.0.2.${n}`)),
    );
    expect((await Promise.all(all)).filter(({ kind }) => kind === 'wrong')).toHaveLength(5);
    expect(access.hashes() - before).toBe(5);
  });

  it('from many networks does not delay known browsers: they are next', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const { device } = entered(await access.signing.byPassword('owner', good, visit('198.51.100.7')));
    const ended: string[] = [];
    const guesses = Array.from({ length: 100 }, (_, n) => {
      const from = visit(`2001:db8:${n.toString(16)}::1`);
      return access.signing.byPassword(`name ${n}`, 'guess', from).then(
        () => ended.push('guess'),
        () => ended.push('busy'),
      );
    });
    const owner = access.signing.byPassword('owner', good, visit('203.0.113.1', { device }));
    void owner.then(() => ended.push('owner'));
    await Promise.all([owner, ...guesses]);
    expect((await owner).kind).toBe('in');
    expect(ended.filter((one) => one !== 'busy').slice(0, 2)).toEqual(['guess', 'owner']);
    expect(ended.filter((one) => one === 'guess')).toHaveLength(20);
  });

  it('with a stolen mark of a known browser is delayed too', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const { device } = entered(await access.signing.byPassword('owner', good, visit()));
    const kinds = [];
    for (let n = 0; n < 6; n++) {
      kinds.push((await access.signing.byPassword('owner', 'guess', visit(`192.0.2.${n}`, { device }))).kind);
    }
    expect(kinds).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'wait']);
    // Of somebody else it is worth nothing.
    await access.join('other');
    expect((await access.signing.byPassword('other', good, visit('192.0.2.9', { device }))).kind).toBe('in');
  });
});

describe('a session', () => {
  it('ends after a month without use, and after half a year in any case', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const { session } = entered(await access.signing.byPassword('owner', good, visit()));
    for (let at = 0; at < longest - 20 * day; at += 20 * day) {
      access.clock.advance(20 * day);
      expect(roleOf(access, session)).toBe('owner');
      access.close();
    }
    access.clock.advance(20 * day);
    expect(roleOf(access, session)).toBeUndefined();
    const other = entered(await access.signing.byPassword('owner', good, visit()));
    access.clock.advance(idle);
    expect(roleOf(access, other.session)).toBeUndefined();
  });

  it('ends everywhere when the password changes, except in the browser where it changed', async () => {
    const access = openTestAccess();
    const id = await access.join('owner', 'owner');
    const phone = entered(await access.signing.byPassword('owner', good, visit()));
    const desk = entered(await access.signing.byPassword('owner', good, visit()));
    const me = { by: `person:${id}`, who: 'owner' };
    expect(await access.signing.changePassword(me, 'wrong', better, visit('192.0.2.1', desk))).toEqual({
      kind: 'wrong',
    });
    const after = entered(await access.signing.changePassword(me, good, better, visit('192.0.2.1', desk)));
    expect([phone.session, desk.session, after.session].map((one) => roleOf(access, one))).toEqual([
      undefined,
      undefined,
      'owner',
    ]);
    expect(access.accounts.find(id)).toMatchObject({ passwordSet: true });
    expect(await access.signing.byPassword('owner', good, visit())).toEqual({ kind: 'wrong' });
  });

  it('has the current role, in every process that has the home open', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const id = await access.join('other');
    const { session } = entered(await access.signing.byPassword('other', good, visit()));
    const server = access.again();
    const seen = () => server.recognise({ session, direct: true });
    expect(seen()).toMatchObject({ role: 'family', canEdit: false, audiences: ['family', 'public'] });
    access.settings.change({ familyEdits: true });
    expect(seen()).toMatchObject({ role: 'family', canEdit: true });
    access.accounts.change(id, { role: 'owner' }, commandLine);
    expect(seen()).toMatchObject({ role: 'owner' });
    access.accounts.remove(id, commandLine);
    expect(seen()).toBeUndefined();
    access.settings.change({ visitors: true });
    expect(seen()).toMatchObject({ role: 'visitor', audiences: ['public'], canEdit: false });
  });
});

describe('one-time links', () => {
  it('create the first owner once; the previous link is void, and later none is valid', async () => {
    const access = openTestAccess();
    const old = access.codes.draw(setUp).code;
    const { code } = access.codes.draw(setUp);
    expect(await access.signing.bySetUp(old, 'owner', good, visit())).toEqual({ kind: 'wrong' });
    await expect(access.signing.bySetUp(code, 'owner', 'password123', visit())).rejects.toMatchObject({
      code: 'invalid',
    });
    expect(access.recognise({ direct: true })).toMatchObject({ role: 'owner' });
    const both = await Promise.all(['one', 'two'].map((name) => access.signing.bySetUp(code, name, good, visit())));
    expect(both.map(({ kind }) => kind).sort()).toEqual(['in', 'wrong']);
    expect(access.settings.read().setUp).toBe(true);
    expect(access.recognise({ direct: true })).toBeUndefined();
    expect(access.people.all()).toMatchObject([{ role: 'owner' }]);
  });

  it('are void when an owner was created in another way', async () => {
    const access = openTestAccess();
    const { code } = access.codes.draw(setUp);
    await access.join('owner', 'owner');
    expect(await access.signing.bySetUp(code, 'second', good, visit())).toEqual({ kind: 'wrong' });
  });

  it('let an invited person choose a password once, for a week', async () => {
    const access = openTestAccess();
    await access.join('owner', 'owner');
    const { id } = access.accounts.add({ name: 'guest', role: 'family' }, commandLine);
    const late = access.accounts.invite(id, commandLine);
    access.clock.advance(codeLife);
    expect(access.signing.invited(late.code)).toBeUndefined();
    expect(await access.signing.byInvitation(late.code, good, visit())).toEqual({ kind: 'wrong' });
    const { code } = access.accounts.invite(id, commandLine);
    expect(access.signing.invited(code)).toBe('guest');
    const { session } = entered(await access.signing.byInvitation(code, good, visit()));
    expect(roleOf(access, session)).toBe('family');
    expect(await access.signing.byInvitation(code, better, visit())).toEqual({ kind: 'wrong' });
    expect(access.signing.invited('')).toBeUndefined();
    expect(access.signing.invited(access.codes.draw(setUp).code)).toBeUndefined();
  });
});

describe('passkeys', () => {
  const site = { origin: 'https://album.example.org', rp: 'album.example.org' };

  async function withPasskey() {
    const access = openTestAccess();
    const id = await access.join('owner', 'owner');
    const key = makeAuthenticator();
    const options = await access.passkeys.offer({ id, name: 'owner' }, site);
    const made = await access.passkeys.verifyNew(id, key.make(options, site), site);
    const kept = access.accounts.addPasskey(id, 'phone', made, commandLine);
    return { access, id, key, kept };
  }

  it('sign in, and record their use', async () => {
    const { access, id, key } = await withPasskey();
    const options = await access.passkeys.ask(site);
    expect(options.allowCredentials ?? []).toEqual([]);
    const { session } = entered(await access.signing.byPasskey(key.use(options, site), site, visit()));
    expect(access.recognise({ session, direct: false })).toMatchObject({ role: 'owner', person: id });
    expect(access.passkeys.list(id)).toMatchObject([{ name: 'phone', rp: site.rp, used: access.clock.now() }]);
  });

  it.each<[string, (parts: Awaited<ReturnType<typeof withPasskey>>) => Promise<unknown>]>([
    [
      'a challenge that was used',
      async ({ access, key }) => {
        const options = await access.passkeys.ask(site);
        entered(await access.signing.byPasskey(key.use(options, site), site, visit()));
        return access.signing.byPasskey(key.use(options, site), site, visit());
      },
    ],
    [
      'a challenge that is too old',
      async ({ access, key }) => {
        const options = await access.passkeys.ask(site);
        access.clock.advance(5 * 60_000);
        return access.signing.byPasskey(key.use(options, site), site, visit());
      },
    ],
    [
      'a challenge that is not ours',
      ({ access, key }) => access.signing.byPasskey(key.use({ challenge: 'AAAA' }, site), site, visit()),
    ],
    [
      'a challenge that was for making a passkey',
      async ({ access, key, id }) =>
        access.signing.byPasskey(key.use(await access.passkeys.offer({ id, name: 'x' }, site), site), site, visit()),
    ],
    [
      'another origin',
      async ({ access, key }) =>
        access.signing.byPasskey(
          key.use(await access.passkeys.ask(site), { ...site, origin: 'https://evil.example' }),
          site,
          visit(),
        ),
    ],
    [
      'another host',
      async ({ access, key }) => {
        const other = { origin: 'https://other.example', rp: 'other.example' };
        return access.signing.byPasskey(key.use(await access.passkeys.ask(other), other), other, visit());
      },
    ],
    [
      'no verification of the person',
      async ({ access, key }) =>
        access.signing.byPasskey(
          key.use(await access.passkeys.ask(site), site, { userVerified: false }),
          site,
          visit(),
        ),
    ],
    [
      'a counter that goes back, as that of a copied key does',
      async ({ access, key }) => {
        entered(
          await access.signing.byPasskey(key.use(await access.passkeys.ask(site), site, { counter: 9 }), site, visit()),
        );
        return access.signing.byPasskey(key.use(await access.passkeys.ask(site), site, { counter: 3 }), site, visit());
      },
    ],
    [
      'a key that nobody has',
      async ({ access }) =>
        access.signing.byPasskey(makeAuthenticator().use(await access.passkeys.ask(site), site), site, visit()),
    ],
    [
      'the key of somebody who was removed',
      async ({ access, key, id }) => {
        await access.join('second', 'owner');
        access.people.remove(id, 'owner');
        return access.signing.byPasskey(key.use(await access.passkeys.ask(site), site), site, visit());
      },
    ],
  ])('are rejected with %s', async (_, trial) => {
    expect(await trial(await withPasskey())).toEqual({ kind: 'wrong' });
  });

  it('can be created only by the invited person, and once', async () => {
    const { access, id, kept } = await withPasskey();
    const other = await access.join('other');
    const key = makeAuthenticator();
    const options = await access.passkeys.offer({ id, name: 'owner' }, site);
    expect(options.excludeCredentials).toMatchObject([{ id: kept.id }]);
    const made = key.make(options, site);
    await expect(access.passkeys.verifyNew(other, made, site)).rejects.toMatchObject({ code: 'invalid' });
    const again = await access.passkeys.offer({ id, name: 'owner' }, site);
    const checked = await access.passkeys.verifyNew(id, key.make(again, site), site);
    access.accounts.addPasskey(id, 'key', checked, commandLine);
    expect(() => access.accounts.addPasskey(id, 'key', checked, commandLine)).toThrow(/already added/);
  });

  it('can’t be removed from the last owner without other credentials', async () => {
    const { access, id, kept } = await withPasskey();
    access.db.exec('DELETE FROM access_password');
    expect(() => access.accounts.removePasskey(id, kept.id, commandLine)).toThrow(/only owner/);
    await access.join('second', 'owner');
    access.accounts.removePasskey(id, kept.id, commandLine);
    expect(access.passkeys.list(id)).toEqual([]);
    expect(() => access.accounts.removePasskey(id, kept.id, commandLine)).toThrow(/passkey doesn’t exist/);
  });
});
