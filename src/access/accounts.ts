/**
 * Accounts: people with what lets them sign in here. The document of a person replicates, their credentials do not, so an
 * owner counts here only when they can sign in here: the last such one can be neither removed nor made less, by nobody here and
 * by no other server. Every change and its line in the audit are one transaction.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { compareText } from '../document/json-values.js';
import { checkClaimed, checkConfirmed, type Actor } from './actor.js';
import type { Audit, Happening } from './audit-log.js';
import { setUp, type Codes } from './one-time-codes.js';
import type { Devices } from './known-browsers.js';
import { keyOfName } from './account-names.js';
import type { NewPasskey, Passkey, Passkeys } from './passkeys.js';
import type { People, Person, PersonChange, PersonRole, ReceivedPerson, WaitingChange } from './people.js';
import type { SecondFactors } from './second-factor.js';
import type { Sessions } from './sessions.js';
import type { SettingStore } from './access-settings.js';
import type { Shares } from './share-links.js';
import { isPromotion, type Standing } from './pending-roles.js';
import type { Tokens } from './api-tokens.js';

/** A person, and how they sign in here. */
export interface Account extends Person {
  passwordSet: boolean;
  passkeys: number;
  /** Whether the password needs a code of an authenticator app too. */
  secondFactor: boolean;
  /** ms since 1970, where they have a living session. */
  lastSeen?: number;
}

/** The accounts of a server. */
export interface Accounts {
  /** Owners first, then by name. */
  list(): Account[];
  find(id: string): Account | undefined;
  /** The one whom a name means at sign-in: whoever can sign in here with it. */
  named(name: string): Account | undefined;
  /**
   * Adds a person. The first owner of a home who came by replication already, and waits to be an owner here, is that person.
   * @throws PhotospoolError `invalid`, `conflict` where the name is taken.
   */
  add(person: { name: string; role: PersonRole }, actor: Actor): Account;
  /** @throws PhotospoolError `invalid`, `not-found`, `conflict` where it would leave no owner who can sign in here. */
  change(id: string, change: PersonChange, actor: Actor): Account;
  /** Removes a person and all that let them sign in. @throws PhotospoolError `not-found`, `conflict` for the last owner. */
  remove(id: string, actor: Actor): void;
  /** Whether `add` would take a person who came by replication as the first owner of this home. */
  isFirstOwner(name: string): boolean;
  /** What other servers' documents ask for and an owner here has to decide, by name. */
  waiting(): WaitingChange[];
  /**
   * Puts in force what waits for a person. @throws PhotospoolError `not-found` where nothing waits; `conflict` where it is another
   * edition now, the name is taken, or no owner who can sign in here would be left.
   */
  approve(id: string, edition: string, actor: Actor): void;
  /** Keeps what is in force, and puts the document back to it. @throws PhotospoolError `not-found`, `conflict` for another edition. */
  reject(id: string, edition: string, actor: Actor): void;
  /** Looks at the document of a person that another server sent: what is less applies, what is more waits. */
  receive(id: string, from?: string): void;
  /** Looks at the family’s grant set, as another server sent it: who was removed or demoted there is so here. */
  receiveEnds(from?: string): void;
  /** Draws a one-time link for a person. @throws PhotospoolError `not-found`. */
  invite(id: string, actor: Actor): { code: string; expires: number };
  /** The hash of a password. */
  password(id: string): string | undefined;
  /**
   * Gives a person a new password. All their sessions, known browsers and links end.
   * @throws PhotospoolError `not-found`; `conflict` where somebody else signs in here by that name.
   */
  setPassword(id: string, hash: string, actor: Actor): void;
  /** Ends a session, of that person where one is named; false where there is none. */
  endSession(id: string, actor: Actor, person?: string): boolean;
  /** Ends all sessions of a person but one; answers how many. */
  endOthers(id: string, but: string | undefined, actor: Actor): number;
  /** Writes a hash of the same password anew. */
  renewHash(id: string, from: string, to: string): void;
  /** Keeps a passkey that was verified. @throws PhotospoolError as `Passkeys.keep`. */
  addPasskey(id: string, name: string, made: NewPasskey, actor: Actor): Passkey;
  /**
   * Begins to set up a second factor: a secret for an authenticator app, and the address in its QR code.
   * @throws PhotospoolError `confirmation-needed`; `conflict` where it is on already, or the person has no password.
   */
  beginSecondFactor(id: string, actor: Actor): { secret: string; uri: string };
  /** Turns it on by a first code; answers recovery codes. @throws PhotospoolError `confirmation-needed`, `invalid`, `conflict`. */
  confirmSecondFactor(id: string, code: string, actor: Actor): string[];
  /** New recovery codes in place of the old ones. @throws PhotospoolError `confirmation-needed`, `conflict`. */
  renewRecovery(id: string, actor: Actor): string[];
  /** Turns it off, of oneself or somebody else; false where it was off. @throws PhotospoolError `confirmation-needed`, `not-found`. */
  removeSecondFactor(id: string, actor: Actor): boolean;
  /** Takes a passkey away. @throws PhotospoolError `not-found`; `conflict` where it is the last way in of the last owner. */
  removePasskey(id: string, passkey: string, actor: Actor): void;
}

/** What the accounts are made of. */
export interface AccountParts {
  db: Sqlite;
  clock: Pick<Clock, 'now'>;
  people: People;
  sessions: Sessions;
  devices: Devices;
  codes: Codes;
  passkeys: Passkeys;
  factors: SecondFactors;
  tokens: Tokens;
  shares: Shares;
  /** Removes the servers that were linked through the page before there was an owner account; answers their addresses. */
  removeUnclaimedPeers: () => string[];
  settings: SettingStore;
  audit: Audit;
}

/** Opens the accounts. */
export function openAccounts(parts: AccountParts): Accounts {
  const core = openCore(parts);
  const waiting = openWaitingPeople(core);
  return { ...waiting, ...openRoster(core, waiting), ...openCredentials(core), ...openFactors(core) };
}

/** What all changes of accounts work with. */
type Core = ReturnType<typeof openCore>;

function openCore(parts: AccountParts) {
  return { ...parts, ...openKnown(parts), ...openEndings(parts) };
}

/** Who there is, and how they sign in. */
function openKnown({ db, people, sessions, passkeys, factors }: AccountParts) {
  const get = db.prepare<{ hash: string }>('SELECT hash FROM access_password WHERE person = ?');
  const password = (id: string): string | undefined => get.get(id)?.hash;
  const canSignIn = ({ passwordSet, passkeys: n }: Account): boolean => passwordSet || n > 0;

  function accountOf(person: Person): Account {
    const [last] = sessions.list(person.id);
    return {
      ...person,
      passwordSet: password(person.id) !== undefined,
      passkeys: passkeys.list(person.id).length,
      secondFactor: factors.state(person.id).on,
      ...(last && { lastSeen: last.used }),
    };
  }

  const list = (): Account[] => people.all().map(accountOf).sort(inOrder);

  function find(id: string): Account | undefined {
    const person = people.find(id);
    return person && accountOf(person);
  }

  function known(id: string): Account {
    const account = find(id);
    if (account) return account;
    throw new PhotospoolError('not-found', 'There is no such person.', { op: 'find' });
  }

  /** Whether only this owner can sign in here. */
  function isLast(account: Account): boolean {
    if (account.role !== 'owner' || !canSignIn(account)) return false;
    return !list().some((one) => one.id !== account.id && one.role === 'owner' && canSignIn(one));
  }

  /** @throws PhotospoolError `conflict` where only this owner can sign in here. */
  function checkNotLast(account: Account): void {
    if (!isLast(account)) return;
    throw new PhotospoolError('conflict', 'This is the only owner who can sign in.', {
      hint: 'Make somebody else an owner first.',
    });
  }

  return { password, canSignIn, accountOf, list, find, known, isLast, checkNotLast };
}

/** What ends when a person, or what they may, is another. */
function openEndings(parts: AccountParts) {
  const { db, sessions, devices, codes, passkeys, factors, settings, tokens, shares, audit } = parts;
  const drop = db.prepare('DELETE FROM access_password WHERE person = ?');

  function note(what: Parameters<Audit['note']>[0], { who, address }: Actor, detail: string): void {
    audit.note(what, { who, detail, ...(address !== undefined && { address }) });
  }

  function endAll(id: string): void {
    sessions.endAll(id);
    devices.forget(id);
    codes.drop(id);
  }

  /**
   * Somebody can sign in: if it is an owner, this home has an owner account from now on. What whoever reached the page made
   * before that ends: a program that forwards connections to this machine may have been among them.
   */
  function settle({ role }: Person, actor: Actor): void {
    if (role !== 'owner') return;
    if (!settings.read().setUp) {
      tokens.revokeUnclaimed(actor);
      shares.revokeUnclaimed(actor);
      for (const url of parts.removeUnclaimedPeers()) note('peer-removed', actor, url);
    }
    settings.change({ setUp: true });
    codes.drop(setUp);
  }

  /** Ends all that a removed person could sign in with. */
  function forget(id: string): void {
    endAll(id);
    drop.run(id);
    passkeys.removeAll(id);
    factors.remove(id);
    tokens.dropOf(id);
  }

  return { note, endAll, settle, forget };
}

/** Who there is here, and what they are to this home. */
function openRoster(
  core: Core,
  { approve, firstOwner }: WaitingPeople,
): Pick<Accounts, 'list' | 'find' | 'named' | 'add' | 'change' | 'remove' | 'invite'> {
  const { db, people, codes, accountOf, list, find, known, canSignIn, checkNotLast, note, settle, forget } = core;

  return {
    list,
    find,
    named(name) {
      const all = people.named(name).map(accountOf);
      return all.find(({ passwordSet }) => passwordSet) ?? all.find(canSignIn) ?? all[0];
    },
    add: (given, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        if (given.role === 'owner') checkConfirmed(actor);
        const first = given.role === 'owner' ? firstOwner(given.name) : undefined;
        if (first) approve(first.id, first.edition, actor);
        if (first) return known(first.id);
        const person = people.add(given, actor.by);
        note('person-added', actor, `${person.name} (${person.role})`);
        return accountOf(person);
      }),
    change: (id, change, actor) =>
      db.transaction(() => {
        const before = known(id);
        checkClaimed(actor);
        if (isPromotion({ ...before, removed: false }, { ...before, ...change, removed: false })) checkConfirmed(actor);
        if (change.role !== undefined && change.role !== 'owner') checkNotLast(before);
        const after = people.change(id, change, actor.by);
        if (canSignIn(before)) settle(after, actor);
        const told = describeChange(before, after);
        if (told !== '') note('person-changed', actor, told);
        return accountOf(after);
      }),
    remove: (id, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        const account = known(id);
        checkNotLast(account);
        people.remove(id, actor.by);
        forget(id);
        note('person-removed', actor, account.name);
      }),
    invite: (id, actor) =>
      db.transaction(() => {
        const { name, role } = known(id);
        checkClaimed(actor);
        if (role === 'owner') checkConfirmed(actor);
        note('invited', actor, name);
        return codes.draw(id);
      }),
  };
}

/** What the documents of people say that came from other servers. */
interface WaitingPeople extends Pick<
  Accounts,
  'isFirstOwner' | 'waiting' | 'approve' | 'reject' | 'receive' | 'receiveEnds'
> {
  firstOwner(name: string): WaitingChange | undefined;
}

function openWaitingPeople(core: Core): WaitingPeople {
  const { db, people, settings, audit, find, isLast, canSignIn, checkNotLast, note, endAll, settle, forget } = core;

  /** What waits for a person. @throws PhotospoolError `not-found`; `conflict` where it is another edition than was shown. */
  function shown(id: string, edition: string): WaitingChange {
    const waiting = people.waiting().find((one) => one.id === id);
    if (!waiting) throw new PhotospoolError('not-found', 'Nothing waits to be approved for this person.');
    if (waiting.edition === edition) return waiting;
    throw new PhotospoolError('conflict', 'What waits for this person has changed meanwhile.', {
      hint: 'Look at it once more.',
    });
  }

  function isLastHere(id: string): boolean {
    const account = find(id);
    return account !== undefined && isLast(account);
  }

  /** What follows from what another server said of a person. */
  function apply(received: ReceivedPerson | undefined, id: string, from: string): void {
    if (!received) return;
    const { before, after, waiting } = received;
    // Their password and passkeys stay, and open nothing: an owner here may take them back.
    if (before?.removed === false && after.removed) endAll(id);
    const note = (what: Happening, detail: string): void => audit.note(what, { who: from, detail, source: from });
    if (!before && !after.removed) note('person-added', `${after.name} (${after.role}), by replication`);
    const told = before ? describeStanding(before, after) : '';
    if (told !== '') note(after.removed ? 'person-removed' : 'person-changed', `${told}, by replication`);
    if (waiting) note('change-waiting', describeStanding(after, { ...after, ...waiting.change }));
  }

  /** Somebody of that name whose document says owner, while this home has no owner account. */
  function firstOwner(name: string): WaitingChange | undefined {
    if (settings.read().setUp) return undefined;
    const key = keyOfName(name);
    return people.waiting().find(({ here, change }) => change.role === 'owner' && keyOfName(here.name) === key);
  }

  return {
    firstOwner,
    isFirstOwner: (name) => firstOwner(name) !== undefined,
    waiting: () => people.waiting(),
    approve: (id, edition, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        const { here, change } = shown(id, edition);
        const before = find(id);
        const isLess = change.removed === true || change.role === 'family';
        if (before && isLess) checkNotLast(before);
        if (isPromotion(here, { ...here, ...change })) checkConfirmed(actor);
        const after = people.approve(id, actor.by);
        if (after.removed) forget(id);
        const account = find(id);
        if (account && canSignIn(account)) settle(account, actor);
        note('change-approved', actor, describeStanding(here, after));
      }),
    reject: (id, edition, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        const { here, change } = shown(id, edition);
        people.reject(id, actor.by);
        note('change-rejected', actor, describeStanding(here, { ...here, ...change }));
      }),
    receive: (id, from = 'another server') =>
      db.transaction(() => {
        apply(people.receive(id, isLastHere(id), from), id, from);
        if (!isLastHere(id)) apply(people.receiveEnds(id, from), id, from);
      }),
    receiveEnds: (from = 'another server') =>
      db.transaction(() => {
        for (const { id } of people.all()) if (!isLastHere(id)) apply(people.receiveEnds(id, from), id, from);
      }),
  };
}

/** Passwords, passkeys and sessions. */
function openCredentials(
  core: Core,
): Pick<
  Accounts,
  'password' | 'setPassword' | 'endSession' | 'endOthers' | 'renewHash' | 'addPasskey' | 'removePasskey'
> {
  const { db, clock, people, sessions, passkeys, password, known, checkNotLast, note, endAll, settle } = core;

  const put = db.prepare(`INSERT INTO access_password (person, hash, changed) VALUES (?, ?, ?)
    ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, changed = excluded.changed`);

  const renew = db.prepare('UPDATE access_password SET hash = ? WHERE person = ? AND hash = ?');

  return {
    password,
    setPassword: (id, hash, actor) =>
      db.transaction(() => {
        const account = known(id);
        const { name } = account;
        const other = people.named(name).some((person) => person.id !== id && password(person.id) !== undefined);
        if (other) {
          throw new PhotospoolError('conflict', 'Somebody else signs in here by that name.', {
            hint: 'Give one of the two another name.',
          });
        }
        put.run(id, hash, clock.now());
        endAll(id);
        settle(account, actor);
        note('password-changed', actor, name);
      }),
    endSession: (id, actor, person) =>
      db.transaction(() => {
        const session = sessions.get(id);
        if (!session || (person !== undefined && session.person !== person)) return false;
        sessions.end(id);
        note('session-ended', actor, people.find(session.person)?.name ?? '');
        return true;
      }),
    endOthers: (id, but, actor) =>
      db.transaction(() => {
        const ended = sessions.endAll(id, but);
        if (ended > 0) note('session-ended', actor, `${people.find(id)?.name ?? ''}: ${ended} of them`);
        return ended;
      }),
    renewHash: (id, from, to) => void renew.run(to, id, from),
    addPasskey: (id, name, made, actor) =>
      db.transaction(() => {
        checkConfirmed(actor);
        const account = known(id);
        const passkey = passkeys.keep(id, name, made);
        settle(account, actor);
        note('passkey-added', actor, `${account.name}: ${passkey.name}`);
        return passkey;
      }),
    removePasskey: (id, passkey, actor) =>
      db.transaction(() => {
        const account = known(id);
        const removed = passkeys.remove(passkey, id);
        if (!removed) throw new PhotospoolError('not-found', 'There is no such passkey.', { op: 'find' });
        if (!account.passwordSet && account.passkeys === 1) checkNotLast(account);
        note('passkey-removed', actor, `${account.name}: ${removed.name}`);
      }),
  };
}

/** Second factors of passwords. */
function openFactors(
  core: Core,
): Pick<Accounts, 'beginSecondFactor' | 'confirmSecondFactor' | 'renewRecovery' | 'removeSecondFactor'> {
  const { db, factors, known, note } = core;

  return {
    beginSecondFactor(id, actor) {
      checkConfirmed(actor);
      const { name, passwordSet } = known(id);
      if (passwordSet) return factors.begin(id, name);
      throw new PhotospoolError('conflict', 'A second factor is for a password, and you have none.');
    },
    confirmSecondFactor: (id, code, actor) =>
      db.transaction(() => {
        checkConfirmed(actor);
        const recovery = factors.confirm(id, code);
        note('second-factor-on', actor, known(id).name);
        return recovery;
      }),
    renewRecovery: (id, actor) =>
      db.transaction(() => {
        checkConfirmed(actor);
        const recovery = factors.renew(id);
        note('recovery-codes-made', actor, known(id).name);
        return recovery;
      }),
    removeSecondFactor: (id, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        checkConfirmed(actor);
        const { name } = known(id);
        const removed = factors.remove(id);
        if (removed) note('second-factor-off', actor, name);
        return removed;
      }),
  };
}

function inOrder(a: Person, b: Person): number {
  const rank = ({ role, name, id }: Person): string => `${role === 'owner' ? 0 : 1} ${keyOfName(name)} ${id}`;
  return compareText(rank(a), rank(b));
}

const describeChange = (before: Person, after: Person): string =>
  describeStanding({ ...before, removed: false }, { ...after, removed: false });

/** `Ada: family to owner, may edit`; the empty text where nothing differs. */
export function describeStanding(before: Standing, after: Standing): string {
  const parts = [
    ...(before.removed === after.removed ? [] : [after.removed ? 'removed' : 'back']),
    ...(before.name === after.name ? [] : [`now called ${after.name}`]),
    ...(before.role === after.role ? [] : [`${before.role} to ${after.role}`]),
    ...(before.canEdit === after.canEdit ? [] : [after.canEdit ? 'may edit' : 'may not edit']),
  ];
  return parts.length === 0 ? '' : `${before.name}: ${parts.join(', ')}`;
}
